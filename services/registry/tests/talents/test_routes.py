"""The life of a profile and of contacts over HTTP: what employers see, what a graduate gives, what is left."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import text

from common.auth import SYSTEM
from common.database import Database
from registry.talents.commands import expire_contacts

Json = dict[str, Any]
Client = Callable[..., httpx.AsyncClient]
ReadRows = Callable[..., Awaitable[list[dict[str, Any]]]]

PROFILE = {"skills": ["会计", "英语六级"], "regions": ["410100"], "industries": ["32"], "positions": ["13"]}
ASKED = {
    "employer_name": "某某科技有限公司",
    "employer_uscc": "91110000600037341L",
    "message": "诚邀面谈",
    "reply_to": "hr@example.cn",
}
PROVINCES = iter(("460000", "630000", "640000", "540000", "650000", "530000"))


@pytest.fixture
async def people(admin: httpx.AsyncClient, client: Client) -> tuple[str, list[Json]]:
    """A school in a province of its own with five graduates of one level: three of one major, two of others."""
    code = str(91_000 + int(uuid4().int % 8_000))
    answer = await admin.post("/v1/schools", json={"code": code, "name": "山海大学", "province_code": next(PROVINCES)})
    assert answer.status_code == 201, answer.text
    officer = client("school_officer", school=code)
    for major in ("080902", "080901", "081001"):
        await officer.post(f"/v1/schools/{code}/majors", json={"code": major, "name": f"专业{major}"})
    found = []
    for number, major in enumerate(("080902", "080902", "080902", "080901", "081001")):
        body = {
            "school_code": code, "cohort": 2026, "student_number": str(number), "name": f"张三{number}",
            "phone": "13800138000", "major_code": major, "education_level_code": "31", "sex_code": "1",
        }  # fmt: skip
        entered = await officer.post("/v1/graduates", json=body)
        assert entered.status_code == 201, entered.text
        found.append(dict(entered.json()))
    return code, found


async def published(client: Client, graduate: Json, **content: object) -> Json:
    own = client("graduate", graduate=graduate["id"])
    consent = (await own.get("/v1/consent-texts/talent-pool")).json()
    body = {"consent_version": consent["version"], **PROFILE, **content}
    answer = await own.put(f"/v1/graduates/{graduate['id']}/talent-profile", json=body)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def test_a_profile_from_consent_to_contact_and_back(
    client: Client, people: tuple[str, list[Json]], rows: ReadRows
) -> None:
    code, graduates = people
    first = graduates[0]
    own, employer = client("graduate", graduate=first["id"]), client("employer", employer=(employer_id := uuid4()))
    path = f"/v1/graduates/{first['id']}/talent-profile"
    outdated = await own.put(path, json={"consent_version": "2020-01-01", **PROFILE})
    assert (outdated.status_code, outdated.json()["code"]) == (422, "consent_outdated")
    profile = await published(client, first)
    assert (await own.get(path)).json() == profile

    search = {"cohort": "2026", "education_level": "31", "region": "410100"}
    [shown] = (await employer.get("/v1/talents", params=search)).json()["items"]
    # five share the level, three the major, four its first four digits, five the first two
    assert (shown["profile_id"], shown["major"]) == (profile["profile_id"], "08")
    assert shown.keys() == {
        *("profile_id", "cohort", "education_level_code", "province_code", "major", "skills", "regions", "industries"),
        *("positions", "available_from"),
    }
    assert code not in str(shown)
    # digits that are not shown decide nothing
    for major, hits in (("08", 1), ("0809", 0), ("080902", 0)):
        found = (await employer.get("/v1/talents", params={**search, "major": major})).json()["items"]
        assert len(found) == hits, major
    accesses = (await own.get("/v1/accesses")).json()["items"]
    assert {(each["kind"], each["role"], each["unit"]) for each in accesses} == {
        ("talent_shown", "employer", str(employer_id))
    }
    named = {"major_code" if name == "major" else name for name in shown.keys() - {"profile_id"}}
    assert all(set(each["fields"]) == named for each in accesses)

    door = f"/v1/talents/{profile['profile_id']}/contact-requests"
    wrong = await employer.post(door, json={**ASKED, "employer_uscc": "91110000600037341X"})
    assert (wrong.status_code, wrong.json()["errors"][0]["rule"]) == (422, "uscc_format")
    asked = await employer.post(door, json=ASKED)
    assert (asked.status_code, asked.json()["state"]) == (201, "open"), asked.text
    again = await employer.post(door, json=ASKED)
    assert (again.status_code, again.json()["code"]) == (409, "contact_open")
    kinds = [each["kind"] for each in (await own.get(f"/v1/graduates/{first['id']}/notices")).json()["items"]]
    assert kinds == ["contact_requested"]

    place = f"/v1/contact-requests/{asked.json()['id']}"
    assert (await client("employer", employer=uuid4()).get(place)).status_code == 404
    assert (await client("graduate", graduate=graduates[1]["id"]).get(place)).status_code == 404
    assert (await client("school_officer", school=code).get(place)).status_code == 403
    assert (await own.get("/v1/contact-requests")).json()["items"][0]["message"] == ASKED["message"]
    accepted = await own.post(f"{place}/accept", json={"share": ["name", "email"]})
    given = {"name": "张三0", "phone": None, "email": None}
    assert (accepted.json()["state"], accepted.json()["shared"]) == ("accepted", given)
    twice = await own.post(f"{place}/decline")
    assert (twice.status_code, twice.json()["code"]) == (409, "transition_not_allowed")
    assert (await employer.get(place)).json()["shared"] == given
    logged = (await own.get("/v1/accesses")).json()["items"][0]
    assert (logged["kind"], logged["fields"]) == ("contact_shared", ["name"])

    assert (await own.delete(path)).status_code == 204
    assert (await own.delete(path)).status_code == 404
    assert (await employer.get(place)).json()["shared"] is None
    assert (await employer.get("/v1/talents", params=search)).json()["items"] == []
    assert (await employer.post(door, json=ASKED)).status_code == 404
    receipts = await rows("SELECT act FROM consent_receipts WHERE graduate_id = :id ORDER BY id", id=first["id"])
    assert [each["act"] for each in receipts] == ["given", "withdrawn"]
    left = await rows("SELECT shared_cipher FROM contact_requests WHERE graduate_id = :id", id=first["id"])
    assert left == [{"shared_cipher": None}]


async def test_a_group_smaller_than_five_is_not_shown(client: Client, people: tuple[str, list[Json]]) -> None:
    code, graduates = people
    profile = await published(client, graduates[0], regions=["410200"])
    employer = client("employer", employer=uuid4())
    search = {"cohort": "2026", "region": "410200"}
    assert len((await employer.get("/v1/talents", params=search)).json()["items"]) == 1
    asker, approver = (client("school_officer", school=code, subject=each) for each in ("a", "b"))
    change = {
        "school_code": code, "cohort": 2026, "graduate_ids": [graduates[4]["id"]], "change": "exclude",
        "ground": "entered_in_error", "reason": "录入有误",
    }  # fmt: skip
    asked = await asker.post("/v1/population-changes", json=change)
    assert asked.status_code == 201, asked.text
    done = await approver.post(f"/v1/population-changes/{asked.json()['id']}/approve", headers={"If-Match": '"1"'})
    assert done.status_code == 200, done.text
    assert (await employer.get("/v1/talents", params=search)).json()["items"] == []
    door = f"/v1/talents/{profile['profile_id']}/contact-requests"
    assert (await employer.post(door, json=ASKED)).status_code == 404


async def test_what_has_no_answer_expires_and_a_day_has_fifty_requests(
    client: Client, people: tuple[str, list[Json]], database: Database
) -> None:
    _, graduates = people
    profile = await published(client, graduates[1])
    employer = client("employer", employer=(employer_id := uuid4()))
    door = f"/v1/talents/{profile['profile_id']}/contact-requests"
    asked = (await employer.post(door, json=ASKED)).json()
    await changed(database, "UPDATE contact_requests SET expires_at = requested_at WHERE id = :id", id=asked["id"])
    own, place = client("graduate", graduate=graduates[1]["id"]), f"/v1/contact-requests/{asked['id']}"
    assert (await own.get(place)).json()["state"] == "expired"
    late = await own.post(f"{place}/accept", json={"share": ["name"]})
    assert (late.status_code, late.json()["state"]) == (409, "expired")
    await database.act(SYSTEM, expire_contacts)
    assert (await employer.post(door, json=ASKED)).status_code == 201
    await changed(database, "UPDATE contact_days SET requests = 50 WHERE employer_id = :id", id=employer_id)
    other = await published(client, graduates[2])
    limit = await employer.post(f"/v1/talents/{other['profile_id']}/contact-requests", json=ASKED)
    assert (limit.status_code, limit.json()["code"]) == (429, "contact_limit")
    assert int(limit.headers["retry-after"]) > 0


async def test_staff_lists_no_profiles_and_publishes_none(client: Client, people: tuple[str, list[Json]]) -> None:
    code, graduates = people
    for role in ("school_officer", "counsellor", "admin", "graduate"):
        caller = client(role, school=code, class_="K", graduate=graduates[0]["id"])
        assert (await caller.get("/v1/talents")).status_code == 403
    # an access must say which employer
    assert (await client("employer").get("/v1/talents")).status_code == 403
    path = f"/v1/graduates/{graduates[0]['id']}/talent-profile"
    assert (
        await client("school_officer", school=code).put(path, json={"consent_version": "x", **PROFILE})
    ).status_code == 403
    own = client("graduate", graduate=graduates[0]["id"])
    version = (await own.get("/v1/consent-texts/talent-pool")).json()["version"]
    wrong = {"consent_version": version, **PROFILE, "regions": ["410100", "410100", "x"]}
    refused = await own.put(path, json=wrong)
    assert [(each["pointer"], each["rule"]) for each in refused.json()["errors"]] == [
        ("/regions/1", "repeated"),
        ("/regions/2", "unknown_code"),
    ]


async def test_of_two_requests_at_once_one_is_open_and_one_the_fiftieth(
    client: Client, people: tuple[str, list[Json]], database: Database
) -> None:
    _, graduates = people
    doors = [f"/v1/talents/{(await published(client, each))['profile_id']}/contact-requests" for each in graduates[:3]]
    employer = client("employer", employer=(employer_id := uuid4()))
    assert await at_once(*(employer.post(doors[0], json=ASKED) for _ in range(3))) == [201, 409, 409]
    await changed(database, "UPDATE contact_days SET requests = 49 WHERE employer_id = :id", id=employer_id)
    assert await at_once(*(employer.post(door, json=ASKED) for door in doors[1:])) == [201, 429]


async def test_nothing_given_outlives_the_profile_that_goes_at_the_same_time(
    client: Client, people: tuple[str, list[Json]], rows: ReadRows
) -> None:
    _, graduates = people
    own, employer = client("graduate", graduate=graduates[0]["id"]), client("employer", employer=uuid4())

    async def asked() -> str:
        profile = await published(client, graduates[0])
        answer = await employer.post(f"/v1/talents/{profile['profile_id']}/contact-requests", json=ASKED)
        return f"/v1/contact-requests/{answer.json()['id']}"

    for _ in range(4):
        place, share = await asked(), {"share": ["name"]}
        profile = own.delete(f"/v1/graduates/{graduates[0]['id']}/talent-profile")
        accepted, deleted = await asyncio.gather(own.post(f"{place}/accept", json=share), profile)
        assert deleted.status_code == 204
        found = (await employer.get(place)).json()
        won = {200: "accepted", 409: "closed"}[accepted.status_code]
        assert (found["state"], found["shared"]) == (won, None)
    left = "SELECT id FROM contact_requests WHERE graduate_id = :id AND shared_cipher IS NOT NULL"
    assert await rows(left, id=graduates[0]["id"]) == []
    place = await asked()
    assert await at_once(own.post(f"{place}/accept", json=share), own.post(f"{place}/decline")) == [200, 409]


async def at_once(*requests: Awaitable[httpx.Response]) -> list[int]:
    """The statuses of requests that are sent side by side, sorted."""
    return sorted(answer.status_code for answer in await asyncio.gather(*requests))


async def changed(database: Database, statement: str, **values: object) -> None:
    async with database.transaction(SYSTEM) as unit:
        await unit.connection.execute(text(statement), values)
        await unit.commit()
