"""Counts published tables: the groups that are shown, 其他 for the others, and columns as far as they open."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from common.shown_groups.editions import Key, in_order
from common.shown_groups.tables import Table as Dimensions
from common.shown_groups.tables import name_of, table_with
from indicators.formats.observation import OTHER
from indicators.publishing_counts.columns import CLOSED, opened
from indicators.publishing_counts.figures import Figures
from indicators.publishing_counts.people import Counting, Hidden, Person, Published, Table, Wanted
from indicators.publishing_counts.rows import Held, is_enough_alone, row_of
from indicators.publishing_counts.showing import Showing
from indicators.publishing_counts.tracked import Tracking


def published(counting: Counting) -> Published:
    """All tables that are wanted, protected over all tables that there are."""
    showing, tracking = Showing(counting), Tracking(counting)
    return Published(
        tables=[
            tracking.table(wanted) if wanted.indicator else _Counted(counting, showing, wanted).table()
            for wanted in counting.wanted
        ],
        shown={table: sorted(keys, key=in_order) for table, keys in showing.shown.items() if keys},
        tracked=tracking.tracked(),
    )


class _Counted:
    """One table while it is counted."""

    def __init__(self, counting: Counting, showing: Showing, wanted: Wanted) -> None:
        found = table_with(counting.tables, wanted.by)
        if found is None:
            raise AssertionError(f"no table {wanted.by}")  # refused before
        self._counting, self._showing, self._wanted, self._dimensions = counting, showing, wanted, found
        self._groups: dict[Key, list[Person]] = defaultdict(list)
        for person, key in zip(counting.people, showing.keys(found), strict=True):
            self._groups[key].append(person)
        self._shown = showing.shown.get(name_of(found), frozenset())

    def table(self) -> Table:
        """Its rows with their figures, and what is hidden."""
        held = [*self._alone(), *self._others()]
        opens = len(self._dimensions) < 2 and self._dimensions != ("major",) and not self._showing.moved_little
        rows = [row_of(self._counting.people), *(each.counts for each in held)]
        figures = Figures(self._counting, self._wanted, opened(rows) if opens else CLOSED, held, opens=opens)
        hidden = [
            Hidden(group=self._labels(key), because=self._showing.why_hidden(people, key, self._dimensions))
            for key, people in self._groups.items()
            if key not in self._shown
        ]
        return Table(observations=figures.observations(), hidden=[*hidden, *figures.hidden()])

    def _alone(self) -> Iterator[Held]:
        holder = holder_of(self._dimensions)
        for key in sorted(self._shown & self._groups.keys(), key=lambda key: (-len(self._groups[key]), in_order(key))):
            people = self._groups[key]
            values = {self._value(person, holder) for person in people} if holder else set()
            within = {holder: values.pop()} if holder and len(values) == 1 else {}
            yield Held(self._labels(key), within, people)

    def _others(self) -> Iterator[Held]:
        """Those who stand together: in each shown group that holds them, and all the others."""
        holder = holder_of(self._dimensions)
        holding = {key[0] for key in self._showing.shown.get(holder, frozenset())} if holder else frozenset()
        left: dict[str | None, list[Person]] = defaultdict(list)
        rest: list[Person] = []
        for key, people in self._groups.items():
            if key in self._shown:
                continue
            for person in people:
                value = self._value(person, holder) if holder else None
                (left[value] if holder and value in holding else rest).append(person)
        for value, people in sorted(left.items(), key=lambda item: in_order((item[0],))):
            yield Held(self._other(holder, value), {holder or "": value}, people)
        if rest and is_enough_alone(rest):
            yield Held(self._other(None, None), {}, rest)

    def _other(self, holder: str | None, value: str | None) -> Mapping[str, str | None]:
        return {name: value if name == holder else OTHER for name in self._wanted.by}

    def _labels(self, key: Key) -> Mapping[str, str | None]:
        values = dict(zip(self._dimensions, key, strict=True))
        return {name: values[name] for name in self._wanted.by}

    def _value(self, person: Person, dimension: str) -> str | None:
        return person.group[self._counting.dimensions.index(dimension)]


def holder_of(table: Dimensions) -> str | None:
    """The dimension in whose shown groups those that are hidden stand together; None: they do in the whole school."""
    if table == ("major",):
        return "college"
    if len(table) < 2:
        return None
    return "college" if "college" in table else "education_level"
