"""Trends over HTTP."""

import csv
import io
from datetime import date
from typing import Any

import pytest
from pysdmx.io import read_sdmx

from testing.http import Client, get

ON: dict[str, Any] = {"on": "08-31", "measure": "placement_rate"}


@pytest.fixture(scope="module")
async def cohorts(new_school: Any, apply: Any) -> Any:
    """A school with 1, 2 and 3 graduates of 2022 to 2024 placed in June, one seeking; in December 2024 one more."""
    school = new_school()
    school.described("410000")
    for cohort, placed in ((2022, 1), (2023, 2), (2024, 3)):
        for number in range(placed + 1):
            someone = school.enters(cohort=cohort, college_code=f"C{number % 2}")
            school.goes(someone, "10" if number else "70", date(cohort, 6, 1))
    school.goes(school.enters(cohort=2024, college_code="C2"), "10", date(2024, 12, 1))
    await apply(school.events)
    return school


async def test_each_cohort_is_counted_by_its_own_scheme_on_the_same_day(client: Client, cohorts: Any) -> None:
    body = await get(client("admin"), "/v1/trends", school=cohorts.code, cohorts="2024,2022,2023", **ON)
    (observation,) = body["observations"]
    names = ("cohort", "as_of", "scheme", "numerator", "denominator", "rate", "break")
    assert [tuple(point[name] for name in names) for point in observation["points"]] == [
        (2022, "2022-08-31", "CN-2021", 1, 2, "50.00", False),
        (2023, "2023-08-31", "CN-2021", 2, 3, "66.67", False),
        (2024, "2024-08-31", "CN-2024", 3, 5, "60.00", True),
    ]
    assert (body["measure"], body["snapshot"]) == ("placement_rate", None)
    asked: dict[str, Any] = {"cohorts": "2022,2024", "scheme": "NACE", "on": "08-31", "measure": "knowledge_rate"}
    one = await get(client("admin"), "/v1/trends", school=cohorts.code, **asked)
    assert [(point["scheme"], point["break"]) for point in one["observations"][0]["points"]] == [("NACE", False)] * 2


async def test_points_are_the_rates_of_that_day(client: Client, cohorts: Any) -> None:
    body = await get(client("admin"), "/v1/trends", school=cohorts.code, cohorts="2022,2023,2024", by="college", **ON)
    assert [each["group"] for each in body["observations"]] == [{"college": f"C{number}"} for number in range(3)]
    for observation in body["observations"]:
        for point in observation["points"]:
            day: dict[str, Any] = {"cohort": point["cohort"], "as_of": point["as_of"]}
            rates = (await get(client("admin"), "/v1/rates", school=cohorts.code, **day, by="college"))["observations"]
            own = [each["measures"]["placement_rate"] for each in rates if each["group"] == observation["group"]]
            expected = own[0] if own else {"numerator": 0, "denominator": 0, "rate": None}
            assert {name: point[name] for name in expected} == expected


async def test_a_leap_day_is_the_28th_elsewhere(client: Client, cohorts: Any) -> None:
    query: dict[str, Any] = {"school": cohorts.code, "cohorts": "2023,2024", "on": "02-29", "measure": "placement_rate"}
    (observation,) = (await get(client("admin"), "/v1/trends", **query))["observations"]
    assert [point["as_of"] for point in observation["points"]] == ["2023-02-28", "2024-02-29"]


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ({"cohorts": "2024"}, "on,snapshot"),
        ({"on": "08-31"}, "cohorts"),
        ({"cohorts": "2024,2024", "on": "08-31"}, "cohorts"),
        ({"cohorts": "2024,", "on": "08-31"}, "cohorts"),
        ({"cohorts": "1976", "on": "08-31"}, "cohorts"),
        ({"cohorts": ",".join(map(str, range(2001, 2022))), "on": "08-31"}, "cohorts"),
        ({"cohorts": "2024", "on": "02-30"}, "on"),
        ({"cohorts": "2024", "on": "8-31"}, "on"),
        ({"cohorts": "2199", "on": "08-31"}, "on"),
        ({"cohorts": "2020,2024", "on": "08-31"}, "measure"),
        ({"cohorts": "2024", "on": "08-31", "scheme": "NACE"}, "measure"),
        ({"cohorts": "2024", "on": "08-31", "cohort": "2024"}, "cohort"),
        ({"cohorts": "2024", "on": "08-31", "by": "rank"}, "by"),
    ],
)
async def test_what_is_wrong_with_a_query_is_named(
    client: Client, cohorts: Any, query: dict[str, Any], parameter: str
) -> None:
    body = await get(client("admin"), "/v1/trends", 400, school=cohorts.code, measure="placement_rate", **query)
    assert {each["pointer"] for each in body["errors"]} == {*parameter.split(",")}


async def test_a_trend_in_other_formats_marks_the_break(client: Client, cohorts: Any) -> None:
    query: dict[str, Any] = {"school": cohorts.code, "cohorts": "2023,2024", **ON}
    async with client("admin") as admin:
        text = (await admin.get("/v1/trends", params={**query, "format": "csv"})).content.decode("utf-8-sig")
        sdmx: Any = read_sdmx((await admin.get("/v1/trends", params={**query, "format": "sdmx-csv"})).text)
        chart = (await admin.get("/v1/trends", params={**query, "format": "vega-lite"})).json()
    assert [(each["cohort"], each["rate"]) for each in csv.DictReader(io.StringIO(text))] == [
        ("2023", "66.67"),
        ("2024", "60.00"),
    ]
    assert list(sdmx.data[0].data["OBS_STATUS"]) == ["P", "B"]
    assert chart["encoding"]["x"]["field"] == "cohort"


async def test_a_trend_is_within_the_callers_scope(client: Client, cohorts: Any) -> None:
    query: dict[str, Any] = {"school": cohorts.code, "cohorts": "2024", **ON}
    await get(client("school_officer", school="99998"), "/v1/trends", 404, **query)
    await get(client("college_officer", school=cohorts.code, college="C1"), "/v1/trends", 404, **query)
    await get(client("college_officer", school=cohorts.code, college="C1"), "/v1/trends", 200, **query, college="C1")
