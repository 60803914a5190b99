"""SQL of progress: what the worker reports, and the watermark that readers get."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import TextClause, text

from common.auth import SYSTEM
from common.clock import NOW_SQL, TODAY_SQL
from common.consuming.progress import PartitionProgress
from common.database import Database
from common.sql import Connection, Row

_REPORT = text(
    """
    INSERT INTO applied_partitions (topic, partition, included_until)
    SELECT * FROM unnest(CAST(:topics AS text[]), CAST(:partitions AS integer[]), CAST(:instants AS timestamptz[]))
        AS reached (topic, partition, included_until) ORDER BY topic, partition
    ON CONFLICT (topic, partition) DO UPDATE SET
        included_until = greatest(applied_partitions.included_until, excluded.included_until)
    """
)
_STANDING_SQL = f"""
    WITH lacking AS (
        SELECT min(published_after) AS before FROM dead_letters
        WHERE closed_at IS NULL
          AND topic = ANY(CAST(:topics AS text[])) AND partition = ANY(CAST(:partitions AS integer[]))
    )
    SELECT {TODAY_SQL} AS today, {NOW_SQL} AS now,
           CASE WHEN count(topic) = :expected THEN least(min(included_until), min(before)) END AS watermark,
           min(before) IS NOT NULL AS incomplete
    FROM lacking LEFT JOIN applied_partitions
        ON topic = ANY(CAST(:topics AS text[])) AND partition = ANY(CAST(:partitions AS integer[]))
"""
_STANDING = text(_STANDING_SQL)


@dataclass(frozen=True)
class Standing:
    """Today, and up to which instant everything published is included; none while a partition is unknown.

    `incomplete`: a dead letter is open, and the watermark stands before the first one.
    """

    today: date
    watermark: datetime | None
    lag_ms: int | None
    incomplete: bool


async def report(database: Database, progress: Sequence[PartitionProgress]) -> None:
    """Stores how far the partitions are; the instant never goes back, because versions are never removed."""
    # a partition that is read to its end includes everything published before it was seen to be so
    instants = ((each, each.known_at if each.caught_up else each.last_recorded_at) for each in progress)
    reached = [(each, until) for each, until in instants if until is not None]
    if not reached:
        return
    async with database.transaction(SYSTEM) as unit:
        await unit.connection.execute(
            _REPORT,
            {
                "topics": [each.topic for each, _ in reached],
                "partitions": [each.partition for each, _ in reached],
                "instants": [until for _, until in reached],
            },
        )
        await unit.commit()


async def standing(connection: Connection, topics: Collection[str], partitions: Collection[int]) -> Standing:
    """Where these partitions of these topics stand together."""
    return _standing((await connection.execute(_STANDING, _which(topics, partitions))).one())


DAY = "coalesce(CAST(:day AS date), standing.today)"
"""In the SQL of `standing_with`: the day that is bound, or today."""


async def standing_with(
    connection: Connection,
    topics: Collection[str],
    partitions: Collection[int],
    sql: str,
    bound: Mapping[str, object],
    doubt: str = "false",
) -> tuple[Standing, list[tuple[Any, ...]]]:
    """The same with the rows of a query, whose last column is never null: one statement sees one moment.

    Where `doubt`, a condition, is true, the standing is incomplete.
    """
    found = await connection.execute(_beside(sql, doubt), {**_which(topics, partitions), **bound})
    return _standing(found[0]), [tuple(row[4:]) for row in found if row[-1] is not None]


@lru_cache(maxsize=256)
def _beside(sql: str, doubt: str) -> TextClause:
    return text(
        f"""
        WITH standing AS MATERIALIZED ({_STANDING_SQL})
        SELECT standing.today, standing.now, standing.watermark, standing.incomplete OR {doubt} AS incomplete, found.*
        FROM standing LEFT JOIN LATERAL ({sql}) AS found ON true
        """
    )


def _which(topics: Collection[str], partitions: Collection[int]) -> dict[str, object]:
    return {"topics": list(topics), "partitions": list(partitions), "expected": len(topics) * len(partitions)}


def _standing(row: Row) -> Standing:
    lag = max(0, round((row.now - row.watermark).total_seconds() * 1000)) if row.watermark is not None else None
    return Standing(row.today, row.watermark, lag, row.incomplete)
