"""What flags are made of, and why an answer counts in no figure, in SQL."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, bindparam, text

from common.crypto import FieldCipher
from common.database import Database
from common.identifiers import GraduateId, ResponseId, WaveId
from common.resealing import by_another_key, reseal_rows
from common.sql import Connection, Row
from surveys.roster.domain import REGISTERED, Registered

FIELD = "responses.reason"

ENOUGH = 20
"""Answers with a time that a wave needs for a median (contract of surveys, 6)."""

# from the opening of the link to the first submission; who keys a paper or sends a file has no such time
_SPEEDERS = text(
    """
    WITH timed AS (
        SELECT response.id, response.wave_id,
               extract(epoch FROM min(content.submitted_at) - response.created_at) AS seconds
          FROM responses AS response JOIN submitted_contents AS content ON content.response_id = response.id
         WHERE response.wave_id = ANY(:waves) AND response.mode IN ('web', 'api', 'phone')
           AND response.completed_by = 'respondent'
         GROUP BY response.id
    ), middle AS (
        SELECT wave_id, percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds) AS seconds
          FROM timed GROUP BY wave_id HAVING count(*) >= :enough
    )
    SELECT timed.id FROM timed JOIN middle USING (wave_id)
     WHERE timed.id = ANY(:ids) AND 3 * timed.seconds < middle.seconds
    """
).bindparams(bindparam("waves", type_=ARRAY(Uuid)), bindparam("ids", type_=ARRAY(Uuid)))
_CONTENTS = text(
    """
    SELECT content.* FROM submitted_contents AS content JOIN responses AS response ON response.id = content.response_id
     WHERE response.id = ANY(:ids) AND content.version = response.effective_version
    """
).bindparams(bindparam("ids", type_=ARRAY(Uuid)))
_REGISTERED = text(
    f"SELECT graduate_id, {', '.join(REGISTERED)} FROM effective_registrations WHERE graduate_id = ANY(:ids)"
).bindparams(bindparam("ids", type_=ARRAY(Uuid)))
_FORGET = text("UPDATE responses SET reason_ciphertext = NULL WHERE graduate_id = ANY(:ids)").bindparams(
    bindparam("ids", type_=ARRAY(Uuid))
)
_OTHERS = text(
    f"""
    SELECT id, reason_ciphertext FROM responses WHERE {by_another_key("reason_ciphertext")}
     ORDER BY id LIMIT :part FOR UPDATE SKIP LOCKED
    """
)
_RESEAL = text("UPDATE responses SET reason_ciphertext = :new WHERE id = :id")


async def speeders(
    connection: Connection, waves: Collection[WaveId], response_ids: Sequence[ResponseId]
) -> set[ResponseId]:
    """Those of these responses of these waves that took less than a third of the median time."""
    values = {"waves": list(waves), "ids": list(response_ids), "enough": ENOUGH}
    return {ResponseId(each) for each in await connection.scalars(_SPEEDERS, values)}


async def contents(connection: Connection, response_ids: Sequence[ResponseId]) -> list[Row]:
    """What counts of these responses, as it is stored: `response_id`, `version`, `values_ciphertext`."""
    return list(await connection.execute(_CONTENTS, {"ids": list(response_ids)}))


async def registered(connection: Connection, graduate_ids: Sequence[GraduateId]) -> dict[UUID, Registered]:
    """What is registered of these graduates now."""
    found = await connection.execute(_REGISTERED, {"ids": list(graduate_ids)})
    return {row.graduate_id: Registered(**{name: row[name] for name in REGISTERED}) for row in found}


async def forget_reasons(connection: Connection, graduate_ids: Sequence[GraduateId]) -> None:
    """Empties why answers of these graduates, who are erased, do not count."""
    await connection.execute(_FORGET, {"ids": list(graduate_ids)})


def sealed(cipher: FieldCipher, response_id: ResponseId, reason: str) -> bytes:
    """A reason as it is stored."""
    return cipher.encrypt(FIELD, response_id, reason)


def opened(cipher: FieldCipher, response_id: UUID, ciphertext: bytes) -> str:
    """A reason as it was given."""
    return cipher.decrypt(FIELD, response_id, ciphertext)


async def reseal_exclusions(database: Database, cipher: FieldCipher) -> int:
    """Seals reasons by the ring's current key; of how many responses."""

    def anew(row: Row) -> dict[str, object]:
        return {"id": row.id, "new": sealed(cipher, row.id, opened(cipher, row.id, row.reason_ciphertext))}

    return await reseal_rows(database, cipher, _OTHERS, _RESEAL, anew)
