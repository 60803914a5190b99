"""The set-based fold: one batch of versions into versions, spans and cells, in the caller's transaction.

The pure timeline is computed for the graduates that the batch touches, from all their stored versions. So a
duplicate, a late version, a replay and any size of batch end in the same spans and the same cells.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import asyncpg

from common.identifiers import GraduateId, SchoolCode
from indicators.schemes.groupings import STORED_DIMENSIONS, TOTAL
from indicators.timeline.cells import CellKey, SpanKey, change_figures, span_row
from indicators.timeline.domain import OPEN, Content, Groups, Span, timeline
from indicators.timeline.storage import (
    StoredDestinationVersion,
    StoredGraduates,
    StoredRosterVersion,
    arrive,
    select_graduates,
)


@dataclass(frozen=True)
class Batch:
    """Versions as they arrived, in whatever order and with whatever repeats."""

    roster: Sequence[StoredRosterVersion] = ()
    destinations: Sequence[StoredDestinationVersion] = ()

    @property
    def touched(self) -> dict[GraduateId, SchoolCode]:
        """Graduates whose timelines may change, each with the school."""
        entered = {version.graduate_id: version.school_code for version in self.roster}
        return entered | {version.graduate_id: version.school_code for version in self.destinations}


async def fold(connection: asyncpg.Connection, batch: Batch) -> None:
    """Stores the versions and brings spans and cells in line; the caller holds the locks of the schools' partitions."""
    touched = batch.touched
    if not touched:
        return
    await _bring_in_line(connection, await arrive(connection, touched, batch.roster, batch.destinations))


async def refold(connection: asyncpg.Connection, touched: Mapping[GraduateId, SchoolCode]) -> None:
    """Brings spans and cells of these graduates, each with the school, in line with what is stored of them."""
    await _bring_in_line(connection, await select_graduates(connection, touched))


async def _bring_in_line(connection: asyncpg.Connection, stored: StoredGraduates) -> None:
    expected = timelines(stored)
    differing = sorted(key for key, span in expected.items() if stored.spans.get(key) != span)
    await change_figures(
        connection,
        gone=sorted(key for key in stored.spans if key not in expected),
        written=[span_row(key.graduate_id, expected[key]) for key in differing],
        moves=cell_moves(stored.spans.values(), expected.values()),
    )


def timelines(stored: StoredGraduates) -> dict[SpanKey, Span]:
    """What the spans of these graduates must be, from their versions alone."""
    # a decision whose roster entry has not arrived counts nowhere until then
    return {
        SpanKey(span.content.school_code, graduate, span.from_day): span
        for graduate, entries in stored.roster.items()
        for span in timeline(entries.values(), stored.decisions[graduate].values())
    }


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
