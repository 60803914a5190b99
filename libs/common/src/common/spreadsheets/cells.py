"""What a cell means, whatever the spreadsheet program made of it: text, identifiers, days, blank and erase.

A cell is what an officer sees. A text is a `str`. A number is a `float` if it shows its own digits; if its format shows
anything else (`0022001`, `2022.10`), it is the text that it shows. A day is a `date`, a `Month` where it shows no day.
What must not be stored (an error, a formula without a result, a number that is shown as another one) is `Unclear`: a
text that is never blank, with the rule that says why. `common.imports` makes a fault of it in every known column, so
that a reader of rows need not know of it. None is a blank cell.
"""

import math
import re
from datetime import date, timedelta
from functools import lru_cache

from common.codes.spelling import Cell, cell_text
from common.identity import visible
from common.sheet_reader.cells import SerialOf1904

CLEAR = "**CLEAR**"
"""Typed into a cell, it erases the stored value; a blank cell keeps it."""

LONGEST_DAY = 32
"""Characters of what is kept of a day that was read: texts of any length would fill the memory."""

EXACT_DIGITS = 15
"""A spreadsheet number keeps 15 digits; a longer identifier has lost the others."""

# with a point or a signed exponent, as programs write it: `2018E8013261034` is a student number
_SCIENTIFIC = re.compile(r"[+-]?(?:\d+\.\d+[eE][+-]?\d+|\d+[eE][+-]\d+)")
_WHOLE = re.compile(r"(\d+)\.0+")
_DIGITS = re.compile(r"\d+")
_SPLIT_DAY = re.compile(
    r"(\d{4})[-/.年](\d{1,2})(?:[-/.月](\d{1,2})日?|月)?(?:[T ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?"
)
_MAY_LACK_ZERO = re.compile(r"\d{4}\.1")
_SPACED = re.compile(r"\s*([-/.年月])\s*|\s+(?=日)")
_YEAR = re.compile(r"(?<!\d)(\d{4})(?:\d{2}){0,2}(?!\d)")
_EPOCH = date(1899, 12, 30)
_1904_AFTER_EPOCH = 1_462
_SERIALS = range(10_000, 80_000)  # 1927 to 2119; beyond it the digits are a written date
_YEARS = range(1900, 2101)


class Unclear(str):
    """A cell of which nothing may be stored: what it shows, and the rule that says why and what to do."""

    __slots__ = ("rule",)
    rule: str

    def __new__(cls, rule: str, shown: str) -> "Unclear":
        """Makes one of the rule's id and what the cell shows."""
        made = super().__new__(cls, shown)
        made.rule = rule
        return made


class Month(date):
    """The first day of a month, entered as a day that shows year and month only."""

    def __str__(self) -> str:
        return f"{self.year:04}-{self.month:02}"


class CellProblem(ValueError):
    """A cell without a usable meaning; `rule` names the check that failed."""

    def __init__(self, rule: str) -> None:
        self.rule = rule
        super().__init__(rule)


def is_blank(cell: Cell) -> bool:
    """True for an empty cell and for one with nothing to be seen."""
    if not isinstance(cell, str):
        return cell is None
    text = cell.strip()
    return not text or (not text[0].isprintable() and not visible(text).strip())


def unmarked(cell: Cell) -> Cell:
    """A cell without the apostrophe that marks it as text to spreadsheet programs, and is no part of the value.

    >>> unmarked(" '0012"), unmarked("O'Neill"), unmarked("''t Hooft"), unmarked(12)
    ('0012', "O'Neill", "'t Hooft", 12)
    """
    return cell.strip().removeprefix("'").strip() if isinstance(cell, str) and "'" in cell else cell


def is_clear(cell: Cell) -> bool:
    """True for the mark that erases a value."""
    return isinstance(cell, str) and cell.strip() == CLEAR


def shown_text(cell: Cell) -> str:
    """A cell in a column of texts; fails for a day and for true or false, whose text depends on who looks.

    >>> shown_text(" 理学院 "), shown_text(3.0)
    ('理学院', '3')
    """
    if isinstance(cell, bool | date):
        raise CellProblem("cell_is_no_text")
    return cell_text(cell)


def identifier_text(cell: Cell) -> str:
    """An identifier of digits and letters as text; fails where the spreadsheet program has rounded it.

    >>> identifier_text(2020123456.0), identifier_text("'0012 ")
    ('2020123456', '0012')
    """
    if isinstance(cell, str) and cell.isascii() and cell.isalnum():
        return str(cell)
    if isinstance(cell, (int, float)):
        if not (math.isfinite(cell) and abs(cell) < 10**EXACT_DIGITS):
            raise CellProblem("number_in_scientific_notation")
        if cell != int(cell):
            raise CellProblem("number_with_decimals")
    text = shown_text(unmarked(cell))
    if _SCIENTIFIC.fullmatch(text):
        raise CellProblem("number_in_scientific_notation")
    whole = _WHOLE.fullmatch(text)
    return whole[1] if whole else text


def as_day(cell: Cell) -> date:
    """A day from a real date, a serial number, `2019-07-01`, `2019/7/1`, `20190701`, or `201907` (its first day).

    The number 1999.1 is none: what was typed may have been 1999.10.
    """
    if isinstance(cell, date):
        return date(cell.year, cell.month, cell.day)
    return _read_day(cell) if isinstance(cell, str) and len(cell) <= LONGEST_DAY else _day_of(cell)


def _day_of(cell: Cell) -> date:
    text = _unspaced(cell)
    if isinstance(cell, float) and _MAY_LACK_ZERO.fullmatch(text):
        raise CellProblem("number_with_decimals")
    try:
        after = _1904_AFTER_EPOCH if isinstance(cell, SerialOf1904) else 0
        found = _written_day(text) or _numeric_day(text, after)
    except ValueError:
        found = None
    if found is None or found.year not in _YEARS:
        raise CellProblem("date_format")
    return found


# the same days stand in most rows
_read_day = lru_cache(maxsize=4_096)(_day_of)


def is_month(cell: Cell) -> bool:
    """True if a cell with a usable day names its month only, and the day is the first for want of another."""
    if isinstance(cell, date):
        return isinstance(cell, Month)
    text = _unspaced(cell)
    parts = _SPLIT_DAY.fullmatch(text)
    return parts[3] is None if parts else len(text.split(".", maxsplit=1)[0]) == 6


def as_year(cell: Cell) -> int | None:
    """The year that a cell names, whatever follows it: `2024届`, `2024年6月`, `202406`, `2024-06-30`, 2024.0."""
    if isinstance(cell, date):
        return cell.year
    found = _YEAR.search(cell_text(cell))
    return int(found[1]) if found else None


def _unspaced(cell: Cell) -> str:
    return _SPACED.sub(r"\1", cell_text(cell))


def _written_day(text: str) -> date | None:
    parts = _SPLIT_DAY.fullmatch(text)
    return date(int(parts[1]), int(parts[2]), int(parts[3] or 1)) if parts else None


def _numeric_day(text: str, after: int) -> date | None:
    """A day from digits alone, or from a serial number, so many days later, with a time of day as its fraction."""
    whole = text.split(".", maxsplit=1)[0]
    if not _DIGITS.fullmatch(whole) or not _DIGITS.fullmatch(text.replace(".", "", 1)):
        return None
    if len(whole) == 8:
        return date(int(whole[:4]), int(whole[4:6]), int(whole[6:]))
    if len(whole) == 6:
        return date(int(whole[:4]), int(whole[4:]), 1)
    serial = int(whole) + after
    return _EPOCH + timedelta(days=serial) if serial in _SERIALS else None
