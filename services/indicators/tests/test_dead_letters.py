"""A handler that fails, from Kafka to the figures: what they say, what `verify` says, and how it is mended."""

import secrets
from argparse import Namespace
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from common.auth import TokenVerifier
from common.change_feed import digests_router
from common.consuming import open_letters, replay_dead_letters
from common.contracts import registration, response
from common.contracts.catalogue import SUBSCRIPTIONS
from common.contracts.envelope import IncomingEvent
from common.database import Database
from common.http import create_app as create_owner
from common.kafka import partition_for
from common.observability import exposition
from common.service_process.discarding import run_discard
from common.settings import ServiceSettings
from indicators.app import COMPOSITION, create_app
from indicators.areas import FIGURES, RESPONSES
from indicators.maintenance import run_verify
from indicators.settings import Settings
from testing.databases import ServiceDatabase, committed, failing_inserts
from testing.http import get, serving
from testing.messaging import outbox_database, own_topics, running
from testing.shared_servers import kafka_address
from testing.tokens import TokenMint
from testing.waiting import eventually

JUNE = date(2024, 6, 1)
PARTITIONS = 3


@pytest.fixture
async def settings(stored: ServiceDatabase, mint: TokenMint, keyring_file: Path) -> AsyncIterator[Settings]:
    given = Settings(
        database_url=stored.app_url,
        keyring_file=keyring_file,
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
        code = await run_verify(settings, database, Namespace(school=school.code, figures_only=True, snapshots=False))
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
        assert await replay_dead_letters(database, settings, FIGURES.group, SUBSCRIPTIONS[FIGURES.group]) == 1
        await eventually(lambda: _none_open(database), within=60, describe="no letter open")
        assert (await rates(school))["incomplete"] is False
        assert await verified(settings, database, school) == (0, [])


async def test_of_two_events_under_one_sequence_the_figures_keep_the_owners(
    settings: Settings, database: Database, publish: Any, school: Any, rates: Any, mint: TokenMint, tmp_path: Path
) -> None:
    someone = school.enters()
    first = school.goes(someone, "10", JUNE)
    [entered, _] = school.events
    owned = replace(first, id=uuid4(), data=first.data.model_copy(update={"destination_code": "801"}))
    by_hand = replace(first, id=uuid4())
    token = {"service_token_file": mint.service_token_file(tmp_path)}
    async with owner_with([owned], mint) as address, running(*_consumers(settings, database)):
        asking = settings.model_copy(update=token | {"destinations_url": address})
        await publish(settings, [entered, first, owned, by_hand])
        letters = await eventually(lambda: _open(database, 2), within=60, describe="two letters")
        assert {(letter.id, letter.code) for letter in letters} == {
            (str(owned.id), "forked"),
            (str(by_hand.id), "forked"),
        }
        assert await _seen(rates, school) == (True, 1, 0)
        await _discarded(asking, database, by_hand.id)
        await _discarded(asking, database, owned.id)
        await eventually(lambda: _none_open(database), within=60, describe="no letter open")
        assert await _seen(rates, school) == (False, 0, 1)
        assert await verified(settings, database, school) == (0, [])


async def test_figures_are_complete_again_at_once(
    settings: Settings, database: Database, publish: Any, school: Any, rates: Any, mint: TokenMint, tmp_path: Path
) -> None:
    first = school.goes(school.enters(), "10", JUNE)
    fork = replace(first, id=uuid4())
    token = {"service_token_file": mint.service_token_file(tmp_path)}
    async with owner_with([first], mint) as address:
        async with running(*_consumers(settings, database)):
            await publish(settings, [*school.events, fork])
            await eventually(lambda: _open(database, 1), within=60, describe="a letter")
        # whether a consumer runs or not
        assert (await rates(school))["incomplete"] is True
        await _discarded(settings.model_copy(update=token | {"destinations_url": address}), database, fork.id)
        assert (await rates(school))["incomplete"] is False


@asynccontextmanager
async def owner_with(events: Iterable[IncomingEvent], mint: TokenMint) -> AsyncIterator[str]:
    """Destinations, as far as it has these events."""
    async with outbox_database() as outbox:
        async with committed(outbox) as connection:
            for event in events:
                await connection.execute(_HAS, {**vars(event), "data": event.data.model_dump_json()})
        given = ServiceSettings(service="destinations", database_url=outbox.pool.url, **mint.settings)
        routers = [digests_router(outbox, given)]
        app = create_owner(title="Owner", settings=given, verifier=TokenVerifier(given), routers=routers)
        async with serving(app) as address:
            yield address


_HAS = text(
    """
    INSERT INTO outbox (event_id, topic, key, sequence, type, school_code, recorded_at, data)
    VALUES (:id, :topic, :key, :sequence, :type, :school_code, :recorded_at, CAST(:data AS jsonb))
    """
)


async def _seen(rates: Any, school: Any) -> tuple[bool, int, int]:
    """Whether something is lacking, and who is employed and who studies."""
    told = await rates(school)
    measures = told["observations"][0]["measures"]
    employed, study = (measures[name]["numerator"] for name in ("unit_employment_rate", "further_study_rate"))
    return told["incomplete"], employed, study


def _consumers(settings: Settings, database: Database) -> list[Callable[[], Any]]:
    return [part.run for part in COMPOSITION.background(settings, database)]


async def _discarded(settings: Settings, database: Database, letter: UUID) -> None:
    parsed = Namespace(letter=str(letter), reason="two events under one sequence")
    assert await run_discard(COMPOSITION.service, settings, database, parsed) == 0


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


async def _open(database: Database, number: int = 1) -> list[Any]:
    found = await open_letters(database)
    return found if len(found) == number else []


async def _none_open(database: Database) -> bool:
    return not await open_letters(database)


async def _is_stored(database: Database, event: Any) -> bool:
    async with database.reading() as connection:
        query = text("SELECT count(*) FROM destination_versions WHERE event_id = :id")
        return bool(await connection.scalar(query, {"id": event.id}))
