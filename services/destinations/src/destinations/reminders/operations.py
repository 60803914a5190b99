"""Reminders as long work, and those that are sent by themselves."""

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from common.auth import EVERYTHING, SYSTEM, RowScope
from common.database import Database, today
from common.observability import logger
from common.operations import OperationContext, Outcome
from common.operations.outcome import added_up
from common.reference_tables.storage import working_days
from common.sql import Connection
from destinations.coverage.domain import Narrowing
from destinations.coverage.domain import What as Missed
from destinations.coverage.storage import missing
from destinations.reminders import commands, storage
from destinations.reminders.domain import DAYS_AHEAD, Cohorted, Due, Filter, RemindedOf, cut_off_ahead, deadlines_ahead
from destinations.reminders.storage import Place

Select = Callable[..., Awaitable[list[Due]]]
"""Who is to be reminded: a page of it, by `after` and `limit`."""

NOTHING_SENT: Mapping[str, Any] = {"reminded": 0, "skipped": 0}

PART = 1_000
"""Reminders of one transaction: what it locks is free again before others have waited too long for it."""

SECONDS = 300.0
"""How soon a worker that was down sends what is due today."""

ROUND_SECONDS = 300.0
"""A round begins no other cohort after these, and the next one goes on."""

_log = logger(__name__)


async def remind(context: OperationContext, part: int = PART) -> Outcome:
    """Reminds part by part who misses what was asked for; `skipped` were reminded today, or have left N."""
    asked = commands.asked_of(context.parameters, context.actor)
    earlier = await context.done_chunks()
    number, last = len(earlier), earlier[len(earlier) - 1]["last"] if earlier else ""
    while last is not None:
        if await context.is_cancelled():
            break
        after = Place(UUID(last[0]), last[1]) if last else None
        async with context.database.transaction(context.actor, correlation_id=context.correlation_id) as unit:
            scope, to_whom = asked.caller.row_scope(), asked.filter
            due = await _missed(scope, to_whom, [asked.what], None, unit.connection, after=after, limit=part)
            sent = await commands.remind(unit, school_code=to_whom.school_code, cohort=to_whom.cohort, due=due)
            last = [f"{due[-1].graduate_id}", due[-1].what.value] if len(due) == part else None
            await context.chunk_done(unit, number, {"reminded": sent, "skipped": len(due) - sent, "last": last})
            await unit.commit()
        number += 1
    result = added_up(NOTHING_SENT, (await context.done_chunks()).values())
    return Outcome(result) if last is None else Outcome(result, state="cancelled")


async def remind_due(database: Database, part: int = PART) -> int:
    """Sends what is due today by itself, and was not sent yet; how many reminders that were.

    What was due on a day on which no worker ran is not sent later: its deadline is nearer by then, or past.
    """
    async with database.reading() as connection:
        day, calendar = await today(connection), await working_days(connection)
        cohorts = await storage.open_cohorts(connection)
        cut_offs = {each: ahead for each in cohorts if (ahead := cut_off_ahead(day, each, calendar))}
        deadlines = [day + timedelta(days=each) for each in DAYS_AHEAD]
        seasons = await storage.seasons_due(connection, deadlines, cut_offs)
    end, sent = time.monotonic() + ROUND_SECONDS, 0
    for season in seasons:
        if time.monotonic() > end:
            break
        sent += await remind_cohort(database, season, day, cut_offs.get(season.cohort), part)
        await database.act(SYSTEM, partial(commands.end_round, season=season, day=day))
    if sent:
        _log.info("Graduates were reminded", day=f"{day}", reminders=sent)
    return sent


async def remind_cohort(database: Database, season: Cohorted, day: date, cut_off: date | None, part: int = PART) -> int:
    """Sends what is due of a cohort on a day: before a deadline to all who miss something, before a cut-off to who has
    left something unfinished; how many reminders that were.
    """
    ahead = deadlines_ahead(day, season)
    due = [(each, select) for each in ahead for select in (_missed_before(season, each), _to_finish(season, each))]
    if cut_off is not None:
        due.append((cut_off, _to_finish(season, cut_off)))
    # of one thing a graduate is reminded once a day: of the nearest deadline
    sent, place = 0, (season.school_code, season.cohort)
    for _, select in sorted(due, key=lambda each: each[0]):
        after, count = None, part
        while count == part:
            async with database.transaction(SYSTEM) as unit:
                found = await select(unit.connection, after=after, limit=part)
                sent += await commands.remind(unit, school_code=place[0], cohort=place[1], due=found)
                await unit.commit()
            count = len(found)
            after = Place(found[-1].graduate_id, found[-1].what.value) if found else None
    return sent


def _missed_before(season: Cohorted, deadline: date) -> Select:
    """Who has not registered, sent evidence or corrected; who can confirm stands in `_to_finish`."""
    of_season = Filter(school_code=season.school_code, cohort=season.cohort)
    kinds = [each for each in RemindedOf if each is not RemindedOf.CONFIRMED]
    return partial(_missed, EVERYTHING, of_season, kinds, deadline)


def _to_finish(season: Cohorted, due_on: date) -> Select:
    return partial(storage.to_finish, season.school_code, season.cohort, due_on)


async def _missed(
    scope: RowScope,
    to_whom: Filter,
    kinds: Sequence[RemindedOf],
    due_on: date | None,
    connection: Connection,
    *,
    after: Place | None,
    limit: int,
) -> list[Due]:
    """Who misses one of these, until a day; without one until that of the season."""
    narrowing = Narrowing(**to_whom.given, what=tuple(Missed(each.value) for each in kinds), reachable=True)
    place = (after.graduate_id, Missed(after.what)) if after else None
    found = await missing(connection, scope, narrowing, place, limit)
    return [
        Due(each.graduate_id, RemindedOf(each.what.value), until) for each in found if (until := due_on or each.due_on)
    ]
