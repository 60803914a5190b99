"""Evidence that is past its day, or of erased graduates: functions of the owner delete, since no other may do so."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import ARRAY, Uuid, bindparam, text

from common.clock import TODAY_SQL
from common.identifiers import GraduateId
from common.sql import Connection
from destinations.evidence.tables import KEPT

# a function of the owner looks at the day again, and deletes
_END = text(
    f"""
    SELECT school_code FROM delete_evidence(ARRAY(
        SELECT id FROM evidence WHERE {KEPT} AND keep_until < {TODAY_SQL} AND NOT hold
         ORDER BY keep_until LIMIT :part FOR UPDATE SKIP LOCKED
    ))
    """
)
_PAST = text(
    f"""
    SELECT count(*) AS count, min(keep_until) AS oldest FROM evidence
     WHERE {KEPT} AND keep_until < {TODAY_SQL} AND NOT hold
    """
)
_ERASE = text("SELECT erase_evidence(:ids)").bindparams(bindparam("ids", type_=ARRAY(Uuid)))


async def erase(connection: Connection, graduate_ids: Sequence[GraduateId]) -> None:
    """Empties the texts of evidence of erased graduates, and deletes what is past its day; repeatable."""
    await connection.execute(_ERASE, {"ids": list(graduate_ids)})


async def past(connection: Connection) -> tuple[int, date | None]:
    """How many pieces are past their day and not held, and the first of these days."""
    row = (await connection.execute(_PAST)).one()
    return row.count, row.oldest


async def end(connection: Connection, part: int) -> list[str]:
    """Deletes files and texts of up to so many pieces that are past their day and not held; the school of each."""
    return await connection.scalars(_END, {"part": part})
