"""Who asks at a shared entry is sent the own link at once, by mail or message; whoever is not meant hears nothing."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import Any
from uuid import UUID

import httpx
import pytest
from prometheus_client import generate_latest
from registry_book import Book

from common.crypto import FieldCipher
from common.database import Database
from common.identifiers import GraduateId, InvitationId
from common.observability.metrics import REGISTRY
from common.registry_client import RegistryClient, RegistryUnavailable
from surveys.contact.domain import Address, AttemptState, Judged, Outcome, Outgoing
from surveys.contact.operations.rounds import Means, means_of
from surveys.entries import storage
from surveys.entries.domain import Named, Request
from surveys.entries.operations import AT_ONCE, Desk, answer_all, identify
from surveys.ladders.domain import Channel
from surveys.settings import Settings
from surveys.waves.domain import Wave

Json = dict[str, Any]
Client = Callable[..., httpx.AsyncClient]
Rows = Callable[..., Awaitable[list[Json]]]

ANY = {"If-Match": "*"}


class Outside:
    """A roster and the world outside the system: who is called how, and what has arrived."""

    at_once = 4
    repeats = False

    def __init__(self, graduates: Sequence[UUID]) -> None:
        self.people = {f"2024-{at}": each for at, each in enumerate(graduates)}
        self.addresses = {Channel.EMAIL: {graduates[0], graduates[2]}, Channel.SMS: {graduates[0], graduates[1]}}
        self.arrived: list[Outgoing] = []
        self.is_down = False

    async def identify(self, _: Wave, found: Sequence[Request]) -> dict[UUID, GraduateId]:
        if self.is_down:
            raise RegistryUnavailable
        return {
            each.id: GraduateId(self.people[each.named.student_number])
            for each in found
            if each.named.student_number in self.people and each.named.name == "李四"
        }

    async def reach(self, channel: Channel, found: Sequence[Judged]) -> Mapping[InvitationId, Address]:
        known = [each for each in found if each.graduate_id in self.addresses[channel]]
        return {each.invitation_id: Address(f"{channel}:{each.graduate_id}", "李四") for each in known}

    async def send(self, message: Outgoing) -> Outcome:
        self.arrived.append(message)
        return Outcome(AttemptState.ACCEPTED)


@pytest.fixture
def outside(graduates: list[UUID]) -> Outside:
    return Outside(graduates)


@pytest.fixture
def answer(outside: Outside, database: Database, cipher: FieldCipher, wave: Json) -> Callable[..., Awaitable[None]]:
    """What the worker does, for this test's wave."""

    async def run(desk: Desk | None = None) -> None:
        means = Means(outside.reach, {Channel.EMAIL: outside, Channel.SMS: outside}, {"sms": 5}, "https://survey.test")
        async with database.reading() as connection:
            found = await storage.waiting(connection, cipher, AT_ONCE)
        ours = [each for each in found if str(each.wave_id) == wave["id"]]
        await answer_all(desk or Desk(database.patient, cipher, outside.identify, means), ours)

    return run


@pytest.fixture
def ask(client: Client, manager: httpx.AsyncClient, wave: Json) -> Callable[..., Awaitable[None]]:
    """Ask at the entry of the wave."""

    async def say(number: str, name: str = "李四", language: str = "zh") -> None:
        patched = await manager.patch(f"/v1/waves/{wave['id']}", json={"shared_code": True}, headers=ANY)
        path = f"/w/{patched.json()['shared_code']}?language={language}"
        asked = await client().post(path, data={"student_number": number, "name": name})
        assert asked.status_code == 200, asked.text

    return say


async def test_the_link_arrives_by_the_first_way_there_is(
    client: Client, ask: Any, answer: Any, outside: Outside, graduates: list[UUID], agree: Any, rows: Rows, wave: Json
) -> None:
    for number, language in (("2024-0", "zh"), ("2024-1", "en"), ("2024-9", "zh")):
        await ask(number, language=language)
    await ask("2024-2", name="王五")
    await answer()
    assert [(each.address.to, each.step.channel, each.language) for each in outside.arrived] == [
        (f"email:{graduates[0]}", "email", "zh"),
        (f"sms:{graduates[1]}", "sms", "en"),
    ]
    assert await rows("SELECT 1 FROM entry_requests WHERE wave_id = :id", id=wave["id"]) == []
    found = await rows("SELECT step, state, price_fen FROM contact_attempts WHERE wave_id = :id", id=wave["id"])
    assert sorted(tuple(row.values()) for row in found) == [(None, "accepted", 0), (None, "accepted", 5)]
    links = await rows("SELECT graduate_id FROM invitations WHERE wave_id = :id", id=wave["id"])
    assert {row["graduate_id"] for row in links} == set(graduates[:2])
    # the link opens the answer of whom it was sent to
    await agree(outside.arrived[0].link.split("#")[1])
    states = await rows("SELECT graduate_id FROM responses WHERE wave_id = :id", id=wave["id"])
    assert states == [{"graduate_id": graduates[0]}]
    await ask("2024-0")
    await answer()
    assert len(outside.arrived) == 3


async def test_who_has_answered_opted_out_or_has_no_address_is_sent_nothing(
    client: Client, ask: Any, answer: Any, outside: Outside, graduates: list[UUID], tokens: list[str], agree: Any,
    rows: Rows, wave: Json, changed: Any,
) -> None:  # fmt: skip
    await agree(tokens[0])
    values = {"satisfied": "y", "match": 4}
    sent = await client(link=tokens[0]).post("/v1/answer/submit", json={"values": values}, headers=ANY)
    assert sent.status_code == 200
    await changed(
        "INSERT INTO opt_outs (school_code, graduate_id, source) "
        f"VALUES ('{wave['school_code']}', '{graduates[1]}', 'graduate')"
    )
    outside.addresses[Channel.EMAIL].discard(graduates[2])
    for number in ("2024-0", "2024-1", "2024-2"):
        await ask(number)
    await answer()
    assert outside.arrived == []
    found = await rows(
        "SELECT made.reason FROM contact_attempts AS made JOIN invitations AS link ON link.id = made.invitation_id "
        "WHERE made.wave_id = :id ORDER BY link.graduate_id",
        id=wave["id"],
    )
    assert [row["reason"] for row in found] == ["answered", "opted_out", "no_contact"]


async def test_while_registry_is_down_requests_wait_for_a_day(
    ask: Any, answer: Any, outside: Outside, changed: Any, database: Database, rows: Rows, wave: Json
) -> None:
    await ask("2024-0")
    outside.is_down = True
    with pytest.raises(RegistryUnavailable):
        await answer()
    outside.is_down = False
    await answer()
    assert len(outside.arrived) == 1
    await ask("2024-1")
    await changed(
        f"UPDATE entry_requests SET created_at = created_at - interval '24 hours' WHERE wave_id = '{wave['id']}'"
    )
    await storage.forget(database)
    await answer()
    assert len(outside.arrived) == 1


async def test_two_workers_at_once_send_one_message(ask: Any, answer: Any, outside: Outside) -> None:
    await ask("2024-0")
    await asyncio.gather(*(answer() for _ in range(4)))
    assert len(outside.arrived) == 1


async def test_what_waits_is_sealed_anew(
    ask: Any, database: Database, cipher: FieldCipher, rows: Rows, wave: Json, changed: Any
) -> None:
    await ask("2024-0")
    assert await storage.reseal_requests(database, cipher) == 0
    async with database.reading() as connection:
        (found,) = [each for each in await storage.waiting(connection, cipher, 99) if str(each.wave_id) == wave["id"]]
    assert found.named == Named("2024-0", "李四")


async def test_neither_who_asks_nor_what_opens_is_in_a_log_a_metric_or_a_table(
    client: Client, ask: Any, answer: Any, outside: Outside, graduates: list[UUID], wave: Json, rows: Rows,
    capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    number, name = "ZX90817263", "李四"
    outside.people[number] = graduates[0]
    with caplog.at_level("DEBUG"):
        await ask(number, name)
        await answer()
        path, key = f"/v1/waves/{wave['id']}/enter", {"Idempotency-Key": "once"}
        entered = await client("graduate", graduate=graduates[0]).post(path, headers=key)
        assert entered.status_code == 201
    (sent,) = outside.arrived
    secrets = [number, name, sent.address.to, entered.json()["token"]]
    secrets += [sent.link.rpartition("#")[2], sent.stop.rpartition("/")[2]]
    written = "".join(capfd.readouterr()) + caplog.text + generate_latest(REGISTRY).decode()
    assert [each for each in secrets if each in written] == []
    tables = await rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    for table in (each["tablename"] for each in tables):
        shown = await rows(f'SELECT row_to_json(kept)::text AS shown FROM "{table}" AS kept')
        assert [each for each in secrets if any(each in row["shown"] for row in shown)] == [], table


async def test_registry_says_who_is_meant_and_where_they_are_reached(
    ask: Any,
    answer: Any,
    outside: Outside,
    registry: RegistryClient,
    book: Book,
    database: Database,
    cipher: FieldCipher,
    settings: Settings,
    graduates: list[UUID],
    rows: Rows,
    wave: Json,
) -> None:
    book.write(graduates[0], "2024-0", "李四", email="li@example.cn")
    # registry refuses the first and the last: they keep nobody waiting
    for number in ("\0", "2024-0", "2024\0"):
        await ask(number)
    means = means_of(registry, {Channel.EMAIL: outside}, database, cipher, settings)
    await answer(Desk(database.patient, cipher, partial(identify, registry), means))
    assert [(each.address, each.step.channel) for each in outside.arrived] == [
        (Address("li@example.cn", "李四"), "email")
    ]
    assert await rows("SELECT 1 FROM entry_requests WHERE wave_id = :id", id=wave["id"]) == []
