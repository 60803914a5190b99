"""The figures of a report, as the API answers them: all of one moment of the database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property, partial
from types import MappingProxyType

from common.errors import BadQuery
from common.identifiers import Cohort, SchoolCode
from indicators.rates.storage import counted, counting
from indicators.rates.wire import Observation, observations
from indicators.reading.answers import in_order
from indicators.reading.days import years_later
from indicators.reading.frozen import KINDS, AskedSnapshot, NotFrozen, frozen_of
from indicators.reading.selection import Selection
from indicators.reading.snapshot import OpenLook
from indicators.responses.domain import ResponseFigure
from indicators.schemes.groupings import DIMENSIONS, Group
from indicators.schemes.schemes import Measure, Scheme, default_scheme
from indicators.schemes.tally import Count, Figure, Tally, tallies
from indicators.structures.domain.labels import label_of
from indicators.structures.domain.spreads import SPREADS
from indicators.structures.domain.structure import Asked as TableAsked
from indicators.structures.storage import asking, particulars, unit_names, with_tiers
from indicators.structures.wire import StructureObservation, StructureTable
from indicators.tracking import storage as tracking
from indicators.tracking.domain import CYCLES, Edition, Series, asked_of
from indicators.tracking.wire.answers import IndicatorBody, indicator_body
from indicators.tracking.wire.portraits import CycleFound, PortraitCycle, cycle_body
from indicators.tracking_counts.dimensions import tables_of_employers, tables_of_graduates
from indicators.tracking_counts.indicators import INDICATORS, OF_PORTRAITS
from indicators.trends.domain import Definition, TrendPoint, trend_of

COHORTS_BEFORE = 4
"""Cohorts of a trend before the report's own."""


BY_EMPLOYERS = tuple(name for name, each in INDICATORS.items() if each.of_employers)
"""The indicators of employers."""

OF_EMPLOYERS = MappingProxyType(
    {"college": "hire_college", "major": "hire_major", "education_level_code": "hire_education_level"}
)
"""What graduates are grouped by, as employers name whom they judge."""


@dataclass(frozen=True)
class EmployersYear:
    """Employers asked in a year: the newest edition, and what it shows of a group."""

    year: int
    edition: Edition | None
    indicators: Mapping[str, IndicatorBody]


@dataclass(frozen=True)
class Reading:
    """The graduates of a report: live ones as of a day, or as `selection` says they are frozen (`kind`)."""

    look: OpenLook
    selection: Selection
    as_of: date
    kind: str | None
    language: str
    _names: dict[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def school(self) -> SchoolCode:
        """Whose graduates they are."""
        return SchoolCode(self.selection.scope.code)

    @cached_property
    def scheme(self) -> Scheme:
        """By what they are counted."""
        return default_scheme(self.selection.cohort)

    @property
    def headline(self) -> Measure:
        """The measure of the scheme that its cohorts are published by."""
        return self.scheme.measures[0]

    async def rates(self, *by: str) -> Sequence[Observation]:
        """The observations that `GET /v1/rates` answers."""
        return observations(await self._counts(replace(self.selection, by=by), self.as_of), by, self.scheme)

    async def differences(self, dimension: str) -> list[tuple[str | None, Figure, str | None]]:
        """The headline of each group, and by how many points it is above that of all."""
        found = tallies(await self._counts(replace(self.selection, by=(dimension,)), self.as_of), self.scheme)
        whole = Tally(self.scheme)
        whole = tallies(await self._counts(self.selection, self.as_of), self.scheme).get((), whole)
        total = whole.figure(self.headline)
        figures = {group: found[group].figure(self.headline) for group in in_order(found)}
        return [(group[0], figure, figure.less(total)) for group, figure in figures.items()]

    async def structure(self, dimension: str) -> StructureObservation:
        """The observation that `GET /v1/structures` answers, with labels."""
        answer = await self.look.ask(lambda _live: asking(self.selection, SPREADS[dimension]), self.as_of)
        asked = TableAsked(dimension, SPREADS[dimension].rule)
        (asked,), _ = await with_tiers(self.look.connection, asked, self.selection.cohort)
        (found,) = StructureTable(asked, self.language, {}).observations(particulars(self.selection, answer), ())
        return found

    async def trend(self) -> list[TrendPoint]:
        """The headline of the cohorts before and of this one; of what is frozen only what is frozen alike."""
        counts, definitions = {}, {}
        for years in range(COHORTS_BEFORE, -1, -1):
            selection = await self._earlier(years)
            if selection is None:
                continue
            frozen = selection.frozen
            day = frozen.as_of if frozen else years_later(self.as_of, -years)
            found = list(await self._counts(selection, day))
            if found:
                scheme = default_scheme(selection.cohort)
                counts[selection.cohort] = found
                definitions[selection.cohort] = Definition(
                    scheme, scheme.measures[0], day, frozen.ids[0] if frozen else None
                )
        return trend_of(counts, definitions, always=[()])[()]

    async def portrait(self) -> list[PortraitCycle]:
        """What `GET /v1/portraits` answers of the editions; nothing of a group that they have no cell of."""
        try:
            asked = asked_of(None, self.selection.filters, tables_of_graduates([*DIMENSIONS]))
        except BadQuery:
            return []
        cycles = []
        for cycle in CYCLES:
            series = Series(self.school, self.selection.cohort, cycle, None)
            edition, found = await tracking.cell(self.look.connection, series, asked, OF_PORTRAITS)
            cycles.append(cycle_body(CycleFound(cycle, edition, found, ResponseFigure(0, 0))))
        return cycles

    async def employers(self) -> list[EmployersYear]:
        """What `GET /v1/tracking` answers of those asked in the cohort's year and the next; none without a table."""
        filters = {name: value for name, value in self.selection.filters.items() if not self._is_of_major(name)}
        if not filters.keys() <= OF_EMPLOYERS.keys():
            return []
        named = {OF_EMPLOYERS[name]: value for name, value in filters.items()}
        try:
            asked = asked_of(None, named, tables_of_employers())
        except BadQuery:
            return []
        years = []
        for year in (self.selection.cohort, self.selection.cohort + 1):
            series = Series(self.school, None, None, year)
            edition, found = await tracking.cell(self.look.connection, series, asked, BY_EMPLOYERS)
            bodies = {
                name: IndicatorBody.model_validate(
                    indicator_body(name, found.get(name), top="75", any_edition=edition is not None)
                )
                for name in BY_EMPLOYERS
            }
            years.append(EmployersYear(year, edition, bodies))
        return years

    def _is_of_major(self, name: str) -> bool:
        """Whether it is the college of the major that is asked for: one lies in one college."""
        return name == "college" and "major" in self.selection.filters

    async def name(self, dimension: str, value: str | None) -> str | None:
        """The name of a value of a dimension, its code where it has none; None for a missing value."""
        if value is None:
            return None
        if dimension not in self._names:
            names = await unit_names(self.look.connection, self.selection, dimension, self.language)
            self._names[dimension] = names
        return self._names[dimension].get(value) or label_of(dimension, value, self.language) or value

    async def _counts(self, selection: Selection, as_of: date) -> list[tuple[Group, Count]]:
        return counted(selection, await self.look.ask(partial(counting, selection), as_of))

    async def _earlier(self, years: int) -> Selection | None:
        """The selection of an earlier cohort; None where it is not frozen as this one is."""
        if not years:
            return self.selection
        selection = replace(self.selection, cohort=Cohort(self.selection.cohort - years), frozen=None)
        if self.selection.frozen is None:
            return selection
        if self.kind not in KINDS:
            return None
        try:
            frozen = await frozen_of(self.look.connection, selection, AskedSnapshot(kind=self.kind))
        except NotFrozen:
            return None
        return replace(selection, frozen=frozen)
