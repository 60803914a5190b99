"""What a reference table is: its columns, which of its rows may not overlap, and rows read from CSV. Pure."""

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from operator import itemgetter
from types import MappingProxyType
from typing import Any

from common.codes.rules import rule
from common.errors import FieldProblem, Invalid, Message
from common.spreadsheets.writing import safe_text

Value = str | int | float | bool | None
ReferenceRow = Mapping[str, Value]
"""A row by the names of its columns; days are texts as `2026-01-01`, so that a row is JSON as it is."""

Read = Callable[[str], Value]
"""The value of a cell; raises ValueError for what cannot be one."""

MOST_ROWS = 20_000
MOST_PROBLEMS = 100
_SOURCE, _VERIFIED = "source", "verified"
_NUMBER = re.compile(r"[0-9]{1,7}(\.[0-9]{1,2})?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_YEAR = re.compile(r"(19|20|21)[0-9]{2}")
_AREA = re.compile(r"[1-9][0-9]([0-9]{2}){0,2}")
_FLAGS = {"true": True, "false": False}


@dataclass(frozen=True)
class Column:
    """One column: how a cell is read, and the message about a cell that cannot be."""

    name: str
    read: Read
    expected: Message
    required: bool = True


@dataclass(frozen=True)
class ReferenceTable:
    """A table. Rows with the same `key` may not overlap: in their `period`, or at all where there is none.

    `period` names the columns of the first and of the last day; a row without a last day holds on. `package` has the
    rows of the release, in `data/<name>.csv`.
    """

    name: str
    title: Message
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    period: tuple[str, str] | None = None
    package: str = "common.reference_tables"

    @property
    def headers(self) -> tuple[str, ...]:
        """The columns of a file, those beside the table's own at last."""
        return (*(each.name for each in self.columns), _SOURCE, _VERIFIED)


class RowsRefused(Invalid):
    """A file of rows breaks rules; `problems` names row and column, rows counted from 0 as in the answer."""

    code = "reference_rows"
    title = Message("参考数据有误，未保存", "The rows break a rule; nothing is stored")


def day(text: str) -> str:
    """A day as `2026-01-01`."""
    if not _DAY.fullmatch(text):
        raise ValueError
    return date.fromisoformat(text).isoformat()


def number(text: str) -> int | float:
    """An amount with at most two decimal places."""
    if not _NUMBER.fullmatch(text):
        raise ValueError
    return float(text) if float(text) % 1 else int(float(text))


def positive(text: str) -> int | float:
    """An amount above 0."""
    found = number(text)
    if not found:
        raise ValueError
    return found


def year(text: str) -> int:
    """A calendar year."""
    if not _YEAR.fullmatch(text):
        raise ValueError
    return int(text)


def area(text: str) -> str:
    """The beginning of a division code: province, prefecture or county."""
    if not _AREA.fullmatch(text):
        raise ValueError
    return text


def one_of(*words: str) -> Read:
    """One of these words."""

    def read(text: str) -> str:
        if text not in words:
            raise ValueError
        return text

    return read


DAY = Message("应为日期，如 2026-01-01", "Must be a day such as 2026-01-01")
AMOUNT = Message("应为数字，最多两位小数", "Must be a number with at most two decimal places")
POSITIVE = Message("应为大于 0 的数字，最多两位小数", "Must be a number above 0 with at most two decimal places")
YEAR = Message("应为年份，如 2024", "Must be a year such as 2024")
AREA = Message("应为行政区划代码的前 2、4 或 6 位", "Must be the first 2, 4 or 6 digits of a division code")


@cache
def shipped(table: ReferenceTable) -> tuple[ReferenceRow, ...]:
    """The rows of the release."""
    content = (files(table.package) / "data" / f"{table.name}.csv").read_text("utf-8")
    return rows_of(table, content)


def rows_of(table: ReferenceTable, content: str) -> tuple[ReferenceRow, ...]:
    """The rows of a CSV text in the order of key and period; raises RowsRefused."""
    reader = csv.DictReader(io.StringIO(content), strict=True)
    try:
        _must_have_headers(table, reader.fieldnames or ())
        cells = list(reader)
    except csv.Error:
        raise RowsRefused([rule("reference_columns").problem("/rows")]) from None
    if len(cells) > MOST_ROWS:
        raise RowsRefused([rule("reference_too_many").problem("/rows")])
    problems: list[FieldProblem] = []
    rows = [_row(table, at, each, problems) for at, each in enumerate(cells)]
    problems = problems or list(_overlaps(table, rows))
    if problems:
        raise RowsRefused(problems[:MOST_PROBLEMS])
    return tuple(sorted((MappingProxyType(each) for each in rows), key=_order(table)))


def _must_have_headers(table: ReferenceTable, headers: Sequence[str]) -> None:
    if sorted(headers) != sorted(table.headers):
        named = ", ".join(table.headers)
        text = rule("reference_columns").text
        message = Message(f"{text.zh}：{named}", f"{text.en}: {named}")
        raise RowsRefused([FieldProblem("/rows", "reference_columns", message)])


def _row(table: ReferenceTable, at: int, cells: Mapping[str, Any], problems: list[FieldProblem]) -> dict[str, Value]:
    """The row, with None in the place of what cannot be read; says so in `problems`."""
    # a cell too many stands under None, one too few is None
    if None in cells or None in cells.values():
        problems.append(rule("reference_cells").problem(f"/rows/{at}"))
        return dict.fromkeys(table.headers)
    row: dict[str, Value] = {}
    for column in (*table.columns, *_STATED):
        text = cells[column.name].strip()
        row[column.name] = None
        if text or column.required:
            try:
                row[column.name] = column.read(text)
            except ValueError:
                problems.append(FieldProblem(f"/rows/{at}/{column.name}", "reference_value", column.expected))
    first, last = _period(table, row)
    if first is not None and last is not None and last < first:
        problems.append(rule("reference_period").problem(f"/rows/{at}/{table.period[1] if table.period else ''}"))
    return row


def _overlaps(table: ReferenceTable, rows: Sequence[ReferenceRow]) -> Iterator[FieldProblem]:
    """Each row that holds for what an earlier one holds for, by key and day."""
    order, held = _order(table), dict[Any, str]()
    for at, row in sorted(enumerate(rows), key=lambda each: order(each[1])):
        key, (first, last) = _key(table, row), _period(table, row)
        if key in held and (first or "") <= held[key]:
            yield rule("reference_overlap").problem(f"/rows/{at}")
        held[key] = max(held.get(key, ""), last or _FOREVER)


_FOREVER = "9999-12-31"


def _key(table: ReferenceTable, row: ReferenceRow) -> Any:
    return itemgetter(*table.key)(row)


def _period(table: ReferenceTable, row: ReferenceRow) -> tuple[Any, Any]:
    return (row[table.period[0]], row[table.period[1]]) if table.period else (None, None)


def _order(table: ReferenceTable) -> Callable[[ReferenceRow], Any]:
    return lambda row: (_key(table, row), _period(table, row)[0] or "")


def _source(text: str) -> str:
    # a spreadsheet program would take it for a formula
    if not text or len(text) > 500 or safe_text(text) != text:
        raise ValueError
    return text


def _flag(text: str) -> bool:
    if text not in _FLAGS:
        raise ValueError
    return _FLAGS[text]


_SOURCES = Message(
    "应填写来源，最多 500 字，不得为公式", "Must name the source, in at most 500 characters and by no formula"
)
_STATED: Iterable[Column] = (
    Column(_SOURCE, _source, _SOURCES),
    Column(_VERIFIED, _flag, Message("应为 true 或 false", "Must be true or false")),
)
