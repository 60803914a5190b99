"""GET /v1/rates and /v1/series."""

from dataclasses import dataclass
from datetime import date
from functools import partial
from itertools import islice
from typing import Annotated

from fastapi import Depends, Query, Response

from common.auth import Caller
from common.errors import BadQuery, FieldProblem, Message
from common.http import Day, MinChange, Router
from common.identifiers import Cohort
from indicators.formats.answering import IN_FORMATS, Format, in_format
from indicators.rates.domain import Step, days_between, monitored_days, points_per_group
from indicators.rates.storage import count_groups, counted, counting, is_too_old, movements
from indicators.rates.wire import Rates, Series, observations, rates_table, series_observations, series_table
from indicators.reading.answers import NOT_KEPT, defined, must_be_few
from indicators.reading.changes import included
from indicators.reading.frozen import OF_SEVERAL_DAYS, SnapshotQuery
from indicators.reading.query import AsOf, Language, SchemeName, Selected, scheme_for
from indicators.reading.snapshot import FiguresOf, require_past

router = Router(tags=["rates"], dependencies=[NOT_KEPT])

MAX_POINTS = 4_000
"""Points of a series for each group: ten years of days."""

_UNKNOWN_MEASURE = Message("该口径没有此指标", "The scheme has no such measure")
_TOO_MANY_POINTS = Message(f"序列最多 {MAX_POINTS} 个点", f"A series has at most {MAX_POINTS} points")
_REQUIRED = Message("必填", "Required")
_BACKWARDS = Message("from 不得晚于 to", "`from` must not be after `to`")


@router.get("/v1/rates", response_model=Rates, responses=IN_FORMATS, summary="Rates, live or as of any day")
async def read_rates(
    *,
    caller: Caller,
    selection: Selected,
    as_of: AsOf,
    snapshot: SnapshotQuery,
    scheme_name: SchemeName,
    min_change: MinChange,
    figures: FiguresOf,
    wanted: Format,
    language: Language,
) -> Rates | Response:
    await figures.require_readable(caller, selection)
    scheme = scheme_for(selection, scheme_name)
    selection = await figures.frozen(selection, snapshot)
    met = await included(figures, min_change, selection.scope, as_of=as_of)
    answer = await figures.ask(selection.scope, partial(counting, selection), as_of)
    rates = Rates(
        **defined(answer.stamp(min_change_met=met), scheme),
        observations=observations(counted(selection, answer), selection.by, scheme),
    )
    return await in_format(wanted, rates, partial(rates_table, selection, scheme), language)


@dataclass(frozen=True)
class Period:
    """The days of a series; monitoring has days of its own, to which both ends may be left open."""

    first: date | None
    last: date | None
    step: Step

    def days(self, cohort: Cohort, today: date) -> list[date]:
        """All points, both ends inclusive; raises BadQuery for too many."""
        if self.first is None or self.last is None or self.step is Step.MONITORING:
            return monitored_days(cohort, self.first, self.last or today)
        found = list(islice(days_between(self.first, self.last, self.step), MAX_POINTS + 1))
        if len(found) > MAX_POINTS:
            raise BadQuery([FieldProblem("step", "too_many_points", _TOO_MANY_POINTS)])
        return found


async def read_period(
    first: Annotated[Day | None, Query(alias="from", description="First day; may be left out with monitoring")] = None,
    last: Annotated[
        Day | None, Query(alias="to", description="Last day, inclusive; may be left out with monitoring")
    ] = None,
    step: Annotated[Step, Query(description="Distance of the points")] = Step.DAY,
) -> Period:
    """From, to and step; raises BadQuery."""
    if step is not Step.MONITORING and (first is None or last is None):
        given = {"from": first, "to": last}
        raise BadQuery([FieldProblem(name, "required", _REQUIRED) for name, day in given.items() if day is None])
    if first is not None and last is not None and first > last:
        raise BadQuery([FieldProblem("from", "after_to", _BACKWARDS)])
    return Period(first, last, step)


@router.get(
    "/v1/series",
    response_model=Series,
    responses=IN_FORMATS,
    dependencies=[OF_SEVERAL_DAYS],
    summary="One measure over time",
)
async def read_series(
    *,
    caller: Caller,
    selection: Selected,
    period: Annotated[Period, Depends(read_period)],
    measure: Annotated[str, Query(max_length=64, description="A measure of the scheme")],
    scheme_name: SchemeName,
    min_change: MinChange,
    figures: FiguresOf,
    wanted: Format,
    language: Language,
) -> Series | Response:
    await figures.require_readable(caller, selection)
    scheme = scheme_for(selection, scheme_name)
    if (asked := scheme.measure(measure)) is None:
        raise BadQuery([FieldProblem("measure", "unknown_measure", _UNKNOWN_MEASURE)])
    met = await included(figures, min_change, selection.scope, to=period.last)
    async with figures.look(selection.scope) as look:
        if period.last is not None:
            require_past("to", period.last, look.standing.today)
        days = period.days(selection.cohort, look.standing.today)
        # counted first: the points of too many groups would cost what the limit is to spare
        if days:
            must_be_few(await count_groups(look.connection, selection, days[0], days[-1]) * len(days))
        moved = await movements(look.connection, selection, days[0], days[-1]) if days else []
        doubted = bool(days) and await is_too_old(look.connection, selection, days[0], days[-1])
        stamp = look.stamp(min_change_met=met, doubted=doubted)
    points = points_per_group(moved, days, scheme, asked, always=[] if selection.by else [()])
    series = Series(
        **defined(stamp, scheme),
        measure=asked.name,
        observations=series_observations(points, selection.by),
    )
    return await in_format(wanted, series, partial(series_table, selection, scheme), language)
