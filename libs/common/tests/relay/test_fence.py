"""The fence: what closes an outbox, what opens it, and what becomes of events that it lacks."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from sqlalchemy import make_url, text

from common import kafka
from common.auth.principal import SYSTEM
from common.contracts import OutgoingEvent
from common.contracts import graduate as graduate_contract
from common.contracts.envelope import StoredEvent
from common.contracts.registration import DECIDED, TOPIC
from common.database import Database, DatabaseRestored, UnitOfWork
from common.database.dedicated import dedicated_connection
from common.outbox import Reached
from common.publishing import publisher
from common.relay import comparing, recovering
from common.relay.numbering import number_next, sent_position
from common.relay.recovering import recover_published
from common.relay.relay import Relay
from common.relay.replay import replay
from common.relay.restating import UnknownEvents
from common.relay.sending import send
from common.settings import ServiceSettings
from common.sql import Connection
from testing.messaging import (
    EventRecorder,
    destination_event,
    messaging_settings,
    outbox_database,
    outbox_rows,
    running,
)
from testing.waiting import eventually

# what each way of coming back changes: the server's start, the database, the table
OTHER_RUNS = (
    "server_started_at = server_started_at - interval '1 microsecond'",
    "database_oid = 1",
    "table_oid = 'relay_state'::regclass::oid",
    "server_started_at = NULL",
)


async def announce(database: Database, *sequences: int) -> None:
    async with database.transaction(SYSTEM) as work:
        for sequence in sequences:
            await work.announce(destination_event(sequence=sequence))
        await work.commit()


async def change(database: Database, statement: str) -> None:
    async with database.transaction(SYSTEM) as work:
        await work.connection.execute(text(statement))
        await work.commit()


@pytest.mark.parametrize("other", OTHER_RUNS)
async def test_an_outbox_of_another_run_takes_nothing(database: Database, other: str) -> None:
    await announce(database, 1)
    await change(database, f"UPDATE relay_state SET {other}")
    with pytest.raises(DatabaseRestored) as refusal:
        await announce(database, 2)
    assert refusal.value.retry_after > 0
    assert len(await outbox_rows(database)) == 1


async def test_the_outbox_is_never_emptied(database: Database, postgres_url: str) -> None:
    owner = Database.connect(postgres_url.rsplit("/", 1)[0] + f"/{make_url(database.pool.url).database}")
    with pytest.raises(asyncpg.PostgresError, match="never emptied"):
        await change(owner, "TRUNCATE outbox")
    await owner.dispose()


async def test_a_relay_opens_what_lacks_nothing(database: Database, settings: ServiceSettings) -> None:
    async with EventRecorder(settings).recording() as recorder, running(Relay(database, settings).run):
        await announce(database, 1, 2)
        await recorder.until(lambda events: len(events) == 2)
    await change(database, "UPDATE relay_state SET server_started_at = NULL")
    relay = Relay(database, settings)
    with pytest.raises(DatabaseRestored):
        await announce(database, 3)
    async with running(relay.run):
        await eventually(lambda: _is_ready(relay))
        await announce(database, 3)


async def test_without_a_broker_it_stays_closed(database: Database, settings: ServiceSettings) -> None:
    await change(database, "UPDATE relay_state SET server_started_at = NULL")
    relay = Relay(database, settings.model_copy(update={"kafka": "127.0.0.1:1"}))
    async with running(relay.run):
        await eventually(lambda: _says(relay, "not compared with the topics"))
        with pytest.raises(DatabaseRestored):
            await announce(database, 1)


async def test_a_row_that_was_sent_keeps_the_position_it_was_sent_with(
    database: Database, settings: ServiceSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A copy is older than the numbers that its rows were given; the next number follows the last that was used.

    Nor does it matter if a relay was cut off while it compared.
    """
    async with EventRecorder(settings).recording() as recorder:
        async with running(Relay(database, settings).run):
            await announce(database, 1, 2, 3)
            await recorder.until(lambda events: len(events) == 3)
        await change(
            database,
            "UPDATE relay_state SET server_started_at = NULL, sent = 0, sent_at = NULL, numbered = 0, reached = NULL",
        )
        await change(database, "UPDATE outbox SET position = NULL WHERE sequence < 3")
        await compared_in_part(database, settings, monkeypatch)
        with pytest.raises(DatabaseRestored):
            await announce(database, 4)
        async with running(Relay(database, settings).run):
            await eventually(lambda: _takes(database, 4))
            events = await recorder.until(lambda events: any(event.sequence == 4 for event in events))
    assert {(event.sequence, event.position) for event in events} == {(1, 1), (2, 2), (3, 3), (4, 4)}


async def compared_in_part(database: Database, settings: ServiceSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    """A relay looks at the first event and is cancelled."""
    whole = comparing._read

    async def cut(of: ServiceSettings, known: Any, take: comparing.Take) -> None:
        async def first(events: list[StoredEvent]) -> None:
            await take(events[:1])
            raise asyncio.CancelledError

        await whole(of, known, first)

    with monkeypatch.context() as patched:
        patched.setattr(comparing, "_read", cut)
        async with dedicated_connection(database.pool, "relay") as connection:
            with pytest.raises(asyncio.CancelledError):
                await comparing.compare(connection, settings)


STEPS: list[tuple[Any, str]] = [
    (recovering, "each_lacking"), (recovering, "_kept_of"), (recovering, "_write"), (UnitOfWork, "announce"),
    (UnitOfWork, "commit"),
]  # fmt: skip
"""Of `recover-published`, to the commit that makes all of it true."""


async def test_a_recovery_that_is_cut_off_has_done_nothing_or_all(
    database: Database, settings: ServiceSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with EventRecorder(settings).recording() as recorder, running(Relay(database, settings).run):
        await announce(database, 1)
        [original] = await recorder.until(lambda events: len(events) == 1)
    raised: list[Reached] = []
    streams = {TOPIC: partial(_raised, raised)}
    async with outbox_database(compared=False) as older:
        at = older.pool.url
        published = messaging_settings("destinations", at, topic_prefix=settings.topic_prefix)
        for owner, step in STEPS:
            for late in (False, True):
                with monkeypatch.context() as patched:
                    patched.setattr(owner, step, cut_off(getattr(owner, step), late=late))
                    with pytest.raises(asyncio.CancelledError):
                        await recover_published(older, published, streams)
                is_done = (step, late) == ("commit", True)
                assert bool(await outbox_rows(older)) is is_done, (step, late)
                if not is_done:
                    with pytest.raises(DatabaseRestored):
                        await announce(older, 1)
        assert await recover_published(older, published, streams) is None
        put_back, stated = await outbox_rows(older)
    assert (put_back["event_id"], put_back["sequence"], stated["sequence"]) == (original.id, 1, 2)
    assert stated["type"] == "quxiang.destination.voided"


def cut_off(whole: Any, *, late: bool) -> Any:
    """The step, cancelled before it begins or once it is done."""

    async def cut(*arguments: Any, **named: Any) -> None:
        if late:
            await whole(*arguments, **named)
        raise asyncio.CancelledError

    return cut


async def test_events_that_it_lacks_keep_it_closed_until_they_are_put_back(
    database: Database, settings: ServiceSettings
) -> None:
    published = messaging_settings("destinations", settings.database_url, topic_prefix=settings.topic_prefix)
    async with EventRecorder(settings).recording() as recorder:
        async with running(Relay(database, settings).run):
            await announce(database, 1, 2)
            original = await recorder.until(lambda events: len(events) == 2)
        async with outbox_database(compared=False) as older:
            relay = Relay(older, published)
            async with running(relay.run):
                await eventually(lambda: _says(relay, "published beyond this database"))
                raised: list[Reached] = []
                recovered = await recover_published(older, published, {TOPIC: partial(_raised, raised)})
                assert recovered is not None
                assert [event.event_id for event in recovered.put_back] == [event.id for event in original]
                await eventually(lambda: _is_ready(relay))
                again = await recorder.until(lambda events: {event.sequence for event in events} >= {1, 2, 3})
            rows = await outbox_rows(older)
    assert [(row["event_id"], row["position"]) for row in rows[:2]] == [(each.id, each.position) for each in original]
    # both keys are unknown to the older database: what is said of them ends them
    ended = {event.key: event.type for event in again if event.sequence > 2 or event.type.endswith("voided")}
    assert sorted(each.sequence for each in raised) == [2, 3]
    assert ended == {event.key: "quxiang.destination.voided" for event in original}


async def test_who_was_erased_in_lost_events_is_erased_again_under_the_next_sequence(
    database: Database, settings: ServiceSettings
) -> None:
    published = messaging_settings("registry", settings.database_url, topic_prefix=settings.topic_prefix)
    data = graduate_contract.TOPIC_SPEC.events[-1].example
    key = str(uuid4())
    lost = [
        OutgoingEvent(graduate_contract.TOPIC, key, number, kind, data.school_code, None, data)
        for number, kind in enumerate((graduate_contract.CHANGED, graduate_contract.ERASED), start=1)
    ]
    async with EventRecorder(published).recording() as recorder, running(Relay(database, published).run):
        async with database.transaction(SYSTEM) as work:
            for event in lost:
                await work.announce(event)
            await work.commit()
        await recorder.until(lambda events: len(events) == 2)
    seen: list[object] = []

    async def erase(unit: UnitOfWork, keys: Sequence[str]) -> list[OutgoingEvent]:
        seen.extend([*keys, *(each.sequence for each in raised)])
        again = replace(lost[-1], sequence=raised[-1].sequence + 1)
        await unit.announce(again)
        return [again]

    raised: list[Reached] = []
    topic = graduate_contract.TOPIC
    async with outbox_database(compared=False) as older:
        recovered = await recover_published(older, published, {topic: partial(_raised, raised)}, {topic: erase})
        rows = await outbox_rows(older)
    assert recovered is not None
    # the older database knows nothing of the graduate: this is announced as gone before it is erased
    assert seen == [key, 3]
    assert [row["sequence"] for row in rows] == [1, 2, 3, 4]
    assert [each.sequence for each in recovered.announced] == [3, 4]


async def test_what_is_sent_again_while_closed_does_not_stand_for_what_is_lacking(
    database: Database, settings: ServiceSettings, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kafka, "MARGIN", timedelta(0))
    async with EventRecorder(settings).recording() as recorder:
        async with running(Relay(database, settings).run):
            await announce(database, 1, 2)
            await recorder.until(lambda events: len(events) == 2)
        owner = Database.connect(postgres_url.rsplit("/", 1)[0] + f"/{make_url(database.pool.url).database}")
        await change(owner, "DELETE FROM outbox WHERE sequence = 2")
        await owner.dispose()
        await change(database, "UPDATE relay_state SET server_started_at = NULL, sent_at = NULL, reached = NULL")
        assert await replay(database, settings) == 1
        await recorder.until(lambda events: [event.sequence for event in events].count(1) == 2)
    relay = Relay(database, settings)
    async with running(relay.run):
        await eventually(lambda: _says(relay, "published beyond this database"))


async def test_one_of_two_events_with_the_same_position_keeps_it(database: Database, settings: ServiceSettings) -> None:
    """Two databases that wrote at the same time gave it twice."""
    async with outbox_database() as other, outbox_database(compared=False) as older:
        async with EventRecorder(settings).recording() as recorder:
            async with running(Relay(database, settings).run):
                await announce(database, 1)
                await recorder.until(lambda events: len(events) == 1)
            await announce(other, 1)
            # its relay looked at the topics before the first one sent
            async with dedicated_connection(other.pool, "relay") as connection, publisher(settings) as client:
                await sent_position(connection)
                await send(client, settings, await number_next(connection, 0))
            published = await recorder.until(lambda events: len(events) == 2)
        assert [event.position for event in published] == [1, 1]
        recovered = await recover_published(older, settings, {TOPIC: partial(_raised, [])})
        assert recovered is not None
        assert len(recovered.put_back) == 2
        assert sorted(row["position"] or 0 for row in await outbox_rows(older)) == [0, 0, 0, 1]
        # a copy that is older than the numbers
        await change(older, "UPDATE outbox SET position = NULL")
        await change(older, "UPDATE relay_state SET server_started_at = NULL")
        relay = Relay(older, settings)
        async with running(relay.run):
            await eventually(lambda: _is_ready(relay))
            await eventually(lambda: _numbered(older))
        rows = await outbox_rows(older)
    assert sorted(row["position"] for row in rows) == [1, 2, 3, 4]
    assert min(rows, key=lambda row: row["position"])["event_id"] in {event.id for event in published}


@pytest.mark.parametrize(
    "unknown", [{"type": "quxiang.destination.of_a_newer_version", "data": "{}"}, {"type": DECIDED, "data": "{"}]
)
async def test_events_that_only_another_version_can_read_are_lacking_too(
    database: Database, settings: ServiceSettings, unknown: dict[str, Any]
) -> None:
    instant = datetime(2024, 6, 20, tzinfo=UTC)
    event = StoredEvent(uuid4(), TOPIC, str(uuid4()), 1, DECIDED, "10001", None, instant, 1, "{}", None, None)
    async with publisher(settings) as client:
        await send(client, settings, [replace(event, **unknown)])
    await change(database, "UPDATE relay_state SET server_started_at = NULL")
    relay = Relay(database, settings)
    async with running(relay.run):
        await eventually(lambda: _says(relay, "published beyond this database"))
        with pytest.raises(UnknownEvents):
            await recover_published(database, settings, {TOPIC: partial(_raised, [])})


async def _numbered(database: Database) -> bool:
    return all(row["position"] for row in await outbox_rows(database))


async def _raised(raised: list[Reached], _connection: Connection, reached: Sequence[Reached]) -> None:
    raised.extend(reached)


async def _is_ready(relay: Relay) -> bool:
    return relay.role == "leading" and await relay.not_ready() is None


async def _says(relay: Relay, reason: str) -> bool:
    return await relay.not_ready() == reason


async def _takes(database: Database, sequence: int) -> bool:
    try:
        await announce(database, sequence)
    except DatabaseRestored:
        return False
    return True
