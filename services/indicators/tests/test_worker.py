"""From Kafka to figures: the worker on a real broker."""

import secrets
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from common.contracts import graduate, organisation, rate, registration, response
from common.contracts.envelope import IncomingEvent
from common.contracts.rate import MovedGroup, RateMovedData
from common.database import Database
from common.relay.relay import Relay
from indicators.app import COMPOSITION
from indicators.progress.storage import standing
from indicators.settings import Settings
from indicators.timeline.verify import verify_figures
from testing.databases import ServiceDatabase
from testing.messaging import EventRecorder, own_topics, running
from testing.shared_servers import kafka_address
from testing.waiting import eventually

JUNE = date(2024, 6, 1)
FOLLOWED = (organisation.TOPIC, graduate.TOPIC, registration.TOPIC, response.TOPIC)


@pytest.fixture
async def settings(stored: ServiceDatabase, keyring_file: Path) -> AsyncIterator[Settings]:
    given = Settings(
        database_url=stored.app_url,
        keyring_file=keyring_file,
        kafka=kafka_address(),
        topic_prefix=f"t-{secrets.token_hex(4)}.",
        partitions=3,
    )
    async with own_topics(given):
        yield given


def groups_of(event: IncomingEvent) -> tuple[MovedGroup, ...]:
    assert isinstance(event.data, RateMovedData)
    return event.data.groups


async def total(database: Database, school: str, code: str) -> int:
    async with database.reading() as connection:
        found = await connection.scalar(
            text(
                "SELECT sum(graduates) FROM cells WHERE school_code = :school AND dimension = 'total' "
                "AND destination_code = :code"
            ),
            {"school": school, "code": code},
        )
        return found or 0


async def test_published_events_become_figures_and_figures_become_rate_events(
    settings: Settings, database: Database, publish: Any, school: Any
) -> None:
    school.described()
    people = [school.enters(college_code="C01") for _ in range(30)]
    for someone in people[:20]:
        school.goes(someone, "10", JUNE)
    relay = Relay(database, settings)
    async with (
        EventRecorder(settings, [rate.TOPIC]).recording() as recorder,
        running(relay.run, *(part.run for part in COMPOSITION.background(settings, database))),
    ):
        await publish(settings, school.events)
        await publish(settings, school.events)
        await eventually(lambda: _is(total(database, school.code, "10"), 20), describe="the figures")
        moved = await recorder.until(lambda events: len(events) > 0)
        assert await total(database, school.code, "") == 10
        assert await verify_figures(database, school.code) == []
        assert [event.sequence for event in moved] == list(range(1, len(moved) + 1))
        assert {"total", "college"} <= {group.dimension for event in moved for group in groups_of(event)}


async def test_the_watermark_follows_an_idle_system(settings: Settings, database: Database) -> None:
    begun = datetime.now(UTC)

    async def is_included() -> bool:
        async with database.reading() as connection:
            found = await standing(connection, FOLLOWED, range(settings.partitions))
        return found.watermark is not None and found.watermark > begun

    async with running(*(part.run for part in COMPOSITION.background(settings, database))):
        await eventually(is_included, describe="a watermark after the start")


async def _is(awaitable: Any, expected: object) -> bool:
    return bool(await awaitable == expected)
