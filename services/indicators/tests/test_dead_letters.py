"""A handler that fails, from Kafka to the figures: what they say, what `verify` says, and how it is mended."""

import secrets
from argparse import Namespace
from collections.abc import AsyncIterator
from datetime import date
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from common.consuming import open_letters, replay_dead_letters
from common.contracts import registration, response
from common.contracts.catalogue import SUBSCRIPTIONS
from common.database import Database
from common.kafka import partition_for
from common.observability import exposition
from indicators.app import COMPOSITION, create_app
from indicators.areas import FIGURES, RESPONSES
from indicators.maintenance import run_verify
from indicators.settings import Settings
from testing.databases import ServiceDatabase, committed, failing_inserts
from testing.http import get
from testing.messaging import own_topics, running
from testing.shared_servers import kafka_address
from testing.tokens import TokenMint
from testing.waiting import eventually

JUNE = date(2024, 6, 1)
PARTITIONS = 3


@pytest.fixture
async def settings(stored: ServiceDatabase, mint: TokenMint) -> AsyncIterator[Settings]:
    given = Settings(
        database_url=stored.app_url,
        kafka=kafka_address(),
        topic_prefix=f"t-{secrets.token_hex(4)}.",
        partitions=PARTITIONS,
        **mint.settings,
    )
    async with own_topics(given):
        yield given


@pytest.fixture
async def rates(settings: Settings, database: Database, mint: TokenMint) -> Any:
    """Reads the rates of a school."""
    transport = httpx.ASGITransport(create_app(settings, database, {}))

    async def read(school: Any) -> dict[str, Any]:
        client = httpx.AsyncClient(transport=transport, base_url="http://x", headers=mint.headers("admin"))
        found: dict[str, Any] = await get(client, "/v1/rates", school=school.code, cohort=2024)
        return found

    return read


async def verified(settings: Settings, database: Database, school: Any) -> tuple[int, list[str]]:
    with capture_logs() as lines:
        code = await run_verify(settings, database, Namespace(school=school.code, figures_only=True))
    return code, [line["what"] for line in lines if line.get("check") == "dead_letters"]


def in_another_partition(new_school: Any, school: Any) -> Any:
    while partition_for((found := new_school()).code, PARTITIONS) == partition_for(school.code, PARTITIONS):
        continue
    return found


async def test_with_an_open_letter_figures_and_verify_say_what_is_lacking(
    settings: Settings, stored: ServiceDatabase, database: Database, publish: Any, new_school: Any, rates: Any
) -> None:
    school = new_school()
    other = in_another_partition(new_school, school)
    people = {each.code: [each.enters() for _ in range(3)] for each in (school, other)}
    lacking = school.goes(people[school.code][0], "10", JUNE)
    school.goes(people[school.code][1], "10", JUNE)
    other.goes(people[other.code][0], "10", JUNE)
    async with running(*(part.run for part in COMPOSITION.background(settings, database))):
        async with failing_inserts(stored, "destination_versions", f"NEW.event_id = '{lacking.id}'"):
            await publish(settings, school.events + other.events)
            await eventually(lambda: _open(database), within=60, describe="a letter")
            told = await eventually(lambda: _with_watermark(rates, school), within=30, describe="a watermark")
        assert told["incomplete"] is True
        assert told["watermark"] == lacking.recorded_at.isoformat().replace("+00:00", "Z")
        # it stands still, and that of the other partition goes on
        moved = await eventually(lambda: _with_watermark(rates, other), within=30, describe="a watermark")
        assert moved["incomplete"] is False
        assert moved["watermark"] > told["watermark"]
        assert (await rates(school))["watermark"] == told["watermark"]
        code, named = await verified(settings, database, school)
        assert (code, len(named)) == (1, 1)
        assert str(lacking.id) in named[0]
        assert (await verified(settings, database, other))[0] == 0
        assert await replay_dead_letters(settings, FIGURES.group, SUBSCRIPTIONS[FIGURES.group]) == 1
        await eventually(lambda: _none_open(database), within=60, describe="no letter open")
        assert (await rates(school))["incomplete"] is False
        assert await verified(settings, database, school) == (0, [])


async def test_a_fork_is_a_letter_and_neither_version_is_dropped_in_silence(
    settings: Settings, database: Database, publish: Any, school: Any
) -> None:
    first = school.goes(school.enters(), "10", JUNE)
    school.events.pop()
    fork = type(first)(**(vars(first) | {"id": uuid4()}))
    async with running(*(part.run for part in COMPOSITION.background(settings, database))):
        await publish(settings, [*school.events, first, fork])
        letters = await eventually(lambda: _open(database), within=60, describe="a letter")
    assert [(letter.id, letter.code) for letter in letters] == [(str(fork.id), "forked")]
    await _forget(database)


async def test_responses_that_cannot_be_stored_never_stop_the_rates(
    settings: Settings, stored: ServiceDatabase, database: Database, publish: Any, school: Any
) -> None:
    for _ in range(8):
        school.answers(school.enters(), uuid4(), "requested")
    parts = COMPOSITION.background(settings, database)
    async with failing_inserts(stored, "response_versions"), running(*(part.run for part in parts)):
        await publish(settings, [each for each in school.events if each.topic == response.TOPIC])
        paused = f'quxiang_consumer_paused{{group="{RESPONSES.group}",topic="{response.TOPIC}"}} 1.0'
        await eventually(lambda: paused in exposition().decode(), within=60, describe="a topic that pauses")
        late = school.goes(school.enters(), "10", JUNE)
        await publish(settings, [each for each in school.events if each.topic != response.TOPIC])
        await eventually(lambda: _is_stored(database, late), within=60, describe="a decision folded")
    assert await open_letters(database) == []
    assert late.topic == registration.TOPIC


async def _with_watermark(rates: Any, school: Any) -> dict[str, Any] | None:
    told: dict[str, Any] = await rates(school)
    return told if told["watermark"] is not None else None


async def _open(database: Database) -> list[Any]:
    return await open_letters(database)


async def _none_open(database: Database) -> bool:
    return not await open_letters(database)


async def _is_stored(database: Database, event: Any) -> bool:
    async with database.reading() as connection:
        query = text("SELECT count(*) FROM destination_versions WHERE event_id = :id")
        return bool(await connection.scalar(query, {"id": event.id}))


async def _forget(database: Database) -> None:
    async with committed(database) as connection:
        await connection.execute(text("UPDATE dead_letters SET closed_at = noted_at"))
