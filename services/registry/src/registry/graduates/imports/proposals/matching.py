"""Columns of a file and fields: which may belong together, by header, by what is saved, by likeness, by content. Pure.

Likeness is the ratio of `rapidfuzz` over all header texts that we know, which one text of another person's, such as
联系人电话, may pass, too: what comes out is a proposal for people.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Literal

from common.codes import Cell, CodeLists
from common.imports import LABEL, HeaderMapping
from common.spreadsheets.cells import CellProblem, identifier_text, is_blank
from common.spreadsheets.headers import SEARCHED_ROWS, Header, headings
from registry.graduates.domain import identity
from registry.graduates.imports.columns import COLUMNS, FIELDS

Rows = Sequence[Sequence[Cell]]
How = Literal["exact", "saved", "similar", "content"]

LEAST_ALIKE = 0.60
LEAST_VALID = 0.90
LONGEST_HEADER = 40
"""Characters of a text that may be like a header."""

LATEST_COHORT = 2200

_SIX_DIGITS = re.compile(r"\d{6}")

_ORDER: Sequence[How] = ("exact", "saved", "similar", "content")
_FIELD_OF = {column: name for name, column in FIELDS.items()}
_PLACE = {name: place for place, name in enumerate(FIELDS)}


@dataclass(frozen=True)
class SeenColumn:
    """A column of the file by its header text, with cells of its first rows; blank ones say nothing."""

    header: str
    cells: Sequence[Cell] = field(default=(), repr=False)


@dataclass(frozen=True)
class Match:
    """A field that a column may fill, why, and how sure that is, from 0 to 1 in two decimals.

    A column that is saved as one that is not read fills none.
    """

    field: str | None
    score: float | None
    how: How | None


NONE = Match(None, None, None)


def located(rows: Rows, saved: Iterable[Mapping[str, str | None]]) -> Header | None:
    """The header of a table: the row that an import would take, whatever else it needs, or that is most like one.

    A row with numbers is like none: its texts would be shown, and it may be about a person.
    """
    known = replace(COLUMNS, needed=(), other_forms=())
    if found := known.find(rows):
        return found
    upper = rows[:SEARCHED_ROWS]
    texts = {cell for row in upper for cell in row if isinstance(cell, str) and len(cell.strip()) <= LONGEST_HEADER}
    likest = {text: _likest(text, FIELDS) for text in texts}
    heads = {text: FIELDS[name] for text, (name, score) in likest.items() if score >= LEAST_ALIKE}
    heads |= {header: FIELDS[name] for columns in saved for header, name in columns.items() if name and name in FIELDS}
    alike: dict[str, list[str]] = {column: list(texts) for column, texts in COLUMNS.headers.items()}
    for text, column in sorted(heads.items()):
        alike[column].append(text)
    found = replace(known, headers=alike).find(rows)
    filled = [cell for cell in rows[found.row] if cell is not None] if found else []
    return found if all(isinstance(cell, str) and not _SIX_DIGITS.search(cell) for cell in filled) else None


def matched(
    columns: Sequence[SeenColumn], exact: Mapping[int, str], saved: Mapping[str, Mapping[str, str | None]]
) -> list[Match]:
    """What each column may fill, no field twice: the surest first, of equals the first by header and field.

    `exact` are the fields of the columns, by place, that an import reads without being asked, `saved` the mappings of
    the school by name.
    """
    titles = [column.header for column in columns]
    fitting = {name: each for name, each in saved.items() if HeaderMapping(name, each).covers(titles)}
    if fitting:
        # an import reads the file by it alone
        exact, saved = {}, dict([min(fitting.items())])
    candidates = [
        (_ORDER.index(match.how), -(match.score or 0), column.header, _PLACE.get(match.field or "", -1), place, match)
        for place, column in enumerate(columns)
        for match in candidates_of(column, exact.get(place), saved)
        if match.how
    ]
    found: dict[int, Match] = {}
    taken: set[str] = set()
    for *_, place, match in sorted(candidates, key=lambda each: each[:-1]):
        if place not in found and match.field not in taken:
            found[place] = match
            taken.update([match.field] if match.field else [])
    return [found.get(place, NONE) for place in range(len(columns))]


def exact_fields(header: Header) -> dict[int, str]:
    """The fields of columns with a header text we know, by place; of a code and its label the column of the code."""
    fields: dict[int, str] = {}
    for column, place in header.positions.items():
        code = column.removesuffix(LABEL)
        if COLUMNS.column_headed(header.titles[place]) == column and (column == code or code not in header.positions):
            fields[place] = _FIELD_OF[code]
    return fields


def missing(matches: Iterable[Match], required: Iterable[str]) -> list[str]:
    """The required fields that no column fills."""
    filled = {match.field for match in matches}
    return [name for name in required if name not in filled]


def candidates_of(
    column: SeenColumn, exact: str | None, saved: Mapping[str, Mapping[str, str | None]]
) -> Iterator[Match]:
    """The fields that a column may fill by itself, whatever the others do."""
    if exact:
        yield Match(exact, 1.0, "exact")
        return
    heading = headings(column.header)[0]
    for _, columns in sorted(saved.items()):
        named = {headings(header)[0]: name for header, name in columns.items()}
        if heading in named and (named[heading] is None or named[heading] in FIELDS):
            yield Match(named[heading], 1.0, "saved")
            return
    held = {name: (share, others) for name, share, others in contents_of(column.cells)}
    fitting = {other for _, others in held.values() for other in others}
    # a column that holds mobiles is no column of classes, whatever it is called
    name, score = _likest(column.header, fitting if held else FIELDS)
    if score >= LEAST_ALIKE:
        yield Match(name, score, "similar")
    yield from (Match(name, round(share, 2), "content") for name, (share, _) in held.items())


def _likest(text: str, fields: Collection[str]) -> tuple[str, float]:
    """The one of the fields with the header text most like this one, of equals the first, and how like."""
    # only who asks for a proposal needs it: a service at rest does without
    from rapidfuzz import fuzz

    spellings = set(headings(text)) - {""}
    ratios = {
        name: max((fuzz.ratio(each, known) for each in spellings for known in texts), default=0.0)
        for name, texts in known_texts().items()
        if name in fields
    }
    name = max(FIELDS, key=lambda each: ratios.get(each, 0.0))
    return name, round(ratios.get(name, 0.0) / 100, 2)


@cache
def known_texts() -> Mapping[str, Sequence[str]]:
    """Field → the header texts that we know of it, as they are compared."""
    texts: dict[str, list[str]] = {}
    for column, known in COLUMNS.headers.items():
        texts.setdefault(_FIELD_OF[column.removesuffix(LABEL)], []).extend(headings(each)[0] for each in known)
    return texts


def contents_of(cells: Sequence[Cell]) -> Iterator[tuple[str, float, Collection[str]]]:
    """What the cells hold: the field that it speaks for, the share of cells that do, and all fields that hold such."""
    filled = [cell for cell in cells if not is_blank(cell)]
    for name, (is_valid, fields) in _CONTENT.items():
        share = sum(map(is_valid, filled)) / len(filled) if filled else 0.0
        if share >= LEAST_VALID:
            yield name, share, fields


def is_citizen_id(cell: Cell) -> bool:
    """True for a valid citizen id."""
    try:
        return identity.birth_date(identity.citizen_id(identifier_text(cell), LATEST_COHORT)) is not None
    except (CellProblem, identity.RuleBroken):
        return False


def is_mobile(cell: Cell) -> bool:
    """True for the number of a mobile phone of the mainland."""
    try:
        digits = identity.phone(identifier_text(cell))
    except (CellProblem, identity.RuleBroken):
        return False
    return len(digits) == 11 and digits.startswith("1") and digits[1] in "3456789"


def is_division(cell: Cell) -> bool:
    """True for the code of a division, of any time."""
    try:
        return CodeLists.load().get("division").lookup(identifier_text(cell)) is not None
    except CellProblem:
        return False


_CONTENT: Mapping[str, tuple[Callable[[Cell], bool], Collection[str]]] = {
    "citizen_id": (is_citizen_id, {"citizen_id"}),
    "phone": (is_mobile, {"phone", "home_phone"}),
    "origin_place_code": (is_division, {"origin_place_code", "household_place_code", "commissioning_place_code"}),
}
"""Field → what a cell is that speaks for it, and all fields that such a cell may be a value of."""
