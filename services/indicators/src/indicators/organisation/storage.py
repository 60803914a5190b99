"""SQL of units."""

from collections.abc import Sequence

import asyncpg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from common.contracts.envelope import IncomingEvent
from common.contracts.organisation import OrganisationData

COLUMNS = (
    "school_code", "unit_kind", "code", "sequence", "name", "name_en", "province_code", "college_code", "major_code",
    "state",
)  # fmt: skip

_KEEP = f"""
    INSERT INTO units ({", ".join(COLUMNS)})
    SELECT DISTINCT ON (school_code, unit_kind, code) *
    FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::text[], $6::text[], $7::text[], $8::text[],
                $9::text[], $10::text[])
        AS told ({", ".join(COLUMNS)})
    ORDER BY school_code, unit_kind, code, sequence DESC
    ON CONFLICT (school_code, unit_kind, code) DO UPDATE SET
        sequence = excluded.sequence, name = excluded.name, name_en = excluded.name_en,
        province_code = excluded.province_code, college_code = excluded.college_code,
        major_code = excluded.major_code, state = excluded.state
    WHERE excluded.sequence > units.sequence
"""
_PROVINCE = text("SELECT province_code FROM units WHERE school_code = :school AND unit_kind = 'school'")


async def apply(connection: asyncpg.Connection, events: Sequence[IncomingEvent]) -> None:
    """Keeps the newest description of each unit; an older one changes nothing."""
    if rows := rows_of(events):
        await connection.execute(_KEEP, *zip(*rows, strict=True))


async def province_of_school(connection: AsyncConnection, school_code: str) -> str | None:
    """The province of a school; none for a school that registry has not described yet."""
    province: str | None = await connection.scalar(_PROVINCE, {"school": school_code})
    return province


def rows_of(events: Sequence[IncomingEvent]) -> list[tuple[object, ...]]:
    """The events of units as rows with these columns."""
    return [_row(event, event.data) for event in events if isinstance(event.data, OrganisationData)]


def _row(event: IncomingEvent, unit: OrganisationData) -> tuple[object, ...]:
    return (
        unit.school_code,
        str(unit.unit_kind),
        unit.code,
        event.sequence,
        unit.name,
        unit.name_en,
        unit.province_code,
        unit.college_code,
        unit.major_code,
        str(unit.state),
    )
