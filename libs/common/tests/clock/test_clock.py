"""One clock for code and database: moved together, forwards only, days in Shanghai."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta

import asyncpg
import pytest
from sqlalchemy import text

from common import clock
from common.clock import NOW_SQL, TODAY_SQL, day_in_shanghai
from common.database import Database, instant_column, new_metadata
from common.database.dedicated import dedicated_connection
from testing.databases import ServiceDatabase, service_database

FORTNIGHT = timedelta(days=14)
METADATA = new_metadata()


@pytest.fixture
async def database() -> AsyncIterator[ServiceDatabase]:
    async with service_database("clock_test", METADATA) as found:
        yield found


@pytest.fixture
def a_fortnight_ahead(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("common.clock._ahead", FORTNIGHT)


def is_a_fortnight_ahead(instant: datetime) -> bool:
    return abs(instant - datetime.now(UTC) - FORTNIGHT) < timedelta(minutes=1)


def test_without_an_offset_it_is_the_machines_clock() -> None:
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=5)
    assert clock.session_parameters() == {}
    assert clock.moved(0) == datetime(1970, 1, 1, tzinfo=UTC)


@pytest.mark.usefixtures("a_fortnight_ahead")
def test_code_runs_ahead_by_the_offset() -> None:
    assert is_a_fortnight_ahead(clock.now())
    assert day_in_shanghai(clock.now()) <= clock.today() <= day_in_shanghai(clock.now())
    assert clock.moved(0) == datetime(1970, 1, 15, tzinfo=UTC)


def test_no_clock_runs_backwards() -> None:
    with pytest.raises(ValueError, match="forwards"):
        clock.run_ahead(timedelta(seconds=-1))


@pytest.mark.usefixtures("a_fortnight_ahead")
async def test_every_connection_runs_ahead_by_the_same_offset(database: ServiceDatabase) -> None:
    connected = Database.connect(database.app_url)
    async with connected.reading() as connection:
        instant, day = (await connection.execute(text(f"SELECT {NOW_SQL}, {TODAY_SQL}"))).one()
    async with dedicated_connection(connected.pool, "relay") as apart:
        instant_apart = await apart.fetchval(f"SELECT {NOW_SQL}")
    await connected.dispose()
    assert is_a_fortnight_ahead(instant)
    assert is_a_fortnight_ahead(instant_apart)
    assert day == day_in_shanghai(instant)


@pytest.mark.usefixtures("a_fortnight_ahead")
async def test_a_session_that_reset_the_parameter_still_reads_a_clock(database: ServiceDatabase) -> None:
    connection = await asyncpg.connect(database.app_url)
    try:
        async with connection.transaction():
            await connection.execute("SET LOCAL quxiang.clock = '1 hour'")
        assert abs(await connection.fetchval(f"SELECT {NOW_SQL} - clock_timestamp()")) < timedelta(seconds=1)
    finally:
        await connection.close()


async def test_the_planner_puts_the_expression_in_place_of_the_call(database: ServiceDatabase) -> None:
    connection = await asyncpg.connect(database.app_url)
    try:
        plan = await connection.fetch(f"EXPLAIN (VERBOSE, COSTS off) SELECT {NOW_SQL}")
    finally:
        await connection.close()
    assert "clock_timestamp" in plan[1][0]


def test_an_instant_column_asks_the_one_clock() -> None:
    default = instant_column().server_default
    assert NOW_SQL in str(getattr(default, "arg", ""))


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        (datetime(2024, 8, 31, 15, 59, 59, tzinfo=UTC), date(2024, 8, 31)),
        (datetime(2024, 8, 31, 16, 0, tzinfo=UTC), date(2024, 9, 1)),
        (datetime(1988, 7, 1, 15, 30, tzinfo=UTC), date(1988, 7, 2)),
    ],
)
def test_the_day_is_that_of_shanghai(instant: datetime, day: date) -> None:
    assert day_in_shanghai(instant) == day


def test_an_instant_without_zone_has_no_day() -> None:
    with pytest.raises(ValueError, match="zone"):
        day_in_shanghai(datetime(2024, 1, 1))  # noqa: DTZ001 - that is what must be refused
