"""Periodic work: one of many workers does it, and two that do it at once come to one result."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Column, DateTime, Integer, Table, text

from common.auth import SYSTEM
from common.clock import NOW_SQL
from common.database import Database, new_metadata
from common.observability.metrics import exposition
from common.periodic import Periodic, Timetable, every
from testing.databases import service_database
from testing.waiting import eventually

METADATA = new_metadata()
Table("reminders", METADATA, Column("id", Integer, primary_key=True), Column("due_at", DateTime(timezone=True)))
Table("sent_reminders", METADATA, Column("reminder_id", Integer, primary_key=True))
SOON = 0.05

SEND = text(f"""
    INSERT INTO sent_reminders SELECT id FROM reminders WHERE due_at <= {NOW_SQL} ORDER BY id LIMIT :limit
    ON CONFLICT DO NOTHING
""")
THE_CONNECTION = "FROM pg_stat_activity WHERE application_name = 'periodic work' AND datname = current_database()"
DROP = text("DELETE FROM reminders USING sent_reminders WHERE id = reminder_id")


@pytest.fixture
async def database() -> AsyncIterator[Database]:
    async with service_database("periodic_test", METADATA) as found:
        connected = Database.connect(found.app_url)
        yield connected
        await connected.dispose()


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("common.periodic.RETRY_SECONDS", SOON)
    monkeypatch.setattr("common.periodic._RECONNECT_SECONDS", SOON)


@dataclass
class Tally:
    """Counts its rounds; fails while it is told to."""

    rounds: int = 0
    fails: bool = False
    seen: asyncio.Event = field(default_factory=asyncio.Event)

    async def act(self) -> None:
        if self.fails:
            raise RuntimeError("no")
        self.rounds += 1
        self.seen.set()

    def work(self, name: str = "tally") -> Periodic:
        return every(SOON, self.act, name=name)


@asynccontextmanager
async def running(timetable: Timetable) -> AsyncIterator["asyncio.Task[None]"]:
    task = asyncio.create_task(timetable.run())
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.wait({task})


async def change(database: Database, statement: str) -> None:
    async with database.transaction(SYSTEM) as unit:
        await unit.connection.execute(text(statement))
        await unit.commit()


async def value_of(database: Database, query: str) -> Any:
    async with database.reading() as connection:
        return await connection.scalar(text(query))


async def send_reminders(database: Database, limit: int = 10) -> None:
    async with database.transaction(SYSTEM) as unit:
        await unit.connection.execute(SEND, {"limit": limit})
        await unit.connection.execute(DROP)
        await unit.commit()


async def test_an_act_is_done_again_and_again(database: Database) -> None:
    tally = Tally()
    async with running(Timetable(database, [tally.work()])):
        await eventually(lambda: tally.rounds > 3)


async def test_of_two_workers_one_acts_and_the_other_stands_by_ready(database: Database) -> None:
    first, second = Tally(), Tally()
    standing_by = Timetable(database, [second.work()])
    async with running(Timetable(database, [first.work()])):
        await first.seen.wait()
        async with running(standing_by):
            await eventually(lambda: first.rounds > 5)
            assert second.rounds == 0
            assert await standing_by.not_ready() is None
    assert first.rounds


async def test_another_worker_goes_on_where_one_ended(database: Database) -> None:
    first, second = Tally(), Tally()
    async with running(Timetable(database, [second.work()])):
        await second.seen.wait()
        async with running(Timetable(database, [first.work()])):
            rounds = second.rounds
            await eventually(lambda: second.rounds > rounds + 3)
            assert first.rounds == 0
    async with running(Timetable(database, [first.work()])):
        await first.seen.wait()


async def test_a_worker_that_fails_leaves_the_act_to_another(database: Database) -> None:
    failing, able = Tally(fails=True), Tally()
    async with running(Timetable(database, [failing.work()])), running(Timetable(database, [able.work()])):
        await able.seen.wait()


async def test_a_failure_is_tried_again_and_one_act_holds_up_no_other(database: Database) -> None:
    failing, other = Tally(fails=True), Tally()
    async with running(Timetable(database, [failing.work("failing"), other.work("other")])):
        await other.seen.wait()
        failing.fails = False
        await failing.seen.wait()


async def test_a_worker_whose_act_has_not_succeeded_for_too_long_is_not_ready(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("common.periodic.GRACE_SECONDS", 0.0)
    failing = Tally(fails=True)
    timetable = Timetable(database, [failing.work("failing"), Tally().work("other")])
    async with running(timetable):
        assert "failing" in str(await eventually(timetable.not_ready))
        failing.fails = False
        await failing.seen.wait()
    monkeypatch.setattr("common.periodic.GRACE_SECONDS", 60.0)
    assert await timetable.not_ready() is None


async def test_an_act_without_end_is_ended(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("common.periodic.LIMIT_SECONDS", SOON)
    begun: list[int] = []

    async def hang() -> None:
        begun.append(1)
        await asyncio.Event().wait()

    async with running(Timetable(database, [every(SOON, hang)])):
        await eventually(lambda: len(begun) > 1)


async def test_a_worker_has_one_connection_for_all_its_locks(database: Database) -> None:
    tallies = [Tally() for _ in range(3)]
    async with running(Timetable(database, [each.work(f"tally {n}") for n, each in enumerate(tallies)])):
        for each in tallies:
            await each.seen.wait()
        assert await value_of(database, f"SELECT count(*) {THE_CONNECTION}") == 1


async def test_a_lost_connection_is_opened_again(database: Database) -> None:
    tally = Tally()
    async with running(Timetable(database, [tally.work()])) as task:
        await tally.seen.wait()
        killed = await value_of(database, f"SELECT count(pg_terminate_backend(pid)) {THE_CONNECTION}")
        assert killed == 1
        before = tally.rounds
        await eventually(lambda: tally.rounds > before + 3)
        assert not task.done()


async def test_two_workers_at_once_give_one_result(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    async def always(*_arguments: object) -> bool:
        return True

    monkeypatch.setattr("common.periodic._Locks.hold", always)
    await change(
        database, f"INSERT INTO reminders SELECT n, {NOW_SQL} - interval '1 second' FROM generate_series(1, 200) AS n"
    )
    work = [every(SOON, partial(send_reminders, database))]
    async with running(Timetable(database, work)), running(Timetable(database, work)):

        async def none_is_left() -> bool:
            return bool(await value_of(database, "SELECT count(*) = 0 FROM reminders"))

        await eventually(none_is_left)
    assert await value_of(database, "SELECT count(*) FROM sent_reminders") == 200


async def test_what_is_due_is_due_by_the_one_clock(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    await change(database, f"INSERT INTO reminders VALUES (1, {NOW_SQL} + interval '13 days')")
    await send_reminders(database)
    assert await value_of(database, "SELECT count(*) FROM sent_reminders") == 0
    monkeypatch.setattr("common.clock._ahead", timedelta(days=14))
    ahead = Database.connect(database.pool.url)
    async with running(Timetable(ahead, [every(SOON, partial(send_reminders, ahead))])):

        async def is_sent() -> bool:
            return bool(await value_of(database, "SELECT count(*) = 1 FROM sent_reminders"))

        def is_counted() -> bool:
            name = 'quxiang_periodic_last_success_seconds{act="send_reminders"} '
            line = next(each for each in exposition().decode().splitlines() if each.startswith(name))
            ahead_by = datetime.fromtimestamp(float(line.removeprefix(name)), UTC) - datetime.now(UTC)
            return timedelta(days=13) < ahead_by < timedelta(days=15)

        await eventually(is_sent)
        await eventually(is_counted)
    await ahead.dispose()


def test_periodic_work_is_named_after_its_function() -> None:
    assert every(1, partial(send_reminders, object())).name == "send_reminders"  # type: ignore[arg-type]


def test_two_acts_of_one_name_and_a_period_of_nothing_are_refused(database: Database) -> None:
    with pytest.raises(ValueError, match="share a lock"):
        Timetable(database, [Tally().work(), Tally().work()])
    with pytest.raises(ValueError, match="period"):
        every(0, Tally().act)
