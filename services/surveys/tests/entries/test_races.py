"""Acts at entries meet others on the same rows: one link a person, one order of locks."""

import asyncio
import os
from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from at_once import at_once

from common.auth import Principal, Role
from common.contracts import IncomingEvent
from common.crypto import FieldCipher, hashed_secret
from common.database import Database, UnitOfWork
from common.errors import Versions
from common.identifiers import GraduateId, WaveId
from surveys.answers import commands as answers
from surveys.answers.commands import close_due_waves
from surveys.contact.commands import opting_out
from surveys.contact.commands.noting import note_asked
from surveys.contact.domain import Address, DueStep, Judged, OptOutSource
from surveys.entries import commands as entries
from surveys.entries.domain import Named
from surveys.invitations import storage as invitations
from surveys.ladders.domain import Channel, Step, StepKind
from surveys.responses.subscriptions import erase_answers
from surveys.roster.subscriptions import keep_graduates
from surveys.waves import commands as waves
from testing.collisions import Act, meet

Json = dict[str, Any]
ROUNDS = 200 if os.environ.get("QUXIANG_SOAK") else 12
ANY = Versions(any=True)


async def test_who_enters_many_times_at_once_has_one_link(
    client: Callable[..., httpx.AsyncClient], wave: Json, graduates: list[UUID], rows: Any
) -> None:
    oneself = client("graduate", graduate=graduates[0])
    entered = await asyncio.gather(*(oneself.post(f"/v1/waves/{wave['id']}/enter") for _ in range(12)))
    # a lock that is not had in time is refused, and asked for again
    assert {each.status_code for each in entered} <= {201, 503}
    tokens = [each.json()["token"] for each in entered if each.status_code == 201]
    assert len({*tokens}) == len(tokens) > 0
    assert len(await rows("SELECT 1 FROM invitations WHERE wave_id = :id", id=wave["id"])) == 1


async def test_who_enters_while_the_wave_closes_has_a_link_that_ends_or_none(
    client: Callable[..., httpx.AsyncClient], manager: httpx.AsyncClient, plan: Json, graduates: list[UUID], moved: Any,
    database: Database, cipher: FieldCipher, rows: Any,
) -> None:  # fmt: skip
    for _ in range(ROUNDS):
        wave = (await manager.post("/v1/waves", json=plan)).json()["id"]
        people = [client("graduate", graduate=each) for each in graduates]
        await moved(wave, "closes_at = statement_timestamp() + interval '20 milliseconds'")

        async def closed(wave: str = wave) -> None:
            while not (await rows("SELECT closed_at FROM waves WHERE id::text = :id", id=wave))[0]["closed_at"]:
                await close_due_waves(database.patient, cipher)

        *entered, _ = await at_once(*(partial(each.post, f"/v1/waves/{wave}/enter") for each in people), closed)
        said = [each.status_code for each in entered]
        assert {*said} <= {201, 409, 503}, [each.text for each in entered]
        found = await rows("SELECT state, token_ciphertext FROM invitations WHERE wave_id::text = :id", id=wave)
        assert [each["state"] for each in found] == ["expired"] * said.count(201)
        for each in entered:
            if each.status_code == 201:
                assert (await client(link=each.json()["token"]).get("/v1/answer")).status_code == 401


@pytest.fixture
async def acts(
    database: Database,
    cipher: FieldCipher,
    manager: httpx.AsyncClient,
    wave: Json,
    school: str,
    agreed: list[str],
    graduates: list[UUID],
    keep: Any,
    graduate_event: Callable[..., IncomingEvent],
) -> dict[str, Act]:
    opened = await manager.patch(f"/v1/waves/{wave['id']}", json={"shared_code": True}, headers={"If-Match": "*"})
    assert opened.status_code == 200
    wave_id = WaveId(UUID(wave["id"]))
    async with database.reading() as connection:
        link = await invitations.by_digest(connection, hashed_secret(agreed[0]))
    assert link is not None
    officer = Principal(subject="manager", role=Role.SURVEY_MANAGER, school_code=school)
    due = DueStep(wave_id, link.school_code, None, Step(StepKind.INVITE, Channel.SMS, 0), link.created_at)
    asked = {uuid4(): Judged(link.id, link.graduate_id, None, None)}

    async def erase(unit: UnitOfWork) -> None:
        events = [graduate_event(school, each, sequence=2, erased=True) for each in graduates]
        await keep_graduates(unit, events)
        await erase_answers(unit, events)

    async def answer(unit: UnitOfWork) -> None:
        """Answers a request as if it were still there."""
        await entries.answer(unit, due=due, asked=asked, reached={link.id: Address("1", "")}, price=1)
        await note_asked(unit, due=due, found=[*asked.values()], reached={link.id: Address("1", "")}, price=1)

    named: Json = {"named": Named("2024-1", "李四"), "language": "zh"}
    values: Json = {"satisfied": "y", "match": 4}
    assert link.graduate_id is not None
    return {
        "ask": partial(entries.ask, cipher=cipher, wave_id=wave_id, **named),
        "prepare": partial(entries.prepare, cipher=cipher, wave_id=wave_id, graduate_id=GraduateId(link.graduate_id)),
        "answer": answer,
        "submit": partial(answers.submit, cipher=cipher, invitation=link, expected=ANY, values=values),
        "stop": partial(opting_out.end_contact, invitation_id=link.id, source=OptOutSource.RECEIPT),
        "erase": erase,
        "change": partial(
            waves.change, caller=officer, wave_id=wave_id, expected=ANY, patched=lambda wave: wave, said=set()
        ),
    }


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("ask", "ask"),
        ("ask", "change"),
        ("prepare", "prepare"),
        ("prepare", "submit"),
        ("prepare", "erase"),
        ("answer", "answer"),
        ("answer", "submit"),
        ("answer", "stop"),
        ("answer", "erase"),
        ("answer", "prepare"),
    ],
)
async def test_acts_that_lock_the_same_rows_never_wait_in_a_circle(
    database: Database, acts: dict[str, Act], first: str, second: str
) -> None:
    await meet(database, acts[first], acts[second])
