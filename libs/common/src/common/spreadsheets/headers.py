"""Finding the header row of a table that people made: notes above it, synonyms, marks of required columns."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from common.codes.spelling import Cell, cell_text, normalise
from common.spreadsheets.cells import unmarked

SEARCHED_ROWS = 30
"""Notes above a header are a few rows; a header that comes later is none."""

_MARKS = re.compile(r"[*:]|\([^()]*\)")


@dataclass(frozen=True)
class Header:
    """Where the header is (index of its row) and which field stands in which column, with the text of the file."""

    row: int
    positions: Mapping[str, int]
    texts: Mapping[str, str]

    def cell(self, row: Sequence[Cell], field: str) -> Cell:
        """The cell of a field, without a text mark; None where the column or the end of a short row is missing."""
        position = self.positions.get(field)
        return None if position is None or position >= len(row) else unmarked(row[position])


def find_header(rows: Sequence[Sequence[Cell]], synonyms: Mapping[str, str], *, at_least: int = 2) -> Header | None:
    """The first of the upper rows that names the most fields; None if no row names `at_least` of them.

    `synonyms` maps header texts to fields. Where two columns name one field, the left one counts.
    """
    known = {normalise(text): field for text, field in synonyms.items()}
    candidates = [_header(index, row, known) for index, row in enumerate(rows[:SEARCHED_ROWS])]
    best = max(candidates, key=lambda header: (len(header.positions), -header.row), default=None)
    return best if best and len(best.positions) >= at_least else None


def _header(index: int, row: Sequence[Cell], known: Mapping[str, str]) -> Header:
    positions: dict[str, int] = {}
    texts: dict[str, str] = {}
    for position, cell in enumerate(row):
        field = _field(cell, known)
        if field is not None and field not in positions:
            positions[field] = position
            texts[field] = str(cell).strip()
    return Header(index, positions, texts)


def _field(cell: Cell, known: Mapping[str, str]) -> str | None:
    if not isinstance(cell, str):
        return None
    text = normalise(cell_text(cell))
    return known.get(text) or known.get(_MARKS.sub("", text))
