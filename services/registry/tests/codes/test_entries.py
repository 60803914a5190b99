"""Rows that an administrator adds: stored with history, audit and event, and in use at once."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from itertools import count
from typing import Any
from uuid import uuid4

import httpx
import pytest

from common.auth import Principal, Role
from common.clock import today
from common.code_entries import Follower
from common.codes import CodeEntry, CodeLists
from common.contracts import ChangeToken
from common.contracts.code_list import TOPIC
from common.database import Database
from registry.codes import commands, storage
from registry.codes.domain import CodeInForce, EntryPlan
from registry.codes.storage import CODE_ENTRIES
from registry.settings import Settings
from testing.databases import ServiceDatabase, sessions_at_a_lock
from testing.messaging import running
from testing.waiting import eventually

Rows = Callable[..., Awaitable[list[dict[str, Any]]]]
NOWHERE = "postgresql://nobody@127.0.0.1:1/nothing"
ADMIN = Principal(subject="admin", role=Role.ADMIN)
_codes = count(500_901)


@pytest.fixture
def code() -> str:
    """A division of Chongqing that no other test adds."""
    return str(next(_codes))


def row(code: str, **given: Any) -> dict[str, Any]:
    usual = {"code": code, "label_zh": "两江新区", "valid_from": "2024-05-01", "attributes": {"parent": "500000"}}
    return usual | given


async def add(client: httpx.AsyncClient, body: dict[str, Any], to: str = "division", **headers: str) -> httpx.Response:
    return await client.post(f"/v1/code-lists/{to}/entries", json=body, headers=headers)


async def listed(client: httpx.AsyncClient, code: str, **query: str) -> list[dict[str, Any]]:
    items = (await client.get("/v1/code-lists/division", params=query)).json()["items"]
    return [item for item in items if item["code"] == code]


async def test_an_added_code_is_listed_with_its_days(admin: httpx.AsyncClient, code: str) -> None:
    before = (await admin.get("/v1/code-lists/division")).json()
    added = await add(admin, row(code, valid_to="2030-12-31"))
    body = added.json()
    assert (added.status_code, added.headers["ETag"]) == (201, '"1"'), added.text
    [item] = await listed(admin, code)
    assert item == {
        "code": code,
        "label_zh": "两江新区",
        "label_en": None,
        "valid_from": "2024-05-01",
        "valid_to": "2030-12-31",
        "source": "added by an administrator",
        "verified": False,
        "attributes": {"parent": "500000"},
    }
    assert body | item == body
    for day, there in (("2024-04-30", 0), ("2024-05-01", 1), ("2030-12-31", 1), ("2031-01-01", 0)):
        assert len(await listed(admin, code, on=day)) == there
    after = (await admin.get("/v1/code-lists/division")).json()
    assert (after["count"], after["version"] == before["version"]) == (before["count"] + 1, False)
    read = await admin.get(added.headers["Location"])
    assert read.json() == body | {"change_token": None}
    assert read.headers["ETag"] == '"1"'


async def test_an_added_code_has_a_version_an_event_and_an_audit_entry(
    admin: httpx.AsyncClient, code: str, rows: Rows
) -> None:
    earliest = today()
    body = (await add(admin, row(code))).json()
    token = ChangeToken.decode(body["change_token"])
    [event] = await rows(
        "SELECT * FROM outbox WHERE topic = :topic AND key = :key AND sequence = :sequence",
        topic=TOPIC, key=token.key, sequence=token.sequence,
    )  # fmt: skip
    assert (event["key"], event["school_code"]) == ("division", "00000")
    assert earliest <= event["decided_on"] <= today()
    named = {name: event["data"][name] for name in ("code", "label_zh", "valid_to", "verified", "state", "attributes")}
    assert named == {
        "code": code, "label_zh": "两江新区", "valid_to": None, "verified": False, "state": "listed",
        "attributes": {"parent": "500000"},
    }  # fmt: skip
    [version] = await rows("SELECT * FROM code_entries_versions WHERE id = CAST(:id AS uuid)", id=body["id"])
    assert (version["version"], version["action"], version["by_role"]) == (1, "add", "admin")
    [entry] = await rows(
        "SELECT * FROM audit_entries WHERE object_kind = 'code_entry' AND object_id = :id", id=body["id"]
    )
    assert entry["detail"] == {"code_list": "division", "code": code}


async def test_a_graduate_may_have_codes_that_were_added(
    admin: httpx.AsyncClient, officer: httpx.AsyncClient, school: str, code: str
) -> None:
    person = {"school_code": school, "cohort": 2024, "student_number": "S1", "name": "张三", "ethnicity_code": "71"}
    person |= {"origin_place_code": code}
    refused = await officer.post("/v1/graduates", json=person)
    assert [(each["pointer"], each["rule"]) for each in refused.json()["errors"]] == [
        ("/ethnicity_code", "unknown_code")
    ]
    assert (await add(admin, row("71", label_zh="未识别民族之一", attributes={}), "ethnicity")).status_code == 201
    assert (await add(admin, row(code))).status_code == 201
    taken = await officer.post("/v1/graduates", json=person)
    assert taken.status_code == 201, taken.text
    assert taken.json()["code_lists_version"] == CodeLists.load().version != CodeLists.of_release().version
    # the row is ours, not the nation's
    assert taken.json()["verified"] is False


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"label_zh": " "}, "/label_zh"),
        ({"label_zh": "长" * 101}, "/label_zh"),
        ({"valid_from": None}, "/valid_from"),
        ({"valid_to": "2024-04-30"}, "/valid_to"),
        ({"code": "50090"}, "/code"),
        ({"verified": True}, "/verified"),
        ({"attributes": {"tier": "primary"}}, "/attributes/tier"),
    ],
)
async def test_a_fault_of_the_body_is_named(
    admin: httpx.AsyncClient, code: str, body: dict[str, Any], pointer: str
) -> None:
    refused = await add(admin, row(code) | body)
    assert (refused.status_code, [each["pointer"] for each in refused.json()["errors"]]) == (422, [pointer])
    assert await listed(admin, code) == []


async def test_what_the_list_does_not_take_is_refused(admin: httpx.AsyncClient, code: str) -> None:
    assert (await add(admin, row(code))).status_code == 201
    for body, to, expected in (
        (row(code, valid_from="2025-01-01"), "division", "code_in_force"),
        (row("410102"), "division", "code_in_force"),
        (row("47", label_zh="制造业", attributes={}), "industry", "label_in_use"),
        (row("513", attributes={}), "destination", "code_list_fixed"),
    ):
        refused = await add(admin, body, to)
        assert (refused.status_code, refused.json()["code"]) == (409, expected)
    assert (await add(admin, row(code), "colours")).status_code == 404
    assert (await admin.get(f"/v1/code-lists/division/entries/{uuid4()}")).status_code == 404


@pytest.mark.parametrize("role", ["school_officer", "provincial_officer", "system", "auditor"])
async def test_only_an_administrator_adds(client: Callable[..., httpx.AsyncClient], code: str, role: str) -> None:
    assert (await add(client(role, school="90001", province="410000"), row(code))).status_code == 403
    assert (await add(client(), row(code))).status_code == 401


async def test_a_repeated_request_adds_one_row(admin: httpx.AsyncClient, code: str) -> None:
    key = {"Idempotency-Key": f"add-{code}"}
    first, second = [await add(admin, row(code), **key) for _ in range(2)]
    assert (second.status_code, second.headers["Idempotency-Replayed"]) == (201, "true")
    assert second.json() == first.json()
    assert second.headers["Location"] == first.headers["Location"]
    assert len(await listed(admin, code)) == 1


async def test_two_administrators_add_no_two_rows_for_one_day(
    database: Database, addresses: ServiceDatabase, code: str
) -> None:
    first, second = (new(code, valid_from=date(2024, month, 1)) for month in (5, 6))
    async with database.transaction(ADMIN.actor) as unit:
        await commands.add(unit, caller=ADMIN, plan=first)
        act = partial(commands.add, caller=ADMIN, plan=second)
        other = asyncio.create_task(database.patient.act(ADMIN.actor, act))
        await sessions_at_a_lock(addresses, 1)
        await unit.commit()
    with pytest.raises(CodeInForce):
        await other


async def test_a_process_has_the_row_of_another_one_without_being_asked(database: Database, code: str) -> None:
    async with running(Follower(database, CODE_ENTRIES).run):
        await database.act(ADMIN.actor, partial(commands.add, caller=ADMIN, plan=new(code)))
        await eventually(lambda: CodeLists.load().get("division").is_listed(code), describe="the row in this process")


async def test_a_process_that_gets_no_connection_to_listen_reads_all_the_same(
    settings: Settings, database: Database, code: str
) -> None:
    own = Database.connect(settings)
    await CODE_ENTRIES.refresh(own)
    # connections of the pool stay, and no other one is to be had
    own.pool.url = NOWHERE
    follower = Follower(own, CODE_ENTRIES)
    async with running(follower.run):
        await database.act(ADMIN.actor, partial(commands.add, caller=ADMIN, plan=new(code)))
        await eventually(lambda: CodeLists.load().get("division").is_listed(code), describe="the row in this process")
    assert await follower.not_ready() is None
    await own.dispose()


async def test_a_process_that_cannot_read_the_rows_is_not_ready() -> None:
    follower = Follower(Database.connect(NOWHERE), CODE_ENTRIES)
    assert await follower.not_ready() is None
    async with running(follower.run):
        await eventually(follower.not_ready, describe="the reason")


async def test_an_added_row_hidden_by_a_release_keeps_its_first_day(database: Database) -> None:
    released = next(each for each in CodeLists.of_release().get("division") if each.valid_from)
    assert released.valid_from is not None
    before = released.valid_from - timedelta(days=1)
    hidden = new(released.code, valid_from=date(1970, 1, 1))
    async with database.transaction(ADMIN.actor) as unit:
        await storage.add(unit, hidden)
        assert hidden.entry not in tuple(await storage.current(unit.connection, "division"))
        with pytest.raises(CodeInForce):
            await commands.add(unit, caller=ADMIN, plan=replace(hidden, entry=replace(hidden.entry, valid_to=before)))


def new(code: str, **given: Any) -> EntryPlan:
    return EntryPlan(
        "division", replace(CodeEntry(code, "两江新区", None, date(2024, 5, 1), None, "a notice", False), **given)
    )
