"""What the cells of a row say about its fields, or which rules they break: one reading for every import.

A field that is absent from what was read keeps what is stored; one that is None there erases it.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from operator import itemgetter
from typing import Any, Final, Generic, TypeVar

from common.codes import CodeLists, CodeProblem
from common.codes.spelling import Cell
from common.identifiers import Cohort
from common.identity import steers_a_device, visible
from common.imports.columns import LABEL
from common.imports.faults import Fault
from common.season import SeasonDay, season_day
from common.spreadsheets.cells import CLEAR, CellProblem, is_blank, is_clear, shown_text, unmarked
from common.spreadsheets.headers import Header

ValueT = TypeVar("ValueT")
ReadT_co = TypeVar("ReadT_co", covariant=True)

REMEMBERED = 2_000
"""Verdicts of a column: more than a file has colleges, majors and classes, few enough for one of other numbers."""

LONGEST_REMEMBERED = 64
"""Characters; names of units are shorter, and texts of any length would be kept until the file is read."""


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
    on = season_day(SeasonDay.INITIAL_RATE, Cohort(cohort))

    def read(code: Cell, label: Cell) -> str | None:
        try:
            return codes.resolve(code, label, on)
        except CodeProblem:
            if codes.found_by_label or code is not None:
                raise
            return None

    return Reading(field or column, (column, column + LABEL), read)


class CellReader(Generic[ValueT]):
    """Reads the rows of one file; columns that the file lacks cost nothing, cells that repeat are judged once."""

    def __init__(self, header: Header, readings: Iterable[Reading[ValueT]]) -> None:
        known = [each for each in readings if not header.positions.keys().isdisjoint(each.columns)]
        judges = [_Judge(header, each) for each in known]
        self._judges = [(judge.field, judge.taken, judge.verdicts, judge) for judge in judges]
        self._width = 1 + max(header.positions.values(), default=-1)

    def read(self, cells: Sequence[Cell], faults: list[Fault]) -> dict[str, ValueT | None]:
        """What a row says of the fields; each rule that its cells break is added to the faults."""
        said: dict[str, ValueT | None] = {}
        # the last one stands for every column that the file lacks
        row = [*cells[: self._width], *[None] * (self._width + 1 - min(len(cells), self._width))]
        for field, taken, verdicts, judge in self._judges:
            key = taken(row)
            verdict: Any = verdicts.get(key, _UNKNOWN)
            if verdict is _UNKNOWN:
                verdict = judge.verdict(key)
            if verdict is _BLANK:
                continue
            if isinstance(verdict, Fault):
                faults.append(verdict)
            else:
                said[field] = verdict
        return said


class _Silence(Enum):
    BLANK = "says nothing"
    UNKNOWN = "is not known yet"


_BLANK: Final = _Silence.BLANK
_UNKNOWN: Final = _Silence.UNKNOWN


class _Judge(Generic[ValueT]):
    """One reading of a file's rows. The same texts mean the same in every row, so their verdict is kept."""

    def __init__(self, header: Header, reading: Reading[ValueT]) -> None:
        self.field = reading.field
        self._reading = reading
        self._is_alone = len(reading.columns) == 1
        places = [header.positions.get(column, -1) for column in reading.columns]
        # beside a column that is alone there is one that the file lacks
        self.taken = itemgetter(places[0], places[1] if len(places) > 1 else -1)
        self.verdicts: dict[object, ValueT | Fault | _Silence | None] = {}

    def verdict(self, taken: tuple[Cell, Cell]) -> ValueT | Fault | _Silence | None:
        """What the cells of a row say of which nothing is known by their texts alone."""
        key: object = taken
        if not (_is_text(taken[0]) and _is_text(taken[1])):
            # 1.0 and True are equal, and mean different things
            key = (taken, *map(type, taken))
            if key in self.verdicts:
                return self.verdicts[key]
        verdict = self._judged(taken)
        if len(self.verdicts) < REMEMBERED and all(len(str(cell)) <= LONGEST_REMEMBERED for cell in taken):
            self.verdicts[key] = verdict
        return verdict

    def _judged(self, taken: tuple[Cell, Cell]) -> ValueT | Fault | _Silence | None:
        first, second = _cleared(taken[0]), _cleared(taken[1])
        if first is None and second is None:
            return _BLANK
        if CLEAR in (first, second):
            return None
        try:
            value = self._reading.read(first) if self._is_alone else self._reading.read(first, second)
        except (CellProblem, CodeProblem) as problem:
            return Fault(_column_at_fault(self._reading, first, problem.rule), problem.rule)
        return _BLANK if value is None or value == "" else value


def _is_text(cell: Cell) -> bool:
    return cell is None or isinstance(cell, str)


def _cleared(cell: Cell) -> Cell:
    """A cell without the mark of a text, None for a blank one."""
    if cell is None or (isinstance(cell, str) and cell.isalnum()):
        return cell
    bare = unmarked(cell)
    return None if is_blank(bare) else CLEAR if is_clear(bare) else bare


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


def _column_at_fault(reading: Reading[ValueT], first_cell: Cell, rule: str) -> str:
    """The first column, unless its cell is blank or good by itself; when the two disagree, the first, too."""
    first, *others = reading.columns
    if not others or rule == "code_label_disagree":
        return first
    if first_cell is not None:
        try:
            reading.read(first_cell, None)
        except (CellProblem, CodeProblem):
            return first
    return others[0]
