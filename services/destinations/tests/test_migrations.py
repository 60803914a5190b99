"""The history of the schema leads to the tables of the code, and back."""

import asyncpg
import pytest
from acting import UNIT, approved, registered, rows
from sqlalchemy import text

from common.auth import EVERYTHING
from common.database import Database
from common.database.migrations import downgrade, upgrade
from common.identifiers import Cohort, SchoolCode
from destinations.coverage.domain import Asked
from destinations.coverage.storage import coverage
from destinations.registrations.domain.content import EMPTIED, SEALED
from destinations.schema import metadata
from testing.databases import ServiceDatabase, rights_of_application
from testing.migrations import assert_no_drift, assert_reversible

AUTHORS = ("written_by", "submitted_by")


async def test_migrations_and_tables_agree(postgres_url: str) -> None:
    await assert_no_drift(postgres_url, "destinations")


async def test_every_migration_can_be_taken_back(postgres_url: str) -> None:
    await assert_reversible(postgres_url, "destinations")


@pytest.mark.parametrize("table", ["registration_versions", "audit_entries", "outbox"])
async def test_what_happened_can_only_be_added_to(table: str) -> None:
    assert await rights_of_application("destinations", table) == {"SELECT", "INSERT"}


async def test_the_planner_keeps_nothing_of_ciphertexts_and_of_what_an_erasure_empties(database: Database) -> None:
    query = text(
        "SELECT relname, attname FROM pg_attribute JOIN pg_class ON attrelid = pg_class.oid"
        " WHERE relnamespace = 'public'::regnamespace AND attstattarget = 0 AND attnum > 0"
    )
    async with database.reading() as connection:
        kept_out = {tuple(row) for row in await connection.execute(query)}
    sealed = {
        (table.name, column.name)
        for table in metadata.tables.values()
        for column in table.columns
        if column.name in {*SEALED} or column.name.endswith("_cipher")
    }
    emptied = {(table, name) for table in ("registrations", "registration_versions") for name in (*EMPTIED, *AUTHORS)}
    emptied |= {("registration_versions", "note"), ("registration_versions", "by_subject"), ("evidence", "uploaded_by")}
    assert sealed | emptied <= kept_out


async def test_what_the_release_before_found_of_evidence_is_counted_by_now_too(
    database: Database, addresses: ServiceDatabase
) -> None:
    for _ in range(2):
        await approved(database, UNIT)
    await registered(database, UNIT)
    # as that release has left them: it knows the column of versions alone
    owner = await asyncpg.connect(addresses.admin_url)
    await owner.execute("UPDATE registration_versions SET incomplete = NULL, evidence_complete = state <> 'draft'")
    await owner.execute("UPDATE registrations SET evidence_complete = NULL")
    await owner.close()
    await downgrade(addresses.owner_url, "destinations", "202611302101")
    await upgrade(addresses.owner_url, "destinations", application_role="destinations_app")
    found = await rows(database, "SELECT stage, evidence_complete FROM registrations ORDER BY stage")
    assert [tuple(each) for each in found] == [("draft", False), *[("school_approved", True)] * 2]
    async with database.reading() as connection:
        (all_of_them,) = await coverage(connection, EVERYTHING, Asked(SchoolCode("10001"), Cohort(2024)))
    assert all_of_them.counts.evidence_complete == 2
