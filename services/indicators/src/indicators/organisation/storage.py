"""SQL of units."""

from collections.abc import Sequence

import asyncpg
from sqlalchemy import text

from common.identifiers import ProvinceCode, SchoolCode
from common.sql import Connection

COLUMNS = (
    "school_code", "unit_kind", "code", "sequence", "name", "name_en", "province_code", "college_code", "major_code",
    "state",
)  # fmt: skip

# ON CONFLICT refuses to update one row twice, and a batch may describe a unit twice: the newest of them is taken
_KEEP = f"""
    INSERT INTO units ({", ".join(COLUMNS)}, event_id, event_sequence)
    SELECT DISTINCT ON (school_code, unit_kind, code) *, sequence
    FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::text[], $6::text[], $7::text[], $8::text[],
                $9::text[], $10::text[], $11::uuid[])
        AS described ({", ".join(COLUMNS)}, event_id)
    ORDER BY school_code, unit_kind, code, sequence DESC
    ON CONFLICT (school_code, unit_kind, code) DO UPDATE SET
        sequence = excluded.sequence, name = excluded.name, name_en = excluded.name_en,
        province_code = excluded.province_code, college_code = excluded.college_code,
        major_code = excluded.major_code, state = excluded.state,
        event_id = excluded.event_id, event_sequence = excluded.event_sequence
    WHERE excluded.sequence > units.sequence
"""
_PROVINCE = text("SELECT province_code FROM units WHERE school_code = :school AND unit_kind = 'school'")


async def keep_newest(connection: asyncpg.Connection, rows: Sequence[tuple[object, ...]]) -> None:
    """Stores the newest description of each unit; an older one changes nothing.

    Rows have these COLUMNS, then the event's id.
    """
    if rows:
        await connection.execute(_KEEP, *zip(*rows, strict=True))


async def province_of_school(connection: Connection, school_code: SchoolCode) -> ProvinceCode | None:
    """The province of a school; none for a school that registry has not described yet."""
    province: ProvinceCode | None = await connection.scalar(_PROVINCE, {"school": school_code})
    return province
