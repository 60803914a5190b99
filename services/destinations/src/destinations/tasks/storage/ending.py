"""Tasks that end by what becomes of their registrations and graduates."""

from collections.abc import Sequence

from sqlalchemy import ARRAY, Uuid, bindparam, text

from common.clock import NOW_SQL
from common.identifiers import GraduateId, RegistrationId
from common.sql import Connection
from destinations.tasks.domain import Outcome

_END = text(
    f"""
    UPDATE tasks SET version = version + 1, state = 'done', outcome = :outcome, ended_at = {NOW_SQL}
     WHERE registration_id = ANY(:ids) AND state = 'open'
    """
).bindparams(bindparam("ids", type_=ARRAY(Uuid)))
_ERASE = text("SELECT erase_tasks(:ids)").bindparams(bindparam("ids", type_=ARRAY(Uuid)))


async def end(connection: Connection, registration_ids: Sequence[RegistrationId], outcome: Outcome) -> None:
    """Ends what is still to be done about registrations, whose graduates' streams are locked."""
    await connection.execute(_END, {"ids": list(registration_ids), "outcome": outcome.value})


async def erase(connection: Connection, graduate_ids: Sequence[GraduateId]) -> None:
    """Empties the texts of erased graduates, and ends their tasks as withdrawn; repeatable."""
    await connection.execute(_ERASE, {"ids": list(graduate_ids)})
