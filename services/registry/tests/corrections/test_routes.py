"""The life of a correction over HTTP: asked, read, decided, and what becomes of the entry."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from typing import Any

import asyncpg
import httpx
import pytest

from common import clock
from common.contracts import ChangeToken
from testing.databases import ServiceDatabase

Json = dict[str, Any]
Client = Callable[..., httpx.AsyncClient]
Rows = Callable[..., Awaitable[list[Json]]]

PATH = "/v1/corrections"
FIRST = {"If-Match": '"1"'}
CANARY = "金丝雀县人民医院分院"


def wanted(entry: Json, field: str, value: object, **further: object) -> Json:
    return {"graduate_id": entry["id"], "field": field, "value": value, "reason": "与协议不符", **further}


def shown(answer: httpx.Response) -> tuple[int, str | None, list[tuple[str, str]]]:
    body = answer.json()
    return answer.status_code, body.get("code"), [(each["pointer"], each["rule"]) for each in body.get("errors", ())]


async def accesses(graduate: httpx.AsyncClient) -> list[tuple[str, str | None, list[str]]]:
    """What the graduate sees of who read the own data, oldest first."""
    items = (await graduate.get("/v1/accesses")).json()["items"]
    return [(each["kind"], each["purpose"], each["fields"]) for each in reversed(items)]


async def test_a_graduate_asks_and_an_officer_of_the_college_decides(
    client: Client,
    oneself: httpx.AsyncClient,
    college: httpx.AsyncClient,
    officer: httpx.AsyncClient,
    entry: Json,
    school: str,
    rows: Rows,
) -> None:
    body = wanted(entry, "commissioning_unit", CANARY)
    key = {"Idempotency-Key": "ask"}
    asked = await oneself.post(PATH, json=body, headers=key)
    made = asked.json()
    path = asked.headers["location"]
    assert (asked.status_code, path, asked.headers["etag"]) == (201, f"{PATH}/{made['id']}", '"1"')
    assert made == {
        **body,
        **dict.fromkeys(("decided_by_role", "decided_at", "decision_reason", "change_token")),
        **{name: made[name] for name in ("id", "requested_at", "due_on")},
        "before": "某某市第一人民医院",
        "version": 1,
        "state": "open",
        "school_code": school,
        "cohort": 2024,
        "college_code": "C1",
        "proofs": [],
        "requested_by_role": "graduate",
        "allowed_transitions": ["withdraw"],
    }
    assert date.fromisoformat(made["due_on"]) - clock.day_in_shanghai(clock.now()) == timedelta(5)
    assert (await oneself.post(PATH, json=body, headers=key)).json() == made
    assert shown(await oneself.post(PATH, json=body))[:2] == (409, "correction_open")

    (listed,) = (await college.get(PATH)).json()["items"]
    assert (listed["value"], listed["before"]) == ("金丝雀县人民***", "某某市第一人***")
    read = (await college.get(path)).json()
    # who decides must see it, and what the entry held is opened by its own door
    assert (read["value"], read["before"]) == (CANARY, "某某市第一人***")
    assert read["allowed_transitions"] == ["approve", "refuse"]
    auditor = (await client("auditor", school=school).get(path)).json()
    assert (auditor["value"], auditor["allowed_transitions"]) == ("金丝雀县人民***", [])
    assert await accesses(oneself) == [("reveal", "correction", ["commissioning_unit"])]

    approved = await college.post(f"{path}/approve", json={}, headers=FIRST | {"Idempotency-Key": "approve"})
    done = approved.json()
    assert (approved.status_code, done["state"], done["version"]) == (200, "approved", 2)
    # no event shows such a unit
    assert (done["decided_by_role"], done["change_token"], done["value"]) == (
        "college_officer",
        None,
        "金丝雀县人民***",
    )
    changed = (await oneself.get(f"/v1/graduates/{entry['id']}")).json()
    assert (changed["commissioning_unit"], changed["version"]) == (CANARY, 2)
    history = (await oneself.get(f"/v1/graduates/{entry['id']}/history")).json()["items"]
    assert [(each["source"], each["by_role"]) for each in history][1:] == [("correction", "college_officer")]
    told = (await oneself.get(f"/v1/graduates/{entry['id']}/notices")).json()["items"]
    assert [each["kind"] for each in told] == ["correction_decided"]
    ended = await officer.post(f"{path}/refuse", json={"reason": "不符"}, headers={"If-Match": '"2"'})
    assert (shown(ended)[:2], ended.json()["state"]) == ((409, "transition_not_allowed"), "approved")
    stored = [str(await rows(f"SELECT * FROM {table}")) for table in ("corrections", "audit_entries", "outbox")]
    assert not any("金丝雀" in each for each in stored)


async def test_a_field_of_the_register_takes_the_school_and_a_basis(
    oneself: httpx.AsyncClient, college: httpx.AsyncClient, officer: httpx.AsyncClient, entry: Json
) -> None:
    path = (await oneself.post(PATH, json=wanted(entry, "name", "张叁"))).headers["location"]
    seen = (await college.get(path)).json()
    assert (seen["value"], seen["allowed_transitions"]) == ("张***", [])
    assert (await college.post(f"{path}/approve", json={"basis": "公安更名证明"}, headers=FIRST)).status_code == 403
    assert (await college.post(f"{path}/refuse", json={"reason": "不符"}, headers=FIRST)).status_code == 403
    assert (await oneself.post(f"{path}/approve", json={"basis": "本人"}, headers=FIRST)).status_code == 403
    assert shown(await officer.post(f"{path}/approve", json={}))[:2] == (428, "precondition_required")
    lacking = await officer.post(f"{path}/approve", json={}, headers=FIRST)
    assert shown(lacking) == (422, "basis_required", [("/basis", "basis_required")])
    numbered = await officer.post(f"{path}/approve", json={"basis": "证 410102199209"}, headers=FIRST)
    assert shown(numbered)[2] == [("/basis", "identifying_text")]
    done = (await officer.post(f"{path}/approve", json={"basis": "公安更名证明"}, headers=FIRST)).json()
    assert (done["state"], done["decision_reason"]) == ("approved", "公安更名证明")
    token = ChangeToken.decode(done["change_token"])
    assert (token.key, token.sequence) == (entry["id"], 2)
    assert (await oneself.get(f"/v1/graduates/{entry['id']}")).json()["name"] == "张叁"


async def test_what_changed_since_is_outdated_and_asked_anew(
    oneself: httpx.AsyncClient, officer: httpx.AsyncClient, entry: Json
) -> None:
    body = wanted(entry, "campus", "西校区")
    path = (await oneself.post(PATH, json=body)).headers["location"]
    graduate = f"/v1/graduates/{entry['id']}"
    # another field is no reason
    assert (await officer.patch(graduate, json={"qualification": "教师"}, headers=FIRST)).is_success
    assert (await officer.patch(graduate, json={"campus": "北校区"}, headers={"If-Match": '"2"'})).is_success
    outdated = await officer.post(f"{path}/approve", json={}, headers=FIRST)
    assert shown(outdated) == (409, "outdated", [("/field", "field_changed")])
    refused = await officer.post(f"{path}/refuse", json={"reason": "已更正"}, headers=FIRST)
    assert (refused.json()["state"], refused.json()["decision_reason"]) == ("refused", "已更正")
    path = (await oneself.post(PATH, json=body)).headers["location"]
    assert (await officer.post(f"{path}/withdraw", headers=FIRST)).status_code == 403
    assert (await oneself.post(f"{path}/withdraw", headers=FIRST)).json()["state"] == "withdrawn"
    assert (await oneself.get(graduate)).json()["campus"] == "北校区"


async def test_a_number_that_is_taken_meanwhile_is_outdated(
    oneself: httpx.AsyncClient, officer: httpx.AsyncClient, entry: Json, school: str
) -> None:
    path = (await oneself.post(PATH, json=wanted(entry, "student_number", "2"))).headers["location"]
    other = {"school_code": school, "cohort": 2024, "student_number": "2", "name": "李四"}
    assert (await officer.post("/v1/graduates", json=other)).status_code == 201
    outdated = await officer.post(f"{path}/approve", json={"basis": "学籍卡"}, headers=FIRST)
    assert shown(outdated) == (409, "outdated", [("/value", "student_number_in_use")])
    again = await oneself.post(PATH, json=wanted(entry, "student_number", "2"))
    assert shown(again)[:2] == (409, "student_number_in_use")


@pytest.mark.parametrize(
    ("field", "value", "further", "answer"),
    [
        ("phone", "13800138000", {}, (422, "correction_not_needed", [("/field", "correction_not_needed")])),
        ("status", "extended", {}, (422, "needs_population_change", [("/field", "needs_population_change")])),
        ("age", "20", {}, (422, "invalid", [("/field", "unknown_field")])),
        ("education_level_code", "39", {}, (422, "needs_population_change", [("/value", "needs_population_change")])),
        ("citizen_id", "410102199209116239", {}, (422, "invalid", [("/value", "citizen_id_check_digit")])),
        ("birth_date", "1992-09-12", {}, (422, None, [("/value", "birth_date_contradicts_citizen_id")])),
        ("birth_date", "12.9.1992", {}, (422, "invalid", None)),
        ("higher_vocational", "是", {}, (422, "invalid", None)),
        ("ethnicity_code", "999", {}, (422, "invalid", [("/value", "unknown_code")])),
        ("college_code", "C9", {}, (422, "invalid", [("/value", "unknown_unit")])),
        ("name", None, {}, (422, "invalid", [("/value", "wrong_type")])),
        ("campus", "东校区", {}, (422, "invalid", [("/value", "same_value")])),
        ("campus", "西校区", {"reason": "13800138000"}, (422, "identifying_text", [("/reason", "identifying_text")])),
    ],
)
async def test_what_a_patch_would_not_take_is_not_asked(
    oneself: httpx.AsyncClient, entry: Json, field: str, value: object, further: Json, answer: tuple[int, Any, Any]
) -> None:
    refused = shown(await oneself.post(PATH, json=wanted(entry, field, value, **further)))
    assert refused[0] == answer[0]
    assert answer[1] in {None, refused[1]}
    assert [pointer for pointer, _ in refused[2]] == [pointer for pointer, _ in answer[2] or [("/value", "")]]
    assert answer[2] in (None, refused[2])


@pytest.mark.parametrize(
    ("role", "scope", "read", "ask"),
    [
        ("school_officer", {"school": "OWN"}, 200, 403),
        ("school_officer", {"school": "10001"}, 404, 404),
        ("college_officer", {"school": "OWN", "college": "C1"}, 200, 403),
        ("college_officer", {"school": "OWN", "college": "C2"}, 404, 404),
        ("auditor", {}, 200, 404),
        ("counsellor", {"school": "OWN", "class_": "K1"}, 403, 404),
        ("admin", {}, 403, 403),
        ("provincial_officer", {"province": "410000"}, 403, 403),
        ("provincial_officer", {"province": "420000"}, 404, 404),
        ("graduate", {"graduate": "8e5f7c2e-9f5d-4f7a-9a59-0f0f0f0f0f0f"}, 404, 422),
    ],
)
async def test_each_role_reads_in_its_scope_and_graduates_alone_ask(
    client: Client, oneself: httpx.AsyncClient, entry: Json, school: str, role: str, scope: Json, read: int, ask: int
) -> None:
    body = wanted(entry, "campus", "西校区")
    path = (await oneself.post(PATH, json=body)).headers["location"]
    caller = client(role, **{name: school if value == "OWN" else value for name, value in scope.items()})
    assert (await caller.get(path)).status_code == read
    assert (await caller.post(PATH, json=body)).status_code == ask
    listed = await caller.get(PATH, params={"school": school})
    assert listed.status_code == 403 or len(listed.json()["items"]) == (1 if read == 200 else 0)
    if read != 200:
        assert (await caller.post(f"{path}/approve", json={}, headers=FIRST)).status_code == read
        assert (await caller.post(f"{path}/withdraw", headers=FIRST)).status_code == read


async def test_a_correction_goes_to_another_college_with_its_graduate(
    client: Client,
    oneself: httpx.AsyncClient,
    college: httpx.AsyncClient,
    officer: httpx.AsyncClient,
    entry: Json,
    school: str,
) -> None:
    path = (await oneself.post(PATH, json=wanted(entry, "campus", "西校区"))).headers["location"]
    moved = await officer.patch(f"/v1/graduates/{entry['id']}", json={"college_code": "C2"}, headers=FIRST)
    assert moved.status_code == 200
    assert (await college.get(PATH)).json()["items"] == []
    assert (await college.get(path)).status_code == 404
    assert (await college.post(f"{path}/approve", json={}, headers=FIRST)).status_code == 404
    new = client("college_officer", school=school, college="C2")
    (listed,) = (await new.get(PATH)).json()["items"]
    assert listed["college_code"] == "C1"
    assert (await new.post(f"{path}/approve", json={}, headers=FIRST)).json()["state"] == "approved"


async def test_what_waits_too_long_is_found(
    oneself: httpx.AsyncClient, officer: httpx.AsyncClient, entry: Json, addresses: ServiceDatabase
) -> None:
    late, other = [
        (await oneself.post(PATH, json=wanted(entry, field, value))).json()["id"]
        for field, value in (("campus", "西校区"), ("qualification", "教师"))
    ]
    owner = await asyncpg.connect(addresses.owner_url)
    await owner.execute("UPDATE corrections SET due_on = '2024-07-01' WHERE id = $1", late)
    with pytest.raises(asyncpg.UniqueViolationError):
        await owner.execute("UPDATE corrections SET field = 'campus' WHERE id = $1", other)
    with pytest.raises(asyncpg.CheckViolationError):
        await owner.execute(
            "UPDATE corrections SET state = 'approved', decided_by = requested_by, decided_at = now() WHERE id = $1",
            late,
        )
    await owner.close()
    found = (await officer.get(PATH, params={"overdue": "true"})).json()["items"]
    assert [each["id"] for each in found] == [late]
    found = (await officer.get(PATH, params={"overdue": "false", "state": "open"})).json()["items"]
    assert [each["id"] for each in found] == [other]


async def test_of_two_acts_at_once_one_wins_and_the_other_is_told(
    client: Client, oneself: httpx.AsyncClient, officer: httpx.AsyncClient, entry: Json, school: str
) -> None:
    body = wanted(entry, "campus", "西校区")
    asked = await asyncio.gather(*(oneself.post(PATH, json=body) for _ in range(3)))
    assert sorted(each.status_code for each in asked) == [201, 409, 409]
    path = next(each.headers["location"] for each in asked if each.status_code == 201)
    second = client("school_officer", school=school, subject="another")
    decided = await asyncio.gather(
        officer.post(f"{path}/approve", json={}, headers=FIRST),
        second.post(f"{path}/refuse", json={"reason": "不符"}, headers=FIRST),
        oneself.post(f"{path}/withdraw", headers=FIRST),
    )
    assert sorted(each.status_code for each in decided) == [200, 412, 412]

    graduate = f"/v1/graduates/{entry['id']}"
    before = (await oneself.get(graduate)).json()
    path = (await oneself.post(PATH, json=wanted(entry, "campus", "南校区"))).headers["location"]
    patched, approved = await asyncio.gather(
        second.patch(graduate, json={"campus": "北校区"}, headers={"If-Match": f'"{before["version"]}"'}),
        officer.post(f"{path}/approve", json={}, headers=FIRST),
    )
    outcomes = {(200, 409): "北校区", (412, 200): "南校区"}
    campus = outcomes[patched.status_code, approved.status_code]
    after = (await oneself.get(graduate)).json()
    assert (after["campus"], after["version"]) == (campus, before["version"] + 1)
