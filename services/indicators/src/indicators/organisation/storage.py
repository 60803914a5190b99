"""SQL of units."""

import json
from collections.abc import Sequence

import asyncpg
from sqlalchemy import text

from common.identifiers import ProvinceCode, SchoolCode
from common.sql import Connection

COLUMNS = (
    "school_code", "unit_kind", "code", "sequence", "name", "name_en", "province_code", "college_code", "major_code",
    "state", "identifier_code", "city_code", "national_code", "catalogue_year", "predecessors",
)  # fmt: skip
_LAST_SAID = (*COLUMNS[3:], "event_id", "event_sequence")

# ON CONFLICT refuses to update one row twice, and a batch may describe a unit twice: the newest of them is taken.
# The event of the row itself, which comes again, fills what an image without the later columns has left out.
_KEEP = f"""
    INSERT INTO units ({", ".join(COLUMNS)}, event_id, event_sequence)
    SELECT DISTINCT ON (school_code, unit_kind, code) {", ".join(COLUMNS[:-1])},
           ARRAY(SELECT json_array_elements_text(predecessors::json)), event_id, sequence
    FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::text[], $6::text[], $7::text[], $8::text[],
                $9::text[], $10::text[], $11::text[], $12::text[], $13::text[], $14::integer[], $15::text[],
                $16::uuid[])
        AS described ({", ".join(COLUMNS)}, event_id)
    ORDER BY school_code, unit_kind, code, sequence DESC
    ON CONFLICT (school_code, unit_kind, code) DO UPDATE SET
        {", ".join(f"{name} = excluded.{name}" for name in _LAST_SAID)}
    WHERE excluded.sequence >= units.sequence
"""
_PROVINCE = text("SELECT province_code FROM units WHERE school_code = :school AND unit_kind = 'school'")


async def keep_newest(connection: asyncpg.Connection, rows: Sequence[tuple[object, ...]]) -> None:
    """Stores the newest description of each unit; an older one changes nothing.

    Rows have these COLUMNS, then the event's id.
    """
    if rows:
        # lists of several lengths cannot be one array
        encoded = [(*row[:-2], json.dumps(row[-2]), row[-1]) for row in rows]
        await connection.execute(_KEEP, *zip(*encoded, strict=True))


async def province_of_school(connection: Connection, school_code: SchoolCode) -> ProvinceCode | None:
    """The province of a school; none for a school that registry has not described yet."""
    province: ProvinceCode | None = await connection.scalar(_PROVINCE, {"school": school_code})
    return province
