"""All groups of all tables and editions as sets of numbered answers, each set once."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from common.shown_groups.editions import Edition, Key
from common.shown_groups.kernel import PRIME, Integers, Numbers, Vector

Hashes = npt.NDArray[np.uint64]
Flags = npt.NDArray[np.bool_]

_SEED = 20241231


@dataclass(frozen=True)
class TableRows:
    """One table of one edition: the group of each answer, -1 for none, and how many of its person are in that group."""

    first_group: int
    numbers: dict[Key, int]
    codes: Integers
    shared: Integers

    @property
    def keys(self) -> list[Key]:
        """Its groups in the order of their codes."""
        return list(self.numbers)


@dataclass(frozen=True)
class EditionRows:
    """One edition: numbers of its answers, their persons and parts, and its tables by name."""

    elements: Integers
    people: Integers
    parts: Integers
    tables: dict[str, TableRows]


class Numbering:
    """Numbers answers, persons and groups over all editions; the same answer in the same state has one number."""

    def __init__(self, editions: Sequence[Edition]) -> None:
        self._people: dict[str, int] = {}
        self._elements: dict[object, int] = {}
        self.groups = 0
        self.parts = 1 + max((part for edition in editions for part in edition.parts), default=0)
        self.rows = [self._rows(edition) for edition in editions]
        self.elements, self.people = len(self._elements), len(self._people)
        self.parts_of_elements: Integers = np.zeros(self.elements, np.int64)
        for row in self.rows:
            self.parts_of_elements[row.elements] = row.parts

    def _rows(self, edition: Edition) -> EditionRows:
        parts = edition.parts or [0] * len(edition.people)
        answers = zip(edition.people, edition.states, parts, strict=True)
        elements = np.array([_numbered(self._elements, answer) for answer in answers], np.int64)
        people = np.array([_numbered(self._people, person) for person in edition.people], np.int64)
        alone = len(set(edition.people)) == len(edition.people)
        tables = {name: self._table(keys, people, alone=alone) for name, keys in edition.tables.items()}
        return EditionRows(elements, people, np.array(parts, np.int64), tables)

    def _table(self, keys: Sequence[Key | None], people: Integers, *, alone: bool) -> TableRows:
        numbers: dict[Key, int] = {}
        codes = np.array([-1 if key is None else _numbered(numbers, key) for key in keys], np.int64)
        shared = np.ones(len(codes), np.int64)
        if not alone and len(codes):
            places, counts = np.unique(codes * (people.max() + 1) + people, return_inverse=True, return_counts=True)[1:]
            shared = counts[places]
        first, self.groups = self.groups, self.groups + len(numbers)
        return TableRows(first, numbers, codes, shared)


class Pieces:
    """The part of each group that lies in each part of the people, as vectors of which equal ones are one.

    `of_groups` has a row for each group with a column for each part; the last piece is the empty one. `sizes` counts
    people in the same shape.
    """

    def __init__(self, numbering: Numbering) -> None:
        parts = numbering.parts
        held = [_entries(edition, table, parts) for edition in numbering.rows for table in edition.tables.values()]
        places, elements, shared = (np.concatenate(each) for each in zip(*held, strict=True))
        order = np.argsort(places, kind="stable")
        self._elements, self._factors = elements[order], inverses_of(shared[order])
        filled, self._starts = np.unique(places[order], return_index=True)
        self._ends = np.append(self._starts[1:], len(order))
        weights = np.random.default_rng(_SEED).integers(1, 2**63, numbering.elements, dtype=np.uint64)
        hashes = np.add.reduceat(weights[self._elements] * (2 * shared[order] - 1).astype(np.uint64), self._starts)
        _, self._first, same = np.unique(hashes, return_index=True, return_inverse=True)
        self.count = len(self._first)
        places_of_groups = np.full(numbering.groups * parts, self.count)
        places_of_groups[filled] = same
        self.of_groups: Integers = places_of_groups.reshape(-1, parts)
        people = np.bincount(places, weights=1 / shared, minlength=numbering.groups * parts)
        self.sizes: Integers = np.rint(people).astype(np.int64).reshape(-1, parts)

    def vector(self, piece: int) -> Vector:
        """The answers of a piece."""
        place = self._first[piece]
        held = slice(self._starts[place], self._ends[place])
        factors = self._factors[held]
        return Vector(self._elements[held], None if (factors == 1).all() else factors)


class Products:
    """Multiplies vectors with columns of a kernel, all at once."""

    def __init__(self, vectors: Sequence[Vector]) -> None:
        self._count = len(vectors)
        lengths = [len(vector.elements) for vector in vectors]
        self._starts = np.cumsum([0, *lengths[:-1]])
        self._elements = np.concatenate([np.zeros(0, np.int64), *(vector.elements for vector in vectors)])
        self._factors = None
        if any(vector.factors is not None for vector in vectors):
            ones = [np.ones(len(each.elements)) if each.factors is None else each.factors for each in vectors]
            self._factors = np.concatenate(ones)

    def with_columns(self, columns: Numbers) -> Numbers:
        """A row for each vector."""
        if not self._count:
            return np.zeros((0, columns.shape[1]))
        return np.stack([self._with_column(column) for column in np.ascontiguousarray(columns.T)], axis=1)

    def _with_column(self, column: Numbers) -> Numbers:
        held = column.take(self._elements)
        if self._factors is not None:
            held = held * self._factors % PRIME
        found: Numbers = np.add.reduceat(held, self._starts) % PRIME
        return found


def _numbered(numbers: dict[object, int] | dict[str, int] | dict[Key, int], thing: object) -> int:
    return numbers.setdefault(thing, len(numbers))  # type: ignore[arg-type]


def _entries(edition: EditionRows, table: TableRows, parts: int) -> tuple[Integers, Integers, Integers]:
    inside = table.codes >= 0
    places = (table.first_group + table.codes[inside]) * parts + edition.parts[inside]
    return places, edition.elements[inside], table.shared[inside]


def inverses_of(numbers: Integers) -> Numbers:
    """The inverse of each number, modulo the prime."""
    most = int(numbers.max(initial=1))
    return np.array([0, *(pow(number, -1, PRIME) for number in range(1, most + 1))], np.float64)[numbers]
