"""Which vectors follow from those given, by elimination modulo a prime.

A vector follows from the given ones exactly if every vector that is orthogonal to all of them is orthogonal to it, too.
So the kernel is kept instead of the span: random vectors orthogonal to all that is given. What two of them are
orthogonal to by chance alone (1 in `PRIME` squared) is taken for following, which hides a group too many and never
shows one.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Integers = npt.NDArray[np.int64]
Numbers = npt.NDArray[np.float64]

PRIME = 2_097_143
"""Below 2 ** 21, so that products of residues, summed over a panel, are exact in binary floating point."""

_SEED = 20240831
_PANEL = 48
_KEPT_OF_PANEL = 8
_AT_ONCE = 32


@dataclass(frozen=True)
class Vector:
    """Which elements it holds, and how often, modulo the prime; once each without factors."""

    elements: Integers
    factors: Numbers | None = None


class Kernel:
    """Random vectors orthogonal to all that was given; `panel` has some of them, a column each.

    `most` is the largest number of vectors that will be given. The other columns wait, and catch up with what was given
    all at once, which is a product of matrices.
    """

    def __init__(self, elements: int, most: int) -> None:
        self._left = min(elements, most) + _PANEL
        drawn = np.random.default_rng(_SEED).integers(0, PRIME, (elements, self._left))
        self._waiting = drawn.astype(np.float64)
        self.panel = self._begun = self._waiting
        self._columns: list[int] = []
        self._given: list[Vector] = []
        self._pivots: list[int] = []
        self._begin_panel()

    def orthogonal(self, vectors: list[Vector]) -> Numbers:
        """Two columns that are orthogonal to these vectors, too."""
        found = self.panel[:, : len(vectors) + 2]
        for vector in vectors:
            found, _ = _without(found, vector)
        return found[:, :2]

    def give(self, vector: Vector) -> None:
        """From now on everything is orthogonal to this vector, too."""
        self.panel, pivot = _without(self.panel, vector)
        if pivot is None:
            return
        self._given.append(vector)
        self._pivots.append(self._columns.pop(pivot))
        if self.panel.shape[1] <= _KEPT_OF_PANEL:
            self._catch_up()
            self._begin_panel()

    def _begin_panel(self) -> None:
        self._left -= _PANEL
        self.panel = self._begun = self._waiting[:, self._left : self._left + _PANEL].copy()
        self._columns = list(range(_PANEL))
        self._given, self._pivots = [], []

    def _catch_up(self) -> None:
        """Makes the columns that wait orthogonal to what was given since the panel began; its rest waits with them."""
        waiting, pivots = self._waiting[:, : self._left], self._begun[:, self._pivots]
        solving = _inverse(np.array([dots(pivots, vector) for vector in self._given]))
        products = np.array([dots(waiting, vector) for vector in self._given])
        solved = solving @ products % PRIME
        # part by part, because all of it together does not stay in a processor's cache
        for start in range(0, len(waiting), _AT_ONCE):
            part = waiting[start : start + _AT_ONCE]
            part -= pivots[start : start + _AT_ONCE] @ solved
            part -= np.floor(part * (1 / PRIME)) * PRIME
        unused = self.panel.shape[1]
        self._waiting[:, self._left : self._left + unused] = self.panel
        self._left += unused


def dots(columns: Numbers, vector: Vector) -> Numbers:
    """The product of a vector with each column, from 0 to the prime."""
    held = columns[vector.elements]
    if vector.factors is not None:
        held = held * vector.factors[:, None] % PRIME
    found: Numbers = held.sum(axis=0) % PRIME
    return found


def _without(columns: Numbers, vector: Vector) -> tuple[Numbers, int | None]:
    """The columns made orthogonal to the vector at the cost of one of them, and which that was."""
    products = dots(columns, vector)
    found = np.flatnonzero(products)
    if not len(found):
        return columns, None
    pivot = int(found[0])
    others = np.arange(columns.shape[1]) != pivot
    ratios = products[others] * pow(int(products[pivot]), -1, PRIME) % PRIME
    kept = columns[:, others] - columns[:, [pivot]] * ratios
    kept -= np.floor(kept * (1 / PRIME)) * PRIME
    return kept, pivot


def _inverse(matrix: Numbers) -> Numbers:
    size = len(matrix)
    both = np.hstack([matrix, np.eye(size)])
    for step in range(size):
        row = step + int(np.flatnonzero(both[step:, step])[0])
        both[[step, row]] = both[[row, step]]
        both[step] = both[step] * pow(int(both[step, step]), -1, PRIME) % PRIME
        factors = both[:, step].copy()
        factors[step] = 0
        both = (both - factors[:, None] * both[step]) % PRIME
    return both[:, size:]
