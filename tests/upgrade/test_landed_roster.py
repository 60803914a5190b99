"""Rows of registry's first release are sealed beside it, from any point on again, and nothing recorded is lost."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from landed_roster import CIPHER, clear, encrypted_anew, seal_all

from common.auth import RowScope
from common.database import Database
from common.database.migrations import upgrade
from common.errors import PermanentError
from registry.graduates.domain.entry import SEALED, Filters
from registry.graduates.storage import roster
from registry.graduates.storage.landed import seal_landed
from registry.histories import storage as histories
from testing.databases import ServiceDatabase, empty_database

LANDED = Path(__file__).parent / "landed" / "registry.sql"
EXPANDED = "202611291101"
ENCRYPTED = ("name", "citizen_id", "phone")

# what the release before does with one graduate: the roster's row, and a row of its history
WITHDRAW = """
    UPDATE graduates SET version = 2, sequence = 2, status = 'withdrawn', phone_cipher = NULL WHERE id = $1
"""
KEEP = """
    INSERT INTO graduate_versions
    SELECT (jsonb_populate_record(v, jsonb_build_object(
               'version', 2, 'sequence', 2, 'status', 'withdrawn', 'phone_cipher', NULL, 'action', 'withdraw',
               'sealed', NULL, 'sealed_reason', NULL, 'source', NULL, 'operation_id', NULL, 'role', 'admin',
               'subject', 'a', 'changed_fields', '{phone,status}'::text[], 'reason_cipher', $2::bytea))).*
      FROM graduate_versions v WHERE graduate_id = $1
"""


@pytest.fixture
async def landed() -> AsyncIterator[tuple[ServiceDatabase, asyncpg.Connection]]:
    """Registry's database as its first release left it, with room for documents."""
    async with empty_database("registry") as stored:
        connection = await asyncpg.connect(stored.owner_url.replace("+asyncpg", ""))
        await connection.execute(LANDED.read_text())
        await encrypted_anew(connection)
        await upgrade(stored.owner_url, "registry", application_role=None, revision=EXPANDED)
        yield stored, connection
        await connection.close()


async def contracted(stored: ServiceDatabase) -> None:
    await upgrade(stored.owner_url, "registry", application_role="registry_app")


async def test_what_the_release_before_writes_meanwhile_is_sealed_too(
    landed: tuple[ServiceDatabase, asyncpg.Connection],
) -> None:
    stored, connection = landed
    before = {row["id"]: row for row in await connection.fetch("SELECT * FROM graduates")}
    with pytest.raises(PermanentError):
        await contracted(stored)
    await broken_off(stored)
    one = await connection.fetchval("SELECT id FROM graduates WHERE sealed IS NOT NULL LIMIT 1")
    await connection.execute(WITHDRAW, one)
    await connection.execute(KEEP, one, CIPHER.encrypt("reason", one, "退学"))
    with pytest.raises(PermanentError):
        await contracted(stored)
    async with connection.transaction():
        await connection.execute("SELECT FROM graduates WHERE id = $1 FOR UPDATE", one)
        assert await left_over(stored) == 1
    await seal_all(stored.owner_url)
    await contracted(stored)
    await seal_all(stored.owner_url)
    database = Database.connect(stored.app_url)
    async with database.reading() as reading:
        found = await roster.listed(reading, CIPHER, RowScope(everything=True), Filters(), after=None, limit=500)
        assert {each.id for each in found} == before.keys()
        for each in found:
            is_withdrawn = each.id == one
            assert content(each.entry) == {
                **{field: before[each.id].get(field) for field in SEALED if field not in ENCRYPTED},
                **{field: clear(field, each.entry.student_number) for field in ENCRYPTED},
                **({"phone": None} if is_withdrawn else {}),
            }
            history = await histories.page(reading, CIPHER, each.id, after=None, limit=9)
            assert [(version.version, version.action, version.source) for version in history] == [
                (1, "import", "import"),
                *([(2, "withdraw", "officer")] if is_withdrawn else []),
            ]
    assert await connection.fetchval("SELECT count(*) FROM graduate_versions") == 1
    await database.dispose()


def content(entry: Any) -> dict[str, object]:
    return {field: getattr(entry, field) for field in SEALED}


async def left_over(stored: ServiceDatabase) -> int:
    """How many rows the command leaves."""
    owner = Database.connect(stored.owner_url)
    left = await seal_landed(owner, CIPHER)
    await owner.dispose()
    return left


async def broken_off(stored: ServiceDatabase) -> None:
    """The command, killed after its first parts."""
    owner = Database.connect(stored.owner_url)

    class Dying:
        parts = 0

        def __getattr__(self, name: str) -> Any:
            return getattr(owner, name)

        def transaction(self, *given: Any) -> Any:
            self.parts += 1
            if self.parts > 2:
                raise KeyboardInterrupt
            return owner.transaction(*given)

    with pytest.raises(KeyboardInterrupt):
        await seal_landed(Dying(), CIPHER, part=2)  # type: ignore[arg-type]
    await owner.dispose()
