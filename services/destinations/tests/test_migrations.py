"""The history of the schema leads to the tables of the code, and back."""

import pytest
from sqlalchemy import text

from common.database import Database
from destinations.registrations.domain.content import EMPTIED, SEALED
from destinations.schema import metadata
from testing.databases import rights_of_application
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
