from typing import Any

import pytest
from desks import Desk, Seat, approved

from common.auth import SYSTEM
from common.database import Database
from common.database.dedicated import dedicated_connection
from common.http.paging import encode_cursor
from common.identifiers import GraduateId, ProvinceCode, SchoolCode
from common.relay.numbering import number_next, sent_position
from destinations.roster import storage as roster
from destinations.roster.domain import SchoolEntry


async def test_a_list_is_cut_to_the_scope_and_filtered(seat: Seat, enrol: Any, school: Desk, college: Desk) -> None:
    own = await enrol()
    other_college = await enrol(college_code="C02", class_code="K2")
    foreign = await enrol(school_code="10002")
    stranger = seat("school_officer", school="10002")
    for desk, graduate_id in ((school, own), (school, other_college), (stranger, foreign)):
        assert (await desk.register(graduate_id)).status_code == 201

    async def listed(desk: Desk, **query: Any) -> set[str]:
        answer = await desk.get("/v1/registrations", **query)
        assert answer.status_code == 200, answer.text
        return {item["graduate_id"] for item in answer.json()["items"]}

    assert await listed(school) == {str(own), str(other_college)}
    assert await listed(college) == {str(own)}
    assert await listed(seat("graduate", graduate=own)) == {str(own)}
    assert await listed(seat("counsellor", school="10001", class_="K2")) == {str(other_college)}
    assert await listed(seat("admin")) == {str(own), str(other_college), str(foreign)}
    assert await listed(seat("admin"), school="10002", cohort=2024) == {str(foreign)}
    assert await listed(school, college="C02") == {str(other_college)}
    assert await listed(school, state="submitted") == set()
    assert await listed(school, state="draft", **{"class": "K1"}) == {str(own)}
    for role in ("ministry", "auditor", "employer", "integrator", "survey_manager"):
        assert await listed(seat(role, school="10001")) == set()


async def test_pages_lead_on_to_the_end(enrol: Any, school: Desk) -> None:
    made = {(await school.register(await enrol())).json()["id"] for _ in range(5)}
    path: str | None = "/v1/registrations?limit=2"
    seen: list[str] = []
    while path:
        answer = await school.get(path)
        seen += [item["id"] for item in answer.json()["items"]]
        link = answer.headers.get("link", "")
        assert bool(link) == bool(answer.json()["next_cursor"])
        path = link.partition("<")[2].partition(">")[0] or None
    assert seen == sorted(made)


@pytest.mark.parametrize(
    "query", ["limit=501", "limit=x", "cursor=x", "colour=red", "state=lost", "school=1", "cohort=abc"]
)
async def test_a_query_that_cannot_be_meant_is_refused(school: Desk, query: str) -> None:
    answer = await school.get(f"/v1/registrations?{query}")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == query.partition("=")[0]


@pytest.mark.parametrize("version", [-1, 2**31, 2**63, "1", None])
async def test_a_cursor_of_no_version_is_refused(enrol: Any, school: Desk, version: Any) -> None:
    created = await school.register(await enrol())
    path = f"/v1/registrations/{created.json()['id']}/history"
    good = await school.get(path, cursor=encode_cursor([2**31 - 1], path))
    assert good.json() == {"items": [], "next_cursor": None}
    refused = await school.get(path, cursor=encode_cursor([version], path))
    assert refused.status_code == 400
    assert [(each["pointer"], each["rule"]) for each in refused.json()["errors"]] == [("cursor", "bad_cursor")]


async def test_the_history_leads_on_to_the_end(enrol: Any, school: Desk, college: Desk) -> None:
    decided = await approved(school, college, await enrol())
    path: str | None = f"/v1/registrations/{decided.json()['id']}/history?limit=3"
    seen: list[int] = []
    while path:
        answer = await school.get(path)
        seen += [item["version"] for item in answer.json()["items"]]
        path = answer.headers.get("link", "").partition("<")[2].partition(">")[0] or None
    assert seen == [1, 2, 3, 4]


async def test_everybody_follows_the_changes_of_the_own_rows(seat: Seat, database: Database, enrol: Any) -> None:
    people: list[GraduateId] = []
    for school_code, college_code, class_code in (
        ("10001", "C01", "K1"),
        ("10001", "C02", "K2"),
        ("10002", "C01", "K1"),
    ):
        graduate_id = await enrol(school_code=school_code, college_code=college_code, class_code=class_code)
        college = seat("college_officer", school=school_code, college=college_code)
        await approved(seat("school_officer", school=school_code), college, graduate_id)
        people.append(graduate_id)
    async with database.transaction(SYSTEM) as unit:
        provinces = {SchoolCode("10001"): ProvinceCode("410000"), SchoolCode("10002"): ProvinceCode("210000")}
        schools = [SchoolEntry(code, province_code, 1) for code, province_code in provinces.items()]
        await roster.keep_schools(unit.connection, schools)
        await unit.commit()
    async with dedicated_connection(database.pool, "test relay") as connection:
        await number_next(connection, await sent_position(connection))

    async def followed(role: str, **scope: Any) -> list[str]:
        answer = await seat(role, **scope).get("/v1/changes")
        assert answer.status_code == 200, answer.text
        return [item["subject"] for item in answer.json()["items"]]

    await enrol(people[0], school_code="10001", college_code="C03", class_code="K3", sequence=2)
    first, second, third = map(str, people)
    assert await followed("graduate", graduate=second) == [second]
    assert await followed("counsellor", school="10001", class_="K2") == [second]
    assert await followed("counsellor", school="10002", class_="K2") == []
    assert await followed("college_officer", school="10001", college="C01") == []
    assert await followed("college_officer", school="10001", college="C03") == [first]
    assert await followed("counsellor", school="10001", class_="K3") == [first]
    assert await followed("school_officer", school="10001") == [first, second]
    assert await followed("provincial_officer", province="410000") == [first, second]
    assert await followed("provincial_officer", province="210000") == [third]
    assert await followed("system") == [first, second, third]
