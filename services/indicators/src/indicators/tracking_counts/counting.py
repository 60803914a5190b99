"""Counts one edition: judges the groups of each figure and makes the figures of those that are shown. Imports numpy."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from functools import partial
from typing import Any

from common.shown_groups.editions import Limits, Past, Shown
from common.shown_groups.judging import judge
from common.shown_groups.tables import by_table, edition_of, name_of, shown_of
from indicators.tracking_counts.answers import Said
from indicators.tracking_counts.edition import Answer, Counted, Counting, Group, Memory, Row
from indicators.tracking_counts.figures import Figure, figure_of, startup_bounds
from indicators.tracking_counts.indicators import INDICATORS, VALUE, Column, Indicator
from indicators.tracking_counts.prices import YearlyTables
from indicators.tracking_counts.readings import is_trimmed
from indicators.tracking_counts.statistics import Value, Vote
from indicators.tracking_counts.weights import Stratum, weights

Base = list[tuple[int, Value]]
"""The answers of a base by their places, with what is read of them."""

Columns = Mapping[str, Mapping[str, Any]]


def counted(counting: Counting) -> Counted:
    """The results of all tables and indicators."""
    return _Counter(counting).counted()


class _Counter:
    def __init__(self, counting: Counting) -> None:
        self._counting = counting
        placed = partial(by_table, counting.dimensions, counting.tables)
        self._groups = placed([answer.group for answer in counting.answers])
        self._past = [placed(memory.groups) for memory in counting.past]
        self._founders = {name: Counter(keys) for name, keys in placed(counting.founders).items()}
        self._said = _said(counting)
        self._kept = {(row.table, row.indicator): dict(row.figures) for row in counting.kept}
        self._judged: dict[object, Shown] = {}
        self._states: dict[str, list[int | None]] = {}
        self._shown: dict[str, Shown] = {}

    def counted(self) -> Counted:
        asked = [each for each in INDICATORS.values() if each.of_employers == self._counting.of_employers]
        rows = [row for indicator in asked for row in self._rows(indicator)]
        answers = self._counting.answers
        memory = Memory(
            people=[answer.person for answer in answers],
            ids=[answer.id for answer in answers],
            groups=[answer.group for answer in answers],
            states=self._states,
            shown={
                column: {table: sorted(keys, key=str) for table, keys in shown.items() if keys}
                for column, shown in self._shown.items()
            },
        )
        return Counted(rows=rows, memory=memory)

    def _rows(self, indicator: Indicator) -> Iterator[Row]:
        figures: dict[str, dict[Group, dict[str, Mapping[str, Any]]]] = defaultdict(dict)
        for name, column in indicator.columns.items():
            for table, group, figure in self._column(indicator, name, column):
                figures[table].setdefault(group, {})[name] = figure
        for table in map(name_of, self._counting.tables):
            found = self._with_kept(table, indicator, figures[table])
            if found:
                yield Row(
                    table=table, indicator=indicator.id, figures=sorted(found.items(), key=lambda item: str(item[0]))
                )

    def _with_kept(self, table: str, indicator: Indicator, figures: Mapping[Group, Columns]) -> Mapping[Group, Columns]:
        """A group that gets no figure of now keeps the one that it has."""
        kept = self._kept.get((table, indicator.id), {})
        return {group: {**kept.get(group, {}), **figures.get(group, {})} for group in kept.keys() | figures.keys()}

    def _column(self, indicator: Indicator, name: str, column: Column) -> Iterator[tuple[str, Group, Figure]]:
        base: Base = [(at, value) for at, said in enumerate(self._said) if (value := column.reading(said)) is not None]
        shown = self._judge(f"{indicator.id}.{name}", indicator, base, column.least)
        weighing = self._weights(base)
        for table, keys in shown.items():
            groups: dict[Group, Base] = defaultdict(list)
            for at, value in base:
                key = self._groups[table][at]
                if key in keys:
                    groups[key].append((at, value))
            for group, inside in groups.items():
                figure = figure_of(column, self._votes(inside, weighing))
                yield table, group, {**figure, **self._beside(indicator, name, table, group, inside)}

    def _judge(self, column: str, indicator: Indicator, base: Base, least: int) -> Shown:
        states: list[int | None] = [None] * len(self._said)
        for at, _ in base:
            answer = self._counting.answers[at]
            # versions only rise, so the sum moves with each of them
            states[at] = sum(answer.since.get(measure, 0) for measure in indicator.measures)
        self._states[column] = states
        past = [
            (tuple(memory.states.get(column, ())), shown_of(memory.shown.get(column, {})))
            for memory in self._counting.past
        ]
        # many indicators have one base: what all answer is judged once
        same = (tuple(states), least, tuple((held, tuple(sorted(shown.items()))) for held, shown in past))
        if same not in self._judged:
            answers = self._counting.answers
            now = edition_of([(a.person, a.id) for a in answers], states, self._groups)
            before = [
                Past(edition_of(list(zip(memory.people, memory.ids, strict=True)), held, groups), shown)
                for memory, groups, (held, shown) in zip(self._counting.past, self._past, past, strict=True)
                if held
            ]
            self._judged[same] = judge(now, before, Limits.of(least))
        self._shown[column] = self._judged[same]
        return self._judged[same]

    def _weights(self, base: Base) -> Mapping[Stratum, Fraction]:
        graduates = {Stratum(level, standing): count for level, standing, count in self._counting.strata}
        strata = (self._counting.answers[at].stratum for at, _ in base)
        return weights(graduates, Counter(Stratum(*stratum) for stratum in strata if stratum is not None))

    def _votes(self, inside: Base, weighing: Mapping[Stratum, Fraction]) -> list[Vote]:
        answers = self._counting.answers
        if not self._counting.of_employers:
            return [
                Vote(value, weighing.get(Stratum(*stratum)) if (stratum := answers[at].stratum) else None)
                for at, value in inside
            ]
        said: dict[str, list[tuple[Answer, Value]]] = defaultdict(list)
        for at, value in inside:
            said[answers[at].person].append((answers[at], value))
        return [_vote(of_one) for of_one in said.values()]

    def _beside(self, indicator: Indicator, column: str, table: str, group: Group, inside: Base) -> Mapping[str, Any]:
        """What some indicators say besides, of graduates who are not in the base."""
        if column != VALUE:
            return {}
        match indicator.id:
            case "startup_survival":
                survived = sum(value == 1 for _, value in inside)
                return startup_bounds(survived, len(inside), self._founders[table][group])
            case "salary_growth":
                keys = self._groups[table]
                return {"trimmed": sum(keys[at] == group and is_trimmed(said) for at, said in enumerate(self._said))}
            case _:
                return {}


def _vote(said: Sequence[tuple[Answer, Value]]) -> Vote:
    """One employer's vote: the mean of what its answers say, all codes that they name, and the sum of their hires."""
    values = [value for _, value in said]
    hires = sum({answer.id.partition(" ")[0]: answer.hires or 0 for answer, _ in said}.values())
    numbers = [value for value in values if isinstance(value, Fraction)]
    if numbers:
        return Vote(sum(numbers, Fraction()) / len(numbers), hires=hires)
    return Vote(frozenset(code for value in values if isinstance(value, frozenset) for code in value), hires=hires)


def _said(counting: Counting) -> list[Said]:
    tables = YearlyTables(
        {(year, area): Fraction(index) for year, area, index in counting.prices},
        {(year, area, industry): Fraction(yuan) for year, area, industry, yuan in counting.benchmarks},
    )
    return [
        Said(answer.measured, answer.first, answer.founder, counting.cohort, counting.cycle, tables)
        for answer in counting.answers
    ]
