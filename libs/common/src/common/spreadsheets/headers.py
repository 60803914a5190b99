"""Finding the header row of a table that people made: notes above it, synonyms, marks of required columns."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from common.codes.spelling import Cell, cell_text, normalise
from common.spreadsheets.cells import is_blank, unmarked

SEARCHED_ROWS = 30
"""Notes above a header are a few rows; a header that comes later is none."""

_MARKS = re.compile(r"[*:]")
_REMARK = re.compile(r"\([^()]*\)")


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

    def fills(self, row: Sequence[Cell]) -> bool:
        """True for a data row; what stands in other columns, as numbers made beforehand do, makes none."""
        return any(not is_blank(self.cell(row, field)) for field in self.positions)


def find_header(rows: Sequence[Sequence[Cell]], synonyms: Mapping[str, str], *, at_least: int = 2) -> Header | None:
    """The first of the upper rows that names the most fields; None if no row names `at_least` of them.

    `synonyms` maps header texts to fields. Where several columns name one field, the left one counts; a text that is a
    synonym as it stands counts before one that becomes so without its remark, as 手机号 does before 手机号（家长）.
    """
    known = {normalise(text): field for text, field in synonyms.items()}
    candidates = [_header(index, row, known) for index, row in enumerate(rows[:SEARCHED_ROWS])]
    best = max(candidates, key=lambda header: (len(header.positions), -header.row), default=None)
    return best if best and len(best.positions) >= at_least else None


def _header(index: int, row: Sequence[Cell], known: Mapping[str, str]) -> Header:
    headings = [_MARKS.sub("", normalise(cell_text(cell))) if isinstance(cell, str) else "" for cell in row]
    fields = [known.get(heading) for heading in headings]
    remarked = [
        None if field else known.get(_REMARK.sub("", text)) for field, text in zip(fields, headings, strict=True)
    ]
    positions: dict[str, int] = {}
    for position, field in [*enumerate(fields), *enumerate(remarked)]:
        if field is not None:
            positions.setdefault(field, position)
    return Header(index, positions, {field: str(row[position]).strip() for field, position in positions.items()})


def headings(title: Cell) -> tuple[str, str]:
    """A header text as it is compared, and the same without its remark.

    >>> headings("* 手机号 （家长）")
    ('手机号(家长)', '手机号')
    """
    text = _MARKS.sub("", normalise(cell_text(title))) if isinstance(title, str) else ""
    return text, _REMARK.sub("", text)
