"""The set-based fold: one batch of versions into versions, spans and cells, in the caller's transaction.

The pure timeline is computed for the graduates that the batch touches, from all their stored versions. So a
duplicate, a late version, a replay and any size of batch end in the same spans and the same cells.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg

from indicators.rates.groupings import STORED_DIMENSIONS, TOTAL
from indicators.timeline import storage
from indicators.timeline.domain import OPEN, Content, Groups, Span, timeline
from indicators.timeline.storage import CellKey, SpanKey, StoredDestinationVersion, StoredRosterVersion


@dataclass(frozen=True)
class Batch:
    """Versions as they arrived, in whatever order and with whatever repeats."""

    roster: Sequence[StoredRosterVersion] = ()
    destinations: Sequence[StoredDestinationVersion] = ()

    @property
    def touched(self) -> dict[UUID, str]:
        """Graduates whose timelines may change, each with the school."""
        entered = {version.graduate_id: version.school_code for version in self.roster}
        return entered | {version.graduate_id: version.school_code for version in self.destinations}


async def fold(connection: asyncpg.Connection, batch: Batch) -> None:
    """Stores the versions and brings spans and cells in line; the caller holds the locks of the schools' partitions."""
    await storage.insert_roster_versions(connection, batch.roster)
    await storage.insert_destination_versions(connection, batch.destinations)
    await bring_in_line(connection, batch.touched)


async def bring_in_line(connection: asyncpg.Connection, touched: Mapping[UUID, str]) -> None:
    """Recomputes the timelines of these graduates and stores what differs."""
    if not touched:
        return
    expected = await computed_spans(connection, list(touched))
    stored = await storage.spans_of(connection, list(touched.values()), list(touched))
    await storage.delete_spans(connection, [key for key in stored if key not in expected])
    await storage.write_spans(connection, _rows_that_differ(expected, stored))
    await storage.move_cells(connection, cell_moves(stored.values(), expected.values()))


async def computed_spans(connection: asyncpg.Connection, graduates: Sequence[UUID]) -> dict[SpanKey, Span]:
    """What the timelines of the stored versions of these graduates are."""
    roster = await storage.roster_of(connection, graduates)
    decisions = await storage.decisions_of(connection, list(roster))
    return {
        SpanKey(span.content.school_code, graduate, span.from_day): span
        for graduate, entries in roster.items()
        for span in timeline(entries, decisions.get(graduate, ()))
    }


def _rows_that_differ(expected: Mapping[SpanKey, Span], stored: Mapping[SpanKey, Span]) -> list[tuple[Any, ...]]:
    differing = (key for key, span in expected.items() if stored.get(key) != span)
    return [storage.span_row(key.graduate_id, expected[key]) for key in sorted(differing)]


def cell_moves(before: Iterable[Span], after: Iterable[Span]) -> list[tuple[CellKey, int]]:
    """Difference of the open spans per cell, in key order, without what stays the same."""
    contents: Counter[Content] = Counter(span.content for span in after if span.to_day == OPEN)
    contents.subtract(span.content for span in before if span.to_day == OPEN)
    moves: Counter[CellKey] = Counter()
    for content, graduates in contents.items():
        if graduates:
            for key in _cells_of(content):
                moves[key] += graduates
    return sorted((key, graduates) for key, graduates in moves.items() if graduates)


def _cells_of(content: Content) -> Iterator[CellKey]:
    destination = content.destination
    code, flexible = (destination.destination_code, destination.flexible) if destination else ("", False)
    yield CellKey(content.school_code, content.cohort, TOTAL, "", code, flexible)
    for dimension, index in _DIMENSION_INDEX.items():
        yield CellKey(content.school_code, content.cohort, dimension, content.groups[index] or "", code, flexible)


_DIMENSION_INDEX = {name: Groups._fields.index(column) for name, column in STORED_DIMENSIONS.items()}
