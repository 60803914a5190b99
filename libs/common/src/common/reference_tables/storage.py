"""Versions of reference tables in SQL. The newest one holds; where none was uploaded, the rows of the release."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar, cast

from sqlalchemy import text

from common.auth.principal import Actor
from common.errors import NotFound
from common.reference_tables.definition import ReferenceRow, ReferenceTable, shipped
from common.reference_tables.minimum_wages import MINIMUM_WAGE, MinimumWages
from common.reference_tables.working_days import WORKING_DAYS, WorkingDays
from common.sql import Connection

Made = TypeVar("Made")

_NEWEST = text("SELECT version, recorded_at FROM reference_versions WHERE name = :name ORDER BY version DESC LIMIT 1")
_ONE = text("SELECT rows, recorded_at FROM reference_versions WHERE name = :name AND version = :version")
_ADD = text(
    """
    INSERT INTO reference_versions (name, version, rows, by_subject)
    SELECT :name, CAST(:version AS int), CAST(:rows AS jsonb), :by_subject
    ON CONFLICT (name, version) DO NOTHING
    """
)
_made: dict[str, tuple[object, Any]] = {}
"""What was made of the newest version of a table that this process has read, by name."""


@dataclass(frozen=True)
class ReferenceVersion:
    """A version of a table; 0 and without an instant where it is the release's."""

    table: ReferenceTable
    version: int
    rows: Sequence[ReferenceRow]
    recorded_at: datetime | None


async def working_days(connection: Connection) -> WorkingDays:
    """The calendar as it is known."""
    return (await newest_as(connection, WORKING_DAYS, WorkingDays))[0]


async def minimum_wages(connection: Connection) -> MinimumWages:
    """The minimum wages as they are known."""
    return (await newest_as(connection, MINIMUM_WAGE, MinimumWages))[0]


async def newest_version(connection: Connection, table: ReferenceTable) -> int:
    """The number of the version that holds."""
    return int(await connection.scalar(_NEWEST, {"name": table.name}) or 0)


async def get(connection: Connection, table: ReferenceTable, version: int | None = None) -> ReferenceVersion:
    """A version, or the one that holds; raises NotFound."""
    wanted = await newest_version(connection, table) if version is None else version
    if wanted == 0:
        return ReferenceVersion(table, 0, shipped(table), None)
    found = await connection.execute(_ONE, {"name": table.name, "version": wanted})
    if not found:
        raise NotFound
    return ReferenceVersion(table, wanted, found[0].rows, found[0].recorded_at)


async def add(
    connection: Connection, table: ReferenceTable, version: int, rows: Sequence[ReferenceRow], actor: Actor
) -> bool:
    """Stores a version; False where it is there."""
    values: Mapping[str, object] = {
        "name": table.name,
        "version": version,
        "rows": json.dumps([dict(each) for each in rows], ensure_ascii=False),
        "by_subject": actor.subject,
    }
    return await connection.affected(_ADD, values) == 1


async def newest_as(
    connection: Connection, table: ReferenceTable, make: Callable[[Sequence[ReferenceRow]], Made]
) -> tuple[Made, int]:
    """What is made of the rows that hold, once for each version, and the number of that version."""
    newest = await connection.execute(_NEWEST, {"name": table.name})
    version, since = (newest[0].version, newest[0].recorded_at) if newest else (0, None)
    known, made = _made.get(table.name, (None, None))
    if known != (version, since):
        made = make((await get(connection, table, version)).rows)
        _made[table.name] = ((version, since), made)
    return cast(Made, made), version
