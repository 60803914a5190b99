"""SQL about saved mappings."""

import json
from collections.abc import Mapping

from sqlalchemy import bindparam, delete, select, text

from common import rows
from common.clock import NOW_SQL
from common.errors import NotFound
from common.identifiers import SchoolCode
from common.sql import Connection
from registry.import_mappings.domain import MAX_MAPPINGS, ImportMapping
from registry.import_mappings.tables import import_mappings

_OF_SCHOOL = select(import_mappings).where(import_mappings.c.school_code == bindparam("school_code"))
_ONE = _OF_SCHOOL.where(import_mappings.c.name == bindparam("name"))
_ALL = _OF_SCHOOL.order_by(import_mappings.c.name.collate("C"))
# a row that stands as it is given is locked and not written
_SAVE = text(
    f"""
    INSERT INTO import_mappings AS before (school_code, name, columns, recorded_at)
    SELECT :school_code, :name, CAST(:columns AS jsonb), {NOW_SQL}
     WHERE EXISTS (SELECT FROM import_mappings WHERE school_code = :school_code AND name = :name)
        OR (SELECT count(*) FROM import_mappings WHERE school_code = :school_code) < {MAX_MAPPINGS}
    ON CONFLICT (school_code, name) DO UPDATE SET columns = excluded.columns, recorded_at = excluded.recorded_at
     WHERE before.columns <> excluded.columns
    RETURNING name
    """
)
_DELETE = delete(import_mappings).where(
    import_mappings.c.school_code == bindparam("school_code"), import_mappings.c.name == bindparam("name")
)


async def find(connection: Connection, school_code: SchoolCode, name: str) -> ImportMapping | None:
    """The mapping of that name, if the school has one."""
    return rows.one_or_none(ImportMapping, await connection.execute(_ONE, {"school_code": school_code, "name": name}))


async def get(connection: Connection, school_code: SchoolCode, name: str) -> ImportMapping:
    """The mapping of that name; raises NotFound."""
    found = await find(connection, school_code, name)
    if found is None:
        raise NotFound
    return found


async def of_school(connection: Connection, school_code: SchoolCode) -> list[ImportMapping]:
    """All mappings of a school, by name."""
    return rows.all(ImportMapping, await connection.execute(_ALL, {"school_code": school_code}))


async def save(connection: Connection, school_code: SchoolCode, name: str, columns: Mapping[str, str | None]) -> bool:
    """Stores a mapping; False where it stands as given already, or the school has too many."""
    values = {"school_code": school_code, "name": name, "columns": json.dumps(columns, ensure_ascii=False)}
    return await connection.scalar(_SAVE, values) is not None


async def remove(connection: Connection, school_code: SchoolCode, name: str) -> bool:
    """Deletes a mapping; False if the school has none of that name."""
    return bool(await connection.affected(_DELETE, {"school_code": school_code, "name": name}))
