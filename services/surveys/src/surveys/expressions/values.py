"""What an expression computes with: a blank is None, numbers are decimals of 28 digits."""

import decimal
import re
from collections.abc import Container
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import TypeAlias

from common.errors import Message

Value: TypeAlias = bool | Decimal | str | date | tuple[str, ...] | None
"""Blank, or a value of one of the types; never an empty text, and never no codes."""


class Type(StrEnum):
    """Types of values. `SEALED` compares with `''` alone; `BLANK` is that of `''` and fits everywhere."""

    BOOLEAN = "boolean"
    NUMBER = "number"
    TEXT = "text"
    DATE = "date"
    CODE = "code"
    CODES = "codes"
    SEALED = "sealed"
    BLANK = "blank"


@dataclass(frozen=True)
class Typed:
    """The type of a part of an expression, and of codes those that there are, where that is known."""

    type: Type
    codes: Container[str] | None = None


TITLES = {
    Type.BOOLEAN: Message("是否", "true or false"),
    Type.NUMBER: Message("数字", "a number"),
    Type.TEXT: Message("文字", "text"),
    Type.DATE: Message("日期", "a day"),
    Type.CODE: Message("代码", "a code"),
    Type.CODES: Message("多个代码", "codes"),
    Type.SEALED: Message("单位或文件", "an employer or a file"),
    Type.BLANK: Message("空", "blank"),
}

CONTEXT = decimal.Context(prec=28, rounding=decimal.ROUND_HALF_EVEN, Emin=-300, Emax=300, traps=[])
"""Arithmetic that never raises: what is no finite number is blank."""


_WRITTEN = re.compile(r"[ ]*[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)[ ]*")


def number_of(value: Decimal | float | str) -> Decimal | None:
    """The number of 28 digits as it is written; None for a text that is none."""
    if isinstance(value, str) and not _WRITTEN.fullmatch(value):
        return None
    return finite(CONTEXT.create_decimal(str(value).strip()))


def finite(number: Decimal) -> Decimal | None:
    """The number, or a blank for 1 div 0 and what is too large."""
    return number if number.is_finite() else None


def text_of(value: Value) -> str:
    """The value as it is joined to texts: a blank is no text, codes stand side by side."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case Decimal():
            return plain(value)
        case date():
            return value.isoformat()
        case tuple():
            return " ".join(value)
    return value


def plain(number: Decimal) -> str:
    """A number without exponent and without zeros at its end: 2.50 is 2.5, minus nothing is 0."""
    text = format(number, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def day_of(text: str) -> date | None:
    """The day YYYY-MM-DD; None if the text is none."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.isoformat() == text else None
