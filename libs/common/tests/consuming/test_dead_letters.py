"""What cannot be applied: which letters there are, which are new, how many are too many, and what closes them."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from aiokafka import ConsumerRecord
from batches import Consuming
from broker_events import GROUP, dead_letters, stored
from sqlalchemy import text

from common import clock
from common.consuming.reading import read_batch, types_of
from common.contracts.graduate import TOPIC as GRADUATES
from common.contracts.registration import TOPIC
from common.database import Database
from common.kafka import on_wire
from common.settings import ServiceSettings
from testing.databases import committed


@pytest.fixture
def consumed(database: Database, settings: ServiceSettings) -> Consuming:
    return Consuming(database, settings)


LIMITS = [(5, 0, 5), (6, 0, 0), (0, 5, 5), (0, 6, 0), (3, 2, 5), (3, 3, 0)]
"""Events that fail, messages that cannot be read, and the letters that come of one batch."""


async def test_the_sixth_new_letter_in_a_batch_leaves_none(consumed: Consuming) -> None:
    for failing, unreadable, letters in LIMITS:
        consumed.failing = set(range(1, failing + 1))
        outcome = await consumed.take(*(stored(number) for number in range(1, 31)), *[None] * unreadable)
        told = (failing, unreadable)
        assert len(await consumed.letters()) == letters, told
        assert list(outcome.paused) == ([] if letters else [TOPIC]), told
        assert bool(outcome.batch.records) is bool(letters), told
        await _change(consumed.database, "closed_at = noted_at, noted_at = noted_at - interval '2 hours'")


async def test_the_twentieth_new_letter_in_an_hour_leaves_none_of_its_batch(consumed: Consuming) -> None:
    consumed.failing = {1}
    for _ in range(6):
        await consumed.take(*(stored(1) for _ in range(3)))
        consumed.restart()  # what was counted is in the database
    await _change(consumed.database, "noted_at = noted_at - interval '59 minutes'")
    assert (await consumed.take(stored(2), stored(1), stored(1))).paused
    assert len(await consumed.letters()) == 18
    assert not (await consumed.take(stored(2), stored(1))).paused
    assert (await consumed.take(stored(1))).paused
    assert len(await consumed.letters()) == 19
    await _change(consumed.database, "noted_at = noted_at - interval '2 minutes'")
    assert not (await consumed.take(stored(1))).paused
    assert len(await consumed.letters()) == 20


async def test_what_is_open_already_is_never_new_and_has_one_row(consumed: Consuming) -> None:
    consumed.failing = {1}
    events = [stored(1) for _ in range(5)]
    await consumed.take(*events)
    # a member that was killed before it stored its offsets, and an owner that sends its outbox again
    for _ in range(2):
        consumed.restart()
        more = [stored(1) for _ in range(5)]
        assert not (await consumed.take(*events, *more)).paused
        events += more
    assert sorted(letter for letter, _ in await consumed.letters()) == sorted(str(each.event_id) for each in events)
    assert len(await dead_letters(consumed.settings, 15)) == 15


async def test_what_is_applied_closes_its_letter_and_failing_again_opens_it(consumed: Consuming) -> None:
    consumed.failing = {1}
    failing = stored(1)
    await consumed.take(failing)
    assert await consumed.letters() == [(str(failing.event_id), "refused")]
    consumed.failing = set()
    await consumed.take(failing)
    assert await consumed.letters() == []
    consumed.failing = {1}
    await consumed.take(failing)
    assert await consumed.letters() == [(str(failing.event_id), "refused")]


async def test_where_only_the_newest_is_kept_a_later_event_closes_what_was_before(consumed: Consuming) -> None:
    consumed.failing = {2}
    second = stored(2)
    graduate = {"graduate": UUID(second.key)}
    other = stored(3)
    await consumed.take(second)
    await consumed.take(stored(1, **graduate), other)
    assert await consumed.letters() == [(str(second.event_id), "refused")]
    await consumed.take(stored(3, **graduate))
    assert await consumed.letters() == []


async def test_a_returned_message_is_the_letter_that_it_was(consumed: Consuming) -> None:
    await consumed.take(None)
    [(place, _)] = await consumed.letters()
    assert place == f"{TOPIC}/0/1"
    returned = [("dlq_group", GROUP.encode()), ("dlq_topic", TOPIC.encode()), ("dlq_partition", b"0")]
    returned.append(("dlq_offset", b"1"))
    await consumed.take(None, headers=returned)
    # a version that reads it, and still fails
    consumed.failing = {7}
    await consumed.take(stored(7), headers=returned)
    assert await consumed.letters() == [(place, "refused")]
    # each time it went back to where replays find it
    sent = await dead_letters(consumed.settings, 3)
    assert {dict(letter.headers)["dlq_offset"] for letter in sent} == {b"1"}
    consumed.failing = set()
    await consumed.take(stored(7), headers=returned)
    assert await consumed.letters() == []


async def test_a_letter_says_since_when_something_is_lacking(consumed: Consuming) -> None:
    consumed.failing = {1}
    await consumed.take(stored(1), None)
    rows = await _rows(consumed.database, "SELECT code, published_after FROM dead_letters")
    since = {row["code"]: row["published_after"] for row in rows}
    assert since["refused"] == stored(1).recorded_at
    assert timedelta(0) <= clock.now() - since["malformed"] < timedelta(minutes=1)


async def test_another_topic_of_the_batch_goes_on(database: Database, settings: ServiceSettings) -> None:
    consumed = Consuming(database, settings)
    consumed.failing = {1}
    records = [consumed.record(stored(number)) for number in (1, 1, 2, 1, 1, 1, 1)]
    other = ConsumerRecord(on_wire(settings, GRADUATES), 0, 4, 0, 0, b"k", b"{", None, 0, 1, ())
    batch = read_batch(settings, GROUP, types_of([TOPIC]), [*records, other])
    outcome = await consumed.handling.run(batch)
    assert list(outcome.paused) == [TOPIC]
    assert list(outcome.batch.records) == [(GRADUATES, 0, 4)]
    assert await consumed.letters() == [(f"{GRADUATES}/0/4", "specversion")]


async def test_no_question_is_asked_while_nothing_fails(consumed: Consuming) -> None:
    asked: list[str] = []
    # which letters are open is read once
    await consumed.take(stored(1))

    # the connection that is lent next
    async with consumed.database.pool.connection() as driver:
        driver.add_query_logger(lambda query: asked.append(query.query))
    await consumed.take(stored(1), stored(2))
    assert asked == []
    await consumed.take(None)
    assert asked


async def _change(database: Database, changes: str) -> None:
    async with committed(database) as connection:
        await connection.execute(text(f"UPDATE dead_letters SET {changes}"))


async def _rows(database: Database, query: str) -> list[Any]:
    async with database.reading() as connection:
        return await connection.execute(text(query))
