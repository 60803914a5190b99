"""The hour itself: writers on both sides of 17:00, and a worker that is down while cut-offs pass."""

import asyncio
import os
import random
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import date, datetime, timedelta
from functools import partial
from itertools import cycle
from typing import Any

import pytest
from acting import CIPHER, OTHER_SCHOOL, SCHOOL, SEEKING, UNIT, register, reviewed, rows
from describing import entered
from pasts import Past
from recounting import histories, recount

from common import clock
from common.database import Database
from common.errors import Versions
from common.identifiers import Cohort, GraduateId
from common.reference_tables.definition import shipped
from common.reference_tables.working_days import WORKING_DAYS, WorkingDays
from destinations.monitoring.domain.cut_offs import CutOff, Kind, cut_offs
from destinations.monitoring.operations import add_due, make_pending
from destinations.registrations import commands
from destinations.registrations.commands import Recorded
from destinations.registrations.domain.content import FIELDS, Destination
from destinations.registry_client import Registry
from testing.databases import ServiceDatabase
from testing.waiting import eventually

HOURS = 20 if os.environ.get("QUXIANG_SOAK") else 1
COHORT = clock.today().year + 1
SECOND = timedelta(seconds=1)
CLASSES = {"10": "unit", "70": "seeking"}

# of the whole stack there is one clock: these tests move it for what they connect themselves
Ahead = Callable[[datetime], Any]


@pytest.fixture
def ahead(addresses: ServiceDatabase) -> Ahead:
    @asynccontextmanager
    async def running(moment: datetime) -> AsyncIterator[Database]:
        """A database, and this process's clock, at a moment to come."""
        clock.run_ahead(timedelta(seconds=(moment - clock.now()) // SECOND))
        database = Database.connect(addresses.app_url)
        try:
            yield database
        finally:
            await database.dispose()
            clock.run_ahead(timedelta(0))

    return running


def daily() -> list[CutOff]:
    """The cut-offs of the cohort's working days, all of them to come."""
    found = cut_offs(Cohort(COHORT), WorkingDays(shipped(WORKING_DAYS)))
    return [each for each in found if each.kind is Kind.DAILY]


async def edited(database: Database, before: Recorded, content: Destination, until: datetime | None = None) -> Recorded:
    """The school's correction, effective at once; its transaction ends then."""
    patch = {name: getattr(content, name) for name in FIELDS}
    edit = partial(commands.edit, caller=SCHOOL, registration_id=before.id, expected=Versions(any=True), patch=patch)
    async with database.patient.transaction(SCHOOL.actor) as unit:
        recorded = await edit(unit, cipher=CIPHER)
        if until is not None:
            await passed(until)
        await unit.commit()
    return recorded


async def passed(moment: datetime) -> None:
    await eventually(lambda: clock.now() >= moment, every=0.01, describe=f"{moment}")


@pytest.mark.parametrize("number", range(HOURS))
async def test_who_writes_around_the_hour_is_counted_by_the_instant_in_whatever_order_they_commit(
    past: Past, registry: Registry, ahead: Ahead, number: int
) -> None:
    cut_off, chance = daily()[number], random.Random(number)
    at = cut_off.at
    await past.season(at - timedelta(hours=2), cohort=COHORT)
    people = [await past.enter(at - timedelta(hours=1), cohort=COHORT) for _ in range(10)]
    async with ahead(at - timedelta(minutes=5)) as database:
        known = [await reviewed(database, await register(database, OTHER_SCHOOL, each, SEEKING)) for each in people]

    async with ahead(at - 2 * SECOND) as database:

        async def write(before: Recorded, *, slow: bool) -> None:
            for content in cycle((UNIT, SEEKING)):
                if clock.now() > at + SECOND:
                    return
                end = clock.now() + chance.random() * 2 * SECOND if slow else None
                before = await edited(database, before, content, end)

        async def work() -> list[dict[str, Any]]:
            """As the worker does, only more often; what it saw of the report."""
            seen = []
            while True:
                await add_due(database)
                await make_pending(database.patient, registry)
                seen += await reports(database, cut_off.period)
                if seen and seen[-1]["content"]:
                    return seen

        working = asyncio.ensure_future(work())
        await asyncio.gather(*(write(each, slow=n % 2 == 0) for n, each in enumerate(known)))
        seen = await working

    (made,) = await reports(past.database, cut_off.period)
    assert made == seen[-1], "it is made once"
    found = await histories(past.database)
    counts = recount(found, at, None, cohort=COHORT)[None]
    assert made["content"]["counts"] == counts
    standing: dict[GraduateId, str] = {}
    for each in sorted((each for each in found[1] if each.recorded_at < at), key=lambda each: each.version):
        standing[each.graduate_id] = CLASSES[each.destination_code]
    assert +Counter(made["content"]["classes"]) == Counter(standing.values())
    near = Counter(each.recorded_at < at for each in found[1] if abs(each.recorded_at - at) < SECOND)
    assert near[True] > 0 < near[False], "both sides of the hour were written"


async def reports(database: Database, period: str) -> list[dict[str, Any]]:
    found = await rows(
        database,
        "SELECT content, encode(sha256, 'hex') AS sha256 FROM monitoring_reports report"
        " LEFT JOIN monitoring_contents made ON made.report_id = report.id WHERE period = :period",
        period=period,
    )
    return [{"content": each.content, "sha256": each.sha256} for each in found]


async def test_a_worker_that_was_down_for_a_week_makes_the_reports_that_it_would_have_made(
    past: Past, registry: Registry, ahead: Ahead
) -> None:
    chance, contents = random.Random(7), cycle((UNIT, SEEKING))
    first = daily()[0].at
    await past.season(first - timedelta(days=1), cohort=COHORT)
    known: list[Recorded] = []
    sealed: dict[date, dict[str, str]] = {}

    async def worked(database: Database) -> dict[str, str]:
        while await add_due(database) + await make_pending(database.patient, registry):
            pass
        made = "monitoring_contents JOIN monitoring_reports ON id = report_id"
        return dict(map(tuple, await rows(database, f"SELECT kind || period, encode(sha256, 'hex') FROM {made}")))

    for day in range(8):
        async with ahead(first - timedelta(hours=1) + timedelta(days=day)) as database:
            person = await past.enter(clock.now(), cohort=COHORT)
            known.append(await reviewed(database, await register(database, OTHER_SCHOOL, person, next(contents))))
            for each in chance.sample(known, len(known) // 2):
                await edited(database, each, next(contents))
            moved = known.pop(0) if day % 3 == 2 else known[0]
            said = {"cohort": COHORT, "class_code": None, "college_code": f"C0{day}", "counted": moved in known}
            person = moved.registration.graduate.id
            await past.told(entered(person, day + 2, recorded_at=clock.now(), **said))
        async with ahead(first + timedelta(days=day, minutes=1)) as database:
            timely = await worked(database)
            sealed[clock.today()] = timely
    assert len(timely) == len(sealed[max(sealed)]) >= 6
    for table in ("contents", "waiting", "reports"):
        await past.owner.execute(f"DELETE FROM monitoring_{table}")
    async with ahead(first + timedelta(days=8)) as database:
        late = await worked(database)
    assert {period: late[period] for period in timely} == timely
    assert len(set(late.values())) == len(late)
