"""What the server makes of our statements."""

from collections import Counter
from typing import Any

from desks import Desk, approved
from sqlalchemy import text

from common.database import Database

_PLANNED = text(
    "SELECT statement, generic_plans, generic_plans + custom_plans FROM pg_prepared_statements"
    " WHERE statement LIKE '%registrations%'"
)


async def test_the_server_plans_a_statement_of_a_request_once(
    database: Database, enrol: Any, school: Desk, college: Desk
) -> None:
    """After five executions it decides; one that it plans anew for ever takes longer to plan than to run.

    A list of a school is not asked for: which of its plans is better depends on how large the other schools are. The
    same is so of the lock on a registration's stream, which looks for its entry within the school.
    """
    # other tests have used the connection, too
    once_before, all_before = await _executions(database)
    for _ in range(7):
        made = await approved(school, college, await enrol())
        assert (await school.get(f"/v1/registrations/{made.json()['id']}")).status_code == 200
    once, all_of_them = await _executions(database)
    many_times = [statement for statement, times in (all_of_them - all_before).items() if times > 6]
    assert len(many_times) >= 5
    anew = [statement for statement in many_times if once[statement] == once_before[statement]]
    assert [statement for statement in anew if "FOR UPDATE OF destination_streams" not in statement] == []


async def _executions(database: Database) -> tuple[Counter[str], Counter[str]]:
    """How often each statement was executed by a plan for any parameters, and at all."""
    async with database.reading() as connection:
        found = await connection.execute(_PLANNED)
    return Counter({row[0]: row[1] for row in found}), Counter({row[0]: row[2] for row in found})
