"""What the cells of a row say about its fields, or which rules they break: one reading for every import.

A field that is absent from what was read keeps what is stored; one that is None there erases it.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import repeat, zip_longest
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
    an empty text say nothing. Of a field with one column `is_value` tells, where most cells differ, which texts `read`
    leaves as they are: these are not read.
    """

    field: str
    columns: tuple[str, ...]
    read: Callable[..., ReadT_co | None]
    is_value: Callable[[str], bool] | None = None


def plain(
    column: str, read: Callable[[Cell], ValueT | None], is_value: Callable[[str], bool] | None = None
) -> Reading[ValueT]:
    """The reading of a field that has one column of its name."""
    return Reading(column, (column,), read, is_value)


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
        self._judges = [_Judge(header, each) for each in known]
        self._fields = [each.field for each in known]
        self._width = 1 + max(header.positions.values(), default=-1)

    def read(self, cells: Sequence[Cell], faults: list[Fault]) -> dict[str, ValueT | None]:
        """What a row says of the fields; each rule that its cells break is added to the faults."""
        said: dict[str, ValueT | None] = {}
        row = [*cells[: self._width], *[None] * (self._width + 1 - min(len(cells), self._width))]
        for field, judge in zip(self._fields, self._judges, strict=True):
            verdict = judge.verdict(row)
            if isinstance(verdict, Fault):
                faults.append(verdict)
            elif verdict is not _BLANK:
                said[field] = verdict
        return said

    def read_all(self, rows: Sequence[Sequence[Cell]], faults: Sequence[list[Fault]]) -> list[dict[str, ValueT | None]]:
        """The same of many rows, each with its own faults: column by column, for that is where cells repeat."""
        if not self._judges:
            return [{} for _ in rows]
        columns = [*zip_longest(*rows)][: self._width]
        # the last one stands for every column that the file lacks
        columns += [(None,) * len(rows)] * (self._width + 1 - len(columns))
        verdicts = [judge.verdicts(columns) for judge in self._judges]
        said: list[dict[str, Any]] = [dict(zip(self._fields, row)) for row in zip(*verdicts)]  # noqa: B905 - as many
        for field, column in zip(self._fields, verdicts, strict=True):
            if _NO_VALUES.isdisjoint(map(type, column)):
                continue
            for place, verdict in enumerate(column):
                if type(verdict) in _NO_VALUES:
                    del said[place][field]
                if isinstance(verdict, Fault):
                    faults[place].append(verdict)
        return said


class _Silence(Enum):
    BLANK = "says nothing"


class _Ignorance(Enum):
    UNKNOWN = "is not known yet"


_BLANK: Final = _Silence.BLANK
_UNKNOWN: Final = _Ignorance.UNKNOWN
_NO_VALUES = frozenset({_Silence, Fault})


class _Judge(Generic[ValueT]):
    """One reading of a file's rows. The same texts mean the same in every row, so their verdict is kept."""

    def __init__(self, header: Header, reading: Reading[ValueT]) -> None:
        self._reading = reading
        # a column that the file lacks is its last one
        self._places = [header.positions.get(column, -1) for column in reading.columns]
        self._taken = itemgetter(*self._places)
        # by the cell of a column that is alone, else by the cells of both
        self._known: dict[object, ValueT | Fault | _Silence | None] = {}

    def verdicts(self, columns: Sequence[Sequence[Cell]]) -> Sequence[Any]:
        """What the cells of each row say."""
        keys: Sequence[Any] = self._taken(columns)
        if len(self._places) > 1:
            keys = [*zip(*keys, strict=True)]
        if is_value := self._reading.is_value:
            return [key if type(key) is str and is_value(key) else self._verdict(key) for key in keys]
        found = [*map(self._known.get, keys, repeat(_UNKNOWN))]
        if _Ignorance not in map(type, found):
            return found
        return [*map(self._verdict, keys)]

    def verdict(self, row: Sequence[Cell]) -> Any:
        """What the cells of a row say."""
        return self._verdict(self._taken(row))

    def _verdict(self, key: Any) -> Any:
        verdict = self._known.get(key, _UNKNOWN)
        return self._first_verdict(key) if verdict is _UNKNOWN else verdict

    def _first_verdict(self, key: Any) -> ValueT | Fault | _Silence | None:
        taken = key if len(self._places) > 1 else (key,)
        # 1.0 and True are equal, and mean different things
        known_by = key if all(map(_is_text, taken)) else (*taken, *map(type, taken))
        if known_by in self._known:
            return self._known[known_by]
        verdict = self._judged(*taken)
        if len(self._known) < REMEMBERED and all(len(str(cell)) <= LONGEST_REMEMBERED for cell in taken):
            self._known[known_by] = verdict
        return verdict

    def _judged(self, *taken: Cell) -> ValueT | Fault | _Silence | None:
        bare = [*map(_cleared, taken)]
        if all(cell is None for cell in bare):
            return _BLANK
        if CLEAR in bare:
            return None
        try:
            value = self._reading.read(*bare)
        except (CellProblem, CodeProblem) as problem:
            return Fault(_column_at_fault(self._reading, bare[0], problem.rule), problem.rule)
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
