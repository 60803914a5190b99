"""The history of the schema leads to the tables of the code, and back."""

import pytest

from testing.databases import rights_of_application
from testing.migrations import assert_no_drift, assert_reversible


async def test_migrations_and_tables_agree(postgres_url: str) -> None:
    await assert_no_drift(postgres_url, "indicators")


async def test_every_migration_can_be_taken_back(postgres_url: str) -> None:
    await assert_reversible(postgres_url, "indicators")


@pytest.mark.parametrize(
    "table",
    ["roster_versions", "destination_versions", "response_versions", "fact_versions", "audit_entries", "outbox"],
)
async def test_what_happened_can_only_be_added_to(table: str) -> None:
    assert await rights_of_application("indicators", table) == {"SELECT", "INSERT"}
