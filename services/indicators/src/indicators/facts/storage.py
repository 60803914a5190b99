"""SQL of facts."""

from collections.abc import Sequence
from uuid import UUID

import asyncpg

from common.consuming.forks import Fork
from common.errors import Forked

COLUMNS = (
    "graduate_id", "sequence", "school_code", "cohort", "event_id", "recorded_at", "fact_id", "version", "source",
    "kind", "from_on", "to_on", "employer_nature_code", "industry_code", "place_code", "same_employer",
)  # fmt: skip

_KEEP = f"""
    INSERT INTO fact_versions ({", ".join(COLUMNS)})
    SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::text[], $4::integer[], $5::uuid[], $6::timestamptz[],
                         $7::uuid[], $8::bigint[], $9::text[], $10::text[], $11::date[], $12::date[], $13::text[],
                         $14::text[], $15::text[], $16::boolean[])
    ON CONFLICT DO NOTHING
"""
_STORED_OTHERWISE = """
    SELECT EXISTS (
        SELECT FROM fact_versions AS stored
        JOIN unnest($1::uuid[], $2::bigint[], $3::uuid[]) AS arrived (graduate_id, sequence, event_id)
            USING (graduate_id, sequence)
        WHERE stored.event_id <> arrived.event_id
    )
"""


async def keep_versions(connection: asyncpg.Connection, rows: Sequence[tuple[object, ...]]) -> None:
    """Stores the versions that are not stored yet; rows have these COLUMNS.

    Raises Forked for another event under the sequence of a stored one.
    """
    if not rows:
        return
    # two workers that hold one partition for a while store in one order
    columns = dict(zip(COLUMNS, zip(*sorted(rows, key=lambda row: row[:2]), strict=True), strict=True))
    kept = await connection.execute(_KEEP, *columns.values())
    if kept != f"INSERT 0 {len(rows)}":
        arrived = (columns["graduate_id"], columns["sequence"], columns["event_id"])
        if await connection.fetchval(_STORED_OTHERWISE, *arrived):
            raise Forked


async def drop_forked(connection: asyncpg.Connection, fork: Fork) -> None:
    """Drops what is stored under the graduate and sequence of an event of the owner, if it is another event."""
    await connection.execute("SELECT drop_forked_fact($1::uuid, $2, $3)", UUID(fork.key), fork.sequence, fork.event_id)
