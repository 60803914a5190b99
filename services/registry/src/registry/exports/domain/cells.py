"""An entry as a row of our files: texts that an import reads as the same values again."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from common.codes import CodeList, CodeLists, CodeProblem, normalise
from registry.exports.domain.plan import UNIT_NAMES
from registry.graduates.domain.entry import CODE_LIST_OF
from registry.graduates.domain.fields import COLUMNS as HEADERS

HOLDS_CODES = "代码"
"""Ends the header of a column that holds codes as they are; other coded columns hold labels."""

Cell = Callable[[Any], str | None]


class RowMaker:
    """Makes rows of some columns.

    `units` are the names of a school's units by code, for each column of names. `words` are the words for the values of
    fields that have few, by field.
    """

    def __init__(
        self,
        columns: Sequence[str],
        units: Mapping[str, Mapping[str, str]],
        words: Mapping[str, Mapping[object, str]],
    ) -> None:
        self._units = units
        self._words = words
        self._columns = [(UNIT_NAMES.get(name, name), self._cell(name)) for name in columns]

    def row(self, content: Mapping[str, Any]) -> list[str | None]:
        """The cells of an entry, of which the content is what may be shown; None is a blank cell."""
        return [None if (value := content[field]) is None else cell(value) for field, cell in self._columns]

    def _cell(self, column: str) -> Cell:
        if column in UNIT_NAMES:
            return self._units[column].get
        if column in CODE_LIST_OF and not HEADERS[column].endswith(HOLDS_CODES):
            return label_of(CodeLists.load().get(CODE_LIST_OF[column]))
        return self._words[column].__getitem__ if column in self._words else written


def written(value: object) -> str:
    """A text, a day or a number as our files have it.

    >>> written(Decimal("4.0")), written(Decimal("2.5")), written(date(2024, 7, 1)), written("0012")
    ('4', '2.5', '2024-07-01', '0012')
    """
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    return value.isoformat() if isinstance(value, date) else str(value)


def label_of(codes: CodeList) -> Callable[[str], str]:
    """Gives the label of a code; the code itself where it has none, or where the label means another code, too."""
    meant: dict[str, set[str]] = {}
    for entry in codes:
        meant.setdefault(normalise(entry.label_zh), set()).add(entry.code)

    @cache
    def label(code: str) -> str:
        entry = codes.lookup(code)
        if entry is None or len(meant[normalise(entry.label_zh)]) > 1:
            return code
        try:
            is_meant = codes.resolve(None, entry.label_zh) == code
        except CodeProblem:
            is_meant = False
        return entry.label_zh if is_meant else code

    return label
