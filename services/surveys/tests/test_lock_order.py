"""Every pair of acts that lock the same rows meets in both directions: one lock order, so no deadlock."""

import json
from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from asked_also import asking_also

from common.auth import Principal, Role
from common.contracts import IncomingEvent
from common.crypto import FieldCipher, hashed_secret
from common.database import Database, UnitOfWork
from common.errors import Versions
from common.identifiers import GraduateId, InvitationId, OperationId, ResponseId, WaveId
from common.objects import ObjectName, Objects
from common.objects.store import open_store
from surveys.answers import commands as answers
from surveys.entries.commands import enter
from surveys.invitations import commands as invitations
from surveys.invitations import storage
from surveys.invitations.domain import Batch, Channel, Invitation, NewInvitation
from surveys.measures import commands as measures
from surveys.quality import commands as quality
from surveys.responses import commands as responses
from surveys.responses import storage as stored
from surveys.responses.subscriptions import erase_answers
from surveys.roster.subscriptions import keep_graduates
from surveys.settings import Settings
from surveys.waves import commands as waves
from surveys.waves import storage as wave_storage
from surveys.waves.wire import NewWave
from testing.collisions import Act, meet

Json = dict[str, Any]
Client = Callable[..., httpx.AsyncClient]
Acts = dict[str, Act]

ANY = Versions(any=True)
CREATED, OPENED, SUBMITTED = range(3)
CAPS = [{"id": name, "condition": "${match} > 0", "limit": 2} for name in ("b", "a")]
PDF = b"%PDF-1.4\n%%EOF"


@pytest.fixture
def plan(plan: Json) -> Json:
    """A wave whose answers may be edited until it closes."""
    return plan | {"edit_hours": None, "caps": CAPS}


@pytest.fixture
async def links(database: Database, client: Client, agree: Any, tokens: list[str]) -> list[Invitation]:
    """Three links: one that nobody used, one with a complete answer, one with a submitted answer."""
    for token in tokens[OPENED:]:
        await agree(token)
        sent = await client(link=token).post("/v1/answer/files", files={"file": ("a.pdf", PDF)})
        assert sent.status_code == 201, sent.text
        for page, values in (("work", {"satisfied": "y"}), ("study", {"match": 4})):
            path, saved = f"/v1/answer/pages/{page}", {"values": values}
            await client(link=token).put(path, json=saved, headers={"If-Match": "*"})
    submitted = await client(link=tokens[SUBMITTED]).post("/v1/answer/submit", headers={"If-Match": "*"})
    assert submitted.status_code == 200
    async with database.reading() as connection:
        found = [await storage.by_digest(connection, hashed_secret(token)) for token in tokens]
    return [each for each in found if each is not None]


@pytest.fixture
async def withdrawals(manager: httpx.AsyncClient, links: list[Invitation], school: str) -> dict[str, Act]:
    caller = Principal(subject="manager", role=Role.SURVEY_MANAGER, school_code=school)
    found = {each["graduate_id"]: each["id"] for each in (await manager.get("/v1/responses")).json()["items"]}
    return {
        str(link.graduate_id): partial(
            responses.withdraw,
            caller=caller,
            response_id=ResponseId(UUID(found[str(link.graduate_id)])),
            expected=ANY,
        )
        for link in links[OPENED:]
    }


async def begin_closing(wave_id: WaveId, unit: UnitOfWork) -> None:
    """Locks the wave as its close does, due or not."""
    await wave_storage.lock(unit.connection, wave_id)
    await wave_storage.begin_closing(unit.connection, wave_id)


async def expire(wave_id: WaveId, unit: UnitOfWork) -> None:
    """Ends the links of the wave, over or not."""
    await wave_storage.current(unit.connection, wave_id, hold=True)
    await storage.expire(unit.connection, wave_id, 10)


@pytest.fixture
async def file(settings: Settings, database: Database) -> ObjectName:
    """The name of a file that is stored and not kept yet."""
    store = open_store(settings.objects, settings.service)
    return await Objects(database, FieldCipher.load(settings.keyring_file), store).put(PDF, "application/pdf")


@pytest.fixture
async def acts_on(
    settings: Settings,
    database: Database,
    school: str,
    plan: Json,
    links: list[Invitation],
    withdrawals: dict[str, Act],
    file: ObjectName,
    keep: Any,
    graduate_event: Any,
    changed: Any,
) -> Callable[[int], Acts]:
    cipher = FieldCipher.load(settings.keyring_file)
    strangers = sorted(uuid4() for _ in range(3))
    await keep([graduate_event(school, each) for each in strangers])
    await changed(asking_also(links[0].wave_id, strangers))

    def invite() -> Act:
        batch = Batch(OperationId(uuid4()), links[0].wave_id, links[0].school_code, Channel.LINK)
        made = [NewInvitation(InvitationId(uuid4()), GraduateId(each), uuid4().bytes, b"") for each in strangers]
        return partial(invitations.invite, batch=batch, made=made)

    async with database.reading() as connection:
        begun = [await stored.of_invitation(connection, link.id) for link in links]

    everybody = [*strangers, *(link.graduate_id for link in links)]

    async def erase(events: list[IncomingEvent], unit: UnitOfWork) -> None:
        await keep_graduates(unit, events)
        await erase_answers(unit, events)

    def make(number: int) -> Acts:
        link = links[number]
        saved: Json = {"page_id": "work", "expected": ANY, "values": {"satisfied": "n"}}
        manager = Principal(subject="manager", role=Role.SURVEY_MANAGER, school_code=school)
        graduate = Principal(subject="graduate", role=Role.GRADUATE, graduate_id=link.graduate_id)
        acts: Acts = {
            "open": partial(answers.open_link, invitation=link),
            "save": partial(answers.save_page, cipher=cipher, invitation=link, **saved),
            "submit": partial(answers.submit, cipher=cipher, invitation=link, expected=ANY, values={}),
            "reopen": partial(answers.reopen, cipher=cipher, invitation=link, expected=ANY),
            "withdraw by link": partial(answers.withdraw, invitation=link),
            "agree": partial(
                answers.agree, cipher=cipher, invitation=link, expected=ANY, statement_version=1, sensitive=False
            ),
            "withdraw": withdrawals.get(str(link.graduate_id), invite()),
            "withdraw another": withdrawals[str(links[SUBMITTED].graduate_id)],
            "invite": invite(),
            "invite too": invite(),
            "close": partial(measures.close, wave_id=link.wave_id),
            "begin to close": partial(begin_closing, link.wave_id),
            "change": partial(
                waves.change, caller=manager, wave_id=link.wave_id, expected=ANY, patched=lambda wave: wave, said=set()
            ),
            "erase": partial(erase, [graduate_event(school, each, sequence=2, erased=True) for each in everybody]),
            "create": partial(waves.create, caller=manager, plan=NewWave.model_validate_json(json.dumps(plan)).plan()),
            "show": partial(answers.show, cipher=cipher, invitation=link),
            "revoke": partial(invitations.revoke, caller=manager, invitation_id=link.id),
            "enter": partial(enter, caller=graduate, cipher=cipher, wave_id=link.wave_id),
            "expire": partial(expire, link.wave_id),
            "add_file": partial(answers.add_file, invitation=link, name=file, media_type="application/pdf"),
        }
        if (response := begun[number]) is not None:
            acts["settle"] = partial(answers.settle, edited=response)
            excluding = partial(quality.decide, caller=manager, cipher=cipher, expected=ANY, reason="x", counts=False)
            acts["exclude"] = partial(excluding, response_id=response.id)
            acts["detach"] = partial(answers.detach, cipher=cipher, past=response)
        return acts

    return make


@pytest.mark.parametrize(
    ("first", "second", "link"),
    [
        ("open", "open", CREATED),
        ("open", "save", CREATED),
        ("open", "submit", CREATED),
        ("open", "withdraw", OPENED),
        ("save", "save", OPENED),
        ("save", "submit", OPENED),
        ("save", "withdraw", OPENED),
        ("submit", "submit", OPENED),
        ("submit", "withdraw", OPENED),
        ("submit", "withdraw another", OPENED),
        ("withdraw", "withdraw", SUBMITTED),
        ("agree", "save", OPENED),
        ("agree", "agree", OPENED),
        ("reopen", "reopen", SUBMITTED),
        ("reopen", "withdraw", SUBMITTED),
        ("reopen", "withdraw by link", SUBMITTED),
        ("submit", "withdraw by link", OPENED),
        ("withdraw", "withdraw by link", SUBMITTED),
        ("close", "reopen", SUBMITTED),
        ("close", "withdraw by link", SUBMITTED),
        ("erase", "reopen", SUBMITTED),
        ("erase", "withdraw by link", SUBMITTED),
        ("create", "create", OPENED),
        ("create", "submit", OPENED),
        ("create", "withdraw", SUBMITTED),
        ("close", "close", OPENED),
        ("begin to close", "save", OPENED),
        ("begin to close", "submit", OPENED),
        ("begin to close", "close", OPENED),
        ("change", "change", OPENED),
        ("change", "submit", OPENED),
        ("change", "withdraw", SUBMITTED),
        ("change", "close", OPENED),
        ("close", "open", CREATED),
        ("close", "save", OPENED),
        ("close", "submit", OPENED),
        ("close", "withdraw", SUBMITTED),
        ("invite", "invite too", CREATED),
        ("erase", "erase", OPENED),
        ("erase", "save", OPENED),
        ("erase", "submit", OPENED),
        ("erase", "withdraw", SUBMITTED),
        ("erase", "invite", CREATED),
        ("revoke", "open", CREATED),
        ("revoke", "submit", OPENED),
        ("revoke", "withdraw", OPENED),
        ("revoke", "erase", OPENED),
        ("revoke", "enter", OPENED),
        ("enter", "enter", OPENED),
        ("enter", "submit", OPENED),
        ("enter", "erase", OPENED),
        ("expire", "expire", OPENED),
        ("expire", "withdraw by link", OPENED),
        ("expire", "erase", OPENED),
        ("show", "agree", OPENED),
        ("show", "withdraw", OPENED),
        ("show", "close", OPENED),
        ("add_file", "add_file", OPENED),
        ("add_file", "save", OPENED),
        ("add_file", "submit", OPENED),
        ("add_file", "withdraw", OPENED),
        ("add_file", "withdraw by link", OPENED),
        ("add_file", "erase", OPENED),
        ("add_file", "close", OPENED),
        ("exclude", "exclude", SUBMITTED),
        ("exclude", "withdraw", SUBMITTED),
        ("exclude", "reopen", SUBMITTED),
        ("exclude", "erase", SUBMITTED),
        ("exclude", "close", SUBMITTED),
    ],
)
async def test_acts_that_lock_the_same_rows_never_wait_in_a_circle(
    database: Database, acts_on: Callable[[int], Acts], first: str, second: str, link: int
) -> None:
    acts = acts_on(link)
    await meet(database, acts[first], acts[second])


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("settle", "settle"),
        ("settle", "withdraw"),
        ("settle", "withdraw by link"),
        ("settle", "erase"),
        ("settle", "detach"),
        ("settle", "close"),
        ("detach", "detach"),
        ("detach", "withdraw"),
        ("detach", "withdraw by link"),
        ("detach", "erase"),
        ("detach", "close"),
    ],
)
async def test_acts_on_what_is_past_its_time_never_wait_in_a_circle(
    database: Database,
    client: Client,
    tokens: list[str],
    links: list[Invitation],
    acts_on: Callable[[int], Acts],
    moved: Any,
    first: str,
    second: str,
) -> None:
    reopened = await client(link=tokens[SUBMITTED]).post("/v1/answer/reopen", headers={"If-Match": "*"})
    assert reopened.status_code == 200
    over = "statement_timestamp() - interval '40 months'"
    closed = "NULL" if "close" in {first, second} else over
    await moved(
        str(links[SUBMITTED].wave_id), f"opens_at = {over} - interval '1 day', closes_at = {over}, closed_at = {closed}"
    )
    acts = acts_on(SUBMITTED)
    await meet(database, acts[first], acts[second])
