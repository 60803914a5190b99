"""What of a faulty cell may be shown: columns get shifted, and then any cell may hold what identifies a person."""

import re
from collections.abc import Iterable
from enum import Enum

from common.codes.spelling import Cell, cell_text

_LONG_NUMBER = re.compile(r"\d{9,}")  # longer than a code or a day
_PERSONS_NUMBER = re.compile(r"(?<![0-9A-Za-z])(?:1[3-9]\d{9}|\d{6}(?:19|20)\d{9}[\dXx])(?![0-9A-Za-z])")
"""A mobile phone's and a citizen's."""

_SHORTEST = 2
"""One character identifies no person, and stands in too many cells."""


class Identifies(Enum):
    """How a column identifies a person; the value is how many characters are shown at the beginning and at the end."""

    BY_NAME = (1, 0)
    BY_NUMBER = (0, 4)
    BY_DOCUMENT = (4, 4)
    """A citizen id begins with the place and ends with digits that most owners know by heart."""
    NOTHING = (0, 0)
    """The column names no person, and what it says of one is for no reader."""


def masked(cell: Cell, kind: Identifies) -> str:
    """Enough of a value to find the cell again, not enough to know the person.

    Every import masks by this one rule: two views of one value must not add up to more than one.

    >>> masked("11010119900307002X", Identifies.BY_DOCUMENT), masked("20240001", Identifies.BY_NUMBER)
    ('1101**********002X', '********')
    >>> masked("欧阳询", Identifies.BY_NAME), masked(None, Identifies.BY_NAME)
    ('欧***', '')
    """
    text = cell_text(cell)
    if kind is Identifies.BY_NAME:
        return text and text[:1] + "***"
    first, last = kind.value
    hidden = len(text) - first - last
    return text[:first] + "*" * hidden + text[len(text) - last :] if hidden > last else "*" * len(text)


def without_persons(cell: Cell, identifying: Iterable[Cell], *, numbered: bool = False) -> str:
    """The cell's text with stars for each of the identifying cells of its row and for every long number in it.

    In a column that is itself `numbered`, such as that of employers' codes, only for numbers made like a person's.

    >>> without_persons("张三 13800138000 410102", ["张三", "0001", None])
    '** *********** 410102'
    """
    text = cell_text(cell)
    for secret in sorted(map(cell_text, identifying), key=len, reverse=True):
        if len(secret) >= _SHORTEST:
            text = text.replace(secret, _stars(secret))
    suspicious = _PERSONS_NUMBER if numbered else _LONG_NUMBER
    return suspicious.sub(lambda number: _stars(number[0]), text)


def _stars(text: str) -> str:
    return "*" * len(text)
