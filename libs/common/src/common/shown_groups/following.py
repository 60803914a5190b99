"""What follows from the numbers that shown groups have: the numbers of other groups, and of rests. Imports numpy."""

from collections.abc import Collection, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from common.shown_groups.editions import Edition, Key, Shown
from common.shown_groups.groups import Numbering
from common.shown_groups.kernel import PRIME, Integers, Numbers
from common.shown_groups.rests import rests_of

_SEED = 20240902
_SPARE = 8
"""So many more random columns than shown groups: by chance alone nothing follows."""


class Following:
    """The numbers of everything that follows from groups, `counts` of which are those of people of some kinds.

    `counts` has the groups of each table that are shown, each with as many numbers as there are kinds.
    """

    def __init__(self, edition: Edition, shown: Shown, counts: Mapping[str, Mapping[Key, Sequence[int]]]) -> None:
        numbering = Numbering([edition])
        self._tables = numbering.rows[0].tables
        self._rests = rests_of(numbering, np.ones(numbering.groups, np.bool_))
        places = {name: table.first_group for name, table in self._tables.items()}
        self._shown = {
            name: [(places[name] + self._tables[name].numbers[key], counts[name][key]) for key in keys]
            for name, keys in shown.items()
        }
        width = sum(map(len, self._shown.values())) + _SPARE
        drawn = np.random.default_rng(_SEED).integers(0, PRIME, (numbering.elements, width)).astype(np.float64)
        self._sums = np.zeros((numbering.groups, width))
        for table in self._tables.values():
            inside = table.codes >= 0
            np.add.at(self._sums, table.first_group + table.codes[inside], drawn[inside])
        self._sums %= PRIME

    def numbers(self, tables: Collection[str]) -> Integers:
        """A row of numbers for each group and rest that follows from the shown groups of these tables."""
        given = [each for name in tables for each in self._shown.get(name, ())]
        if not given:
            return np.zeros((0, 0), np.int64)
        places = [place for place, _ in given]
        kinds = np.array([counts for _, counts in given], np.float64)
        reduced, pivots = _reduced(np.hstack([self._sums[places], kinds]), self._sums.shape[1])
        solved = self._sums[:, pivots] @ reduced % PRIME
        width = self._sums.shape[1]
        known = (solved[:, :width] == self._sums).all(axis=1)
        found = solved[:, width:]
        # what follows is the number of a set of people, so it is small, and never below none
        groups: Integers = np.where(known[:, None], found, 0).astype(np.int64)
        return np.vstack([groups[known], self._left(known, groups)])

    def _left(self, known: npt.NDArray[np.bool_], groups: Integers) -> Integers:
        rests = self._rests
        pairs = known[rests.pair_groups] & known[rests.holders][rests.pair_rests]
        left = groups[rests.holders].copy()
        np.subtract.at(left, rests.pair_rests[pairs], groups[rests.pair_groups[pairs]])
        with_some = np.unique(rests.pair_rests[pairs])
        found: Integers = left[with_some]
        return found


def _reduced(rows: Numbers, width: int) -> tuple[Numbers, list[int]]:
    """The rows with a one in a column of its own each, among the first `width`, and these columns; without copies."""
    kept, pivots = np.zeros((0, rows.shape[1])), list[int]()
    for row in rows:
        row = (row - row[pivots] @ kept) % PRIME if pivots else row % PRIME
        filled = np.flatnonzero(row[:width])
        if not len(filled):
            continue
        pivot = int(filled[0])
        row = row * pow(int(row[pivot]), -1, PRIME) % PRIME
        kept = np.vstack([(kept - np.outer(kept[:, pivot], row)) % PRIME, row])
        pivots.append(pivot)
    return kept, pivots
