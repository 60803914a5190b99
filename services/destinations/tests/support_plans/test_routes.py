"""Support plans over HTTP: who helps whom, one open plan at a time, and what is left of it."""

import asyncio
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest
from acting import rows
from desks import Desk, Seat, code_of
from enrolling import Enrolment, erasure

from common import clock
from common.consuming import Handle
from common.database import Database
from destinations.support.domain import CauseCount, counted
from destinations.support.operations import end_past

Json = dict[str, Any]
SECRET = "家中有病人需要照顾"
PLAN = {
    "causes": ["skills", "hardship"],
    "plan": SECRET,
    "measures": [{"kind": "training", "offered_on": "2026-03-02", "outcome": "已完成"}],
    "contacts": [{"contacted_on": "2026-03-01", "note": "电话约谈"}],
}


@pytest.fixture
def counsellor(seat: Seat) -> Desk:
    return seat("counsellor", school="10001", class_="K1")


async def begin(desk: Desk, graduate_id: Any, **given: Any) -> httpx.Response:
    key = given.pop("once", None)
    return await desk.post(
        "/v1/support-plans",
        {"graduate_id": str(graduate_id), **(PLAN | given)},
        **({} if key is None else {"Idempotency-Key": key}),
    )


async def change(desk: Desk, plan: httpx.Response, **body: Any) -> httpx.Response:
    headers = desk.headers | {"If-Match": plan.headers["etag"]}
    return await desk.http.patch(f"/v1/support-plans/{plan.json()['id']}", json=body, headers=headers)


async def step(desk: Desk, plan: httpx.Response, name: str) -> httpx.Response:
    path = f"/v1/support-plans/{plan.json()['id']}/{name}"
    return await desk.post(path, None, **{"If-Match": plan.headers["etag"]})


async def items(desk: Desk, path: str = "/v1/support-plans", **query: Any) -> list[Json]:
    listed = await desk.get(path, **query)
    assert listed.status_code == 200, listed.text
    found: list[Json] = listed.json()["items"]
    return found


async def test_a_plan_from_its_beginning_to_its_end(
    enrol: Enrolment, seat: Seat, counsellor: Desk, college: Desk, school: Desk, database: Database
) -> None:
    graduate_id = await enrol()
    own = seat("graduate", graduate=graduate_id)
    begun = await begin(counsellor, graduate_id, once="k1")
    assert (begun.status_code, begun.headers["etag"]) == (201, '"1"')
    plan = begun.json()
    assert begun.headers["location"] == f"/v1/support-plans/{plan['id']}"
    assert {name: plan[name] for name in PLAN} == PLAN
    assert (plan["state"], plan["result"], plan["allowed_transitions"]) == ("open", None, ["close"])
    assert (await begin(counsellor, graduate_id, once="k1")).json() == plan
    assert code_of(await begin(college, graduate_id)) == (409, "plan_open")
    for desk in (own, counsellor, college, school):
        assert await items(desk) == await items(desk, state="open", cohort=2024) == [plan]
    assert await items(school, state="closed") == []

    foreign = seat("counsellor", school="10001", class_="K2")
    assert await items(foreign) == []
    assert code_of(await foreign.get(begun.headers["location"])) == (404, "not_found")
    assert code_of(await begin(foreign, uuid4())) == code_of(await begin(foreign, graduate_id))
    assert code_of(await begin(foreign, graduate_id)) == (422, "unknown_graduate")
    assert (
        code_of(await begin(own, graduate_id)) == code_of(await change(own, begun, result="好")) == (403, "forbidden")
    )
    for role, scope in {"auditor": {"school": "10001"}, "provincial_officer": {"province": "410000"}}.items():
        assert code_of(await seat(role, **scope).get("/v1/support-plans")) == (403, "forbidden")
        assert code_of(await seat(role, **scope).get("/v1/support-causes")) == (403, "forbidden")

    changed = await change(college, begun, result="已签约", contacts=None)
    assert changed.status_code == 200, changed.text
    assert changed.json() == plan | {
        "version": 2,
        "result": "已签约",
        "contacts": [],
        "recorded_at": changed.json()["recorded_at"],
    }
    assert code_of(await change(college, begun, result="好")) == (412, "precondition_failed")
    closed = await step(counsellor, changed, "close")
    assert (closed.json()["state"], closed.json()["allowed_transitions"]) == ("closed", ["reopen"])
    assert code_of(await change(college, closed, result="好")) == (409, "transition_not_allowed")
    assert code_of(await step(college, closed, "close")) == (409, "transition_not_allowed")
    other = await begin(college, graduate_id, causes=["other"])
    assert other.status_code == 201, other.text
    assert code_of(await step(counsellor, closed, "reopen")) == (409, "plan_open")
    assert (await step(school, other, "close")).status_code == 200
    assert (await step(counsellor, closed, "reopen")).json()["state"] == "open"
    stored = [
        *await rows(database, "SELECT * FROM support_plans"),
        *await rows(database, "SELECT * FROM audit_entries"),
    ]
    assert not any(word in str([*row]) for row in stored for word in (SECRET, "skills"))


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"causes": ["nonsense"]}, "/causes/0"),
        ({"measures": [{"kind": "nonsense", "offered_on": "2026-03-02"}]}, "/measures/0/kind"),
    ],
)
async def test_codes_are_those_of_the_lists(enrol: Enrolment, school: Desk, body: Json, pointer: str) -> None:
    refused = await begin(school, await enrol(), **body)
    assert code_of(refused) == (422, "invalid")
    assert [(each["pointer"], each["rule"]) for each in refused.json()["errors"]] == [(pointer, "unknown_code")]


def test_causes_are_counted_once_a_graduate() -> None:
    one, two, three = (uuid4() for _ in range(3))
    named: Any = {one: ("C02", {"skills", "family"}), two: ("C01", {"skills"}), three: (None, {"skills"})}
    assert counted(named) == [
        CauseCount("C01", "skills", 1),
        CauseCount("C02", "family", 1),
        CauseCount("C02", "skills", 1),
        CauseCount(None, "skills", 1),
    ]


async def test_causes_by_college_and_major(
    enrol: Enrolment, seat: Seat, school: Desk, college: Desk, counsellor: Desk
) -> None:
    first, second = await enrol(), await enrol(college_code="C02", major_code="M02", class_code="K2")
    closed = await step(school, await begin(school, first, causes=["skills"]), "close")
    assert closed.status_code == 200
    await begin(school, first, causes=["skills", "family"])
    await begin(school, second, causes=["skills"])
    of_first = [{"group": {"college": "C01"}, "cause": each, "graduates": 1} for each in ("family", "skills")]
    of_second = {"group": {"college": "C02"}, "cause": "skills", "graduates": 1}
    path = "/v1/support-causes"
    assert await items(school, path, by="college", school="10001", cohort=2024) == [*of_first, of_second]
    assert await items(college, path) == await items(counsellor, path) == of_first
    assert [each["group"] for each in await items(school, path, by="major")] == [{"major": "M01"}] * 2 + [
        {"major": "M02"}
    ]
    page = (await school.get(path, limit=2)).json()
    assert page["items"] == of_first
    assert await items(school, path, limit=2, cursor=page["next_cursor"]) == [of_second]
    assert await items(school, path, cohort=2023) == []


async def test_of_several_beginnings_one_wins(enrol: Enrolment, school: Desk, college: Desk, counsellor: Desk) -> None:
    graduate_id = await enrol()
    found = await asyncio.gather(*(begin(desk, graduate_id) for desk in (school, college, counsellor) * 4))
    assert sorted(each.status_code for each in found) == [201] + [409] * 11


async def test_nothing_is_left_of_an_erased_person_and_of_what_is_past_its_day(
    enrol: Enrolment, school: Desk, apply: Handle, database: Database
) -> None:
    gone, old, young = await enrol(), await enrol(cohort=2020), await enrol(cohort=clock.today().year)
    for each in (gone, old, young):
        assert (await begin(school, each)).status_code == 201
    await apply([erasure(gone)])
    assert code_of(await begin(school, gone)) == (409, "erased_person")
    assert await end_past(database, part=1) == 1
    assert [each["graduate_id"] for each in await items(school)] == [str(young)]
    ended = await rows(database, "SELECT detail FROM audit_entries WHERE action = 'retention.end'")
    assert [each.detail for each in ended] == [{"count": 1}]


async def test_the_database_holds_one_open_plan(enrol: Enrolment, school: Desk, database: Database) -> None:
    graduate_id = await enrol()
    assert (await begin(school, graduate_id)).status_code == 201
    again = "INSERT INTO support_plans (school_code, cohort, graduate_id, content_cipher)"
    with pytest.raises(asyncpg.UniqueViolationError):
        await rows(database, f"{again} VALUES ('10001', 2024, '{graduate_id}', 'x')")
