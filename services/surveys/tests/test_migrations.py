"""The history of the schema leads to the tables of the code, and back."""

import pytest
from sqlalchemy import text

from common.database import Database
from common.database.migrations import downgrade, upgrade
from testing.databases import committed, rights_of_application, service_database
from testing.migrations import assert_no_drift, assert_reversible

_ANSWERED = """
    WITH response AS (
        INSERT INTO responses (invitation_id, wave_id, graduate_id, school_code)
        VALUES (uuidv7(), uuidv7(), uuidv7(), :school) RETURNING id)
    INSERT INTO response_pages (response_id, page_id, values_ciphertext) SELECT id, 'work', '' FROM response
"""


async def test_migrations_and_tables_agree(postgres_url: str) -> None:
    await assert_no_drift(postgres_url, "surveys")


async def test_every_migration_can_be_taken_back(postgres_url: str) -> None:
    await assert_reversible(postgres_url, "surveys")


@pytest.mark.parametrize("table", ["questionnaire_versions", "wave_eligible", "audit_entries", "outbox"])
async def test_what_happened_can_only_be_added_to(table: str) -> None:
    assert await rights_of_application("surveys", table) == {"SELECT", "INSERT"}


async def test_pages_saved_before_get_the_school_of_their_response() -> None:
    async with service_database("surveys") as found:
        await downgrade(found.owner_url, "surveys", "surveys_0003")
        administrator = Database.connect(found.admin_url)
        async with committed(administrator) as connection:
            await connection.execute(text("SET LOCAL session_replication_role = replica"))
            for school in ("90001", "90002"):
                await connection.execute(text(_ANSWERED), {"school": school})
        await upgrade(found.owner_url, "surveys", application_role=None)
        async with administrator.reading() as connection:
            schools = await connection.scalars(text("SELECT school_code FROM response_pages ORDER BY 1"))
            assert schools == ["90001", "90002"]
        await administrator.dispose()
