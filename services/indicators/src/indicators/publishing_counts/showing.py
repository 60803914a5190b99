"""Which groups of a snapshot stand by themselves in published tables, and why the others do not. Imports numpy."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from common.shown_groups.editions import Edition, Key, Limits, Past, Shown
from common.shown_groups.judging import judge
from common.shown_groups.tables import TOTAL, Table, name_of
from indicators.publishing_counts.columns import COLUMNS, SMALLEST, column_of
from indicators.publishing_counts.people import Counting, Person
from indicators.publishing_counts.rows import LEAST

LIMITS = Limits(base=LEAST, part=SMALLEST, moved=SMALLEST)
"""Policy publication-1: so many people in a group, in each of 就业 升学 其余 or none, and in what moved."""

_PARTS = tuple(COLUMNS)


class Showing:
    """The groups that are shown, over all tables of the snapshot, whatever tables are asked for."""

    def __init__(self, counting: Counting) -> None:
        self._counting = counting
        released = counting.released
        # two totals show who came, left or changed in between where those are so few
        self.moved_little = bool(released) and 0 < _moved(released[-1].people, counting.people) < LIMITS.moved
        self.shown = self._shown()

    def keys(self, table: Table) -> list[Key]:
        """The group of each person in a table."""
        return keys_of(self._counting, self._counting.people, table)

    def why_hidden(self, people: Sequence[Person], key: Key, table: Table) -> str:
        """Why a group does not stand by itself; `people` are its own."""
        parts = Counter(column_of(person.destination_code) for person in people)
        if len(people) < LIMITS.base:
            return "small_base"
        if any(0 < count < LIMITS.part for count in parts.values()):
            return "small_count"
        return "small_change" if self._moved_little(people, key, table) else "complementary"

    def _shown(self) -> Shown:
        counting = self._counting
        if self.moved_little:
            return {TOTAL: frozenset({()})}
        if counting.released and _said(counting.released[-1].people) == _said(counting.people):
            return _of_stored(counting.released[-1].shown)
        shown = self._judged(self._edition, None)
        # a base says the same of who only goes elsewhere, so that bases of several releases have sums of their own
        return self._judged(self._bases, shown) if counting.released else shown

    def _judged(self, edition: Callable[[Sequence[Person]], Edition], among: Shown | None) -> Shown:
        past = [Past(edition(each.people), _of_stored(each.shown)) for each in self._counting.released]
        return judge(edition(self._counting.people), past, LIMITS, always={TOTAL}, among=among)

    def _bases(self, people: Sequence[Person]) -> Edition:
        """The people by their groups alone, wherever they go."""
        edition = self._edition(people)
        return replace(edition, states=[person.group for person in people], parts=())

    def _edition(self, people: Sequence[Person]) -> Edition:
        return Edition(
            people=[person.id for person in people],
            states=[person.state for person in people],
            tables={name_of(table): keys_of(self._counting, people, table) for table in self._counting.tables},
            parts=[_PARTS.index(column_of(person.destination_code)) for person in people],
        )

    def _moved_little(self, people: Sequence[Person], key: Key, table: Table) -> bool:
        for each in self._counting.released:
            then = [
                person
                for person, group in zip(each.people, keys_of(self._counting, each.people, table), strict=True)
                if group == key
            ]
            if 0 < _moved(then, people) < LIMITS.moved:
                return True
        return self.moved_little


def keys_of(counting: Counting, people: Sequence[Person], table: Table) -> list[Key]:
    """The group of each of these people in a table."""
    places = [counting.dimensions.index(name) for name in table]
    groups: dict[Key, Key] = {}
    # one key for all who share it: there are many people, and many tables
    return [
        groups.setdefault(key, key) for key in (tuple(person.group[place] for place in places) for person in people)
    ]


def _of_stored(shown: Mapping[str, Sequence[Key]]) -> Shown:
    return {table: frozenset(map(tuple, keys)) for table, keys in shown.items()}


def _said(people: Sequence[Person]) -> dict[str, str]:
    return {person.id: person.state for person in people}


def _moved(before: Sequence[Person], after: Sequence[Person]) -> int:
    """How many came, left or changed."""
    then, now = _said(before), _said(after)
    return sum(then.get(person) != now.get(person) for person in then.keys() | now.keys())
