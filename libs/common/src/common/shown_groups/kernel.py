"""Which vectors follow from those given, by elimination modulo a prime.

A vector follows from the given ones exactly if every vector that is orthogonal to all of them is orthogonal to it, too.
So the kernel is kept instead of the span: random vectors orthogonal to all that is given. What two of them are
orthogonal to by chance alone (1 in `PRIME` squared) is taken for following, which hides a group too many and never
shows one.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Integers = npt.NDArray[np.int64]
Numbers = npt.NDArray[np.float64]

PRIME = 2_097_143
"""Below 2 ** 21, so that products of residues, summed over a panel, are exact in binary floating point."""

AT_ONCE = 48
"""Vectors that are given at once."""

_SEED = 20240831
_ROWS_AT_ONCE = 32
_ELEMENTS_AT_ONCE = 1024


@dataclass(frozen=True)
class Vector:
    """Which elements it holds, and how often, modulo the prime; once each without factors."""

    elements: Integers
    factors: Numbers | None = None


@dataclass(frozen=True)
class Panel:
    """Some columns of the kernel, orthogonal to what is known and to the vectors `given` since they stood in `begun`.

    `numbers` are their places there; `pivots` those of the columns that the vectors cost, one each.
    """

    begun: Numbers
    columns: Numbers
    numbers: Integers
    given: tuple[Vector, ...] = ()
    pivots: tuple[int, ...] = ()

    @property
    def width(self) -> int:
        """How many columns are left."""
        return int(self.columns.shape[1])

    def without(self, vectors: Sequence[Vector]) -> "Panel":
        """The same made orthogonal to these vectors, too."""
        rows, pivots, reduced = _reduced(np.array([dots(self.columns, vector) for vector in vectors]))
        if not rows:
            return self
        others = np.delete(np.arange(self.width), pivots)
        kept: Numbers = self.columns[:, pivots] @ reduced[rows][:, others]
        kept = self.columns[:, others] - kept
        return Panel(
            self.begun,
            _residues(kept),
            self.numbers[others],
            (*self.given, *(vectors[row] for row in rows)),
            (*self.pivots, *(int(self.numbers[pivot]) for pivot in pivots)),
        )


class Kernel:
    """Random vectors orthogonal to all that was given; `panel` has some of them, a column each.

    `most` is the largest number of vectors that will be given, `at_once` that of vectors tried together. The other
    columns wait, and catch up with what was given all at once, which is a product of matrices.
    """

    def __init__(self, elements: int, most: int, at_once: int = AT_ONCE, seed: int = 0) -> None:
        self._width = 2 * (at_once + 1)
        self._left = min(elements, most) + self._width
        drawing = np.random.default_rng((_SEED, seed))
        # residues have 21 bits, so that half the space holds them exactly
        self._waiting = np.empty((elements, self._left), np.float32)
        for start in range(0, elements, _ROWS_AT_ONCE):
            part = self._waiting[start : start + _ROWS_AT_ONCE]
            part[:] = drawing.integers(0, PRIME, part.shape, np.int32)
        self._begin_panel()

    def tried(self, vectors: Sequence[Vector]) -> Panel:
        """Two columns or more that are orthogonal to these vectors, too; nothing is given by that."""
        if self.panel.width < len(vectors) + 2:
            self._catch_up()
            self._begin_panel()
        return self.panel.without(vectors)

    def take(self, panel: Panel) -> None:
        """From now on everything is orthogonal to the vectors that the panel was tried with."""
        self.panel = panel

    def _begin_panel(self) -> None:
        self._left -= self._width
        begun = self._waiting[:, self._left : self._left + self._width].astype(np.float64)
        self.panel = Panel(begun, begun, np.arange(self._width))

    def _catch_up(self) -> None:
        """Makes the columns that wait orthogonal to what was given since the panel began; its rest waits with them."""
        panel, waiting = self.panel, self._waiting[:, : self._left]
        if panel.given:
            pivots = panel.begun[:, panel.pivots]
            solving = _inverse(np.array([dots(pivots, vector) for vector in panel.given]))
            products = np.array([dots(waiting, vector) for vector in panel.given])
            solved = solving @ products % PRIME
            # part by part, because all of it together does not stay in a processor's cache
            for start in range(0, len(waiting), _ROWS_AT_ONCE):
                rows = slice(start, start + _ROWS_AT_ONCE)
                waiting[rows] = _residues(waiting[rows] - pivots[rows] @ solved)
        self._waiting[:, self._left : self._left + panel.width] = panel.columns
        self._left += panel.width


@dataclass(frozen=True)
class Panels:
    """A panel for each part of the elements, whose `places` in all of them are these."""

    places: Sequence[Integers]
    of_parts: tuple[Panel, ...]

    def first(self, count: int) -> Numbers:
        """So many columns over all elements."""
        found = np.empty((sum(map(len, self.places)), count))
        for places, panel in zip(self.places, self.of_parts, strict=True):
            found[places] = panel.columns[:, :count]
        return found


class Kernels:
    """The kernel of vectors of which each lies in one part of the elements: one for each part, so that all are small.

    `parts` numbers the part of each element; `most` is the largest number of vectors that will be given of each part.
    """

    def __init__(self, parts: Integers, most: Sequence[int]) -> None:
        self._parts, self._numbers = parts, np.zeros(len(parts), np.int64)
        places = [np.flatnonzero(parts == part) for part in range(len(most))]
        for each in places:
            self._numbers[each] = np.arange(len(each))
        self._kernels = [Kernel(len(each), most[part], seed=part) for part, each in enumerate(places)]
        self._places = places

    @property
    def panels(self) -> Panels:
        """The panels of all parts as they stand."""
        return Panels(self._places, tuple(kernel.panel for kernel in self._kernels))

    def tried(self, vectors: Sequence[Vector]) -> Panels:
        """Two columns or more that are orthogonal to these vectors, too; nothing is given by that."""
        of_parts: list[list[Vector]] = [[] for _ in self._kernels]
        for each in vectors:
            inside = of_parts[self._parts[each.elements[0]]]
            inside.append(Vector(self._numbers[each.elements], each.factors))
        panels = [kernel.tried(inside) for kernel, inside in zip(self._kernels, of_parts, strict=True)]
        return Panels(self._places, tuple(panels))

    def take(self, panels: Panels) -> None:
        """From now on everything is orthogonal to the vectors that the panels were tried with."""
        for kernel, panel in zip(self._kernels, panels.of_parts, strict=True):
            kernel.take(panel)


def dots(columns: Numbers | npt.NDArray[np.float32], vector: Vector) -> Numbers:
    """The product of a vector with each column, from 0 to the prime."""
    found = np.zeros(columns.shape[1])
    # part by part, because a vector may hold most of the elements
    for start in range(0, len(vector.elements), _ELEMENTS_AT_ONCE):
        rows = slice(start, start + _ELEMENTS_AT_ONCE)
        held = columns[vector.elements[rows]]
        if vector.factors is not None:
            held = held * vector.factors[rows, None] % PRIME
        found += held.sum(axis=0, dtype=np.float64)
    return found % PRIME


def _residues(numbers: Numbers) -> Numbers:
    """The numbers modulo the prime, in their own place; the prime itself may stand for 0."""
    numbers -= np.floor(numbers * (1 / PRIME)) * PRIME
    return numbers


def _reduced(matrix: Numbers) -> tuple[list[int], list[int], Numbers]:
    """Independent rows, a column for each that has 1 there and 0 in the other rows, and the rows reduced so."""
    rows: list[int] = []
    pivots: list[int] = []
    for row in range(len(matrix)):
        found = np.flatnonzero(matrix[row] % PRIME)
        if not len(found):
            continue
        pivot = int(found[0])
        matrix[row] = matrix[row] * pow(int(matrix[row, pivot]), -1, PRIME) % PRIME
        factors = matrix[:, pivot].copy()
        factors[row] = 0
        _residues(np.subtract(matrix, factors[:, None] * matrix[row], out=matrix))
        rows.append(row)
        pivots.append(pivot)
    return rows, pivots, matrix


def _inverse(matrix: Numbers) -> Numbers:
    """Of a square matrix that has one."""
    size = len(matrix)
    rows, pivots, reduced = _reduced(np.hstack([matrix, np.eye(size)]))
    assert rows == list(range(size))
    found: Numbers = reduced[np.argsort(pivots), size:]
    return found
