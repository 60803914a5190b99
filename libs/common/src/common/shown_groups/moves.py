"""Moves: who came to a group, left it or changed in it between two editions."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from common.shown_groups.groups import EditionRows, Hashes, Numbering, TableRows, inverses_of
from common.shown_groups.kernel import Integers, Vector

_SEED = 20240901


@dataclass(frozen=True)
class Moves:
    """Groups by their numbers in two editions whose difference is too few people, and such sets of some of these."""

    before: Integers
    after: Integers
    vectors: list[Vector]


@dataclass(frozen=True)
class _Rows:
    """A table's answers in groups that both editions have. `places` names group and person."""

    groups: Integers
    places: Integers
    elements: Integers
    shared: Integers

    def states(self, weights: Hashes) -> tuple[Integers, Hashes]:
        """Each place once, and a number for what its person says there."""
        order = np.argsort(self.places, kind="stable")
        places, starts = np.unique(self.places[order], return_index=True)
        said = (weights[self.elements] * (2 * self.shared - 1).astype(np.uint64))[order]
        return places, np.add.reduceat(said, starts) if len(said) else said

    def at(self, places: Integers) -> tuple[Integers, Integers, Integers]:
        """Groups, elements and how many share, of these places."""
        found = np.isin(self.places, places)
        return self.groups[found], self.elements[found], self.shared[found]


def moves_of(numbering: Numbering, limit: int) -> Moves:
    """All moves of fewer people than `limit` between each edition and the next, and between each and the last."""
    weights = np.random.default_rng(_SEED).integers(1, 2**63, numbering.elements, dtype=np.uint64)
    before: list[int] = []
    after: list[int] = []
    vectors: list[Vector] = []
    for earlier, later in _compared(numbering.rows):
        for name in earlier.tables.keys() & later.tables.keys():
            first, last = earlier.tables[name], later.tables[name]
            common = [key for key in last.numbers if key in first.numbers]
            old, new = (_rows(each, each.tables[name], common, numbering.people) for each in (earlier, later))
            few, sets = _few(old, new, weights, numbering.people, limit)
            before.extend(first.first_group + first.numbers[common[group]] for group in few)
            after.extend(last.first_group + last.numbers[common[group]] for group in few)
            vectors.extend(sets)
    return Moves(np.array(before, np.int64), np.array(after, np.int64), vectors)


def _compared(rows: Sequence[EditionRows]) -> Iterator[tuple[EditionRows, EditionRows]]:
    yield from pairwise(rows)
    yield from ((earlier, rows[-1]) for earlier in rows[:-2])


def _rows(edition: EditionRows, table: TableRows, common: Sequence[object], people: int) -> _Rows:
    numbers = {key: number for number, key in enumerate(common)}
    codes = np.array([*(numbers.get(key, -1) for key in table.numbers), -1], np.int64)[table.codes]
    inside = codes >= 0
    groups = codes[inside]
    return _Rows(groups, groups * people + edition.people[inside], edition.elements[inside], table.shared[inside])


def _few(old: _Rows, new: _Rows, weights: Hashes, people: int, limit: int) -> tuple[Integers, list[Vector]]:
    """Groups with a small move, and the small sets of those who came, left or changed where others did, too."""
    (then, said), (now, says) = old.states(weights), new.states(weights)
    both, first, last = np.intersect1d(then, now, assume_unique=True, return_indices=True)
    kinds = {
        "came": np.setdiff1d(now, then, assume_unique=True),
        "left": np.setdiff1d(then, now, assume_unique=True),
        "changed": both[said[first] != says[last]],
    }
    size = 1 + max(new.groups.max(initial=-1), old.groups.max(initial=-1))
    counts = {kind: np.bincount(places // people, minlength=size) for kind, places in kinds.items()}
    moved = sum(counts.values(), np.zeros(size, np.int64))
    vectors: list[Vector] = []
    for kind, places in kinds.items():
        small = (counts[kind] > 0) & (counts[kind] < limit) & (counts[kind] < moved)
        wanted = places[small[places // people]]
        plus = [] if kind == "left" else [(new.at(wanted), 1)]
        minus = [] if kind == "came" else [(old.at(wanted), 1 if kind == "left" else -1)]
        vectors.extend(_by_group([*plus, *minus]))
    return np.flatnonzero((moved > 0) & (moved < limit)), vectors


def _by_group(signed: Sequence[tuple[tuple[Integers, Integers, Integers], int]]) -> Iterator[Vector]:
    groups, elements, shared = (np.concatenate(each) for each in zip(*(rows for rows, _ in signed), strict=True))
    signs = np.concatenate([np.full(len(rows[0]), sign) for rows, sign in signed])
    order = np.argsort(groups, kind="stable")
    factors = (signs * inverses_of(shared))[order]
    starts = np.unique(groups[order], return_index=True)[1]
    for held, by in zip(np.split(elements[order], starts)[1:], np.split(factors, starts)[1:], strict=True):
        yield Vector(held, by)
