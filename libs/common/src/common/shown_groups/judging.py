"""The one rule of what may be shown: large enough, and nothing smaller follows from all that was ever shown."""

from collections.abc import Collection, Iterator, Sequence

import numpy as np

from common.shown_groups.editions import Edition, Key, Limits, Past, Shown, in_order
from common.shown_groups.groups import Flags, Numbering, Pieces, Products
from common.shown_groups.kernel import Integers, Kernel, Numbers
from common.shown_groups.moves import moves_of
from common.shown_groups.rests import rests_of

NOWHERE: frozenset[str] = frozenset()


def judge(now: Edition, before: Sequence[Past], limits: Limits, always: Collection[str] = NOWHERE) -> Shown:
    """The groups whose figure of now is shown, by table; `before` has the editions before, the oldest first.

    Tables are taken in their order, in each the larger groups first, equal ones by key. A group is shown if it has
    enough people, and if then no set of fewer follows by sums and differences of everything ever shown: no group of
    any table and edition, no rest of a group that is known, and nothing that came to a group, left it or changed in it.
    What follows already, without the group, hides it only if it is a difference of the group's own figures. Groups of
    the tables `always` are shown whatever follows.
    """
    if not now.people:
        return {name: frozenset() for name in now.tables}
    past = [each for each in before if each.edition.people]
    judging = _Judging([*(each.edition for each in past), now], limits)
    judging.begin([each.shown for each in past])
    shown: dict[str, set[Key]] = {name: set() for name in now.tables}
    for name, key, group in judging.candidates():
        if judging.show(group, always=name in always):
            shown[name].add(key)
    return {name: frozenset(keys) for name, keys in shown.items()}


class _Judging:
    def __init__(self, editions: Sequence[Edition], limits: Limits) -> None:
        self._limits = limits
        self._numbering = Numbering(editions)
        self._pieces = Pieces(self._numbering)
        self._large = self._enough(self._pieces.sizes) & (self._pieces.sizes.sum(axis=1) > 0)
        self._rests = rests_of(self._numbering, self._large)
        self._moves = moves_of(self._numbering, limits.moved)
        vectors = [self._pieces.vector(piece) for piece in range(self._pieces.count)]
        self._products = Products([*vectors, *self._moves.vectors])

    def begin(self, shown: Sequence[Shown]) -> None:
        """Takes what earlier editions have shown for given."""
        numbers = {
            self._group(edition, name, key)
            for edition, tables in enumerate(shown)
            for name, keys in tables.items()
            for key in keys
        }
        given = np.unique(self._pieces.of_groups[sorted(numbers)])
        candidates = np.unique(self._pieces.of_groups[self._large])
        self._kernel = Kernel(self._numbering.elements, len(given) + len(candidates))
        for piece in given[given < self._pieces.count]:
            self._kernel.give(self._pieces.vector(piece))
        self._known, self._small = self._following(self._kernel.panel[:, :2])

    def candidates(self) -> Iterator[tuple[str, Key, int]]:
        """The groups of the last edition that are large enough, in the order of judging."""
        sizes = self._pieces.sizes.sum(axis=1)
        for name, table in self._numbering.rows[-1].tables.items():
            for key in sorted(table.keys, key=lambda key: (-sizes[self._group(-1, name, key)], in_order(key))):
                group = self._group(-1, name, key)
                if self._large[group]:
                    yield name, key, group

    def show(self, group: int, *, always: bool) -> bool:
        """Whether the group is shown; from then on its figure is known."""
        unknown = [piece for piece in self._pieces.of_groups[group] if not self._known[piece]]
        if not unknown:
            return always or not self._has_moved_little(group)
        vectors = [self._pieces.vector(piece) for piece in unknown]
        columns = self._kernel.orthogonal(vectors)
        known, small = self._following(columns[:, :1])
        if (small & ~self._small).any():
            # one column alone may be orthogonal by chance
            known, small = self._following(columns)
        if (small & ~self._small).any() and not always:
            return False
        for vector in vectors:
            self._kernel.give(vector)
        self._known, self._small = known, small
        return True

    def _has_moved_little(self, group: int) -> bool:
        """Whether it differs by too few people from a figure of its own that is known."""
        earlier = self._moves.before[self._moves.after == group]
        return bool(self._known[self._pieces.of_groups[earlier]].all(axis=1).any())

    def _group(self, edition: int, name: str, key: Key) -> int:
        table = self._numbering.rows[edition].tables[name]
        return table.first_group + table.numbers[key]

    def _enough(self, sizes: Integers) -> Flags:
        """Whether sets of so many people by part may be known: none, or enough in all and in each part."""
        people: Integers = sizes.sum(axis=1)
        enough: Flags = (people == 0) | (people >= self._limits.base)
        if sizes.shape[1] > 1:
            enough &= ((sizes == 0) | (sizes >= self._limits.part)).all(axis=1)
        return enough

    def _following(self, columns: Numbers) -> tuple[Flags, Flags]:
        """Which pieces follow where these columns are orthogonal to all that is known, and which too small sets do."""
        products = self._products.with_columns(columns)
        count = self._pieces.count
        # the empty piece is always known
        products, moved = np.vstack([products[:count], np.zeros((1, columns.shape[1]))]), products[count:]
        known = (products == 0).all(axis=1)
        of_groups = self._pieces.of_groups
        groups = known[of_groups].all(axis=1)
        rests = self._rests.sizes(groups, self._pieces.sizes)
        between = products[of_groups[self._moves.after]] == products[of_groups[self._moves.before]]
        small = [
            self._small_parts(known),
            groups & ~self._enough(self._pieces.sizes),
            ~self._enough(rests),
            between.all(axis=(1, 2)),
            (moved == 0).all(axis=1),
        ]
        return known, np.concatenate(small)

    def _small_parts(self, known: Flags) -> Flags:
        sizes = self._pieces.sizes
        if sizes.shape[1] == 1:
            return np.zeros(0, np.bool_)
        return (known[self._pieces.of_groups] & (sizes > 0) & (sizes < self._limits.part)).ravel()
