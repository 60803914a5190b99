"""Discarding a dead letter: what its owner says decides, and an owner that cannot say keeps it open."""

import asyncio
from argparse import ArgumentParser, Namespace
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from batches import Consuming
from broker_events import GROUP, stored
from owners import KEEP, Asking, Owner
from sqlalchemy import text

from common import clock
from common.auth import SYSTEM, Actor
from common.consuming import replay_dead_letters
from common.consuming.discarding import (
    Ground,
    Keeping,
    MessageGone,
    NoSuchLetter,
    OwnerHasVersion,
    discard_letter,
)
from common.consuming.feed import HistoryUnavailable
from common.consuming.forks import Fork
from common.consuming.included import OF_EVENT, among
from common.consuming.owner import Key, OwnerNotSettled, OwnerUnknown, owner_of, versions_of
from common.contracts import organisation
from common.contracts.envelope import IncomingEvent, StoredEvent
from common.contracts.registration import TOPIC
from common.database import Database, UnitOfWork
from common.errors import Forked
from common.kafka import consumer
from common.service_process import Service
from common.service_process.discarding import add_arguments, run_discard
from common.settings import ServiceSettings
from testing.databases import committed
from testing.messaging import outbox_database
from testing.tokens import TokenMint
from testing.waiting import eventually

OPERATOR = Actor("operator:lin", "system")


@pytest.fixture(scope="module")
def mint(tmp_path_factory: pytest.TempPathFactory) -> TokenMint:
    return TokenMint(tmp_path_factory.mktemp("mint"))


@pytest.fixture
async def owner(postgres_url: str) -> AsyncIterator[Owner]:
    async with outbox_database() as found:
        yield Owner(found)


@pytest.fixture
async def asking(owner: Owner, settings: ServiceSettings, mint: TokenMint, tmp_path: Path) -> AsyncIterator[Asking]:
    async with owner.answering(mint) as address:
        given = {"destinations_url": address, "service_token_file": mint.service_token_file(tmp_path)}
        yield Asking(**(settings.model_dump() | given))


@pytest.fixture
def consumed(database: Database, settings: ServiceSettings) -> Consuming:
    return Consuming(database, settings)


async def discarded(
    consumed: Consuming, settings: ServiceSettings, letter: object, keeping: Keeping | None = None
) -> Ground | None:
    groups = {GROUP: keeping or Keeping()}
    return await discard_letter(consumed.database, settings, groups, str(letter), actor=OPERATOR, reason="sent by hand")


def keeping_of(sequence: int, event_id: UUID) -> Keeping:
    """Of a group that has stored one event."""
    stored_event = f"SELECT FROM (VALUES ({sequence}, CAST('{event_id}' AS uuid))) AS stored (sequence, event_id)"
    return Keeping(included={TOPIC: among(f"{stored_event} WHERE stored.sequence = named.sequence AND {OF_EVENT}")})


async def failed(consumed: Consuming, *events: StoredEvent | None) -> list[str]:
    """Makes letters of these; gives their ids."""
    consumed.failing = {event.sequence for event in events if event is not None}
    await consumed.take(*events)
    return [letter for letter, _ in await consumed.letters()]


async def test_what_the_owner_does_not_have_is_discarded(consumed: Consuming, owner: Owner, asking: Asking) -> None:
    [letter] = await failed(consumed, event := stored(7))
    await owner.has(stored(7), stored(6, graduate=UUID(event.key)))
    assert await discarded(consumed, asking, letter) is Ground.NOT_OWNED
    assert await consumed.letters() == []
    [entry] = await _audited(consumed.database)
    told = (entry["subject"], entry["role"], entry["action"], entry["object_kind"], entry["object_id"])
    assert told == ("operator:lin", "system", "discard-dead-letter", "dead_letter", letter)
    assert (entry["school_code"], entry["detail"]) == (
        event.school_code,
        {"operator_reason": "sent by hand", "ground": "not_owned", "topic": TOPIC, "key": event.key, "sequence": 7},
    )


async def test_what_the_owner_has_another_event_for_is_discarded(
    consumed: Consuming, owner: Owner, asking: Asking
) -> None:
    [letter] = await failed(consumed, event := stored(7))
    await owner.has(stored(7, graduate=UUID(event.key)))
    assert await discarded(consumed, asking, letter) is Ground.OTHER_OWNED
    assert await consumed.letters() == []


async def test_what_the_owner_has_must_be_applied(consumed: Consuming, owner: Owner, asking: Asking) -> None:
    [letter] = await failed(consumed, event := stored(7))
    await owner.has(event, stored(8, graduate=UUID(event.key)))
    for keeping in (Keeping(), Keeping(included={TOPIC: among("SELECT WHERE named.sequence = 7")})):
        with pytest.raises(OwnerHasVersion):
            await discarded(consumed, asking, letter, keeping)
    assert await consumed.letters() == [(letter, "refused")]
    assert await _audited(consumed.database) == []


async def test_where_the_newest_is_kept_a_later_version_that_is_stored_is_enough(
    consumed: Consuming, owner: Owner, asking: Asking
) -> None:
    event = stored(7)
    later, other = (stored(number, graduate=UUID(event.key)) for number in (8, 9))
    await owner.has(event, later, other)
    assert set(await failed(consumed, event, other)) == {str(event.event_id), str(other.event_id)}
    # the ninth is set apart itself: that it counts as reached says nothing
    for reached, ground in ((7, None), (9, None), (8, Ground.SUPERSEDED)):
        included = f"SELECT WHERE named.sequence = {reached} AND named.key = '{event.key}'"
        keeping = Keeping(lambda arrived: arrived.key, {TOPIC: among(included)})
        if ground is None:
            with pytest.raises(OwnerHasVersion):
                await discarded(consumed, asking, event.event_id, keeping)
        else:
            assert await discarded(consumed, asking, event.event_id, keeping) is ground
    assert await consumed.letters() == [(str(other.event_id), "refused")]


async def test_an_act_of_the_owner_that_goes_on_is_waited_for(
    consumed: Consuming, owner: Owner, asking: Asking
) -> None:
    [letter] = await failed(consumed, event := stored(7))
    async with committed(owner.database) as connection:
        await connection.execute(KEEP, vars(event))
        discarding = asyncio.ensure_future(discarded(consumed, asking, letter))
        await asyncio.wait_for(owner.asked.wait(), 10)
        assert not discarding.done()
    with pytest.raises(OwnerHasVersion):
        await discarding


async def test_an_owner_whose_clock_is_ahead_has_what_it_recorded(
    consumed: Consuming, owner: Owner, asking: Asking
) -> None:
    readable, broken = (replace(stored(each), recorded_at=clock.now() + timedelta(seconds=2)) for each in (7, 8))
    await owner.has(readable, broken)
    [letter] = await failed(consumed, readable)
    await consumed.handle(replace(consumed.record(broken), value=b"{"))
    for each in (letter, *{letter for letter, _ in await consumed.letters()} - {letter}):
        with pytest.raises(OwnerHasVersion):
            await discarded(consumed, asking, each)


async def test_an_event_of_next_year_is_not_waited_for(consumed: Consuming, asking: Asking) -> None:
    [letter] = await failed(consumed, replace(stored(7), recorded_at=clock.now() + timedelta(days=365)))
    assert await discarded(consumed, asking, letter) is Ground.NOT_OWNED


async def test_an_owner_that_may_get_events_back_cannot_say(consumed: Consuming, owner: Owner, asking: Asking) -> None:
    event = stored(7)
    async with committed(owner.database) as connection:
        await connection.execute(text("UPDATE relay_state SET server_started_at = NULL"))
    key = Key(TOPIC, event.school_code, event.key)
    async with owner_of(asking, TOPIC) as client:
        with pytest.raises(OwnerNotSettled):
            await versions_of(client, key, lambda _: None, event.recorded_at, patience=0)


async def test_a_message_that_is_no_event_may_be_discarded(consumed: Consuming, asking: Asking) -> None:
    nameless = replace(consumed.record(None), headers=[("ce_specversion", b"1.0")])
    consumed.failing = {1}
    for strange in (
        nameless,
        replace(consumed.record(stored(1)), key=None),
        replace(consumed.record(stored(1)), key=b"k"),
    ):
        await consumed.handle(strange)
        [(letter, _)] = await consumed.letters()
        assert await discarded(consumed, asking, letter) is Ground.NO_EVENT
        assert await consumed.letters() == []


async def test_an_event_that_cannot_be_read_is_what_its_headers_say(
    consumed: Consuming, owner: Owner, asking: Asking
) -> None:
    said = stored(3)
    await owner.has(said)
    unreadable = consumed.record(None)
    for described, ground in ((said, None), (stored(3), Ground.NOT_OWNED)):
        record = consumed.record(described)
        await consumed.handle(replace(record, value=unreadable.value))
        [(letter, code)] = await consumed.letters()
        assert (letter, code) == (f"{TOPIC}/0/{record.offset}", "malformed")
        if ground is None:
            with pytest.raises(OwnerHasVersion):
                await discarded(consumed, asking, letter)
            async with committed(consumed.database) as connection:
                await connection.execute(text("UPDATE dead_letters SET closed_at = noted_at"))
        else:
            assert await discarded(consumed, asking, letter) is ground


async def test_a_broken_copy_of_what_is_stored_is_discarded(consumed: Consuming, owner: Owner, asking: Asking) -> None:
    """By what is left of it the owner is asked, and what is stored must be that very event."""
    said = stored(3)
    await owner.has(stored(3), said, stored(4, graduate=UUID(said.key)))
    for damage in ({}, {"ce_time": b"then"}, {"ce_time": b"then", "ce_id": b"\xff"}):
        record = consumed.record(said)
        await consumed.handle(replace(record, value=b"{", headers=[*(dict(record.headers) | damage).items()]))
        [(letter, _)] = await consumed.letters()
        for keeping in (Keeping(), keeping_of(2, said.event_id), keeping_of(3, uuid4())):
            with pytest.raises(OwnerHasVersion):
                await discarded(consumed, asking, letter, keeping)
        assert await discarded(consumed, asking, letter, keeping_of(3, said.event_id)) is Ground.STORED
        assert await consumed.letters() == []


async def test_topics_without_digests_are_read_whole(
    consumed: Consuming, settings: ServiceSettings, mint: TokenMint, tmp_path: Path
) -> None:
    units = [_unit(1, "school"), _unit(2, "C01"), _unit(3, "C01"), _unit(4, "C02")]
    keeping = Keeping(_unit_of, {organisation.TOPIC: among("SELECT WHERE named.sequence <= 4")})
    async with outbox_database() as registry:
        owner = Owner(registry)
        await owner.has(*units)
        async with owner.answering(mint, "registry") as address:
            token = mint.service_token_file(tmp_path)
            given = settings.model_dump() | {"registry_url": address, "service_token_file": token}
            for unit, ground in (
                (_unit(2, "C01"), Ground.OTHER_OWNED),
                (_unit(5, "C01"), Ground.NOT_OWNED),
                (units[1], Ground.SUPERSEDED),
                (units[2], None),
            ):
                await _set_apart(consumed.database, unit)
                if ground is None:
                    with pytest.raises(OwnerHasVersion):
                        await discarded(consumed, Asking(**given), unit.event_id, keeping)
                else:
                    assert await discarded(consumed, Asking(**given), unit.event_id, keeping) is ground


async def test_what_cannot_be_found_out_keeps_the_letter(
    consumed: Consuming, asking: Asking, settings: ServiceSettings
) -> None:
    [letter] = await failed(consumed, event := stored(7))
    away = asking.model_copy(update={"destinations_url": "http://127.0.0.1:1"})
    for given, error in ((settings, OwnerUnknown), (away, HistoryUnavailable)):
        with pytest.raises(error):
            await discarded(consumed, given, letter)
    await _set_apart(consumed.database, event, f"{TOPIC}/0/99")
    with pytest.raises(MessageGone):
        await discarded(consumed, asking, f"{TOPIC}/0/99")
    assert len(await consumed.letters()) == 2
    for unknown in (uuid4(), f"{TOPIC}/0/98"):
        with pytest.raises(NoSuchLetter):
            await discarded(consumed, asking, unknown)
    with pytest.raises(NoSuchLetter):
        await discard_letter(consumed.database, asking, {}, letter, actor=SYSTEM, reason="of another service")


async def test_two_that_discard_one_letter_leave_one_entry(consumed: Consuming, asking: Asking) -> None:
    [letter] = await failed(consumed, stored(7))
    both = await asyncio.gather(*(discarded(consumed, asking, letter) for _ in range(2)))
    assert sorted(both, key=str) == [None, Ground.NOT_OWNED]
    assert len(await _audited(consumed.database)) == 1
    assert await discarded(consumed, asking, letter) is None


async def test_of_two_events_under_one_sequence_the_owners_is_kept(
    consumed: Consuming, owner: Owner, asking: Asking
) -> None:
    dropped: list[Fork] = []

    async def drop(unit: UnitOfWork, settings: ServiceSettings, fork: Fork) -> None:
        assert settings is asking
        dropped.append(fork)

    keeping = Keeping(drop={TOPIC: drop})
    had, other = stored(7), stored(8)
    consumed.error = Forked
    await failed(consumed, had, other)
    await owner.has(had, stored(8, graduate=UUID(other.key)))
    # the stored one of these is the owner's
    assert await discarded(consumed, asking, other.event_id, keeping) is Ground.OTHER_OWNED
    assert dropped == []
    async with consumer(asking, "test", [TOPIC]) as client:
        for _ in range(2):
            assert await discarded(consumed, asking, had.event_id, keeping) is Ground.EXCHANGED
            [[returned]] = (await eventually(lambda: client.getmany(timeout_ms=100), describe="the letter")).values()
            assert dict(returned.headers)["ce_id"] == str(had.event_id).encode()
    assert dropped == [Fork(TOPIC, had.school_code, had.key, 7, had.event_id)] * 2
    # until it is applied it is lacking
    assert await consumed.letters() == [(str(had.event_id), "forked")]
    consumed.failing = set()
    await consumed.handle(returned)
    assert await consumed.letters() == []
    assert [entry["detail"]["ground"] for entry in await _audited(consumed.database)][1:] == ["exchanged"] * 2


async def test_what_is_discarded_is_not_sent_back(consumed: Consuming, asking: Asking) -> None:
    gone, kept = await failed(consumed, stored(7), stored(8))
    await discarded(consumed, asking, gone)
    assert await replay_dead_letters(consumed.database, asking, GROUP, [TOPIC]) == 1
    assert [letter for letter, _ in await consumed.letters()] == [kept]


async def test_the_command_says_what_became_of_it(
    consumed: Consuming, owner: Owner, asking: Asking, settings: ServiceSettings
) -> None:
    gone, owned = stored(7), stored(8)
    await failed(consumed, gone, owned)
    await owner.has(owned)
    service = Service("indicators", lambda: asking, lambda *_: None, keeping={GROUP: Keeping()})  # type: ignore[arg-type]
    for given, letter, code in (
        (settings, gone.event_id, 1),
        (asking.model_copy(update={"destinations_url": "http://127.0.0.1:1"}), gone.event_id, 2),
        (asking, gone.event_id, 0),
        (asking, gone.event_id, 0),
        (asking, owned.event_id, 1),
    ):
        parsed = Namespace(letter=str(letter), reason="sent by hand")
        assert await run_discard(service, given, consumed.database, parsed) == code
    [entry] = await _audited(consumed.database)
    assert (entry["object_id"], entry["subject"].split(":")[0]) == (str(gone.event_id), "operator")


@pytest.mark.parametrize("given", [["x"], ["x", "--reason", " "], ["x", "--reason", "a" * 201], ["--reason", "a"]])
def test_a_letter_and_a_reason_must_be_given(given: list[str]) -> None:
    parser = ArgumentParser()
    add_arguments(parser)
    with pytest.raises(SystemExit) as ended:
        parser.parse_args(given)
    assert ended.value.code == 2


def _unit(sequence: int, code: str) -> StoredEvent:
    kind = organisation.UnitKind.SCHOOL if code == "school" else organisation.UnitKind.COLLEGE
    example = organisation.EVENTS[0].example.model_dump(mode="json")
    data = organisation.OrganisationData.model_validate(example | {"unit_kind": kind, "code": code})
    event = stored(sequence)
    return replace(
        event,
        topic=organisation.TOPIC,
        key=data.school_code,
        school_code=data.school_code,
        type=organisation.CHANGED,
        data=data.model_dump_json(),
    )


def _unit_of(event: IncomingEvent) -> str:
    assert isinstance(event.data, organisation.OrganisationData)
    return event.data.unit


async def _set_apart(database: Database, event: StoredEvent, place: str | None = None) -> None:
    """A letter that stands in the database alone."""
    thing = f"{event.school_code}/college/C01" if place is None else None
    known = (event.key, event.sequence, event.school_code) if place is None else (None, None, None)
    facts = dict(zip(("key", "sequence", "school_code"), known, strict=True))
    async with committed(database) as connection:
        await connection.execute(
            _LETTER,
            {"id": place or str(event.event_id), "of_group": GROUP, "topic": event.topic, "thing": thing} | facts,
        )


_LETTER = text(
    """
    INSERT INTO dead_letters (id, consumer_group, topic, partition, message_offset, key, sequence, school_code, thing,
                              error, code, published_after)
    VALUES (:id, :of_group, :topic, 0, 0, :key, :sequence, :school_code, :thing, 'Refused', 'refused', quxiang_now())
    """
)


async def _audited(database: Database) -> list[Any]:
    async with database.reading() as connection:
        return await connection.execute(text("SELECT * FROM audit_entries"))
