"""Figures of snapshots: by the same questions as live ones, and never moved."""

from datetime import UTC, date, datetime
from typing import Any

import httpx
import pytest

from testing.http import Client, get
from testing.tokens import TokenMint

JUNE = date(2024, 6, 1)
BEFORE, AFTER = datetime(2024, 8, 31, 15, 59, tzinfo=UTC), datetime(2024, 9, 1, 4, tzinfo=UTC)
MIDNIGHT = "2024-08-31T16:00:00Z"
PLACEMENT = {"numerator": 2, "denominator": 3, "rate": "66.67"}


@pytest.fixture(scope="module")
async def frozen(
    new_school: Any, arrive: Any, freeze: Any, transport: httpx.ASGITransport, mint: TokenMint
) -> dict[str, Any]:
    """A school with an official snapshot and corrections since, and two more schools of its province."""
    schools = [new_school() for _ in range(3)]
    for number, school in enumerate(schools):
        school.described("330000")
        school.recorded_at = BEFORE
        people = [school.enters(college_code=f"C{each % 2}", urban_rural="urban") for each in range(3)]
        for code, someone in zip(("10", "801"), people, strict=False):
            school.goes(someone, code, JUNE, employer_nature_code="39" if code == "10" else None)
        school.recorded_at = AFTER
        if number == 0:
            school.goes(people[2], "10", JUNE, employer_nature_code="10")
        await arrive(school)
    asked = []
    for school in schools[:2]:
        body = {"school_code": school.code, "cohort": 2024, "kind": "initial", "known_at": MIDNIGHT}
        headers = mint.headers("school_officer", school=school.code)
        async with httpx.AsyncClient(transport=transport, base_url="http://x", headers=headers) as http:
            answered = await http.post("/v1/snapshots", json=body)
        assert answered.status_code == 201, answered.text
        asked.append(answered.json()["id"])
    assert await freeze() == 2
    return {"schools": schools, "ids": asked}


async def read(client: Client, path: str, status: int = 200, **query: Any) -> Any:
    return await get(client("admin"), path, status, cohort=2024, **query)


async def test_rates_are_those_of_the_day_whatever_came_since(client: Client, frozen: dict[str, Any]) -> None:
    school, snapshot = frozen["schools"][0].code, frozen["ids"][0]
    live = await read(client, "/v1/rates", school=school, as_of="2024-08-31")
    assert live["observations"][0]["measures"]["placement_rate"]["numerator"] == 3
    assert (live["snapshot"], live["schools_frozen"]) == (None, None)
    for named in (snapshot, "initial"):
        told = await read(client, "/v1/rates", school=school, snapshot=named)
        assert (told["as_of"], told["snapshot"], told["incomplete"]) == ("2024-08-31", snapshot, False)
        (whole,) = told["observations"]
        assert (whole["base"], whole["measures"]["placement_rate"]) == (3, PLACEMENT)
    by = await read(client, "/v1/rates", school=school, snapshot="initial", by="college")
    assert [each["group"]["college"] for each in by["observations"]] == ["C0", "C1"]
    only = await read(client, "/v1/rates", school=school, snapshot="initial", college="C1")
    assert only["observations"][0]["base"] == 1


async def test_structures_too(client: Client, frozen: dict[str, Any]) -> None:
    query: dict[str, Any] = {"school": frozen["schools"][0].code, "dimension": "employer_nature"}
    for name, value, codes in ("snapshot", "initial", ["39"]), ("as_of", "2024-08-31", ["10", "39"]):
        told = await read(client, "/v1/structures", **query | {name: value})
        assert [each["code"] for each in told["observations"][0]["cells"] if each["count"]] == codes


async def test_a_province_adds_up_the_schools_that_are_frozen(client: Client, frozen: dict[str, Any]) -> None:
    told = await read(client, "/v1/rates", province="330000", snapshot="initial")
    assert (told["schools_frozen"], told["schools_total"], told["snapshot"]) == (2, 3, None)
    assert told["observations"][0]["base"] == 6
    assert told["observations"][0]["measures"]["placement_rate"] == {"numerator": 4, "denominator": 6, "rate": "66.67"}


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ({"school": 0, "snapshot": "initial", "as_of": "2024-08-31"}, 400, "bad_query"),
        ({"school": 0, "snapshot": "first"}, 400, "bad_query"),
        ({"school": 0, "snapshot": "year_end"}, 404, "not_frozen"),
        ({"school": 2, "snapshot": "initial"}, 404, "not_frozen"),
        ({"school": 1, "snapshot": "{id}"}, 404, "not_found"),
        ({"province": "330000", "snapshot": "year_end"}, 404, "not_frozen"),
    ],
)
async def test_what_is_not_frozen_or_not_asked_well(
    client: Client, frozen: dict[str, Any], query: dict[str, Any], status: int, code: str
) -> None:
    asked = {**query, "snapshot": query["snapshot"].format(id=frozen["ids"][0])}
    if "school" in query:
        asked["school"] = frozen["schools"][query["school"]].code
    for path, more in (("/v1/rates", {}), ("/v1/structures", {"dimension": "industry"})):
        assert (await read(client, path, status, **asked, **more))["code"] == code


async def test_a_pending_one_is_not_frozen(client: Client, frozen: dict[str, Any]) -> None:
    school = frozen["schools"][2].code
    body = {"school_code": school, "cohort": 2024, "kind": "free", "as_of": "2024-07-01"}
    asked = (await client("school_officer", school=school).post("/v1/snapshots", json=body)).json()["id"]
    assert (await read(client, "/v1/rates", 404, school=school, snapshot=asked))["code"] == "not_frozen"


async def test_trends_and_comparisons_of_what_is_frozen(client: Client, frozen: dict[str, Any]) -> None:
    school, snapshot = frozen["schools"][0].code, frozen["ids"][0]
    trend: dict[str, Any] = {"school": school, "measure": "placement_rate", "snapshot": "initial"}
    body = await get(client("admin"), "/v1/trends", **trend, cohorts="2024")
    (point,) = body["observations"][0]["points"]
    assert (body["frozen"], point["snapshot"], point["as_of"]) == ("initial", snapshot, "2024-08-31")
    assert {name: point[name] for name in PLACEMENT} == PLACEMENT
    wide = await get(client("admin"), "/v1/trends", **{**trend, "province": "330000"}, cohorts="2024", status=400)
    assert {each["pointer"] for each in wide["errors"]} == {"school", "province"}
    assert (await get(client("admin"), "/v1/trends", 404, **trend, cohorts="2023,2024"))["code"] == "not_frozen"
    both = await get(client("admin"), "/v1/trends", 400, **trend, cohorts="2024", on="08-31")
    assert {each["pointer"] for each in both["errors"]} == {"on", "snapshot"}

    beside: dict[str, Any] = {"school": school, "by": "college", "with": "whole"}
    for named in (snapshot, "initial"):
        compared = await read(client, "/v1/comparisons", **beside, snapshot=named)
        assert (compared["snapshot"], compared["as_of"]) == (snapshot, "2024-08-31")
        assert all(each["measures"]["placement_rate"]["before"] == PLACEMENT for each in compared["observations"])
    live = await read(client, "/v1/comparisons", **beside, as_of="2024-08-31")
    assert live["observations"][0]["measures"]["placement_rate"]["before"]["numerator"] == 3
    for query, names in (
        ({"school": school, "with_as_of": "2024-07-01"}, {"snapshot", "with_as_of"}),
        ({"school": school, "with_cohort": "2023"}, {"snapshot"}),
    ):
        refused = await read(client, "/v1/comparisons", 400, **query, snapshot=snapshot)
        assert {each["pointer"] for each in refused["errors"]} == names
    other = await read(client, "/v1/comparisons", 404, school=school, with_cohort=2023, snapshot="initial")
    assert other["code"] == "not_frozen"
