"""SQL of response versions and of the counts behind a response rate."""

from collections.abc import Sequence

import asyncpg

from common.contracts.envelope import IncomingEvent
from common.contracts.response import ResponseData

COLUMNS = (
    "graduate_id", "sequence", "school_code", "cohort", "cycle", "wave_id", "event_id", "recorded_at", "state",
)  # fmt: skip

_KEEP = f"""
    INSERT INTO response_versions ({", ".join(COLUMNS)})
    SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::text[], $4::integer[], $5::integer[], $6::uuid[], $7::uuid[],
                         $8::timestamptz[], $9::text[])
    ON CONFLICT DO NOTHING
"""


async def apply(connection: asyncpg.Connection, events: Sequence[IncomingEvent]) -> None:
    """Keeps versions that are not stored yet."""
    if rows := rows_of(events):
        await connection.execute(_KEEP, *zip(*rows, strict=True))


def rows_of(events: Sequence[IncomingEvent]) -> list[tuple[object, ...]]:
    """The events of responses as rows with these columns."""
    return [_row(event, event.data) for event in events if isinstance(event.data, ResponseData)]


def _row(event: IncomingEvent, data: ResponseData) -> tuple[object, ...]:
    return (
        data.graduate_id,
        event.sequence,
        data.school_code,
        data.cohort,
        data.cycle,
        data.wave_id,
        event.id,
        event.recorded_at,
        str(data.state),
    )
