"""What the server makes of our statements."""

from typing import Any

from desks import Desk, approved
from sqlalchemy import text

from common.database import Database

_PLANNED = text(
    "SELECT statement, generic_plans > 0 FROM pg_prepared_statements"
    " WHERE statement LIKE '%registrations%' AND generic_plans + custom_plans > 6"
)


async def test_the_server_plans_a_statement_of_a_request_once(
    database: Database, enrol: Any, school: Desk, college: Desk
) -> None:
    """After five executions it decides; one that it plans anew for ever takes longer to plan than to run."""
    for _ in range(7):
        made = await approved(school, college, await enrol())
        assert (await school.get(f"/v1/registrations/{made.json()['id']}")).status_code == 200
        assert (await school.get("/v1/registrations", limit="100")).status_code == 200
    async with database.reading() as connection:
        planned = {row[0]: row[1] for row in await connection.execute(_PLANNED)}
    assert len(planned) >= 5
    assert [statement for statement, once in planned.items() if not once] == []
