"""SQL of response versions and of the counts behind a response rate."""

from collections.abc import Sequence

import asyncpg

from common.contracts.envelope import IncomingEvent
from common.contracts.response import ResponseData

_KEEP = """
    INSERT INTO response_versions (graduate_id, sequence, school_code, cohort, cycle, wave_id, event_id, recorded_at,
                                   state)
    SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::text[], $4::integer[], $5::integer[], $6::uuid[], $7::uuid[],
                         $8::timestamptz[], $9::text[])
    ON CONFLICT DO NOTHING
"""


async def apply(connection: asyncpg.Connection, events: Sequence[IncomingEvent]) -> None:
    """Keeps versions that are not stored yet."""
    if events:
        await connection.execute(_KEEP, *zip(*map(_row, events), strict=True))


def _row(event: IncomingEvent) -> tuple[object, ...]:
    data = event.data
    assert isinstance(data, ResponseData)
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
