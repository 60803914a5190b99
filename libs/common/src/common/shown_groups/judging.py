"""The one rule of what may be shown: large enough, and nothing smaller follows from all that was ever shown."""

from collections.abc import Collection, Iterator, Sequence

import numpy as np

from common.shown_groups.editions import Edition, Key, Limits, Past, Shown, in_order
from common.shown_groups.groups import Flags, Numbering, Pieces, Products
from common.shown_groups.kernel import AT_ONCE, Integers, Kernels, Numbers
from common.shown_groups.moves import moves_of
from common.shown_groups.rests import rests_of

NOWHERE: frozenset[str] = frozenset()

Candidate = tuple[str, Key, int]
"""A group by its table and key, and its number."""


def judge(
    now: Edition,
    before: Sequence[Past],
    limits: Limits,
    always: Collection[str] = NOWHERE,
    among: Shown | None = None,
) -> Shown:
    """The groups whose figure of now is shown, by table; `before` has the editions before, the oldest first.

    Tables are taken in their order, in each the larger groups first, equal ones by key. A group is shown if it has
    enough people, and if then no set of fewer follows by sums and differences of everything ever shown: no group of
    any table and edition, no rest of a group that is known, and nothing that came to a group, left it or changed in it.
    What follows already, without the group, hides it only if it is a difference of the group's own figures. Groups of
    the tables `always` are shown whatever follows. With `among` no others than these groups are.
    """
    if not now.people:
        return {name: frozenset() for name in now.tables}
    past = [each for each in before if each.edition.people]
    judging = _Judging([*(each.edition for each in past), now], limits)
    judging.begin([each.shown for each in past], always)
    shown: dict[str, set[Key]] = {name: set() for name in now.tables}
    candidates = [each for each in judging.candidates() if among is None or each[1] in among[each[0]]]
    for name, key in judging.shown(candidates, always):
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
        # apart, because those of moves have factors, which cost most of a product
        self._products, self._moved = Products(vectors), Products(self._moves.vectors)

    def begin(self, shown: Sequence[Shown], always: Collection[str]) -> None:
        """Takes what earlier editions have shown for given."""
        numbers = {
            self._group(edition, name, key)
            for edition, tables in enumerate(shown)
            for name, keys in tables.items()
            for key in keys
        }
        given = np.unique(self._pieces.of_groups[sorted(numbers)])
        # what differs by too few from its own figure is never shown, and takes no space in the kernel
        refused = np.zeros(self._numbering.groups, np.bool_)
        refused[self._moves.after[np.isin(self._moves.before, sorted(numbers))]] = True
        for name, table in self._numbering.rows[-1].tables.items():
            if name in always:
                refused[table.first_group : table.first_group + len(table.numbers)] = False
        candidates = np.unique(self._pieces.of_groups[self._large & ~refused])
        parts = self._numbering.parts_of_elements
        pieces = np.union1d(given, candidates)
        first = [self._pieces.vector(piece).elements[0] for piece in pieces[pieces < self._pieces.count]]
        most = np.bincount(parts[first], minlength=self._numbering.parts)
        self._kernel = Kernels(parts, most.tolist())
        vectors = [self._pieces.vector(piece) for piece in given[given < self._pieces.count]]
        for start in range(0, len(vectors), AT_ONCE):
            self._kernel.take(self._kernel.tried(vectors[start : start + AT_ONCE]))
        self._known, self._small = self._following(self._kernel.panels.first(2))

    def candidates(self) -> Iterator[Candidate]:
        """The groups of the last edition that are large enough, in the order of judging."""
        sizes = self._pieces.sizes.sum(axis=1)
        for name, table in self._numbering.rows[-1].tables.items():
            for key in sorted(table.keys, key=lambda key: (-sizes[self._group(-1, name, key)], in_order(key))):
                group = self._group(-1, name, key)
                if self._large[group]:
                    yield name, key, group

    def shown(self, candidates: Sequence[Candidate], always: Collection[str]) -> Iterator[tuple[str, Key]]:
        """Those of the candidates that are shown.

        What follows from some figures follows from more. So where nothing small follows from several groups together,
        each of them would be shown in its turn, and they are judged at once; else a half of them is.
        """
        # what is refused in its turn whatever comes before it is not tried at all
        candidates = [
            each for each in candidates if each[0] in always or not self._has_moved_little(each[2], self._known)
        ]
        start, count = 0, min(2, AT_ONCE)
        while start < len(candidates):
            several = candidates[start : start + count]
            alone = len(several) == 1
            if self._show([group for _, _, group in several], always=alone and several[0][0] in always):
                yield from ((name, key) for name, key, _ in several)
                start, count = start + len(several), min(2 * count, AT_ONCE)
            elif alone:
                start += 1
            else:
                count = len(several) // 2

    def _show(self, groups: Sequence[int], *, always: bool) -> bool:
        """Whether all of the groups are shown; from then on their figures are known."""
        pieces = dict.fromkeys(piece for group in groups for piece in self._pieces.of_groups[group])
        unknown = [self._pieces.vector(piece) for piece in pieces if not self._known[piece]]
        if len(unknown) > AT_ONCE and len(groups) > 1:
            return False
        known, small, panel = self._known, self._small, self._kernel.panels
        if unknown:
            panel = self._kernel.tried(unknown)
            known, small = self._following(panel.first(1))
            if (small & ~self._small).any():
                # one column alone may be orthogonal by chance
                known, small = self._following(panel.first(2))
        told = bool((small & ~self._small).any())
        # a figure that follows already may show a move; in their turn, or of several groups whenever that was
        follow = groups if len(groups) > 1 or not unknown else ()
        if not always and (told or any(self._has_moved_little(group, known) for group in follow)):
            return False
        self._kernel.take(panel)
        self._known, self._small = known, small
        return True

    def _has_moved_little(self, group: int, known: Flags) -> bool:
        """Whether it differs by too few people from a figure of its own that is known."""
        earlier = self._moves.before[self._moves.after == group]
        return bool(known[self._pieces.of_groups[earlier]].all(axis=1).any())

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
        # the empty piece is always known
        products = np.vstack([self._products.with_columns(columns), np.zeros((1, columns.shape[1]))])
        moved = self._moved.with_columns(columns)
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
