"""What the cells of a row say about its fields, or which rules they break: one reading for every import.

A field that is absent from what was read keeps what is stored; one that is None there erases it.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

from common.codes import CodeLists, CodeProblem
from common.codes.spelling import Cell
from common.identity import steers_a_device, visible
from common.imports.columns import LABEL
from common.imports.faults import Fault
from common.spreadsheets.cells import CellProblem, is_blank, is_clear, shown_text
from common.spreadsheets.headers import Header

ValueT = TypeVar("ValueT")
ReadT_co = TypeVar("ReadT_co", covariant=True)

_FIRST_RATE = (8, 31)


@dataclass(frozen=True)
class Reading(Generic[ReadT_co]):
    """How a field is read from its column, or from that of a code and the one beside it with its label or name.

    `read` takes the cells of the columns, None for a blank one. It fails with a CellProblem or a CodeProblem; None and
    an empty text say nothing.
    """

    field: str
    columns: tuple[str, ...]
    read: Callable[..., ReadT_co | None]


def plain(column: str, read: Callable[[Cell], ValueT | None]) -> Reading[ValueT]:
    """The reading of a field that has one column of its name."""
    return Reading(column, (column,), read)


def coded(column: str, code_list: str, cohort: int, field: str | None = None) -> Reading[str]:
    """The reading of a code, which has the name of its column unless another is given, from code and label.

    A label means the code that is in force on the day of the cohort's first official rate (初次). Where labels are not
    unique they are only advice, and without a code only one that is itself a code counts.
    """
    codes = CodeLists.load().get(code_list)
    on = date(cohort, *_FIRST_RATE)

    def read(code: Cell, label: Cell) -> str | None:
        try:
            return codes.resolve(code, label, on)
        except CodeProblem:
            if codes.found_by_label or code is not None:
                raise
            return None

    return Reading(field or column, (column, column + LABEL), read)


class CellReader(Generic[ValueT]):
    """Reads the rows of one file; columns that the file lacks cost nothing."""

    def __init__(self, header: Header, readings: Iterable[Reading[ValueT]]) -> None:
        self._header = header
        self._readings = [each for each in readings if not header.positions.keys().isdisjoint(each.columns)]

    def read(self, cells: Sequence[Cell], faults: list[Fault]) -> dict[str, ValueT | None]:
        """What a row says of the fields; each rule that its cells break is added to the faults."""
        said: dict[str, ValueT | None] = {}
        for reading in self._readings:
            found = [self._header.cell(cells, column) for column in reading.columns]
            filled = [None if is_blank(cell) else cell for cell in found]
            if all(cell is None for cell in filled):
                continue
            if any(map(is_clear, filled)):
                said[reading.field] = None
                continue
            try:
                value = reading.read(*filled)
            except (CellProblem, CodeProblem) as problem:
                faults.append(Fault(_column_at_fault(reading, filled, problem.rule), problem.rule))
                continue
            if value not in (None, ""):
                said[reading.field] = value
        return said


def text_of(cell: Cell) -> str:
    """A text in single spaces, without what only steers its layout; what steers a device is no text.

    >>> text_of(" 某\u200b公司  北京 "), text_of(12.0)
    ('某公司 北京', '12')
    """
    text = " ".join((cell if isinstance(cell, str) else shown_text(cell)).split())
    if text.isprintable():
        return text
    if steers_a_device(text):
        raise CellProblem("printable")
    return " ".join(visible(text).split())


def _column_at_fault(reading: Reading[ValueT], filled: Sequence[Cell], rule: str) -> str:
    """The first column, unless its cell is blank or good by itself; when the two disagree, the first, too."""
    first, *others = reading.columns
    if not others or rule == "code_label_disagree":
        return first
    if filled[0] is not None:
        try:
            reading.read(filled[0], None)
        except (CellProblem, CodeProblem):
            return first
    return others[0]
