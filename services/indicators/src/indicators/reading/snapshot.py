"""One consistent look at the figures: the caller's scope is checked, its own changes awaited, one moment asked for."""

from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Annotated, Any

from fastapi import Depends, Request

from common import clock
from common.auth import Principal, Role
from common.contracts import graduate, organisation, registration, response
from common.database import Database, today
from common.errors import BadQuery, FieldProblem, Message
from common.identifiers import ProvinceCode, SchoolCode
from common.kafka import partition_for
from common.sql import Connection
from indicators.organisation.storage import province_of_school
from indicators.progress.storage import Standing, standing, standing_with
from indicators.reading.answers import Stamp
from indicators.reading.frozen import LIVE, AskedSnapshot, frozen_of
from indicators.reading.selection import Frozen, Level, Moment, Scope, Selection, require_readable
from indicators.reading.spans import Question

FIGURE_TOPICS = (organisation.TOPIC, graduate.TOPIC, registration.TOPIC)
RESPONSE_TOPICS = (organisation.TOPIC, graduate.TOPIC, response.TOPIC)

_IN_THE_FUTURE = Message("日期不得晚于今天", "The day must not be after today")


@dataclass(frozen=True)
class Look:
    """What was seen at one moment: the day it answers for, and where the events stand."""

    moment: Moment
    standing: Standing
    frozen: Frozen | None = field(default=None, kw_only=True)

    def stamp(self, *, min_change_met: bool, doubted: bool = False) -> Stamp:
        """What every figure carries; `doubted` if spans that were looked at besides are too old for what is asked."""
        return Stamp(
            as_of=self.moment.as_of,
            watermark=self.standing.watermark,
            lag_ms=self.standing.lag_ms,
            incomplete=self.standing.incomplete or doubted,
            min_change_met=min_change_met,
            **_stamp_of(self.frozen),
        )


@dataclass(frozen=True)
class OpenLook(Look):
    """The same with the snapshot still open, for further statements."""

    connection: Connection
    partitions: Collection[int]

    async def ask(self, question: Callable[[bool], Question], as_of: date) -> "Answer":
        """The rows of a question as of a day; the standing says, too, whether they are incomplete."""
        asked = question(as_of == self.moment.as_of)
        frozen = asked.frozen
        # what is frozen no event moves
        topics, partitions = (FIGURE_TOPICS, self.partitions) if frozen is None else ((), ())
        bound = {**asked.bound, "day": as_of}
        seen, rows = await standing_with(self.connection, topics, partitions, asked.sql, bound, asked.doubt)
        if frozen is not None:
            seen = replace(seen, watermark=frozen.watermark, lag_ms=None)
        live = frozen is None and as_of == self.moment.as_of
        return Answer(Moment(as_of, live=live), seen, rows, frozen=frozen)


@dataclass(frozen=True)
class Answer(Look):
    """The same with the rows that one question found."""

    rows: Sequence[tuple[Any, ...]]


class Figures:
    """The figures as a route gets them."""

    def __init__(self, database: Database, partitions: int) -> None:
        self.database = database
        self._partitions = partitions

    async def require_readable(self, caller: Principal, selection: Selection) -> None:
        """Raises NotFound outside the caller's scope and Forbidden for a role that reads no figures."""
        scope = selection.scope
        of_school = scope.level is Level.SCHOOL
        province = await self._province_for(caller, SchoolCode(scope.code)) if of_school else None
        require_readable(caller, selection, province)

    async def sees_school(self, caller: Principal, school_code: SchoolCode) -> bool:
        """Whether the school is in the caller's scope."""
        return caller.sees_school(school_code, await self._province_for(caller, school_code))

    async def require_past(self, days: Mapping[str, date | None]) -> None:
        """Raises BadQuery if one of the days, by the parameter that names it, is after today."""
        given = {parameter: day for parameter, day in days.items() if day is not None}
        if given:
            async with self.database.reading() as connection:
                now = await today(connection)
            for parameter, day in given.items():
                require_past(parameter, day, now)

    @asynccontextmanager
    async def look(self, scope: Scope) -> AsyncIterator[OpenLook]:
        """A snapshot of today for several statements."""
        async with self.database.reading(snapshot=True) as connection:
            partitions = self._partitions_of(scope)
            now = await standing(connection, FIGURE_TOPICS, partitions)
            yield OpenLook(Moment(now.today, live=True), now, connection, partitions)

    async def ask(
        self,
        scope: Scope,
        question: Callable[[bool], Question],
        as_of: date | None = None,
        topics: tuple[str, ...] = FIGURE_TOPICS,
    ) -> Answer:
        """The rows of a question as of a day, today without one; raises BadQuery for a day after today.

        `question` is asked whether the day is today. Rows, day and watermark come from one statement.
        """
        live = as_of is None or as_of == clock.today()
        while True:
            asked = question(live)
            if asked.frozen is not None:
                return await self._ask_frozen(asked, asked.frozen)
            async with self.database.reading() as connection:
                now, rows = await standing_with(
                    connection,
                    topics,
                    self._partitions_of(scope),
                    asked.sql,
                    {**asked.bound, "day": as_of},
                    asked.doubt,
                )
            day = as_of or now.today
            require_past("as_of", day, now.today)
            if live == (day == now.today):
                return Answer(Moment(day, live), now, rows)
            # around midnight the database's day may be another than this process's
            live = not live

    async def frozen(self, selection: Selection, asked: AskedSnapshot) -> Selection:
        """The selection as it is frozen, where a snapshot is asked for; raises NotFound or NotFrozen."""
        if asked == LIVE:
            return selection
        async with self.database.reading() as connection:
            return replace(selection, frozen=await frozen_of(connection, selection, asked))

    async def _ask_frozen(self, asked: Question, frozen: Frozen) -> Answer:
        # no event moves it: it lacks nothing but what was not said yet when it was frozen
        async with self.database.reading() as connection:
            bound = {**asked.bound, "day": frozen.as_of}
            now, rows = await standing_with(connection, (), (), asked.sql, bound, asked.doubt)
        seen = replace(now, watermark=frozen.watermark, lag_ms=None)
        return Answer(Moment(frozen.as_of, live=False), seen, rows, frozen=frozen)

    def _partitions_of(self, scope: Scope) -> Collection[int]:
        """Those that hold the events of the scope's schools."""
        if scope.level is Level.SCHOOL:
            return [partition_for(scope.code, self._partitions)]
        return range(self._partitions)

    async def _province_for(self, caller: Principal, school_code: SchoolCode) -> ProvinceCode | None:
        """The school's province, if the caller's scope is one."""
        if caller.role is not Role.PROVINCIAL_OFFICER:
            return None
        async with self.database.reading() as connection:
            return await province_of_school(connection, school_code)


def _stamp_of(frozen: Frozen | None) -> dict[str, Any]:
    """What figures of snapshots say besides: which one, or of how many schools."""
    if frozen is None:
        return {}
    if frozen.schools is None:
        return {"snapshot": frozen.ids[0]}
    return dict(zip(("schools_frozen", "schools_total"), frozen.schools, strict=True))


def require_past(parameter: str, day: date, today: date) -> None:
    """Raises BadQuery for a day after today."""
    if day > today:
        raise BadQuery([FieldProblem(parameter, "after_today", _IN_THE_FUTURE)])


async def figures_of(request: Request) -> Figures:
    """The application's figures."""
    figures: Figures = request.app.state.figures
    return figures


FiguresOf = Annotated[Figures, Depends(figures_of)]
