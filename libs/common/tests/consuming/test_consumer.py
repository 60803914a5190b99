"""The consumer: batches, retries, poison, unknown types, redelivery, progress."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial

import asyncpg
import pytest
from broker_events import GROUP, Applied, consuming, dead_letters, publish, publish_raw, stored
from sqlalchemy import make_url, text

from common.auth.principal import SYSTEM
from common.consuming import Consumer, PartitionProgress, replay_dead_letters
from common.consuming.retrying import Processing
from common.contracts import IncomingEvent
from common.contracts.envelope import to_headers
from common.contracts.registration import CONFIRMED, DECIDED, TOPIC
from common.database import Database
from common.errors import PermanentError, Unavailable
from common.kafka import BUSY_FETCH_MS, IDLE_FETCH_MS
from common.settings import ServiceSettings
from testing.messaging import running
from testing.waiting import eventually


async def test_everything_published_before_is_consumed_in_batches_of_what_is_there(
    database: Database, settings: ServiceSettings
) -> None:
    await publish(settings, *(stored(number) for number in range(1, 301)))
    handler = Applied()
    async with running(consuming(database, settings, handler)):
        await eventually(lambda: len(handler.events) == 300)
    assert handler.sequences == list(range(1, 301))
    assert max(handler.batches) > 1


async def test_a_transient_failure_is_tried_again_until_it_passes(
    database: Database, settings: ServiceSettings
) -> None:
    failures = iter(range(3))

    def fail_three_times(_events: Sequence[IncomingEvent]) -> None:
        if next(failures, None) is not None:
            raise Unavailable

    handler = Applied(fail_three_times)
    await publish(settings, stored(1))
    async with running(consuming(database, settings, handler)):
        await eventually(lambda: handler.sequences == [1])


async def test_it_asks_seldom_while_nothing_comes_and_often_again_from_the_first_event_on(
    database: Database, settings: ServiceSettings
) -> None:
    working = Consumer(database, settings, GROUP, [TOPIC], Applied())

    def fetch_wait() -> int:
        assert working._member is not None
        assert working._member.joined
        wait: int = working._member._client._fetcher._fetch_max_wait_ms
        return wait

    async with running(working.run):
        await eventually(lambda: fetch_wait() == IDLE_FETCH_MS)
        await publish(settings, stored(1))
        await eventually(lambda: fetch_wait() == BUSY_FETCH_MS)


class Refused(PermanentError):
    code = "refused"


async def test_a_poisonous_message_goes_to_the_dead_letters_and_the_rest_goes_through(
    database: Database, settings: ServiceSettings
) -> None:
    def refuse_seven(events: Sequence[IncomingEvent]) -> None:
        if any(event.sequence == 7 for event in events):
            raise Refused

    handler = Applied(refuse_seven)
    await publish(settings, *(stored(number) for number in range(1, 21)))
    async with running(consuming(database, settings, handler)):
        await eventually(lambda: len(handler.events) == 19)
        (letter,) = await dead_letters(settings, 1)
        told = {name: value.decode() for name, value in letter.headers}
        assert told["dlq_error"] == "Refused"
        assert told["dlq_code"] == "refused"
        assert (told["dlq_topic"], told["dlq_partition"], told["dlq_offset"]) == (TOPIC, "0", "6")
        assert told["ce_sequence"] == "7"
        handler.rules.clear()
        assert await replay_dead_letters(database, settings, GROUP, [TOPIC]) == 1
        await eventually(lambda: handler.sequences == list(range(1, 21)))
    assert await replay_dead_letters(database, settings, GROUP, [TOPIC]) == 0


async def test_what_was_found_before_a_lasting_failure_is_in_the_dead_letters(
    database: Database, settings: ServiceSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(events: Sequence[IncomingEvent]) -> None:
        for event in events:
            if event.sequence == 1:
                raise Refused
            if event.sequence == 2:
                raise Unavailable

    monkeypatch.setattr("common.consuming.handling.Processing", partial(Processing, seconds=0.2))
    handler = Applied(refuse)
    await publish(settings, stored(1), stored(2))
    async with running(consuming(database, settings, handler)):
        (letter, *_) = await dead_letters(settings, 1)
        assert dict(letter.headers)["dlq_code"] == b"refused"
        handler.rules.clear()
        await eventually(lambda: handler.sequences == [1, 2])


BROKEN = {
    "no JSON": (b"k", b"{", {}, "malformed"),
    "an array": (b"k", b"[]", {}, "malformed"),
    "a string": (b"k", b'"x"', {}, "malformed"),
    "data of another shape": (b"k", b'{"name": "x"}', {}, "malformed"),
    "no key": (None, b"{}", {}, "key_missing"),
    "no body": (b"k", None, {}, "body_missing"),
    "a body of nearly a megabyte": (b"k", b"1" * 950_000, {}, "body_too_large"),
    "no version of the envelope": (b"k", b"{}", {"ce_specversion": b"0.3"}, "specversion"),
    "a header that is no text": (b"k", b"{}", {"ce_id": b"\xff"}, "header_unreadable"),
    "a sequence of zero": (b"k", b"{}", {"ce_sequence": b"0"}, "malformed"),
}


@pytest.mark.parametrize("case", BROKEN)
async def test_a_message_that_is_no_event_is_put_aside_and_holds_nothing_up(
    database: Database, settings: ServiceSettings, case: str
) -> None:
    key, value, headers, code = BROKEN[case]
    envelope = dict(to_headers(stored(5), "destinations", "http://x")) | headers
    handler = Applied()
    await publish_raw(settings, key, value, envelope)
    await publish(settings, stored(2))
    async with running(consuming(database, settings, handler)):
        await eventually(lambda: handler.sequences == [2])
        (letter,) = await dead_letters(settings, 1)
    assert dict(letter.headers)["dlq_code"].decode() == code


async def test_a_message_without_headers_is_put_aside(database: Database, settings: ServiceSettings) -> None:
    await publish_raw(settings, b"k", b"{}", {})
    async with running(consuming(database, settings, Applied())):
        (letter,) = await dead_letters(settings, 1)
    assert dict(letter.headers)["dlq_code"] == b"specversion"


async def test_types_that_are_not_handled_are_acknowledged(database: Database, settings: ServiceSettings) -> None:
    handler = Applied()
    unknown = dict(to_headers(stored(1), "destinations", "http://x")) | {"ce_type": b"quxiang.destination.praised"}
    await publish_raw(settings, b"k", b"{}", unknown)
    await publish(settings, stored(2), stored(3))
    async with running(consuming(database, settings, handler, types=[DECIDED])):
        await eventually(lambda: handler.sequences == [2, 3])
    assert CONFIRMED != DECIDED


async def test_an_unexplained_error_is_not_forgotten_and_blocks_nothing(
    database: Database, settings: ServiceSettings
) -> None:
    def stumble(events: Sequence[IncomingEvent]) -> None:
        if any(event.sequence == 1 for event in events):
            raise KeyError("surprise")

    handler = Applied(stumble)
    await publish(settings, stored(1), stored(2))
    async with running(consuming(database, settings, handler)):
        await eventually(lambda: handler.sequences == [2])
        (letter,) = await dead_letters(settings, 1)
    told = {name: value.decode() for name, value in letter.headers}
    assert (told["dlq_error"], told["dlq_code"]) == ("KeyError", "unexplained")
    assert "surprise" not in str(letter.headers)


async def test_after_a_restart_only_what_was_not_committed_comes_again(
    database: Database, settings: ServiceSettings
) -> None:
    first, second = Applied(), Applied()
    await publish(settings, stored(1))
    async with running(consuming(database, settings, first)):
        await eventually(lambda: first.sequences == [1])
    await publish(settings, stored(2))
    async with running(consuming(database, settings, second)):
        await eventually(lambda: second.sequences == [2])


async def test_what_was_taken_and_not_applied_comes_again(database: Database, settings: ServiceSettings) -> None:
    taken, second = asyncio.Event(), Applied()

    async def never_done(_events: Sequence[IncomingEvent]) -> None:
        taken.set()
        await asyncio.Event().wait()

    await publish(settings, stored(1))
    async with running(Consumer(database, settings, GROUP, [TOPIC], never_done).run):
        async with asyncio.timeout(20):
            await taken.wait()
    async with running(consuming(database, settings, second)):
        await eventually(lambda: second.sequences == [1])


async def test_progress_tells_what_is_applied_and_when_it_was_known(
    database: Database, settings: ServiceSettings
) -> None:
    told: list[PartitionProgress] = []

    async def remember(progress: Sequence[PartitionProgress]) -> None:
        told[:] = progress

    await publish(settings, *(stored(number) for number in range(1, 11)))
    async with running(consuming(database, settings, Applied(), on_progress=remember)):
        await eventually(lambda: len(told) == settings.partitions and told[0].applied == 10)
        before = told[0].known_at
        await eventually(lambda: told[0].known_at > before)
    assert [each.applied for each in told] == [10, 0, 0]
    assert all(each.caught_up for each in told)
    assert told[0].last_recorded_at is not None


@asynccontextmanager
async def no_connections(database: Database, admin: str) -> AsyncIterator[None]:
    name = make_url(database.pool.url).database
    connection = await asyncpg.connect(admin)
    await connection.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
    await connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", name)
    try:
        yield
    finally:
        await connection.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
        await connection.close()


async def test_a_database_that_is_away_delays_and_loses_nothing(
    database: Database, settings: ServiceSettings, postgres_url: str
) -> None:
    seen: list[int] = []

    async def write(events: Sequence[IncomingEvent]) -> None:
        async with database.transaction(SYSTEM) as work:
            await work.connection.execute(text("SELECT 1"))
            await work.commit()
        seen.extend(event.sequence for event in events)

    async with running(Consumer(database, settings, GROUP, [TOPIC], write).run):
        await publish(settings, stored(1))
        await eventually(lambda: seen == [1])
        async with no_connections(database, postgres_url):
            await publish(settings, stored(2))
        await eventually(lambda: seen == [1, 2])
