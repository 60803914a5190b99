"""An answer or an opt-out against a message: what is committed first wins. Locks are taken in one order."""

import asyncio
import json
import os
from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from at_once import at_once

from common.auth import SYSTEM, Principal, Role
from common.contracts import IncomingEvent
from common.crypto import FieldCipher, hashed_secret
from common.database import Database, UnitOfWork
from common.errors import Versions
from common.identifiers import GraduateId
from surveys.answers import commands as answers
from surveys.contact.commands import noting, opting_out
from surveys.contact.domain import Address, DueStep, Judged, OptOutScope, OptOutSource
from surveys.contact.storage import judging
from surveys.invitations import storage as invitations
from surveys.invitations.domain import Invitation
from surveys.measures import commands as measures
from surveys.responses.subscriptions import erase_answers
from surveys.roster.subscriptions import keep_graduates
from surveys.waves import commands as waves
from surveys.waves.wire import NewWave
from testing.collisions import Act, meet

Json = dict[str, Any]
ROUNDS = 200 if os.environ.get("QUXIANG_SOAK") else 12
ANY = Versions(any=True)
PRICE = 3


@pytest.fixture
async def graduates(keep: Any, school: str, graduate_event: Callable[..., IncomingEvent]) -> list[UUID]:
    """As many as there are rounds."""
    ids = sorted(uuid4() for _ in range(ROUNDS))
    await keep([graduate_event(school, each) for each in ids])
    return ids


@pytest.fixture
def plan(plan: Json) -> Json:
    """A wave that is open now, whose first step is due."""
    period = {"opens_at": "2026-01-01T00:00:00Z", "closes_at": "2199-01-01T00:00:00Z"}
    return plan | period | {"budget_fen": 10_000}


@pytest.fixture
async def due(database: Database, wave: Json) -> DueStep:
    """The first step of the wave."""
    async with database.reading() as connection:
        [first, *_] = [each for each in await judging.due_steps(connection) if str(each.wave_id) == wave["id"]]
    assert first.number == 1
    return first


async def link_of(database: Database, token: str) -> Invitation:
    async with database.reading() as connection:
        found = await invitations.by_digest(connection, hashed_secret(token))
    assert found is not None
    return found


def note(due: DueStep, link: Invitation) -> Act:
    """Notes a message to the holder of a link."""
    found = [Judged(link.id, link.graduate_id, None, None)]
    return partial(noting.note, due=due, found=found, reached={link.id: Address("a@mail.test", "")}, price=PRICE)


async def test_an_answer_that_is_committed_first_leaves_no_message_and_else_it_comes_after_it(
    client: Callable[..., httpx.AsyncClient], database: Database, due: DueStep, agreed: list[str], rows: Any
) -> None:
    sent = 0
    for number, token in enumerate(agreed):
        link, acted = await link_of(database, token), []
        submit = partial(
            client(link=token).post,
            "/v1/answer/submit",
            json={"values": {"satisfied": "y", "match": 4}},
            headers={"If-Match": "*"},
        )
        for act in (submit, partial(database.act, SYSTEM, note(due, link)))[:: 1 if number % 2 else -1]:
            acted.append(asyncio.ensure_future(act()))
            for _ in range(number % 7):
                await asyncio.sleep(0)
        await asyncio.gather(*acted)
        [found] = await rows(
            "SELECT made.state, made.reason, made.noted_at < response.submitted_at AS before"
            "  FROM contact_attempts AS made JOIN responses AS response USING (invitation_id)"
            " WHERE invitation_id = :id",
            id=link.id,
        )
        assert (found["state"], found["reason"], found["before"]) in {
            ("sending", None, True),
            ("skipped", "answered", False),
        }
        sent += found["state"] == "sending"
    [spent] = await rows("SELECT spent_fen FROM contact_spending WHERE wave_id = :id", id=due.wave_id)
    assert spent["spent_fen"] == PRICE * sent


async def test_an_opt_out_that_is_committed_first_leaves_no_message(
    database: Database, due: DueStep, tokens: list[str], rows: Any
) -> None:
    for number, token in enumerate(tokens):
        link = await link_of(database, token)
        stop = partial(opting_out.end_contact, invitation_id=link.id, source=OptOutSource.LINK)
        acts: list[Act] = [stop, note(due, link)]
        acts = acts if number % 2 else acts[::-1]
        await asyncio.gather(*(database.act(SYSTEM, act) for act in acts))
        [found] = await rows(
            "SELECT made.reason, made.noted_at < asking.created_at AS before"
            "  FROM contact_attempts AS made, opt_outs AS asking"
            " WHERE made.invitation_id = :id AND asking.graduate_id = :graduate",
            id=link.id,
            graduate=link.graduate_id,
        )
        assert (found["reason"], found["before"]) in {(None, True), ("opted_out", False)}


async def test_of_two_workers_one_sends_a_step_to_a_person(
    database: Database, due: DueStep, tokens: list[str], rows: Any
) -> None:
    for token in tokens:
        link = await link_of(database, token)
        noted = await at_once(*[partial(database.patient.act, SYSTEM, note(due, link))] * 2)
        assert sorted(len(each) for each in noted) == [0, 1]
    count = "SELECT count(*) AS attempts, count(DISTINCT invitation_id) AS people, sum(price_fen) AS fen"
    [found] = await rows(f"{count} FROM contact_attempts WHERE wave_id = :id", id=due.wave_id)
    assert (found["attempts"], found["people"], found["fen"]) == (len(tokens), len(tokens), PRICE * len(tokens))
    [spent] = await rows("SELECT spent_fen FROM contact_spending WHERE wave_id = :id", id=due.wave_id)
    assert spent["spent_fen"] == found["fen"]


async def test_the_last_money_is_spent_once(database: Database, due: DueStep, tokens: list[str], rows: Any) -> None:
    links = [await link_of(database, token) for token in tokens]
    costly = [
        partial(
            noting.note,
            due=due,
            found=[Judged(link.id, link.graduate_id, None, None)],
            reached={link.id: Address("a@mail.test", "")},
            price=10_000 // 3,
        )
        for link in links
    ]
    await asyncio.gather(*(database.patient.act(SYSTEM, act) for act in costly))
    [spent] = await rows("SELECT spent_fen FROM contact_spending WHERE wave_id = :id", id=due.wave_id)
    assert spent["spent_fen"] == 9_999
    found = await rows("SELECT reason FROM contact_attempts WHERE wave_id = :id", id=due.wave_id)
    assert sorted(str(each["reason"]) for each in found) == ["None"] * 3 + ["budget"] * (len(links) - 3)


@pytest.fixture
async def acts(
    database: Database,
    cipher: FieldCipher,
    school: str,
    plan: Json,
    due: DueStep,
    agreed: list[str],
    graduates: list[UUID],
    graduate_event: Callable[..., IncomingEvent],
) -> dict[str, Act]:
    link = await link_of(database, agreed[0])
    manager = Principal(subject="manager", role=Role.SURVEY_MANAGER, school_code=school)
    graduate_id = GraduateId(graduates[graduates.index(UUID(str(link.graduate_id)))])

    async def erase(unit: UnitOfWork) -> None:
        events = [graduate_event(school, each, sequence=2, erased=True) for each in graduates]
        await keep_graduates(unit, events)
        await erase_answers(unit, events)

    whom: Json = {"graduate_id": graduate_id, "scope": OptOutScope.ALL, "wave_id": None}
    values: Json = {"satisfied": "y", "match": 4}
    return {
        "note": note(due, link),
        "submit": partial(answers.submit, cipher=cipher, invitation=link, expected=ANY, values=values),
        "opt out": partial(opting_out.opt_out, caller=manager, **whom),
        "stop": partial(opting_out.end_contact, invitation_id=link.id, source=OptOutSource.LINK),
        "erase": erase,
        "create": partial(waves.create, caller=manager, plan=NewWave.model_validate_json(json.dumps(plan)).plan()),
        "close": partial(measures.close, wave_id=link.wave_id),
    }


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("note", "note"),
        ("note", "submit"),
        ("note", "opt out"),
        ("note", "stop"),
        ("note", "erase"),
        ("note", "create"),
        ("note", "close"),
        ("opt out", "submit"),
        ("opt out", "opt out"),
        ("stop", "stop"),
        ("stop", "create"),
    ],
)
async def test_acts_that_lock_the_same_rows_never_wait_in_a_circle(
    database: Database, acts: dict[str, Act], first: str, second: str
) -> None:
    await meet(database, acts[first], acts[second])
