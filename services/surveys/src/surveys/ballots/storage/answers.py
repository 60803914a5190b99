"""Ballots in SQL. No statement here touches a row about a person, nor one that has a time.

Every act on a ballot holds its wave, then the ballot.
"""

import json
from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, LargeBinary, Select, Text, Uuid, bindparam, func, select, text, update
from sqlalchemy.sql.dml import ReturningUpdate

from common import rows
from common.auth import Owners, RowScope, ScopeShape
from common.canonical import canonical
from common.clock import NOW_SQL
from common.crypto import FieldCipher
from common.database import Database
from common.database.pages import page_by_id
from common.identifiers import ResponseId, SchoolCode, WaveId
from common.resealing import by_another_key, reseal_rows
from common.sql import Connection, Row
from surveys.answers.storage.freezing import FrozenRow
from surveys.answers.storage.values import Values, plaintext_of
from surveys.ballots.domain import Ballot, Consented
from surveys.ballots.tables import ballots
from surveys.caps.domain import Cap
from surveys.responses.domain import ResponseState, Submission

FIELD = "ballots.values"
"""What the ciphertext of an answer is bound to, beside the ballot's id: nothing of a person."""

_THIS_WEEK = text(f"SELECT to_char({NOW_SQL} AT TIME ZONE 'Asia/Shanghai', 'IYYY-\"W\"IW')")

# in the order of the digests, which is that of nothing else: places in the table tell nothing of who got which code
_ISSUE = text(
    """
    INSERT INTO ballots (wave_id, school_code, digest)
    SELECT :wave_id, :school_code, made.digest FROM unnest(:digests) AS made (digest) ORDER BY made.digest
    """
).bindparams(
    bindparam("wave_id", type_=Uuid),
    bindparam("school_code", type_=Text),
    bindparam("digests", type_=ARRAY(LargeBinary)),
)
_COUNT = select(func.count()).select_from(ballots).where(ballots.c.wave_id == bindparam("wave_id"))
_ONE = select(ballots).where(ballots.c.id == bindparam("id"))
_HELD = _ONE.with_for_update()
_BY_DIGEST = select(ballots).where(ballots.c.digest == bindparam("digest"))
_OPEN = (
    update(ballots)
    .where(ballots.c.id == bindparam("of_id"))
    .values(
        is_opened=True,
        shown_statement_id=bindparam("of_statement", type_=Uuid),
        shown_statement_version=bindparam("of_number"),
    )
)
_REMEMBER = (
    update(ballots).where(ballots.c.id == bindparam("of_id")).values(request_digest=bindparam("digest_of_request"))
)
_IN_WAVE = ballots.c.wave_id == bindparam("wave_id")
_LEFT_OPEN = (
    select(ballots)
    .where(_IN_WAVE, ballots.c.state == "open", ballots.c.statement_version.is_not(None))
    .order_by(ballots.c.id)
    .limit(bindparam("limit"))
)
_LEFT_OPEN_AFTER = _LEFT_OPEN.where(ballots.c.id > bindparam("after"))
_GIVEN = select(ballots).where(_IN_WAVE, ballots.c.state == "submitted").order_by(func.random())
_STATES = text(
    """
    SELECT CASE WHEN state <> 'open' THEN state WHEN is_opened THEN 'opened' ELSE 'issued' END AS standing,
           count(*) AS count FROM ballots WHERE wave_id = :wave_id GROUP BY 1
    """
).bindparams(bindparam("wave_id", type_=Uuid))
_FREEZE = text(
    """
    UPDATE ballots SET frozen_digest = kept.digest, frozen_salt = kept.salt
      FROM unnest(:ids, :digests, :salts) AS kept (id, digest, salt) WHERE ballots.id = kept.id
    """
).bindparams(
    bindparam("ids", type_=ARRAY(Uuid)),
    bindparam("digests", type_=ARRAY(LargeBinary)),
    bindparam("salts", type_=ARRAY(LargeBinary)),
)
_LINKS_AND_CODES = text(
    """
    SELECT (SELECT count(*) FROM invitations WHERE wave_id = :id) + (SELECT count(*) FROM ballots WHERE wave_id = :id)
    """
).bindparams(bindparam("id", type_=Uuid))
_OTHERS = text(
    f"""
    SELECT id, values_ciphertext FROM ballots WHERE {by_another_key("values_ciphertext")}
     ORDER BY id LIMIT :part FOR UPDATE SKIP LOCKED
    """
)
_RESEAL = text("UPDATE ballots SET values_ciphertext = :new WHERE id = :id").bindparams(
    bindparam("new", type_=LargeBinary), bindparam("id", type_=Uuid)
)
_EMPTIED: dict[str, Any] = {
    "values_ciphertext": None,
    "frozen_salt": None,
    "request_digest": None,
    "completeness": None,
    "completed_by": None,
    "caps": [],
    "questions_answered": 0,
    "questions_total": 0,
}


async def issue(connection: Connection, wave_id: WaveId, school_code: SchoolCode, digests: Collection[bytes]) -> None:
    """Stores the ballots of a whole wave, in one statement and in no order that anything else has."""
    await connection.execute(_ISSUE, {"wave_id": wave_id, "school_code": school_code, "digests": sorted(digests)})


async def count(connection: Connection, wave_id: WaveId) -> int:
    """How many ballots a wave has."""
    return int(await connection.scalar(_COUNT, {"wave_id": wave_id}))


async def links_and_codes(connection: Connection, wave_id: WaveId) -> int:
    """How many links and codes were made for a wave."""
    return int(await connection.scalar(_LINKS_AND_CODES, {"id": wave_id}))


async def by_digest(connection: Connection, digest: bytes) -> Ballot | None:
    """The ballot whose code has this digest."""
    return rows.one_or_none(Ballot, await connection.execute(_BY_DIGEST, {"digest": digest}))


async def current(connection: Connection, ballot_id: ResponseId) -> Ballot:
    """A ballot that is known to exist."""
    return rows.one(Ballot, await connection.execute(_ONE, {"id": ballot_id}))


async def hold(connection: Connection, ballot_id: ResponseId) -> Ballot:
    """A ballot that is known to exist, locked: every act on it begins here."""
    return rows.one(Ballot, await connection.execute(_HELD, {"id": ballot_id}))


async def open_with(connection: Connection, ballot: Ballot, statement_id: UUID | None, statement_version: int) -> None:
    """Notes that the code of a held ballot was used, and which privacy statement its holder is shown."""
    shown = {"of_statement": statement_id, "of_number": statement_version}
    await connection.execute(_OPEN, {"of_id": ballot.id, **shown})


async def save(connection: Connection, ballot: Ballot, **changes: Any) -> Ballot:
    """Stores the next version of a held ballot."""
    return rows.one(Ballot, await connection.execute(_save(tuple(changes)), {**changes, "of_id": ballot.id}))


async def agree(connection: Connection, ballot: Ballot, given: Consented) -> Ballot:
    """Keeps what was agreed to, in the ballot itself."""
    return await save(connection, ballot, **vars(given))


async def save_values(connection: Connection, cipher: FieldCipher, ballot: Ballot, values: Values) -> Ballot:
    """Replaces the draft of a held ballot."""
    return await save(connection, ballot, values_ciphertext=_sealed(cipher, ballot, values))


async def submit(
    connection: Connection,
    cipher: FieldCipher,
    ballot: Ballot,
    values: Values,
    given: Submission,
    *,
    taken: Iterable[Cap] = (),
) -> Ballot:
    """Closes a held ballot that has taken places under caps; of the time its week is kept."""
    return await save(
        connection,
        ballot,
        state=ResponseState.SUBMITTED.value,
        week=await connection.scalar(_THIS_WEEK),
        questions_answered=given.answered,
        questions_total=given.total,
        completeness=given.completeness.value,
        completed_by=given.completed_by.value,
        values_ciphertext=_sealed(cipher, ballot, values),
        caps=[cap.id for cap in taken],
    )


async def empty(connection: Connection, ballot: Ballot, state: ResponseState) -> Ballot:
    """Takes a held ballot back, or screens it out: what was answered is erased."""
    return await save(connection, ballot, state=state.value, **_EMPTIED)


async def remember(connection: Connection, ballot: Ballot, digest: bytes) -> None:
    """Keeps by which request a held ballot was submitted."""
    await connection.execute(_REMEMBER, {"of_id": ballot.id, "digest_of_request": digest})


async def left_open(connection: Connection, wave_id: WaveId, after: ResponseId | None, limit: int) -> list[Ballot]:
    """Ballots of a wave whose holders have agreed and that are not submitted, in the order of their random ids."""
    statement = _LEFT_OPEN if after is None else _LEFT_OPEN_AFTER
    found = await connection.execute(statement, {"wave_id": wave_id, "after": after, "limit": limit})
    return rows.all(Ballot, found)


async def given(connection: Connection, wave_id: WaveId) -> list[Ballot]:
    """The ballots of a wave that count, in an order that is another one each time."""
    return rows.all(Ballot, await connection.execute(_GIVEN, {"wave_id": wave_id}))


async def standings(connection: Connection, wave_id: WaveId) -> dict[str, int]:
    """How many ballots of a wave are `issued` and unused, `opened`, `submitted`, `withdrawn`, `screened_out`."""
    return {row.standing: row.count for row in await connection.execute(_STATES, {"wave_id": wave_id})}


async def page(
    connection: Connection,
    scope: RowScope,
    school_code: SchoolCode | None,
    wave_id: WaveId,
    after: UUID | None,
    limit: int,
) -> list[Ballot]:
    """Opened ballots of a wave in the order of their random ids."""
    cut: dict[str, Any] = {"school_code": school_code, "wave_id": wave_id, "is_opened": True}
    query = page_by_id(ballots, _visible, scope, after, limit, **cut)
    return rows.all(Ballot, await connection.execute(*query))


async def find(connection: Connection, scope: RowScope, ballot_id: ResponseId) -> Ballot | None:
    """An opened ballot, if the scope sees its school."""
    bound = {**scope.values, "id": ballot_id}
    return rows.one_or_none(Ballot, await connection.execute(_seen(scope.shape), bound))


async def freeze(connection: Connection, made: Sequence[FrozenRow]) -> None:
    """Keeps the digests of a wave that is frozen."""
    values = {
        "ids": [each.response_id for each in made],
        "digests": [each.digest for each in made],
        "salts": [each.salt for each in made],
    }
    await connection.execute(_FREEZE, values)


def row_of(cipher: FieldCipher, ballot: Ballot) -> bytes:
    """What a digest is of: all that counts of a ballot, in one spelling."""
    completeness = ballot.completeness and ballot.completeness.value
    return canonical({"week": ballot.week, "completeness": completeness, "values": values_of(cipher, ballot)})


def values_of(cipher: FieldCipher, ballot: Ballot) -> Values:
    """What was answered, by question; raises UndecryptableError."""
    if ballot.values_ciphertext is None:
        return {}
    values: Values = json.loads(cipher.decrypt(FIELD, ballot.id, ballot.values_ciphertext))
    return values


async def reseal_ballots(database: Database, cipher: FieldCipher) -> int:
    """Seals ballots by the ring's current key; how many it has sealed anew."""

    def anew(row: Row) -> dict[str, object]:
        plaintext = cipher.decrypt(FIELD, row.id, row.values_ciphertext)
        return {"id": row.id, "new": cipher.encrypt(FIELD, row.id, plaintext)}

    return await reseal_rows(database, cipher, _OTHERS, _RESEAL, anew)


def _sealed(cipher: FieldCipher, ballot: Ballot, values: Values) -> bytes:
    return cipher.encrypt(FIELD, ballot.id, plaintext_of(values))


@lru_cache
def _save(names: tuple[str, ...]) -> ReturningUpdate[Any]:
    stated: dict[str, Any] = {name: bindparam(name, type_=ballots.c[name].type) for name in names}
    stated["version"] = ballots.c.version + 1
    return update(ballots).where(ballots.c.id == bindparam("of_id")).values(stated).returning(ballots)


def _visible(seen: ScopeShape) -> ColumnElement[bool]:
    return seen.condition(Owners(school_code=ballots.c.school_code))


@lru_cache
def _seen(seen: ScopeShape) -> Select[Any]:
    return select(ballots).where(ballots.c.id == bindparam("id"), ballots.c.is_opened, _visible(seen))
