"""Facts of erased graduates, and those past their day: functions of the owner, since no other may change a fact."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import ARRAY, Uuid, bindparam, text

from common.identifiers import GraduateId
from common.sql import Connection

_ERASE = text("SELECT erase_facts(:ids)").bindparams(bindparam("ids", type_=ARRAY(Uuid)))
_PAST = text("SELECT count(*) AS count, min(past.kept_until) AS oldest FROM past_facts() AS past")
_END = text("SELECT delete_past_facts(:part)")


async def erase(connection: Connection, graduate_ids: Sequence[GraduateId]) -> None:
    """Empties what sources say of erased graduates; repeatable."""
    await connection.execute(_ERASE, {"ids": list(graduate_ids)})


async def past(connection: Connection) -> tuple[int, date | None]:
    """How many versions of facts are past their day, and the first of these days."""
    row = (await connection.execute(_PAST)).one()
    return row.count, row.oldest


async def end(connection: Connection, part: int) -> int:
    """Deletes up to so many facts that are past their day, with all versions; how many facts those were."""
    deleted: int = await connection.scalar(_END, {"part": part})
    return deleted
