"""GET /v1/trends."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Annotated, Literal

from fastapi import Depends, Query, Response

from common.auth import Caller
from common.errors import BadQuery, FieldProblem, Message
from common.http import MinChange, Router
from common.identifiers import Cohort
from indicators.formats.answering import IN_FORMATS, Format, in_format
from indicators.rates.storage import counted, counting
from indicators.reading.answers import NOT_KEPT
from indicators.reading.changes import included
from indicators.reading.days import years_later
from indicators.reading.frozen import AskedSnapshot
from indicators.reading.query import ChosenGraduates, Language, SchemeName, scheme_for
from indicators.reading.selection import Selection
from indicators.reading.snapshot import FiguresOf, require_past
from indicators.trends.domain import Definition, trend_of
from indicators.trends.wire import Trends, trend_observations, trends_table

router = Router(tags=["trends"], dependencies=[NOT_KEPT])

MAX_COHORTS = 20
COHORTS = range(1977, 2201)

_COHORTS = Message(
    f"应为 1 至 {MAX_COHORTS} 个不重复的届，以逗号分隔，如 2021,2022",
    f"Must be 1 to {MAX_COHORTS} different cohorts, comma-separated, such as 2021,2022",
)
_EITHER = Message("on 与 snapshot 须且只能给出一个", "Give exactly one of `on` and `snapshot`")
_ON = Message("应为月和日，如 08-31", "Must be a month and a day, such as 08-31")


@dataclass(frozen=True)
class Years:
    """The cohorts of a trend in their order, and the day of each one's year, or the kind of each one's snapshot."""

    cohorts: tuple[Cohort, ...]
    on: date | None
    kind: Literal["initial", "year_end"] | None

    def as_of(self, selection: Selection) -> date:
        """The day of a cohort: that of its snapshot, else the same day of its year."""
        if self.on is None:
            return selection.frozen_on or date.max
        return years_later(self.on, selection.cohort - self.on.year)


async def read_years(
    cohorts: Annotated[str, Query(max_length=200, description="届, comma-separated: 2021,2022")],
    on: Annotated[str | None, Query(max_length=5, description="Month and day in each cohort's year: 08-31")] = None,
    snapshot: Annotated[
        Literal["initial", "year_end"] | None, Query(description="The newest snapshot of each cohort; not with `on`")
    ] = None,
) -> Years:
    """Cohorts and day; raises BadQuery."""
    problems = []
    years = [int(each) if each.isascii() and each.isdecimal() else 0 for each in cohorts.split(",")]
    if not set(years).issubset(COHORTS) or len(set(years)) < len(years) or len(years) > MAX_COHORTS:
        problems.append(FieldProblem("cohorts", "cohorts", _COHORTS))
    day = None
    if (on is None) == (snapshot is None):
        problems += [FieldProblem(name, "either_snapshot_or_day", _EITHER) for name in ("on", "snapshot")]
    elif on is not None:
        try:
            # in a year that has every day
            day = date.fromisoformat(f"2000-{on}")
        except ValueError:
            problems.append(FieldProblem("on", "month_and_day", _ON))
    if problems:
        raise BadQuery(problems)
    return Years(tuple(map(Cohort, sorted(years))), day, snapshot)


def definitions_of(
    selections: Iterable[Selection], years: Years, measure: str, scheme_name: str | None
) -> dict[Cohort, Definition]:
    """By what each cohort is counted; raises BadQuery where a scheme does not have the measure."""
    found, lacking = dict[Cohort, Definition](), set[str]()
    for each in selections:
        scheme = scheme_for(each, scheme_name)
        if (asked := scheme.measure(measure)) is None:
            lacking.add(scheme.id)
        else:
            frozen = each.frozen.ids[0] if each.frozen is not None and each.frozen.schools is None else None
            found[each.cohort] = Definition(scheme, asked, years.as_of(each), frozen)
    if lacking:
        named = ", ".join(sorted(lacking))
        text = Message(f"以下口径没有此指标：{named}", f"These schemes have no such measure: {named}")
        raise BadQuery([FieldProblem("measure", "unknown_measure", text)])
    return found


@router.get("/v1/trends", response_model=Trends, responses=IN_FORMATS, summary="One measure over cohorts")
async def read_trends(
    *,
    caller: Caller,
    chosen: ChosenGraduates,
    years: Annotated[Years, Depends(read_years)],
    measure: Annotated[str, Query(max_length=64, description="A measure of the scheme of every cohort")],
    scheme_name: SchemeName,
    min_change: MinChange,
    figures: FiguresOf,
    wanted: Format,
    language: Language,
) -> Trends | Response:
    selections = [chosen.of(cohort) for cohort in years.cohorts]
    await figures.require_readable(caller, selections[0])
    selections = [await figures.frozen(each, AskedSnapshot(kind=years.kind)) for each in selections]
    newest = selections[-1]
    definitions = definitions_of(selections, years, measure, scheme_name)
    met = await included(figures, min_change, newest.scope, on=definitions[newest.cohort].as_of)
    counts, doubted = {}, False
    async with figures.look(newest.scope) as look:
        require_past("on", definitions[newest.cohort].as_of, look.moment.as_of)
        for each in selections:
            answer = await look.ask(partial(counting, each), definitions[each.cohort].as_of)
            counts[each.cohort] = counted(each, answer)
            doubted |= answer.standing.incomplete
        stamp = look.stamp(min_change_met=met, doubted=doubted)
    points = trend_of(counts, definitions, always=[] if newest.by else [()])
    observations = trend_observations(points, newest.by)
    trends = Trends(**dict(stamp), measure=measure, frozen=years.kind, observations=observations)
    title = definitions[newest.cohort].measure.title
    return await in_format(wanted, trends, partial(trends_table, newest, title), language)
