"""Cells of exports: what they may hold, and the numbers that say why there is no answer."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import TypeAlias

from common.errors import Message

Cell: TypeAlias = str | int | float | date | None
"""None: the question was left open."""

NOT_ASKED = -97
REFUSED = -98
UNKNOWN = -99

MISSING: Mapping[int, Message] = MappingProxyType(
    {
        NOT_ASKED: Message("未询问或未显示", "Not asked, or hidden"),
        REFUSED: Message("拒答", "Refused"),
        UNKNOWN: Message("不知道", "Unknown"),
    }
)
"""Why there is no answer, in every column of a question; for statistics programs these are missing values."""

WORDS: Mapping[str, int] = MappingProxyType({"refused": REFUSED, "unknown": UNKNOWN})
"""What a refusal says → the number of it."""


class Storage(StrEnum):
    """What the cells of a column are, beside the numbers of what is missing."""

    NUMBER = "number"
    DAY = "day"
    TEXT = "text"
