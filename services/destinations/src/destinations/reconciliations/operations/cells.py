"""Cells as they are compared: what spreadsheet programs change of one is no difference."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from operator import itemgetter
from typing import NamedTuple

from common.codes import Cell, normalise
from common.codes.spelling import cell_text
from common.identity import plain_number
from common.spreadsheets.cells import CellProblem, as_day, identifier_text, is_blank, unmarked
from destinations.filing.formats import Layout
from destinations.filing.formats.layouts import NAMED, Of

_DAYS = frozenset({"birth_date", "graduated_on", "enrolled_on", "signed_on"})


class Row(NamedTuple):
    """A row as it is compared: by what it is found again, and each of its cells as a number."""

    key: str
    cells: tuple[int, ...]


@lru_cache(maxsize=200_000)
def _text(cell: Cell, kind: str) -> str:  # noqa: ARG001 - 1.0 and True are equal, and mean different things
    bare = unmarked(cell)
    return "" if is_blank(bare) else normalise(cell_text(bare))


@lru_cache(maxsize=200_000)
def _key(cell: Cell, kind: str) -> str:  # noqa: ARG001 - as above
    """A number as registry tells persons apart by it: capitals are others than small letters."""
    bare = unmarked(cell)
    if is_blank(bare):
        return ""
    try:
        return plain_number(identifier_text(bare))
    except CellProblem:
        return plain_number(cell_text(bare))


@lru_cache(maxsize=50_000)
def _day(cell: Cell, kind: str) -> str:
    try:
        return "" if is_blank(cell) else f"{as_day(cell)}"
    except CellProblem:
        return _text(cell, kind)


def shown(cell: Cell) -> str:
    """A cell as it is stored: a day in figures, anything else as it stands."""
    return f"{cell}" if isinstance(cell, date) else cell_text(unmarked(cell))


class Comparison:
    """The columns of a format as they are compared: what spreadsheet programs change of a cell is no difference."""

    def __init__(self, layout: Layout, places: Mapping[int, int]) -> None:
        """`places` says where the columns of the layout stand in the file, by their places in the layout."""
        columns = [(at, each) for at, each in enumerate(layout.columns) if each.of is not Of.NOTHING and at in places]
        self._places = [places[at] for at, _ in columns]
        self._read = [_day if each.value in _DAYS else _text for _, each in columns]
        self.fields = ["employer_name" if each.value == NAMED else each.value for _, each in columns]
        self._key_at = next(places[at] for at, each in columns if each.value in layout.keys)
        self._width = 1 + max(self._places)
        self._taken = itemgetter(*self._places)

    def key(self, cells: Sequence[Cell]) -> str:
        """By what a row is found again."""
        cell = cells[self._key_at] if self._key_at < len(cells) else None
        return _key(cell, type(cell).__name__)

    def raw(self, cells: Sequence[Cell]) -> int:
        """The cells as they stand, as a number: equal ones need not be read."""
        row = cells if len(cells) >= self._width else [*cells, *[None] * (self._width - len(cells))]
        return hash(self._taken(row))

    def row(self, cells: Sequence[Cell]) -> Row:
        """A row as it is compared."""
        row = cells if len(cells) >= self._width else [*cells, *[None] * (self._width - len(cells))]
        said = [
            read(cell := row[place], type(cell).__name__) for read, place in zip(self._read, self._places, strict=True)
        ]
        return Row(self.key(cells), tuple(map(hash, said)))

    def differing(self, ours: Row, theirs: Row) -> tuple[str, ...]:
        """The fields in which two rows differ; a code and its label are one field."""
        found = zip(self.fields, ours.cells, theirs.cells, strict=True)
        return tuple(dict.fromkeys(name for name, our, their in found if our != their))
