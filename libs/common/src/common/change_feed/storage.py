"""The query of the change feed."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy import TextClause, text

from common.change_feed.scope import FeedScope
from common.contracts.envelope import StoredEvent
from common.sql import Connection

# One statement, so one snapshot: what it does not return up to `numbered`, the caller may not see.
# Positions are given without gaps by committed transactions, so nothing can appear below it later.
_PAGE = """
    WITH reached AS MATERIALIZED (SELECT coalesce(max(position), 0) AS numbered FROM outbox),
    page AS MATERIALIZED (
        SELECT event_id, topic, key, sequence, type, school_code, decided_on, recorded_at, position,
               data::text AS data, correlation_id, traceparent
        FROM outbox
        WHERE position > :after AND topic = ANY(CAST(:topics AS text[])) {and_theirs}
        ORDER BY position LIMIT :limit
    )
    SELECT reached.numbered, page.* FROM reached LEFT JOIN page ON true ORDER BY page.position
"""


@dataclass(frozen=True)
class FeedPage:
    """Events in order, and the position up to which the caller has now seen everything."""

    events: Sequence[StoredEvent]
    reached: int


async def changes_after(
    connection: Connection, topics: Sequence[str], scope: FeedScope, after: int, limit: int
) -> FeedPage:
    """The next events in the order of the topic."""
    parameters = {**scope.values, "topics": [] if scope.nothing else list(topics), "after": after, "limit": limit}
    rows = [dict(row) for row in await connection.execute(_page(scope.conditions), parameters)]
    numbered = max(after, rows[0].pop("numbered"))
    for row in rows:
        row.pop("numbered", None)
    events = [StoredEvent(**row) for row in rows if row["position"] is not None]
    return FeedPage(events, events[-1].position if len(events) == limit else numbered)


@lru_cache
def _page(conditions: tuple[str, ...]) -> TextClause:
    """A statement of its own for each kind of scope, so that each gets the index that serves it."""
    return text(_PAGE.format(and_theirs="".join(f" AND {condition}" for condition in conditions)))
