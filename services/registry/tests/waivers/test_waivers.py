"""Waivers by two people: whom they cover, up to which share, in whose report, and until when."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import asyncpg
import httpx
import pytest

from common import clock
from testing.databases import ServiceDatabase

Json = dict[str, Any]
Client = Callable[..., httpx.AsyncClient]

PATH = "/v1/waivers"
FIRST = {"If-Match": '"1"'}


@pytest.fixture
async def people(admin: httpx.AsyncClient, officer: httpx.AsyncClient, school: str) -> list[str]:
    """Three graduates of C1 and one of C2, none with a phone."""
    for code in ("C1", "C2"):
        made = await admin.post(f"/v1/schools/{school}/colleges", json={"code": code, "name": f"学院{code}"})
        assert made.status_code == 201
    entered = []
    for number, college in (("1", "C1"), ("2", "C1"), ("3", "C1"), ("4", "C2")):
        body = {
            "school_code": school,
            "cohort": 2024,
            "student_number": number,
            "name": "张三",
            "college_code": college,
        }
        answer = await officer.post("/v1/graduates", json=body)
        assert answer.status_code == 201, answer.text
        entered.append(str(answer.json()["id"]))
    return entered


def wanted(school: str, **given: object) -> Json:
    stated = {"school_code": school, "cohort": 2024, "rule_id": "phone_missing", "reason": "在校外实习，暂无手机号"}
    return {**stated, "expires_on": f"{clock.today() + timedelta(days=30)}", **given}


async def waived(client: Client, school: str, **given: object) -> Json:
    """The waiver after one officer has asked for it and another one has approved it."""
    one, other = (client("school_officer", school=school, subject=name) for name in ("who asks", "who decides"))
    asked = await one.post(PATH, json=wanted(school, **given))
    assert asked.status_code == 201, asked.text
    approved = await other.post(f"{asked.headers['location']}/approve", headers=FIRST)
    assert approved.status_code == 200, approved.text
    return dict(approved.json())


async def phones(caller: httpx.AsyncClient, school: str, **query: str) -> tuple[Any, ...]:
    answer = await caller.get("/v1/quality-report", params={"school": school, "cohort": "2024", **query})
    found = {each["rule"]: each for each in answer.json()["findings"]}["phone_missing"]
    return tuple(found[name] for name in ("checked", "broken", "waived", "share", "tolerance", "state"))


async def test_a_waiver_covers_exactly_its_graduates_in_every_report(
    client: Client, officer: httpx.AsyncClient, people: list[str], school: str
) -> None:
    assert await phones(officer, school) == (4, 4, 0, "100.00", "2.00", "warning")
    stored = await waived(client, school, graduate_ids=[people[1], people[0]])
    assert (stored["state"], stored["graduate_ids"], stored["tolerance"]) == ("approved", [people[1], people[0]], None)
    assert await phones(officer, school) == (4, 4, 2, "50.00", "2.00", "warning")
    assert await phones(officer, school, college="C1") == (3, 3, 2, "33.33", "2.00", "warning")
    # once more, and of another rule: covered is covered, and nobody else is
    await waived(client, school, graduate_ids=[people[0], people[3]])
    await waived(client, school, graduate_ids=[people[2]], rule_id="phone_shared")
    assert await phones(officer, school) == (4, 4, 3, "25.00", "2.00", "warning")
    body = {"school_code": school, "cohort": 2024, "student_number": "5", "name": "李四", "college_code": "C1"}
    assert (await officer.post("/v1/graduates", json=body)).status_code == 201
    assert await phones(officer, school) == (5, 5, 3, "40.00", "2.00", "warning")


async def test_a_tolerance_holds_in_one_report(
    client: Client, officer: httpx.AsyncClient, people: list[str], school: str
) -> None:
    await waived(client, school, graduate_ids=people[:3])
    await waived(client, school, tolerance=25)
    assert await phones(officer, school) == (4, 4, 3, "25.00", "25.00", "ok")
    assert await phones(officer, school, college="C2") == (1, 1, 0, "100.00", "2.00", "warning")
    for share in ("99.99", "100", "3.5"):
        await waived(client, school, tolerance=share, college_code="C2")
    assert await phones(officer, school, college="C2") == (1, 1, 0, "100.00", "100.00", "ok")
    assert await phones(client("college_officer", school=school, college="C2"), school) == (
        *(1, 1, 0, "100.00"),
        *("100.00", "ok"),
    )
    counsellor = client("counsellor", school=school, class_="K1", college="C2")
    assert (await phones(counsellor, school))[4] == "2.00"


async def test_an_expired_waiver_does_not_count(
    client: Client, officer: httpx.AsyncClient, people: list[str], school: str, addresses: ServiceDatabase
) -> None:
    stored = await waived(client, school, graduate_ids=people[:1], expires_on=f"{clock.today()}")
    raised = await waived(client, school, tolerance=80)
    assert await phones(officer, school) == (4, 4, 1, "75.00", "80.00", "ok")
    owner = await asyncpg.connect(addresses.owner_url)
    yesterday = clock.today() - timedelta(days=1)
    for each in (stored, raised):
        await owner.execute("UPDATE waivers SET expires_on = $2 WHERE id = $1", each["id"], yesterday)
    assert await phones(officer, school) == (4, 4, 0, "100.00", "2.00", "warning")
    late = await officer.post(PATH, json=wanted(school, tolerance=50))
    await owner.execute("UPDATE waivers SET expires_on = $2 WHERE id = $1", late.json()["id"], yesterday)
    await owner.close()
    decider = client("school_officer", school=school, subject="who decides")
    refused = await decider.post(f"{late.headers['location']}/approve", headers=FIRST)
    assert (refused.status_code, refused.json()["code"], refused.json()["errors"][0]["rule"]) == (
        *(409, "outdated"),
        "expired",
    )


async def test_who_has_changed_college_is_waived_no_more_in_it(
    client: Client, officer: httpx.AsyncClient, people: list[str], school: str
) -> None:
    body = wanted(school, graduate_ids=people[:2], college_code="C1")
    asked = await officer.post(PATH, json=body)
    moved = await officer.patch(f"/v1/graduates/{people[1]}", json={"college_code": "C2"}, headers=FIRST)
    assert (asked.status_code, moved.status_code) == (201, 200), moved.text
    decider = client("school_officer", school=school, subject="who decides")
    refused = await decider.post(f"{asked.headers['location']}/approve", headers=FIRST)
    assert (refused.status_code, refused.json()["code"]) == (409, "outdated")
    assert [(each["pointer"], each["rule"]) for each in refused.json()["errors"]] == [
        ("/graduate_ids/1", "unknown_graduate")
    ]


async def test_two_people_decide(client: Client, officer: httpx.AsyncClient, people: list[str], school: str) -> None:
    asked = await officer.post(PATH, json=wanted(school, graduate_ids=people[:1]), headers={"Idempotency-Key": "k1"})
    again = await officer.post(PATH, json=wanted(school, graduate_ids=people[:1]), headers={"Idempotency-Key": "k1"})
    assert (again.status_code, again.json()["id"]) == (201, asked.json()["id"])
    path, stated = asked.headers["location"], asked.json()
    assert (stated["state"], stated["version"], stated["requested_by_role"]) == ("open", 1, "school_officer")
    assert date.fromisoformat(stated["due_on"]) - clock.today() in (timedelta(days=30), timedelta(days=5))
    assert await phones(officer, school) == (4, 4, 0, "100.00", "2.00", "warning")
    same = await officer.post(f"{path}/approve", headers=FIRST)
    assert (same.status_code, same.json()["code"]) == (409, "same_reviewer")
    decider = client("school_officer", school=school, subject="who decides")
    assert (await decider.post(f"{path}/approve")).status_code == 428
    assert (await decider.post(f"{path}/approve", headers={"If-Match": '"7"'})).status_code == 412
    assert (await decider.post(f"{path}/withdraw", headers=FIRST)).status_code == 403
    told = await decider.post(f"{path}/refuse", json={"reason": "学号 2020001 的手机号已有"}, headers=FIRST)
    assert (told.status_code, told.json()["code"]) == (422, "identifying_text")
    refused = await decider.post(f"{path}/refuse", json={"reason": "请补录手机号"}, headers=FIRST)
    assert (refused.status_code, refused.json()["state"], refused.json()["version"]) == (200, "refused", 2)
    ended = await officer.post(f"{path}/withdraw", headers={"If-Match": '"2"'})
    assert (ended.status_code, ended.json()["code"]) == (409, "transition_not_allowed")
    other = await officer.post(PATH, json=wanted(school, tolerance=5))
    back = await officer.post(f"{other.headers['location']}/withdraw", headers=FIRST)
    assert back.json()["state"] == "withdrawn"
    listed = (await decider.get(PATH, params={"school": school})).json()["items"]
    assert [each["id"] for each in listed] == [stated["id"], other.json()["id"]]
    assert (await decider.get(path)).json()["decision_reason"] == "请补录手机号"


@pytest.mark.parametrize(
    ("given", "pointer", "rule"),
    [
        ({}, "/tolerance", "required"),
        ({"tolerance": 5, "graduate_ids": ["1"]}, "/tolerance", "must_be_empty"),
        ({"tolerance": 5, "rule_id": "phone_format"}, "/rule_id", "unknown_rule"),
        ({"graduate_ids": ["1"], "rule_id": "size_change"}, "/graduate_ids", "must_be_empty"),
        ({"tolerance": 5, "rule_id": "entered_late", "college_code": "C1"}, "/college_code", "must_be_empty"),
        ({"tolerance": 5, "college_code": "C9"}, "/college_code", "unknown_unit"),
        ({"graduate_ids": ["1", "1"]}, "/graduate_ids/1", "repeated"),
        ({"graduate_ids": ["1", "OTHER"]}, "/graduate_ids/1", "unknown_graduate"),
        ({"graduate_ids": ["1", "4"], "college_code": "C1"}, "/graduate_ids/1", "unknown_graduate"),
        ({"tolerance": 5, "expires_on": "2024-07-01"}, "/expires_on", "expired"),
        ({"tolerance": 100.5}, "/tolerance", None),
        ({"tolerance": 5, "reason": "见 13800138000"}, "/reason", "identifying_text"),
    ],
)
async def test_what_is_refused(
    officer: httpx.AsyncClient, people: list[str], school: str, given: Json, pointer: str, rule: str | None
) -> None:
    ids = {"OTHER": "00000000-0000-4000-8000-000000000000", **{f"{at}": each for at, each in enumerate(people, 1)}}
    if "graduate_ids" in given:
        given = {**given, "graduate_ids": [ids[each] for each in given["graduate_ids"]]}
    answer = await officer.post(PATH, json=wanted(school, **given))
    assert answer.status_code == 422, answer.text
    assert answer.json()["code"] == (rule if rule in ("identifying_text", "unknown_graduate") else "invalid")
    error = answer.json()["errors"][0]
    assert (error["pointer"], rule or error["rule"]) == (pointer, error["rule"])


async def test_a_college_officer_stays_within_the_own_college(
    client: Client, officer: httpx.AsyncClient, people: list[str], school: str
) -> None:
    caller = client("college_officer", school=school, college="C1", subject="of the college")
    asked = await caller.post(PATH, json=wanted(school, graduate_ids=people[:1]))
    assert (asked.status_code, asked.json()["college_code"]) == (201, "C1")
    assert (await caller.post(PATH, json=wanted(school, tolerance=5, college_code="C1"))).status_code == 201
    assert (await caller.post(PATH, json=wanted(school, tolerance=5))).status_code == 404
    assert (await caller.post(PATH, json=wanted(school, tolerance=5, college_code="C2"))).status_code == 404
    assert (await caller.post(PATH, json=wanted(school, graduate_ids=people[3:]))).status_code == 422
    assert (await caller.post(f"{asked.headers['location']}/approve", headers=FIRST)).status_code == 403
    of_school = await officer.post(PATH, json=wanted(school, tolerance=5))
    assert (await caller.get(of_school.headers["location"])).status_code == 404
    assert len((await caller.get(PATH)).json()["items"]) == 2
    for role, scope, status in (
        ("auditor", {"school": school}, 200),
        ("auditor", {"school": "10001"}, 404),
        ("school_officer", {"school": "10001"}, 404),
        ("college_officer", {"school": school, "college": "C2"}, 404),
        ("counsellor", {"school": school, "class_": "K1"}, 403),
        ("provincial_officer", {"province": "410000"}, 403),
        ("admin", {}, 403),
        ("graduate", {"graduate": people[0]}, 404),
    ):
        assert (await client(role, **scope).get(asked.headers["location"])).status_code == status, (role, scope)


async def test_the_database_holds_the_two_people_against_any_writer(
    officer: httpx.AsyncClient, people: list[str], school: str, addresses: ServiceDatabase
) -> None:
    asked = (await officer.post(PATH, json=wanted(school, graduate_ids=people[:1]))).json()["id"]
    owner = await asyncpg.connect(addresses.owner_url)
    for values in (
        "state = 'approved'",
        "state = 'approved', decided_by = requested_by, decided_at = now()",
        "tolerance = 101",
    ):
        with pytest.raises(asyncpg.CheckViolationError):
            await owner.execute(f"UPDATE waivers SET {values} WHERE id = $1", asked)
    await owner.close()
