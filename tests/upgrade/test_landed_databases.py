"""Databases of the first released version come to the newest revision with every row intact.

`landed/<service>.sql` was dumped (pg_dump, plain SQL) from a stack of that version with a small season of demo data.
"""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from alembic import command
from landed_roster import encrypted_anew, seal_all

from common.database import Database
from common.database.migrations import upgrade
from common.database.revisions import is_current
from common.settings import ServiceSettings
from indicators.timeline.rebuild import renew_old_spans
from indicators.timeline.verify import verify_figures
from testing.databases import ServiceDatabase, empty_database
from testing.migrations import on_database

LANDED = Path(__file__).parent / "landed"
SHARED = "UPDATE graduates SET exam_number = 'E1' WHERE id = ANY($1)"
EXPANDED = "202611291101"
"""The last revision of registry that its first release can run beside."""

SERVICES = ("registry", "destinations", "surveys", "indicators")

Rows = dict[str, list[dict[str, Any]]]


@pytest.fixture(params=SERVICES)
async def landed(request: pytest.FixtureRequest) -> AsyncIterator[tuple[str, ServiceDatabase]]:
    """A service with a database as its first release left it."""
    service = request.param
    async with empty_database(service) as stored:
        connection = await _connected(stored)
        await connection.execute((LANDED / f"{service}.sql").read_text())
        if service == "registry":
            await encrypted_anew(connection)
        await connection.close()
        yield service, stored


async def test_the_newest_revision_keeps_every_row(landed: tuple[str, ServiceDatabase]) -> None:
    service, stored = landed
    before = await _rows(stored)
    assert sum(map(len, before.values())) > 80
    await _upgraded(service, stored)
    after = await _rows(stored)
    for table, rows in before.items():
        if table == "graduate_versions":
            # the newest ones stand in the roster
            after[table] += [{**row, "graduate_id": row["id"]} for row in after["graduates"]]
        kept = {column for column in rows[0] if column in after[table][0]} if rows else set()
        # of the ring that is gone
        kept -= {"name_index", "citizen_id_index"}
        assert _values(after[table], kept) == _values(rows, kept), table
    if service == "destinations":
        assert None not in {version["cohort"] for version in after["registration_versions"]}
        standing = [each for each in after["registrations"] if each["stage"] == "school_approved"]
        assert standing
        assert None not in {each["written_by"] for each in standing}


async def test_the_upgraded_database_is_the_one_that_the_code_describes(landed: tuple[str, ServiceDatabase]) -> None:
    service, stored = landed
    await _upgraded(service, stored)
    await on_database(stored.owner_url, service, command.check)
    database = Database.connect(ServiceSettings(service=service, database_url=stored.app_url))
    assert await is_current(database, service)
    await database.dispose()


async def test_the_release_before_goes_on_announcing_beside_the_newest_revision(
    landed: tuple[str, ServiceDatabase],
) -> None:
    """It cannot compare an outbox with the topics: the migration counts this run of the server as compared.

    From where to compare later, only an acknowledgement by the broker says: the database's clock may run ahead of it.
    """
    service, stored = landed
    if service == "registry":
        await _expanded(stored)
        owner = await _connected(stored)
        # the rights that its own migrations gave
        await owner.execute("GRANT SELECT, INSERT, UPDATE ON outbox, relay_state TO registry_app")
        await owner.close()
    else:
        await upgrade(stored.owner_url, service, application_role=f"{service}_app")
    connection = await asyncpg.connect(stored.app_url.replace("+asyncpg", ""))
    assert await connection.fetchval("SELECT sent_at FROM relay_state") is None
    await connection.execute(
        "INSERT INTO outbox (topic, key, sequence, type, school_code, data) VALUES ('t', 'k', 1, 'x', '10001', '{}')"
    )
    await connection.execute("UPDATE relay_state SET numbered = numbered + 1, sent = greatest(sent, 1)")
    await connection.close()


async def test_the_figures_of_the_first_release_are_those_that_are_computed_anew() -> None:
    """Its versions do not say who is in the population: they count as they did then.

    Its spans lack what its versions say of a graduate besides the groups of figures, until a worker makes them anew.
    """
    async with empty_database("indicators") as stored:
        connection = await _connected(stored)
        await connection.execute((LANDED / "indicators.sql").read_text())
        await connection.execute("SET search_path = public")
        spans = await connection.fetchval("SELECT count(*) FROM spans")
        await connection.close()
        await upgrade(stored.owner_url, "indicators", application_role="indicators_app")
        database = Database.connect(stored.app_url)
        assert {each.check for each in await verify_figures(database)} <= {"spans"}
        await renew_old_spans(database, partitions=12)
        assert await verify_figures(database) == []
        await database.dispose()
    assert spans > 10


async def test_examinee_numbers_that_are_shared_stay_and_no_further_one_comes() -> None:
    async with empty_database("registry") as stored:
        connection = await _connected(stored)
        await connection.execute((LANDED / "registry.sql").read_text())
        await connection.execute("SET search_path = public")
        order = (
            "SELECT id FROM graduates WHERE (school_code, cohort) = (SELECT school_code, cohort FROM graduates LIMIT 1)"
        )
        one, other, third, further = [row["id"] for row in await connection.fetch(f"{order} ORDER BY id LIMIT 4")]
        await connection.execute(SHARED, [one, other, third])
        await _expanded(stored)
        kept = await connection.fetch("SELECT id FROM graduates WHERE exam_number = 'E1'")
        assert {row["id"] for row in kept} == {one, other, third}
        await connection.execute("UPDATE graduates SET exam_number = 'E2' WHERE id = $1", other)
        for taken, graduate in (("E1", further), ("E2", third)):
            with pytest.raises(asyncpg.UniqueViolationError):
                await connection.execute("UPDATE graduates SET exam_number = $1 WHERE id = $2", taken, graduate)
        await connection.close()


async def _expanded(stored: ServiceDatabase) -> None:
    """Without rights: those that the code names are of columns that the newest revision has."""
    await upgrade(stored.owner_url, "registry", application_role=None, revision=EXPANDED)


async def _upgraded(service: str, stored: ServiceDatabase) -> None:
    """The newest revision; registry takes a step of the owner's on the way to it."""
    if service == "registry":
        await _expanded(stored)
        await seal_all(stored.owner_url)
    await upgrade(stored.owner_url, service, application_role=f"{service}_app")


async def _rows(stored: ServiceDatabase) -> Rows:
    """Every row of every table but the revision's, as the owner reads it."""
    connection = await _connected(stored)
    tables = await connection.fetch(
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
    )
    found = {
        name: [json.loads(row[0]) for row in await connection.fetch(f'SELECT to_jsonb(each) FROM "{name}" AS each')]
        for (name,) in tables
        if name != "alembic_version"
    }
    await connection.close()
    return found


def _values(rows: list[dict[str, Any]], columns: set[str]) -> list[str]:
    return sorted(json.dumps([row[column] for column in sorted(columns)], default=str) for row in rows)


async def _connected(stored: ServiceDatabase) -> asyncpg.Connection:
    return await asyncpg.connect(stored.owner_url.replace("+asyncpg", ""))
