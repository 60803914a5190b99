"""A roster in clear: one asks, another approves, who asked fetches the file once, everybody in it sees the access."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import httpx
import pytest
from erased import erase_now
from exporting import PERSON, Json, table
from sqlalchemy import text

from common.auth import SYSTEM
from common.crypto import FieldCipher
from common.database import Database, UnitOfWork
from common.operations import OperationRunner
from registry.exports.operations import delete_overdue

Client = Callable[..., httpx.AsyncClient]
Rows = Callable[..., Awaitable[list[Json]]]

COLUMNS = ["student_number", "name", "phone", "sex_code"]


def body(school: str, **given: Any) -> Json:
    asked = {"columns": COLUMNS, "format": "xlsx", "purpose": "review", "reason": "校内核对名单"}
    return {"school_code": school, "cohort": 2024, "filters": {}, **asked, **given}


async def asked(officer: httpx.AsyncClient, school: str, **given: Any) -> Json:
    answer = await officer.post("/v1/clear-exports", json=body(school, **given))
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def acted(client: httpx.AsyncClient, export: Json, action: str, **given: Any) -> httpx.Response:
    headers = {"If-Match": f'"{export["version"]}"'}
    return await client.post(f"/v1/clear-exports/{export['id']}/{action}", headers=headers, **given)


@pytest.fixture
async def made(
    officer: httpx.AsyncClient, decider: httpx.AsyncClient, worker: OperationRunner, school: str, people: list[str]
) -> Json:
    """An approved export of two people, whose file was made."""
    export = await asked(officer, school)
    approved = await acted(decider, export, "approve")
    assert approved.status_code == 200, approved.text
    await worker.run_once()
    return dict(approved.json())


async def test_a_file_goes_once_somebody_in_it_is_not_given_away(
    officer: httpx.AsyncClient, database: Database, cipher: FieldCipher, made: Json, people: list[str], rows: Rows
) -> None:
    place, restricted = f"/v1/clear-exports/{made['id']}/file", "UPDATE graduates SET restricted = true WHERE id = :id"

    async def restrict(unit: UnitOfWork) -> None:
        await unit.connection.execute(text(restricted), {"id": UUID(people[0])})

    await database.act(SYSTEM, restrict)
    assert (await officer.get(place)).json()["code"] == "file_gone"
    parts = "SELECT count(*) AS n FROM operation_file_parts WHERE operation_id = :id"
    assert (await rows(parts, id=made["operation_id"]))[0]["n"] > 0
    await delete_overdue(database)
    assert (await rows(parts, id=made["operation_id"]))[0]["n"] > 0
    await erase_now(database, cipher, people[0])
    await delete_overdue(database)
    assert await rows(parts, id=made["operation_id"]) == [{"n": 0}]
    assert (await officer.get(place)).json()["code"] == "file_gone"


async def test_two_people_make_a_file_that_one_of_them_fetches_once(
    client: Client,
    officer: httpx.AsyncClient,
    decider: httpx.AsyncClient,
    worker: OperationRunner,
    school: str,
    people: list[str],
    rows: Rows,
) -> None:
    export = await asked(officer, school)
    place = f"/v1/clear-exports/{export['id']}/file"
    assert (export["state"], export["allowed_transitions"], export["operation_id"]) == ("open", ["withdraw"], None)
    assert (await officer.get(place)).json()["code"] == "file_not_ready"
    assert (await acted(officer, export, "approve")).json()["code"] == "same_reviewer"
    assert (await acted(client("admin"), export, "approve")).status_code == 403
    approved = (await acted(decider, export, "approve")).json()
    assert (approved["state"], approved["people"]) == ("approved", None)
    assert (await officer.get(place)).json()["code"] == "file_not_ready"
    await worker.run_once()
    work = (await officer.get(f"/v1/operations/{approved['operation_id']}")).json()
    assert (work["state"], work["result"]) == ("succeeded", {"rows": 2})
    for reader in (officer, decider):
        assert (await reader.get(f"/v1/operations/{approved['operation_id']}/file")).status_code in {403, 404}

    # everybody in it sees the access before anything is fetched
    for person in people:
        [access] = (await officer.get(f"/v1/graduates/{person}/accesses")).json()["items"]
        assert access | {"recorded_at": ""} == {
            "recorded_at": "", "kind": "clear_export", "role": "school_officer", "unit": school, "purpose": "review",
            "fields": COLUMNS,
        }  # fmt: skip
    assert (await decider.get(place)).status_code == 403
    assert (await officer.head(place)).status_code == 200
    answered = await officer.get(place)
    assert (answered.status_code, table(answered.content)[0]) == (200, ["学号", "姓名", "手机号", "性别"])
    assert sorted(table(answered.content)[1:]) == [
        ["0020001", "欧阳询", "13812345678", "女"],
        ["2", "李四", "13987654321", None],
    ]
    again = await officer.get(place)
    assert (again.status_code, again.json()["code"]) == (410, "file_gone")
    # true also of who is erased by now
    assert again.json()["title"].endswith("可就仍可提供信息的人重新申请")
    assert (await officer.get(f"/v1/clear-exports/{export['id']}")).json()["people"] == 2
    stored = "SELECT 1 FROM operation_file_parts WHERE operation_id = CAST(CAST(:id AS text) AS uuid)"
    assert await rows(stored, id=approved["operation_id"]) == []
    trail = (
        "SELECT action, subject FROM audit_entries WHERE object_id = :id AND object_kind = 'clear_export' ORDER BY id"
    )
    done = [
        (each["action"].removeprefix("clear_export."), each["subject"]) for each in await rows(trail, id=export["id"])
    ]
    assert [action for action, _ in done] == ["ask", "approve", "make", "fetch"]
    assert done[1][1] == "who decides"
    assert done[0][1] == done[3][1] != "who decides"


async def test_of_two_downloads_at_once_one_gets_the_file(officer: httpx.AsyncClient, made: Json) -> None:
    place = f"/v1/clear-exports/{made['id']}/file"
    answers = await asyncio.gather(*(officer.get(place) for _ in range(4)))
    assert sorted(each.status_code for each in answers) == [200, 410, 410, 410]


async def download(officer: httpx.AsyncClient, application: Any, place: str, *, closes_after: float) -> list[Json]:
    """The messages of an answer whose client closes the connection once it has this share of the file."""
    headers = [(name.lower().encode(), value.encode()) for name, value in officer.headers.items()]
    scope = {
        "type": "http", "asgi": {"version": "3.0", "spec_version": "2.3"}, "http_version": "1.1", "method": "GET",
        "scheme": "http", "path": place, "raw_path": place.encode(), "query_string": b"", "root_path": "",
        "headers": headers, "client": ("127.0.0.1", 1), "server": ("registry.test", 80),
    }  # fmt: skip
    closed, sent = asyncio.Event(), list[Json]()

    async def receive() -> Json:
        await closed.wait()
        return {"type": "http.disconnect"}

    async def send(message: Json) -> None:
        sent.append(message)
        size = next(int(value) for name, value in sent[0]["headers"] if name == b"content-length")
        if sum(len(each.get("body", b"")) for each in sent) >= closes_after * size:
            closed.set()
            await asyncio.sleep(0)

    await application(scope, receive, send)
    return sent


async def test_a_download_that_was_broken_off_can_be_begun_again(
    officer: httpx.AsyncClient, made: Json, application: Any
) -> None:
    place = f"/v1/clear-exports/{made['id']}/file"
    for share in (0, 0.9):
        sent = await download(officer, application, place, closes_after=share)
        assert [message["type"] for message in sent][:2] == ["http.response.start", "http.response.body"]
        assert not any(message["type"] == "http.response.body" and not message["more_body"] for message in sent)
    assert (await officer.get(place)).status_code == 200
    assert (await officer.get(place)).status_code == 410


async def test_who_closes_the_connection_once_the_file_is_there_has_it(
    officer: httpx.AsyncClient, made: Json, application: Any
) -> None:
    place = f"/v1/clear-exports/{made['id']}/file"
    sent = await download(officer, application, place, closes_after=1)
    assert table(b"".join(message.get("body", b"") for message in sent))[0] == ["学号", "姓名", "手机号", "性别"]
    assert (await officer.get(place)).status_code == 410


async def test_a_file_that_is_not_fetched_in_time_is_deleted(
    officer: httpx.AsyncClient, made: Json, database: Database, rows: Rows, addresses: Any
) -> None:
    place = f"/v1/clear-exports/{made['id']}/file"
    await delete_overdue(database)
    stored = "SELECT 1 FROM operation_file_parts WHERE operation_id = CAST(CAST(:id AS text) AS uuid)"
    assert await rows(stored, id=made["operation_id"])
    async with database.transaction(SYSTEM) as unit:
        overdue = "UPDATE clear_exports SET file_until = quxiang_now() WHERE id = CAST(CAST(:id AS text) AS uuid)"
        await unit.connection.execute(text(overdue), {"id": made["id"]})
        await unit.commit()
    assert (await officer.get(place)).status_code == 410
    await delete_overdue(database)
    assert await rows(stored, id=made["operation_id"]) == []


async def test_work_that_was_killed_after_its_file_makes_no_second_one(
    officer: httpx.AsyncClient, worker: OperationRunner, made: Json, database: Database, rows: Rows, people: list[str]
) -> None:
    """As it is when the process is killed between the commit of the accesses and the end of the operation."""
    async with database.transaction(SYSTEM) as unit:
        undone = (
            "UPDATE operations SET state = 'running', file = NULL, finished_at = NULL, lease_until = quxiang_now()"
            " WHERE id = CAST(CAST(:id AS text) AS uuid)"
        )
        await unit.connection.execute(text(undone), {"id": made["operation_id"]})
        await unit.commit()
    assert (await officer.get(f"/v1/clear-exports/{made['id']}/file")).json()["code"] == "file_not_ready"
    await worker.run_once()
    assert len((await officer.get(f"/v1/graduates/{people[0]}/accesses")).json()["items"]) == 1
    assert (await officer.get(f"/v1/clear-exports/{made['id']}/file")).status_code == 200


async def test_a_request_is_refused_or_taken_back(
    officer: httpx.AsyncClient, decider: httpx.AsyncClient, school: str, people: list[str]
) -> None:
    refused = await asked(officer, school)
    answer = await acted(decider, refused, "refuse", json={"reason": "范围过大"})
    assert (answer.json()["state"], answer.json()["decision_reason"]) == ("refused", "范围过大")
    assert (await acted(decider, answer.json(), "approve")).json()["code"] == "transition_not_allowed"
    taken = await asked(officer, school, filters={"college": "C1", "self_check": "outdated"}, format="csv")
    assert (await acted(decider, taken, "withdraw")).status_code == 403
    assert (await acted(officer, taken, "withdraw")).json()["state"] == "withdrawn"
    listed = (await decider.get("/v1/clear-exports", params={"college": "C1"})).json()["items"]
    assert [each["id"] for each in listed] == [taken["id"]]
    assert (listed[0]["filters"]["college"], listed[0]["filters"]["self_check"]) == ("C1", "outdated")
    assert (await officer.get(f"/v1/clear-exports/{taken['id']}/file")).status_code == 409


@pytest.mark.parametrize(
    ("given", "status", "code", "pointer"),
    [
        ({"columns": ["name", "citizen_id", "email"]}, 422, "field_not_for_purpose", "/columns/2"),
        ({"columns": ["health_status_code"], "purpose": "file_transfer"}, 422, "field_not_for_purpose", "/columns/0"),
        ({"columns": None}, 422, "field_not_for_purpose", "/columns"),
        ({"columns": ["name", "name"]}, 422, "invalid", "/columns/1"),
        ({"purpose": "agreement"}, 403, "purpose_not_permitted", None),
        ({"purpose": "curiosity"}, 422, "purpose_unknown", "/purpose"),
        ({"purpose": None}, 422, "purpose_required", "X-Purpose"),
        ({"reason": "学号 202000123"}, 422, "identifying_text", "/reason"),
    ],
)
async def test_what_a_purpose_does_not_open_is_refused(
    officer: httpx.AsyncClient, school: str, given: Json, status: int, code: str, pointer: str | None
) -> None:
    answer = await officer.post("/v1/clear-exports", json=body(school, **given))
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (status, code)
    assert pointer is None or pointer in {each["pointer"] for each in problem["errors"]}


async def test_every_column_opens_for_filing(
    officer: httpx.AsyncClient, decider: httpx.AsyncClient, worker: OperationRunner, school: str, people: list[str]
) -> None:
    export = await asked(officer, school, columns=None, purpose="filing", filters={"college": "C1"})
    await acted(decider, export, "approve")
    await worker.run_once()
    header, row = table((await officer.get(f"/v1/clear-exports/{export['id']}/file")).content)
    cells = dict(zip(header, row, strict=True))
    assert (cells["证件号"], cells["婚姻状况"], cells["健康状况"]) == (PERSON["citizen_id"], "未婚", "健康或良好")
    assert cells["户籍详细地址"] == PERSON["household_address"]


async def test_who_may_read_and_ask(client: Client, officer: httpx.AsyncClient, school: str) -> None:
    export = await asked(officer, school)
    place = f"/v1/clear-exports/{export['id']}"
    for role, scope, read, ask in (
        ("college_officer", {"school": school, "college": "C1"}, 403, 403),
        ("counsellor", {"school": school, "college": "C1", "class_": "K1"}, 403, 403),
        ("auditor", {"school": school}, 200, 403),
        ("school_officer", {"school": "99999"}, 404, 404),
        ("admin", {}, 403, 403),
    ):
        caller = client(role, **scope)
        assert (await caller.get(place)).status_code == read, role
        assert (await caller.post("/v1/clear-exports", json=body(school))).status_code == ask, role
