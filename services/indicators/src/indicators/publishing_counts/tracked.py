"""Tracking tables: figures of the newest edition, judged anew with as many answers as it takes. Imports numpy."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from common.shown_groups.editions import Edition, Key, Limits, Past, Shown, in_order
from common.shown_groups.judging import judge
from common.shown_groups.tables import by_table, edition_of, name_of, shown_of, table_with
from indicators.publishing_counts.distributions import Codes
from indicators.publishing_counts.people import Counting, Cycle, Hidden, Observation, Table, Tracked, Wanted
from indicators.publishing_counts.shown_columns import MEDIAN, columns_of, is_distribution
from indicators.tracking_counts.edition import Memory
from indicators.tracking_counts.figures import DOMINANT, KEPT_INSIDE
from indicators.tracking_counts.indicators import ANSWERS_OF_MONEY, INDICATORS

LEAST_ANSWERS = 10
"""Answers of a published figure, and of whatever follows from all of them (policy publication-1)."""

LIMITS = Limits.of(LEAST_ANSWERS)


class Tracking:
    """The tracking tables of a publication, over all tables of the editions, whatever tables are asked for."""

    def __init__(self, counting: Counting) -> None:
        self._counting = counting
        self._cycles = {each.cycle: each for each in counting.cycles}
        self._columns: dict[tuple[int, str], _Column] = {}

    def table(self, wanted: Wanted) -> Table:
        """One table: the groups that are shown, and why the others are not."""
        assert wanted.indicator is not None
        cycle, columns = self._cycles[wanted.cycle or 0], columns_of(wanted.indicator)
        if cycle.newest is None:
            return Table(observations=[], hidden=[Hidden(group={}, because="few_answers", measure=wanted.indicator)])
        dimensions = table_with(self._counting.tables, wanted.by)
        assert dimensions is not None, "refused before"
        found = {}
        for name in columns:
            at = (cycle.cycle, f"{wanted.indicator}.{name}")
            if at not in self._columns:
                self._columns[at] = self._judged(cycle, cycle.newest, wanted.indicator, name)
            found[name] = self._columns[at]
        return _table(wanted, found, dimensions)

    def tracked(self) -> Tracked:
        """The groups that are shown of each edition."""
        found: dict[int, dict[str, dict[str, list[Key]]]] = {cycle: {} for cycle in self._cycles}
        for (cycle, column), each in self._columns.items():
            found[cycle][column] = {table: sorted(keys, key=in_order) for table, keys in each.shown.items() if keys}
        return found

    def _judged(self, cycle: Cycle, newest: Memory, indicator: str, name: str) -> "_Column":
        column = f"{indicator}.{name}"
        now = self._edition(newest, column)
        past = [
            Past(self._edition(each, column), shown_of(each.shown[column]))
            for each in cycle.past
            if column in each.shown and column in each.states
        ]
        figures = {
            row.table: {group: columns[name] for group, columns in row.figures if name in columns}
            for row in cycle.figures
            if row.indicator == indicator
        }
        is_money = INDICATORS[indicator].columns[name].least == ANSWERS_OF_MONEY
        return _Column(
            now=now,
            past=past,
            figures=figures,
            judged=judge(now, past, LIMITS),
            is_distribution=is_distribution(indicator),
            taken_anew=shown_of(newest.shown.get(column, {})),
            # an edition that does not say so of money was taken before editions did
            dominated={
                table: {group for group, each in found.items() if is_money and each.get(DOMINANT, True)}
                for table, found in figures.items()
            },
        )

    def _edition(self, memory: Memory, column: str) -> Edition:
        states = memory.states.get(column) or [None] * len(memory.people)
        groups = by_table(self._counting.dimensions, self._counting.tables, memory.groups)
        return edition_of(list(zip(memory.people, memory.ids, strict=True)), states, groups)


@dataclass(frozen=True)
class _Column:
    """A column of an indicator: its answers now and before, its figures by table, and which of them may be shown."""

    now: Edition
    past: list[Past]
    figures: Mapping[str, Mapping[Key, Mapping[str, Any]]]
    judged: Shown
    taken_anew: Shown
    dominated: Mapping[str, Collection[Key]]
    is_distribution: bool

    def figure(self, table: str, key: Key) -> dict[str, Any] | None:
        """The figure of a group as everybody may read it; none of a group that is not shown."""
        if key not in self.shown[table]:
            return None
        figure = {name: value for name, value in self.figures[table][key].items() if name not in KEPT_INSIDE}
        return {**figure, "value": self.codes.value(table, key)} if self.is_distribution else figure

    @cached_property
    def codes(self) -> Codes:
        """Of a distribution: which codes are shown where."""
        return Codes(self.now, self.shown, self.figures)

    @cached_property
    def shown(self) -> Shown:
        """Groups with a figure of now that is judged to be shown, by table."""
        return {
            table: frozenset(
                key
                for key in keys & self.taken_anew.get(table, frozenset())
                if key not in self.dominated.get(table, ())
            )
            for table, keys in self.judged.items()
        }

    def why_hidden(self, table: str, key: Key) -> str:
        """Why a group is not shown."""
        said = _said(self.now, table, key)
        if len({person for person, _ in said}) < LEAST_ANSWERS:
            return "few_answers"
        if key in self.dominated.get(table, ()):
            return DOMINANT
        moved = [len({person for person, _ in said ^ _said(each.edition, table, key)}) for each in self.past]
        return "small_change" if any(0 < each < LEAST_ANSWERS for each in moved) else "complementary"


def _said(edition: Edition, table: str, key: Key) -> set[tuple[str, object]]:
    answers = zip(edition.people, edition.states, edition.tables[table], strict=True)
    return {(person, state) for person, state, group in answers if group == key}


def _table(wanted: Wanted, columns: Mapping[str, _Column], dimensions: tuple[str, ...]) -> Table:
    name, main = name_of(dimensions), next(iter(columns.values()))
    hidden = list(_hidden(wanted, columns, dimensions))
    shown = [(key, figure) for key, figure in main.figures.get(name, {}).items() if key in main.shown[name]]
    return Table(
        observations=[
            _observation(wanted, columns, dimensions, key)
            for key, _ in sorted(shown, key=lambda item: (-item[1]["base"], in_order(item[0])))
        ],
        hidden=hidden,
    )


def _observation(wanted: Wanted, columns: Mapping[str, _Column], dimensions: tuple[str, ...], key: Key) -> Observation:
    name = name_of(dimensions)
    main, *beside = (_open(each.figure(name, key)) for each in columns.values())
    figure = {**main, **({MEDIAN: beside[0]} if beside else {}), "definition_hash": wanted.definition}
    group = _labels(wanted, dimensions, key)
    return Observation(group=group, within={}, base=main["base"], indicators={wanted.indicator or "": figure})


def _open(figure: Mapping[str, Any] | None) -> dict[str, Any]:
    if figure is None:
        return {**dict.fromkeys(("base", "value", "unit", "interval", "weighted")), "status": "too_few"}
    return {**figure, "status": "ok"}


def _labels(wanted: Wanted, dimensions: tuple[str, ...], key: Key) -> Mapping[str, str | None]:
    values = dict(zip(dimensions, key, strict=True))
    return {name: values[name] for name in wanted.by}


def _hidden(wanted: Wanted, columns: Mapping[str, _Column], dimensions: tuple[str, ...]) -> Iterator[Hidden]:
    name = name_of(dimensions)
    for column, each in columns.items():
        measure = f"{wanted.indicator}.{MEDIAN}" if column == MEDIAN else wanted.indicator
        groups = {key for key in each.now.tables[name] if key is not None}
        for key in sorted(groups - each.shown[name], key=in_order):
            yield Hidden(group=_labels(wanted, dimensions, key), because=each.why_hidden(name, key), measure=measure)
        for code in each.codes.hidden(name) if each.is_distribution else ():
            yield Hidden(group={}, because="small_count", measure=f"{wanted.indicator}.{code}")
