"""Changing an entry over HTTP: every caller × class of fields, and the reason that a filled locked field needs."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest
from changing import wanted

from common.crypto import FieldCipher
from common.operations import OperationRunner
from registry.graduates.storage.sealing import REASON

Json = dict[str, Any]
Client = Callable[..., httpx.AsyncClient]
Rows = Callable[..., Awaitable[list[Json]]]

FIRST = {"If-Match": '"1"'}
OTHER = "8e5f7c2e-9f5d-4f7a-9a59-0f0f0f0f0f0f"
CHANGES = {
    "locked": {"sex_code": "1"},
    "placed": {"class_code": "K1"},
    "reviewed": {"ethnicity_code": "02"},
    "free": {"phone": "13900139000"},
}

CALLERS: list[tuple[str, Json, str | None]] = [
    ("school_officer", {"school": "OWN"}, "locked placed reviewed free"),
    ("school_officer", {"school": "10001"}, None),
    ("college_officer", {"school": "OWN", "college": "C1"}, "reviewed free"),
    ("college_officer", {"school": "OWN", "college": "C2"}, None),
    ("counsellor", {"school": "OWN", "class_": "K1"}, "free"),
    ("counsellor", {"school": "OWN", "class_": "K2"}, None),
    ("graduate", {"graduate": "SELF"}, "free"),
    ("graduate", {"graduate": OTHER}, None),
    ("admin", {}, ""),
    ("system", {}, ""),
    ("survey_manager", {"school": "OWN"}, ""),
    ("provincial_officer", {"province": "410000"}, ""),
    ("provincial_officer", {"province": "420000"}, None),
    ("auditor", {"school": "OWN"}, None),
    ("ministry", {}, None),
    ("integrator", {"school": "OWN"}, None),
]


@pytest.fixture
async def member(officer: httpx.AsyncClient, school: str) -> Json:
    """A graduate of college C1 and class K1, without a sex."""
    base = f"/v1/schools/{school}"
    await officer.post(f"{base}/colleges", json={"code": "C1", "name": "理学院"})
    await officer.post(f"{base}/classes", json={"code": "K1", "name": "一班", "college_code": "C1"})
    units = {"college_code": "C1", "class_code": "K1"}
    person = {"student_number": "1", "name": "张三", "citizen_id": "11010119900307002X", "exam_number": "E1"}
    answer = await officer.post("/v1/graduates", json={"school_code": school, "cohort": 2024, **units, **person})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def problems(answer: httpx.Response) -> tuple[int, str, list[tuple[str, str]]]:
    document = answer.json()
    named = [(each["pointer"], each["rule"]) for each in document["errors"]]
    return answer.status_code, document["code"], named


async def test_role_scope_and_class_decide(
    client: Client, officer: httpx.AsyncClient, school: str, member: Json
) -> None:
    path, names = f"/v1/graduates/{member['id']}", {"OWN": school, "SELF": member["id"]}
    for role, scope, classes in CALLERS:
        caller = client(role, **{name: names.get(value, value) for name, value in scope.items()})
        for editing, change in CHANGES.items():
            case = (role, scope, editing)
            if classes is not None and editing in classes.split():
                assert (await caller.patch(path, json=change)).status_code == 428, case
                newest = {"If-Match": (await officer.get(path)).headers["etag"]}
                assert (await caller.patch(path, json=change, headers=newest)).status_code == 200, case
                continue
            answer = await caller.patch(path, json=change)
            if classes is None:
                assert answer.status_code == 404, case
            else:
                assert problems(answer) == (403, "not_editable", [(f"/{name}", "not_editable") for name in change]), (
                    case
                )
    # one version each of sex, ethnicity and phone: who came later gave what was stored
    assert (await officer.get(path)).json()["version"] == 4


async def test_of_several_fields_those_that_are_not_for_the_role_are_named(
    client: Client, officer: httpx.AsyncClient, member: Json
) -> None:
    path, own = f"/v1/graduates/{member['id']}", client("graduate", graduate=member["id"])
    given = {"phone": "13900139000", "name": "李四", "ethnicity_code": "02"}
    refused = await own.patch(path, json=given, headers=FIRST)
    assert problems(refused)[1:] == (
        "not_editable",
        [("/name", "not_editable"), ("/ethnicity_code", "not_editable")],
    )
    assert (await officer.get(path)).json()["version"] == 1
    moving = await own.patch(path, json={"status": "withdrawn"}, headers=FIRST)
    assert problems(moving)[:2] == (422, "needs_population_change")
    done = await own.patch(path, json={"phone": "13900139000"}, headers=FIRST)
    assert (done.status_code, done.json()["phone"]) == (200, "13900139000")
    newest = (await officer.get(f"{path}/history")).json()["items"][-1]
    assert (newest["source"], newest["by_role"], newest["changed_fields"]) == ("graduate", "graduate", ["phone"])


async def test_a_filled_locked_field_changes_for_a_reason_that_is_kept_sealed(
    officer: httpx.AsyncClient, school: str, member: Json, rows: Rows, cipher: FieldCipher
) -> None:
    path, reason = f"/v1/graduates/{member['id']}", "按学籍系统更正"
    other = {"school_code": school, "cohort": 2024, "student_number": "2", "name": "李四"}
    assert (await officer.post("/v1/graduates", json=other)).status_code == 201
    required = (422, "change_reason_required", [("/change_reason", "change_reason_required")])
    for given, expected in (
        ({"name": "李四"}, required),
        ({"exam_number": None}, required),
        ({"name": "李四", "change_reason": None}, required),
        ({"name": "李四", "change_reason": " "}, (422, "invalid", [("/change_reason", "too_short")])),
        (
            {"phone": "13900139000", "change_reason": "学号 ２０２０００１"},
            (422, "identifying_text", [("/change_reason", "identifying_text")]),
        ),
        ({"student_number": "2"}, (409, "student_number_in_use", [])),
        (
            {"birth_date": "1990-03-08"},
            (422, "birth_date_contradicts_citizen_id", [("/birth_date", "birth_date_contradicts_citizen_id")]),
        ),
    ):
        assert problems(await officer.patch(path, json=given, headers=FIRST)) == expected, given
    # what is given as it is stored changes nothing, and what was empty is filled
    filling = {"name": " 张 三", "birth_date": "1990-03-07"}
    assert (await officer.patch(path, json=filling, headers=FIRST)).json()["version"] == 2
    changing = {"name": "李四", "exam_number": None, "change_reason": reason}
    done = await officer.patch(path, json=changing, headers={"If-Match": '"2"'})
    assert (done.status_code, done.json()["version"], done.json()["exam_number"]) == (200, 3, None)
    assert (await officer.patch(path, json={"phone": "13900139000"}, headers={"If-Match": '"3"'})).status_code == 200

    kept = await rows(
        "SELECT graduate_id, version, sealed_reason, k.id AS key_id, wrapped FROM graduate_versions v"
        " JOIN data_keys k USING (school_code, cohort) WHERE graduate_id = :id ORDER BY version",
        id=member["id"],
    )
    assert [each["sealed_reason"] is None for each in kept] == [True, True, False]
    data = cipher.data_cipher(kept[2]["key_id"], kept[2]["wrapped"])
    assert data.open(REASON, kept[2]["graduate_id"], 3, kept[2]["sealed_reason"]).decode() == reason
    assert reason not in (await officer.get(path)).text


async def test_each_change_has_one_audit_entry(officer: httpx.AsyncClient, graduate: Json, rows: Rows) -> None:
    path = f"/v1/graduates/{graduate['id']}"
    await officer.patch(path, json={"sex_code": "1"}, headers={"If-Match": '"1"'})
    entries = await rows("SELECT action FROM audit_entries WHERE object_id = :id ORDER BY id", id=graduate["id"])
    assert [entry["action"] for entry in entries] == ["graduate.create", "graduate.change"]


async def test_of_writers_at_once_one_wins_and_the_others_are_told(
    client: Client, officer: httpx.AsyncClient, school: str, member: Json, files: Any, runner: OperationRunner
) -> None:
    path, own = f"/v1/graduates/{member['id']}", client("graduate", graduate=member["id"])
    counsellor = client("counsellor", school=school, class_="K1")
    asked = await officer.post("/v1/population-changes", json=wanted(school, [member["id"]], "extend"))
    other = client("school_officer", school=school, subject="who decides")
    line = files.csv([["学号", "姓名", "民族代码"], ["1", "张三", "03"]])
    form = {"school_code": school, "cohort": "2024"}
    sent = await officer.post("/v1/imports/graduates", data=form, files={"file": ("a.csv", line)})
    *patched, approved, _ = await asyncio.gather(
        own.patch(path, json={"phone": "13900139001"}, headers=FIRST),
        counsellor.patch(path, json={"phone": "13900139002"}, headers=FIRST),
        officer.patch(path, json={"phone": "13900139003", "sex_code": "1"}, headers=FIRST),
        other.post(f"{asked.headers['location']}/approve", headers=FIRST),
        runner.run_once(),
    )
    assert (await officer.get(sent.headers["location"])).json()["result"]["updated"] == 1
    won = [door for door, answer in zip(["graduate", "officer", "officer"], patched, strict=True) if answer.is_success]
    assert len(won) <= 1
    assert {answer.status_code for answer in patched} - {200} <= {412, 503}
    assert approved.status_code in {200, 503}
    items = (await own.get(f"{path}/history")).json()["items"]
    wrote = ["officer", *won, "import", *(["population_change"] if approved.is_success else [])]
    assert sorted(each["source"] for each in items) == sorted(wrote)
    values: Json = {}
    for version in items:
        for change in version["changes"]:
            assert values.get(change["field"]) == change["before"]
            values[change["field"]] = change["after"]
    entry = (await own.get(path)).json()
    assert {field: entry[field] for field in values} == values
    assert entry["version"] == len(items)
