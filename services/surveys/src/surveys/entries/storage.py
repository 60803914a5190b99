"""What asks a graduate, and what is asked for at shared entries, in SQL."""

import json
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Integer, Uuid, and_, bindparam, exists, select, text

from common import rows
from common.auth import SYSTEM, Owners, RowScope, ScopeShape
from common.clock import NOW_SQL
from common.crypto import FieldCipher
from common.database import Database
from common.database.pages import page_by_id
from common.identifiers import GraduateId, SchoolCode, WaveId
from common.resealing import by_another_key, reseal_rows
from common.sql import Connection, Row
from surveys.entries.domain import TRIES, WITHIN, MyWave, Named, Request
from surveys.invitations.tables import invitations
from surveys.questionnaires.tables import questionnaire_versions
from surveys.waves.domain import Wave
from surveys.waves.storage import PHASE
from surveys.waves.tables import wave_eligible, waves

_ASKS = waves.c.id == wave_eligible.c.wave_id
_ASKED = and_(
    questionnaire_versions.c.questionnaire_id == waves.c.questionnaire_id,
    questionnaire_versions.c.number == waves.c.questionnaire_version,
)
_INVITES = and_(
    invitations.c.wave_id == wave_eligible.c.wave_id, invitations.c.graduate_id == wave_eligible.c.graduate_id
)
_MINE = select(
    waves.c.id.label("wave_id"),
    *(waves.c[name] for name in ("school_code", "cycle", "opens_at", "closes_at", "anonymity")),
    questionnaire_versions.c.title,
    PHASE.label("phase"),
    invitations.c.state,
).select_from(waves.join(wave_eligible, _ASKS).join(questionnaire_versions, _ASKED).outerjoin(invitations, _INVITES))
_IS_ASKED = select(
    exists().where(
        wave_eligible.c.wave_id == bindparam("wave_id"), wave_eligible.c.graduate_id == bindparam("graduate_id")
    )
)

FORGET_SECONDS = 600.0
"""Between two looks for tries and requests that are over."""

FIELD = "entry_requests.named"
"""What the ciphertext of who asks is bound to beside its row."""

_NUMBER = "entry_tries.number"

# one row of a number, so that tries at once wait for each other
_TRY = text(
    f"""
    INSERT INTO entry_tries AS kept (number_index, school_code, tried_at)
    VALUES (:number_index, :school_code, ARRAY[{NOW_SQL}])
    ON CONFLICT (number_index) DO UPDATE
       SET tried_at = ARRAY(SELECT tried FROM unnest(kept.tried_at) AS tried
                             WHERE tried > {NOW_SQL} - CAST(:within AS interval)) || {NOW_SQL}
     WHERE (SELECT count(*) FROM unnest(kept.tried_at) AS tried
             WHERE tried > {NOW_SQL} - CAST(:within AS interval)) < :tries
    RETURNING 1
    """
)
_FREE_IN = text(
    f"""
    SELECT extract(epoch FROM min(tried) + CAST(:within AS interval) - {NOW_SQL})
      FROM entry_tries AS kept, unnest(kept.tried_at) AS tried
     WHERE number_index = :number_index AND tried > {NOW_SQL} - CAST(:within AS interval)
    """
)
_NEW_ID = text("SELECT uuidv7()")
_ADD = text(
    """
    INSERT INTO entry_requests (id, wave_id, school_code, language, named_ciphertext)
    VALUES (:id, :wave_id, :school_code, :language, :named)
    """
)
_WAITING = text(
    """
    SELECT id, wave_id, language, named_ciphertext AS named FROM entry_requests ORDER BY id LIMIT :limit
    """
).bindparams(bindparam("limit", type_=Integer))
_TAKE = text("""
    DELETE FROM entry_requests WHERE id IN (
        SELECT id FROM entry_requests WHERE id = ANY(:ids) ORDER BY id FOR UPDATE SKIP LOCKED
    ) RETURNING id
    """).bindparams(bindparam("ids", type_=ARRAY(Uuid)))
_FORGET_TRIES = text(
    f"DELETE FROM entry_tries WHERE tried_at[array_upper(tried_at, 1)] <= {NOW_SQL} - CAST(:within AS interval)"
)
# registry was away for as long: who asked has asked again
_FORGET_REQUESTS = text(f"DELETE FROM entry_requests WHERE created_at <= {NOW_SQL} - interval '24 hours'")
_OTHERS = text(
    f"""
    SELECT id, named_ciphertext FROM entry_requests WHERE {by_another_key("named_ciphertext")}
     ORDER BY id LIMIT :part FOR UPDATE SKIP LOCKED
    """
)
_RESEAL = text("UPDATE entry_requests SET named_ciphertext = :new WHERE id = :id")


async def seconds_to_wait(
    connection: Connection, cipher: FieldCipher, school_code: SchoolCode, number: str
) -> float | None:
    """Notes a try with a number of a school; of one too many nothing is noted, but in how many seconds one is free."""
    bound = {"number_index": cipher.blind_index(_NUMBER, f"{school_code} {number.casefold()}"), "within": WITHIN}
    if await connection.scalar(_TRY, {**bound, "school_code": school_code, "tries": TRIES}) is not None:
        return None
    return float(await connection.scalar(_FREE_IN, bound) or 1)


async def add_request(connection: Connection, cipher: FieldCipher, wave: Wave, named: Named, language: str) -> None:
    """Keeps who asks for the own link at the shared entry of a wave, and in which language."""
    request_id = await connection.scalar(_NEW_ID)
    sealed = cipher.encrypt(FIELD, request_id, json.dumps(vars(named)))
    place = {"id": request_id, "wave_id": wave.id, "school_code": wave.school_code}
    await connection.execute(_ADD, {**place, "language": language, "named": sealed})


async def waiting(connection: Connection, cipher: FieldCipher, limit: int) -> list[Request]:
    """Who asks and was not answered yet, those first who have waited longest."""
    return [
        Request(
            row.id, WaveId(row.wave_id), row.language, Named(**json.loads(cipher.decrypt(FIELD, row.id, row.named)))
        )
        for row in await connection.execute(_WAITING, {"limit": limit})
    ]


async def take(connection: Connection, requests: Sequence[UUID]) -> set[UUID]:
    """Forgets requests that are answered now; those of them that no other worker has answered meanwhile."""
    return set(await connection.scalars(_TAKE, {"ids": requests}))


async def forget(database: Database) -> None:
    """Forgets tries that are over, and requests that could not be answered for a day."""
    async with database.transaction(SYSTEM) as unit:
        await unit.connection.execute(_FORGET_TRIES, {"within": WITHIN})
        await unit.connection.execute(_FORGET_REQUESTS, {})
        await unit.commit()


async def reseal_requests(database: Database, cipher: FieldCipher) -> int:
    """Seals by the ring's current key who waits for a link; how many rows it has sealed anew."""

    def anew(row: Row) -> dict[str, object]:
        return {"id": row.id, "new": cipher.encrypt(FIELD, row.id, cipher.decrypt(FIELD, row.id, row.named_ciphertext))}

    return await reseal_rows(database, cipher, _OTHERS, _RESEAL, anew)


async def page(connection: Connection, scope: RowScope, after: UUID | None, limit: int) -> list[MyWave]:
    """The waves that ask the graduates of the scope, in the order of their creation."""
    return rows.all(MyWave, await connection.execute(*page_by_id(waves, _of_mine, scope, after, limit, _MINE)))


async def is_asked(connection: Connection, wave_id: WaveId, graduate_id: GraduateId) -> bool:
    """Whether a wave asks a graduate."""
    return bool(await connection.scalar(_IS_ASKED, {"wave_id": wave_id, "graduate_id": graduate_id}))


def _of_mine(seen: ScopeShape) -> ColumnElement[bool]:
    return seen.condition(Owners(graduate_id=wave_eligible.c.graduate_id))
