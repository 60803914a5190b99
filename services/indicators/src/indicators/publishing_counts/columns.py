"""Columns of published tables: 就业, 升学 and 其余 open into classes as long as nothing left is small; pure."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from indicators.schemes.schemes import FLEXIBLE_FLAG, Measure, Scheme, class_of, is_among
from indicators.structures.domain.places import FOUR
from indicators.structures.domain.spreads import Situation, destination_class
from indicators.structures.domain.structure import DENOMINATOR_RULES

SMALLEST = 5
"""So many people a column has in a row that is shown, or none (policy publication-1)."""

Piece = str
"""The smallest part of the people that columns are made of."""

Block = frozenset[Piece]
"""Pieces that are only counted together."""

COLUMNS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "employed": ("unit", "own_business", "freelance"),
        "study": ("study_mainland", "study_abroad"),
        "unplaced": ("seeking", "not_seeking", "not_registered"),
    }
)
"""就业 升学 其余, each with its classes of `destination_class`."""

_PARTS_OF_UNIT: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"signed": ("10", "11"), "other_form": ("12",), "enlisted": ("46",)}
)
_REST_OF_UNIT = "programmes"
_INSIDE: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        **COLUMNS,
        "unit": ("contracts", "enlisted", _REST_OF_UNIT),
        "contracts": ("signed", "other_form"),
    }
)


@cache
def piece_of(destination_code: str | None) -> Piece:
    """The piece of a graduate with this destination."""
    name = destination_class(Situation(destination_code, False, ()), FOUR)
    if name != "unit" or destination_code is None:
        return name
    parts = _PARTS_OF_UNIT.items()
    return next((part for part, codes in parts if is_among(destination_code, codes)), _REST_OF_UNIT)


@cache
def column_of(destination_code: str | None) -> str:
    """`employed`, `study` or `unplaced`."""
    name = destination_class(Situation(destination_code, False, ()), FOUR)
    return next(column for column, classes in COLUMNS.items() if name in classes)


@cache
def pieces_in(name: str) -> Block:
    """All pieces of a column, a class or a part of one."""
    return frozenset().union(*(pieces_in(each) for each in _INSIDE[name])) if name in _INSIDE else frozenset({name})


Row = Mapping[tuple[Piece, bool], int]
"""Graduates of one row of a table by piece and flexible mark."""


@dataclass(frozen=True)
class Opened:
    """How far the columns of a table are opened: what is counted separately, the same in every row."""

    blocks: tuple[Block, ...]

    def counts(self, pieces: Block) -> bool:
        """Whether how many people these pieces have may be known: they are blocks, whole ones."""
        return all(block <= pieces or not block & pieces for block in self.blocks)

    def classes(self) -> Iterator[tuple[str, Block]]:
        """The columns of `destination_class` that are shown: opened classes, and what is left of each column."""
        for column, classes in COLUMNS.items():
            opened = [name for name in classes if self.counts(pieces_in(name))]
            yield from ((name, pieces_in(name)) for name in opened)
            left = pieces_in(column).difference(*map(pieces_in, opened))
            if left:
                yield f"{column}_other" if opened else column, left


CLOSED = Opened(tuple(map(pieces_in, COLUMNS)))
"""The three columns alone."""


def opened(rows: Sequence[Row]) -> Opened:
    """The columns of a table with these rows, the first of which is the total: the larger classes first.

    A class is opened where it and what is left of its column are none or enough in every row.
    """
    counted = [_by_piece(row) for row in rows]
    return Opened(tuple(block for column in COLUMNS for block in _opened(column, counted)))


def _opened(name: str, rows: Sequence[Counter[Piece]]) -> list[Block]:
    left, found = pieces_in(name), []
    inside = [each for each in _INSIDE.get(name, ()) if each != _REST_OF_UNIT]
    for each in sorted(inside, key=lambda part: (-_of(rows[0], pieces_in(part)), inside.index(part))):
        part, rest = pieces_in(each), left - pieces_in(each)
        if all(is_enough(_of(row, part)) and is_enough(_of(row, rest)) for row in rows):
            found += _opened(each, rows)
            left = rest
    return [*found, left] if left else found


def is_enough(people: int) -> bool:
    """Whether so many may stand in a row that is shown."""
    return people == 0 or people >= SMALLEST


def _by_piece(row: Row) -> Counter[Piece]:
    found: Counter[Piece] = Counter()
    for (piece, _), people in row.items():
        found[piece] += people
    return found


def _of(row: Mapping[Piece, int], pieces: Iterable[Piece]) -> int:
    return sum(row.get(piece, 0) for piece in pieces)


def count_of(row: Row, pieces: Block) -> int:
    """Graduates of a row in these pieces."""
    return _of(_by_piece(row), pieces)


def shows_flexible(rows: Sequence[Row], columns: Opened) -> bool:
    """Whether the mark cuts each shown class of 就业 into parts of none or enough, in every row."""
    employed = [block for block in columns.blocks if block <= pieces_in("employed")]
    return all(
        is_enough(sum(row.get((piece, mark), 0) for piece in block))
        for row in rows
        for block in employed
        for mark in (True, False)
    )


def pieces_of_measure(scheme: Scheme, classes: Sequence[str], codes: Sequence[str]) -> Block | None:
    """The pieces of the classes of a scheme, over all codes that there are; None where a piece is cut by them."""
    return _whole([None, *codes], lambda code: class_of(scheme.id, code) in classes)


def pieces_of_rule(rule: str, codes: Sequence[str]) -> Block | None:
    """The pieces of a structure's base; None where a piece is cut by it."""
    return _whole([None, *codes], DENOMINATOR_RULES[rule].holds)


def is_flexible(measure: Measure) -> bool:
    """Whether the measure counts the flexible mark, which lies across the columns."""
    return FLEXIBLE_FLAG in measure.numerator


def _whole(codes: Sequence[str | None], holds: Callable[[str | None], bool]) -> Block | None:
    inside: dict[Piece, set[bool]] = {}
    for code in codes:
        inside.setdefault(piece_of(code), set()).add(bool(holds(code)))
    if any(len(found) > 1 for found in inside.values()):
        return None
    return frozenset(piece for piece, found in inside.items() if True in found)
