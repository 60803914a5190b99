"""What of a faulty cell may be shown: columns get shifted, and then any cell may hold what identifies a person."""

from __future__ import annotations

import re
from collections.abc import Iterable

from common.codes.spelling import Cell, cell_text

_LONG_NUMBER = re.compile(r"\d{7,}")  # the longest code, a division's, has six digits
_SHORTEST = 2
"""One character identifies nobody, and stands in too many cells."""


def without_persons(cell: Cell, identifying: Iterable[Cell]) -> str:
    """The cell's text with stars for each of the identifying cells of its row and for every long number in it.

    >>> without_persons("张三 13800138000 410102", ["张三", "0001", None])
    '** *********** 410102'
    """
    text = cell_text(cell)
    for secret in sorted(map(cell_text, identifying), key=len, reverse=True):
        if len(secret) >= _SHORTEST:
            text = text.replace(secret, _stars(secret))
    return _LONG_NUMBER.sub(lambda number: _stars(number[0]), text)


def _stars(text: str) -> str:
    return "*" * len(text)
