"""A roster as a file, as the officer sees it who asks for it."""

import csv
import io
from collections.abc import Awaitable, Callable

import httpx
import pytest
from erased import erase_now
from exporting import PERSON, SHOWN, Json, exported, table

from common.crypto import FieldCipher
from common.database import Database
from common.operations import OperationRunner

Client = Callable[..., httpx.AsyncClient]
Rows = Callable[..., Awaitable[list[Json]]]


async def test_an_officer_gets_the_roster_as_it_is_listed(
    officer: httpx.AsyncClient,
    decider: httpx.AsyncClient,
    worker: OperationRunner,
    school: str,
    people: list[str],
    rows: Rows,
) -> None:
    done = await exported(officer, worker, school, filters={"college": "C1"})
    assert (done["state"], done["result"]["rows"], done["progress"]) == ("succeeded", 1, {"done": 1, "total": 1})
    answered = await officer.get(done["result"]["file"])
    header, row = table(answered.content)
    assert dict(zip(header, row, strict=True)) == SHOWN
    assert header == list(SHOWN)
    # another officer of the school sees the work, and not what it made
    assert (await decider.get(f"/v1/operations/{done['id']}")).json()["state"] == "succeeded"
    assert (await decider.get(done["result"]["file"])).status_code == 403
    assert await rows(
        "SELECT 1 FROM audit_entries WHERE action = 'operation_file.read' AND object_id = :id", id=done["id"]
    )
    stored = await rows("SELECT * FROM operations WHERE id = CAST(CAST(:id AS text) AS uuid)", id=done["id"])
    assert not any(str(PERSON[name]) in str(stored) for name in ("name", "student_number", "citizen_id", "phone"))


async def test_a_college_officer_gets_the_own_college_in_the_columns_asked_for(
    college_officer: httpx.AsyncClient, worker: OperationRunner, school: str, people: list[str]
) -> None:
    columns = ["phone", "college_name", "student_number", "origin_place_code"]
    done = await exported(college_officer, worker, school, format="csv", columns=columns)
    content = (await college_officer.get(done["result"]["file"])).content
    assert content.startswith(b"\xef\xbb\xbf")
    assert list(csv.reader(io.StringIO(content.decode("utf-8-sig")))) == [
        ["手机号", "院系", "学号", "生源地代码"],
        ["138****5678", "学院C1", "0020001", "410102"],
    ]
    foreign = await exported(college_officer, worker, school, filters={"college": "C2"})
    assert foreign["result"]["rows"] == 0
    of_states = {"self_check": "unconfirmed", "photo_state": "none"}
    for filters, rows in ((of_states, 1), ({**of_states, "photo_state": "accepted"}, 0)):
        done = await exported(college_officer, worker, school, filters=filters)
        assert (done["result"]["rows"], done["progress"]["total"]) == (rows, rows)


async def test_only_who_breaks_a_rule(
    officer: httpx.AsyncClient, worker: OperationRunner, school: str, people: list[str]
) -> None:
    await officer.patch(f"/v1/graduates/{people[1]}", json={"phone": None}, headers={"If-Match": '"1"'})
    for rule, numbers in (("phone_missing", ["2"]), ("counted_twice", [])):
        done = await exported(officer, worker, school, format="csv", columns=["student_number"], rule=rule)
        assert (done["state"], done["result"]["rows"], done["progress"]["total"]) == (
            *("succeeded", len(numbers)),
            len(numbers),
        )
        content = (await officer.get(done["result"]["file"])).content.decode("utf-8-sig")
        assert list(csv.reader(io.StringIO(content)))[1:] == [[number] for number in numbers]


async def test_an_erased_person_is_in_no_file(
    officer: httpx.AsyncClient,
    worker: OperationRunner,
    school: str,
    people: list[str],
    database: Database,
    cipher: FieldCipher,
) -> None:
    await erase_now(database, cipher, people[1])
    done = await exported(officer, worker, school)
    assert (done["result"]["rows"], done["progress"]["total"]) == (1, 1)


@pytest.mark.parametrize(
    ("asked", "pointer", "rule"),
    [
        ({"columns": ["name", "salary"]}, "/columns/1", "unknown_column"),
        ({"columns": ["name", "phone", "name"]}, "/columns/2", "repeated"),
        ({"rule": "no_such_rule"}, "/rule", "unknown_rule"),
        ({"rule": "size_change"}, "/rule", "unknown_rule"),
        ({"format": "pdf"}, "/format", "not_allowed"),
        ({"filters": {"name": "张三"}}, "/filters/name", "unknown_field"),
    ],
)
async def test_what_cannot_be_exported_is_refused(
    officer: httpx.AsyncClient, school: str, asked: Json, pointer: str, rule: str
) -> None:
    answer = await officer.post("/v1/graduates/export", json={"school_code": school, "cohort": 2024, **asked})
    problems = [(each["pointer"], each["rule"]) for each in answer.json()["errors"]]
    assert (answer.status_code, problems) == (422, [(pointer, rule)])


async def test_other_roles_export_nothing(client: Client, school: str) -> None:
    body = {"school_code": school, "cohort": 2024}
    for role, scope, status in (
        ("counsellor", {"school": school, "college": "C1", "class_": "K1"}, 403),
        ("auditor", {"school": school}, 403),
        ("admin", {}, 403),
        ("school_officer", {"school": "99999"}, 404),
        ("graduate", {"graduate": "0195f0a0-0000-4000-8000-000000000000"}, 404),
    ):
        answer = await client(role, **scope).post("/v1/graduates/export", json=body)
        assert answer.status_code == status, role


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
async def test_a_file_sent_back_as_it_is_changes_nothing(
    officer: httpx.AsyncClient,
    college_officer: httpx.AsyncClient,
    worker: OperationRunner,
    school: str,
    people: list[str],
    kind: str,
) -> None:
    before = [(await officer.get(f"/v1/graduates/{each}")).json() for each in people]
    for sender, rows in ((officer, 2), (college_officer, 1)):
        done = await exported(sender, worker, school, format=kind)
        content = (await sender.get(done["result"]["file"])).content
        answer = await sender.post(
            "/v1/imports/graduates",
            data={"school_code": school, "cohort": "2024"},
            files={"file": (f"roster.{kind}", content)},
        )
        assert answer.status_code == 202, answer.text
        await worker.run_once()
        imported = (await sender.get(answer.headers["location"])).json()
        assert (imported["state"], imported["errors"], imported["result"]["unchanged"]) == ("succeeded", [], rows)
        assert (imported["result"]["ignored_columns"], imported["result"]["units_created"]) == ([], 0)
    assert [(await officer.get(f"/v1/graduates/{each}")).json() for each in people] == before
