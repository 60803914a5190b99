"""Finding the header row of a table that people made: notes above it, synonyms, marks of required columns."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from common.codes.spelling import Cell, cell_text, normalise
from common.sheet_reader.cells import ACROSS
from common.spreadsheets.cells import Unclear, is_blank, unmarked

SEARCHED_ROWS = 30
"""Notes above a header are a few rows; a header that comes later is none."""

_MARKS = re.compile(r"[*:]")
_REMARK = re.compile(r"\([^()]*\)")

DEEPEST = 3
"""Rows of a header: groups of groups of columns."""

Named = Callable[[str], Sequence[str | None]]
"""The field that a text names as it stands, and the one that it names without its remark."""


@dataclass(frozen=True)
class Header:
    """Where the header is (index of its last row) and which field stands in which column, with the text of the file.

    `titles` are the texts of all columns; where the rows of a deep header name a field together, both of them.
    `mapping` names what people have saved about these headers, if the fields are found by it.
    """

    row: int
    positions: Mapping[str, int]
    texts: Mapping[str, str]
    titles: Sequence[str] = ()
    mapping: str | None = None

    def cell(self, row: Sequence[Cell], field: str) -> Cell:
        """The cell of a field, without a text mark; None where the column or the end of a short row is missing."""
        position = self.positions.get(field)
        return None if position is None or position >= len(row) else unmarked(row[position])

    def fills(self, row: Sequence[Cell]) -> bool:
        """True for a data row; what stands in other columns, as numbers made beforehand do, makes none.

        Nor does a note over several columns that begins in another one.
        """
        for position in self.positions.values():
            if position < len(row) and type(cell := row[position]) is str and cell.isalnum():
                return True
        cells = (self.cell(row, field) for field in self.positions)
        return any(not is_blank(cell) and not (isinstance(cell, Unclear) and cell.rule == ACROSS) for cell in cells)


def find_header(rows: Sequence[Sequence[Cell]], synonyms: Mapping[str, str], *, at_least: int = 2) -> Header | None:
    """The first of the upper rows that names the most fields; None if no row names `at_least` of them.

    `synonyms` maps header texts to fields. Where several columns name one field, the left one counts; a text that is a
    synonym as it stands counts before one that becomes so without its remark, as 手机号 does before 手机号（家长）.
    """
    known = {normalise(text): field for text, field in synonyms.items()}
    # each cell is read for several depths; rows of data are among them, so nothing of it outlives the search
    named = cache(lambda title: [known.get(text) for text in headings(title)])
    upper = rows[:SEARCHED_ROWS]
    candidates = [
        header
        for depth in range(1, DEEPEST + 1)
        for last in range(depth - 1, len(upper))
        if (header := _header(last, upper[last - depth + 1 : last + 1], named))
    ]
    # max takes the first of equals: the least deep one, then the uppermost
    best = max(candidates, key=lambda header: len(header.positions), default=None)
    if best and best.row + 1 < len(upper) and best.fills(upper[best.row + 1]):
        # a row that only repeats and divides the header is a part of it, though it names no more fields
        deeper = _header(best.row + 1, upper[best.row : best.row + 2], named)
        best = deeper if deeper and len(deeper.positions) >= len(best.positions) else best
    return best if best and len(best.positions) >= at_least else None


def _header(last: int, rows: Sequence[Sequence[Cell]], named: Named) -> Header | None:
    """The header that one row makes, or several of which each one below another only divides its columns."""
    if len(rows) > 1 and not all(divides(rows, depth, named) for depth in range(1, len(rows))):
        return None
    deep = [*(spread(row, below) for row, below in pairwise(rows)), rows[-1]]
    columns = [_column(deep, position, named) for position in range(max(map(len, rows)))]
    positions: dict[str, int] = {}
    for is_remarked in (False, True):
        for position, (_, field, remarked) in enumerate(columns):
            if field is not None and remarked is is_remarked:
                positions.setdefault(field, position)
    titles = [title for title, _, _ in columns]
    return Header(last, positions, {field: titles[position] for field, position in positions.items()}, titles)


def _column(rows: Sequence[Sequence[Cell]], position: int, named: Named) -> tuple[str, str | None, bool]:
    """Title and field of a column, and whether it is that field's only without its remark."""
    levels: list[str] = []
    for row in rows:
        cell = row[position] if position < len(row) else None
        text = str(cell).strip() if isinstance(cell, str) else "" if cell is None else cell_text(cell)
        if text and (isinstance(cell, str) or len(rows) == 1) and levels[-1:] != [text]:
            levels.append(text)
    # the lowest text alone, then with those above it: 代码 below 专业 is 专业代码
    titles = ["".join(levels[start:]) for start in reversed(range(len(levels)))]
    for remarked in (False, True):
        for title in titles:
            if field := named(title)[remarked]:
                return title, field, remarked
    return (titles[0] if titles else ""), None, False


def divides(rows: Sequence[Sequence[Cell]], depth: int, named: Named) -> bool:
    """True if a row divides the columns of those above it: what names a field there it only repeats, or divides.

    A data row does not: it fills the columns that are named, and repeats at most one of their names.
    """
    repeated = foreign = 0
    for position, cell in enumerate(rows[depth]):
        if is_blank(cell):
            continue
        if not isinstance(cell, str):
            return False
        is_named, names = (_column(rows[:end], position, named)[1] for end in (depth, depth + 1))
        is_same = position < len(rows[depth - 1]) and cell == rows[depth - 1][position]
        repeated += bool(is_named and is_same)
        foreign += bool(is_named and not is_same and not names)
    return not foreign or repeated > 1


def spread(row: Sequence[Cell], below: Sequence[Cell]) -> list[Cell]:
    """A row of groups that lost its merged areas, as in a text file: a blank takes the group before it."""
    filled: list[Cell] = []
    for position, cell in enumerate(below):
        above = row[position] if position < len(row) else None
        filled.append(filled[-1] if filled and is_blank(above) and not is_blank(cell) else above)
    return [*filled, *row[len(below) :]]


def headings(title: Cell) -> tuple[str, str]:
    """A header text as it is compared, and the same without its remark.

    >>> headings("* 手机号 （家长）")
    ('手机号(家长)', '手机号')
    """
    text = _MARKS.sub("", normalise(cell_text(title))) if isinstance(title, str) else ""
    return text, _REMARK.sub("", text)
