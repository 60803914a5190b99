"""Work on dead letters that is cut off at any of its steps, as by a kill: done again, it comes to the same."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from aiokafka import ConsumerRecord
from batches import Consuming
from broker_events import GROUP, Applied, dead_letters, publish, stored
from sqlalchemy import text

from common.consuming import Consumer, dead_letter_topics, handling, open_letters, replay_dead_letters
from common.consuming.dead_letters import DeadLetters
from common.consuming.handling import Outcome
from common.consuming.quota import Quota
from common.consuming.reading import read_batch, types_of
from common.contracts import IncomingEvent
from common.contracts.registration import TOPIC
from common.database import Database, UnitOfWork
from common.errors import PermanentError
from common.settings import ServiceSettings
from testing.databases import committed
from testing.messaging import running
from testing.waiting import eventually

_LONG_AGO = "UPDATE dead_letters SET closed_at = noted_at, noted_at = noted_at - interval '2 hours'"


@pytest.fixture
def consumed(database: Database, settings: ServiceSettings) -> Consuming:
    return Consuming(database, settings)


STEPS: list[tuple[Any, str]] = [
    (Quota, "spend"), (DeadLetters, "recent"), (handling, "send_dead_letters"), (DeadLetters, "settle"),
    (UnitOfWork, "commit"), (DeadLetters, "refresh"),
]  # fmt: skip
"""Of a batch with failures, from the first one that is found to the rows that are stored."""


@pytest.mark.parametrize("late", [False, True])
async def test_a_batch_that_is_cut_off_at_any_step_comes_to_the_same(
    consumed: Consuming, monkeypatch: pytest.MonkeyPatch, late: bool
) -> None:
    """Cancelled before or after each step, by a member that ends; the next one gets the batch again."""
    in_vain = set()
    for owner, step in STEPS:
        failing, *good = (stored(number) for number in (1, 2, 3))
        records = [consumed.record(each) for each in (good[0], failing, None, good[1])]
        place, told = f"{TOPIC}/0/{records[2].offset}", (owner, step)
        consumed.failing = {1}
        await cut_off(consumed, records, monkeypatch, owner, step, late=late)
        assert not (await handled(consumed, records)).paused, told
        assert sorted(await consumed.letters()) == sorted([(str(failing.event_id), "refused"), (place, "malformed")])
        assert {each.event_id for each in good} <= {each.id for each in consumed.handler.events}, told
        in_vain |= {failing.event_id}
        assert in_vain.isdisjoint(each.id for each in consumed.handler.events), told
        # a version that applies it may be cut off, too
        consumed.failing = set()
        if (owner, step) in STEPS[3:]:
            await cut_off(consumed, [consumed.record(failing)], monkeypatch, owner, step, late=late)
        await consumed.take(failing)
        in_vain.clear()
        assert await consumed.letters() == [(place, "malformed")], told
        async with committed(consumed.database) as connection:
            await connection.execute(text(_LONG_AGO))
    # whatever has a row lies where a replay finds it
    async with consumed.database.reading() as connection:
        offsets = await connection.scalars(text("SELECT message_offset FROM dead_letters"))
    sent = await dead_letters(consumed.settings, 2 * len(STEPS))
    assert set(offsets) <= {int(dict(each.headers)["dlq_offset"]) for each in sent}


async def cut_off(
    consumed: Consuming,
    records: Sequence[ConsumerRecord],
    monkeypatch: pytest.MonkeyPatch,
    owner: Any,
    step: str,
    *,
    late: bool,
) -> None:
    whole = getattr(owner, step)

    async def cut(*arguments: Any) -> None:
        if late:
            await whole(*arguments)
        raise asyncio.CancelledError

    with monkeypatch.context() as patched:
        patched.setattr(owner, step, cut)
        with pytest.raises(asyncio.CancelledError):
            await handled(consumed, records)
    consumed.restart()


async def test_a_member_that_could_not_read_its_letters_reads_them_before_it_closes_one(
    database: Database, settings: ServiceSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database was away while the group was joined; the message that closes the letter is there already."""

    def refuse(_events: Sequence[IncomingEvent]) -> None:
        raise PermanentError

    refresh, failures = DeadLetters.refresh, iter([OSError(), OSError()])

    async def refresh_later(letters: DeadLetters) -> None:
        for failure in failures:
            raise failure
        await refresh(letters)

    await publish(settings, stored(1))
    async with running(Consumer(database, settings, GROUP, [TOPIC], Applied(refuse)).run):
        await eventually(lambda: _are_open(database, 0), describe="the letter")
    assert await replay_dead_letters(database, settings, GROUP, [TOPIC]) == 1
    monkeypatch.setattr(DeadLetters, "refresh", refresh_later)
    consumer = Consumer(database, settings, GROUP, [TOPIC], Applied())
    async with running(consumer.run):
        await eventually(lambda: _are_open(database), describe="no letter open")


async def test_a_replay_of_letters_that_is_cut_off_is_done_again_without_harm(
    database: Database, settings: ServiceSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse_seven(events: Sequence[IncomingEvent]) -> None:
        if any(event.sequence == 7 for event in events):
            raise PermanentError

    async def cut(*_arguments: object) -> None:
        raise asyncio.CancelledError

    handler = Applied(refuse_seven)
    await publish(settings, *(stored(number) for number in range(1, 11)))
    consumer = Consumer(database, settings, GROUP, [TOPIC], handler)
    async with running(consumer.run):
        await eventually(lambda: _are_open(database, 6), describe="the letter")
        # it was returned, and nothing notes that it was: it comes back twice
        with monkeypatch.context() as patched:
            patched.setattr(dead_letter_topics, "commit", cut)
            with pytest.raises(asyncio.CancelledError):
                await replay_dead_letters(database, settings, GROUP, [TOPIC])
        assert len(await dead_letters(settings, 2)) == 2
        assert await _are_open(database, 6)
        handler.rules.clear()
        assert await replay_dead_letters(database, settings, GROUP, [TOPIC]) == 2
        await eventually(lambda: _are_open(database), describe="no letter open")
    assert set(handler.sequences) == set(range(1, 11))


async def handled(consumed: Consuming, records: Sequence[ConsumerRecord]) -> Outcome:
    return await consumed.handling.run(read_batch(consumed.settings, GROUP, types_of([TOPIC]), records))


async def _are_open(database: Database, *offsets: int) -> bool:
    return [letter.place for letter in await open_letters(database)] == [f"{TOPIC}/0/{each}" for each in offsets]
