"""What a cell shows: text, a number, a day, true or false, nothing, or something that must not be stored.

A number is a float if it shows its digits and nothing else; any other number is the text that it shows.
"""

import re
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from common.sheet_reader import marks
from common.sheet_reader.limits import MAX_TEXT

NO_RESULT = "formula_without_value"
ERROR = "cell_error"
OTHER_DISPLAY = "number_shown_otherwise"
LOST_DIGITS = "number_in_scientific_notation"
NO_TEXT = "cell_is_no_text"
ACROSS = "merged_across"
BROKEN = "broken_character"
STRAY_QUOTE = "stray_quote"
LENGTH = "length"

_SHOWN = 200
_RISKY = tuple("=+-@＝＋－＠")
_SUSPICIOUS = ("#", "=", "'")
_ERRORS = re.compile(
    r"#(?:N/A|REF!|VALUE!|DIV/0!|NAME\?|NUM!|NULL!|SPILL!|CALC!|FIELD!|BLOCKED!|BUSY!|GETTING_DATA|#+)"
)
_EPOCH, _EPOCH_1904 = datetime(1899, 12, 30), datetime(1904, 1, 1)  # noqa: DTZ001 - cells carry no zone
_FIRST_SERIAL = 61
"""Serial numbers before March 1900 count a 29 February that never was."""

_LAST_SERIAL = 2_958_466


class Unclear(NamedTuple):
    """A cell whose content must not be stored: the rule that says why, and what the officer sees."""

    rule: str
    shown: str

    @classmethod
    def of(cls, rule: str, shown: object) -> "Unclear":
        """The cell with as much of what it shows as is needed to find it."""
        return cls(rule, (f"{shown:.15g}" if isinstance(shown, float) else str(shown))[:_SHOWN] or "?")


class SerialOf1904(float):
    """A number of a workbook that counts days from 1904: in a column of days it means another day than elsewhere.

    So `repr`, by which lines are compared, tells it from the same number of another workbook.
    """

    def __repr__(self) -> str:
        return f"from 1904: {self!s}"

    __str__ = float.__repr__


class Month(NamedTuple):
    """A month, entered as a day that shows no day."""

    first: date


def counted_from_1904(shown: Any) -> Any:
    """What a number of a workbook shows that counts days from 1904."""
    return SerialOf1904(shown) if type(shown) is float else shown


def text_of(text: str) -> Any:
    """A text as it is shown; None for white space alone.

    An apostrophe before a risky character was put there by a program that writes files, and is no part of the text. One
    that begins with `=`, without an apostrophe, is a formula that was not calculated.
    """
    if not text or text.isspace():
        return None
    if text.startswith(_SUSPICIOUS):
        if text.startswith(marks.FORMULA):
            return Unclear.of(NO_RESULT, text.removeprefix(marks.FORMULA))
        if text[0] == "'":
            text = text[1:] if text[1:].lstrip().startswith(_RISKY) else text
        elif text[0] == "=" and len(text) > 1:
            return Unclear.of(NO_RESULT, text)
        elif _ERRORS.fullmatch(text.strip()):
            return Unclear.of(ERROR, text.strip())
    if "\ufffd" in text:
        return Unclear.of(BROKEN, text)
    return text if len(text) <= MAX_TEXT else Unclear.of(LENGTH, text)


def day_of(serial: float, *, from_1904: bool, only_month: bool) -> date | Month | Unclear:
    """The day of a serial number that is formatted as one; a day that shows its month only is a month."""
    if not (0 if from_1904 else _FIRST_SERIAL) <= serial < _LAST_SERIAL:
        return Unclear.of(OTHER_DISPLAY, f"{serial:.15g}")
    day = ((_EPOCH_1904 if from_1904 else _EPOCH) + timedelta(days=int(serial))).date()
    return Month(day) if only_month and day.day == 1 else day
