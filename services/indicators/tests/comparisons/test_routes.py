"""Comparisons over HTTP."""

import csv
import io
from collections import Counter
from datetime import date
from typing import Any

import pytest
from pysdmx.io import read_sdmx

from testing.http import Client, get

PATH = "/v1/comparisons"
KEPT: tuple[dict[str, Any], ...] = ({}, {"college": "C0"}, {"college": "C1"}, {"sex": "1"})
JULY, AUGUST = "2024-07-01", "2024-08-01"


@pytest.fixture(scope="module")
async def moved(new_school: Any, apply: Any) -> Any:
    """In June 12 graduates of 2024: placed, seeking and not registered; in July one of each moves, leaves or enters."""
    school = new_school()
    school.described("410000")
    june, july = date(2024, 6, 1), date(2024, 7, 15)
    ids = [school.enters(college_code=f"C{number % 2}", sex_code="1") for number in range(12)]
    for number, code in enumerate(["10", "10", "11", "801", "70", "70", "72", "76"]):
        school.goes(ids[number], code, june, employer_nature_code="39" if code == "10" else None)
    school.goes(ids[0], "11", july)
    school.goes(ids[4], "10", july, employer_nature_code="10")
    school.goes(ids[6], "801", july)
    school.goes(ids[8], "10", july)
    school.goes(ids[7], "76", july, state="voided")
    school.enters(ids[11], status="withdrawn", day=july, college_code="C1")
    school.enters(day=july, college_code="C0")
    for _ in range(2):
        school.goes(school.enters(cohort=2023, college_code="C0"), "10", date(2023, 6, 1))
    await apply(school.events)
    return school


async def rates(client: Client, school: Any, **query: Any) -> dict[Any, Any]:
    found = await get(client("admin"), "/v1/rates", school=school.code, **query)
    return {tuple(each["group"].values()): each for each in found["observations"]}


@pytest.mark.parametrize("by", ["", "college", "sex,college"])
async def test_before_and_after_are_the_rates_of_their_days(client: Client, moved: Any, by: str) -> None:
    grouped: dict[str, Any] = {"by": by} if by else {}
    body = await get(client("admin"), PATH, school=moved.code, cohort=2024, as_of=AUGUST, with_as_of=JULY, **grouped)
    before = await rates(client, moved, cohort=2024, as_of=JULY, **grouped)
    after = await rates(client, moved, cohort=2024, as_of=AUGUST, **grouped)
    nothing = {"numerator": 0, "denominator": 0, "rate": None}
    assert {tuple(each["group"].values()) for each in body["observations"]} == {*before, *after}
    for each in body["observations"]:
        group = tuple(each["group"].values())
        for name, found in each["measures"].items():
            assert found["before"] == (before[group]["measures"][name] if group in before else nothing)
            assert found["after"] == (after[group]["measures"][name] if group in after else nothing)
    assert (body["comparable"], body["as_of"], body["before"], body["after"]) == (
        True,
        AUGUST,
        {"cohort": 2024, "as_of": JULY},
        {"cohort": 2024, "as_of": AUGUST},
    )


async def test_transitions_add_up_to_both_sides(client: Client, moved: Any) -> None:
    for kept in KEPT:
        query: dict[str, Any] = {"school": moved.code, "cohort": 2024, "as_of": AUGUST, "with_as_of": JULY, **kept}
        body = await get(client("admin"), PATH, **query)
        rows, columns = Counter[str](), Counter[str]()
        for each in body["transitions"]:
            rows[each["from"]] += each["count"]
            columns[each["to"]] += each["count"]
        for side, day in ((rows, JULY), (columns, AUGUST)):
            counted = (await rates(client, moved, cohort=2024, as_of=day, **kept))[()]
            assert side.total() - side["outside"] == counted["base"]
            assert side["not_registered"] == counted["not_registered"]
            for name, measure in (("unit", "unit_employment_rate"), ("seeking", "seeking_rate")):
                assert side[name] == counted["measures"][measure]["numerator"]
    whole = await get(client("admin"), PATH, school=moved.code, cohort=2024, as_of=AUGUST, with_as_of=JULY)
    assert {(each["from"], each["to"]): each["count"] for each in whole["transitions"]} == {
        ("unit", "unit"): 3,
        ("further_study", "further_study"): 1,
        ("seeking", "unit"): 1,
        ("seeking", "seeking"): 1,
        ("not_seeking", "further_study"): 1,
        ("freelance", "not_registered"): 1,
        ("not_registered", "unit"): 1,
        ("not_registered", "not_registered"): 2,
        ("not_registered", "outside"): 1,
        ("outside", "not_registered"): 1,
    }


async def test_cohorts_are_compared_on_the_same_day_by_the_scheme_of_the_later(client: Client, moved: Any) -> None:
    body = await get(client("admin"), PATH, school=moved.code, cohort=2024, as_of=AUGUST, with_cohort=2023)
    assert (body["scheme"], body["comparable"], body["transitions"]) == ("CN-2024", False, None)
    assert body["before"] == {"cohort": 2023, "as_of": "2023-08-01"}
    (observation,) = body["observations"]
    assert observation["measures"]["placement_rate"] == {
        "before": {"numerator": 2, "denominator": 2, "rate": "100.00"},
        "after": {"numerator": 7, "denominator": 12, "rate": "58.33"},
        "difference": "-41.67",
    }
    other = await get(client("admin"), PATH, school=moved.code, cohort=2023, as_of="2023-08-01", with_cohort=2024)
    assert other["scheme"] == "CN-2024"
    assert other["observations"][0]["measures"]["placement_rate"]["difference"] == "41.67"


async def test_groups_stand_beside_the_whole(client: Client, moved: Any) -> None:
    query: dict[str, Any] = {"school": moved.code, "cohort": 2024, "as_of": JULY}
    whole_of: dict[str, Any] = {"with": "whole", "by": "college"}
    body = await get(client("admin"), PATH, **query, **whole_of)
    whole = (await rates(client, moved, cohort=2024, as_of=JULY))[()]["measures"]
    groups = await rates(client, moved, cohort=2024, as_of=JULY, by="college")
    for each in body["observations"]:
        for name, found in each["measures"].items():
            assert found["before"] == whole[name]
            assert found["after"] == groups[tuple(each["group"].values())]["measures"][name]
    province: dict[str, Any] = {"province": "410000", "cohort": 2024, "as_of": JULY, "by": "school", "with": "whole"}
    schools = await get(client("provincial_officer", province="410000"), PATH, **province)
    assert {"school": moved.code} in [each["group"] for each in schools["observations"]]


async def test_a_structure_is_compared_cell_by_cell(client: Client, moved: Any) -> None:
    query: dict[str, Any] = {
        "school": moved.code,
        "cohort": 2024,
        "dimension": "employer_nature",
        "denominator_rule": "unit",
    }
    body = await get(client("admin"), PATH, **query, as_of=AUGUST, with_as_of=JULY)
    (observation,) = body["observations"]
    sides = {
        day: {
            cell["code"]: (cell["count"], cell["share"])
            for cell in (await get(client("admin"), "/v1/structures", **query, as_of=day))["observations"][0]["cells"]
        }
        for day in (JULY, AUGUST)
    }
    assert {cell["code"] for cell in observation["cells"]} == {*sides[JULY], *sides[AUGUST]} == {"39", "10", None}
    for cell in observation["cells"]:
        for side, day in (("before", JULY), ("after", AUGUST)):
            expected = sides[day].get(cell["code"], (0, "0.00"))
            assert (cell[side]["numerator"], cell[side]["rate"]) == expected
    assert observation["measures"] == {}
    assert {cell["code"]: cell["difference"] for cell in observation["cells"]}["39"] == "-46.67"


@pytest.mark.parametrize(
    ("query", "parameters"),
    [
        ({}, {"with_as_of"}),
        ({"with": "whole"}, {"by"}),
        ({"with": "half", "by": "sex"}, {"with"}),
        ({"with_as_of": JULY, "with_cohort": "2023"}, {"with_as_of", "with_cohort"}),
        ({"with_as_of": "2199-01-01"}, {"with_as_of"}),
        ({"with_cohort": "2199"}, {"with_cohort"}),
        ({"with_cohort": "1"}, {"with_cohort"}),
        ({"with_as_of": JULY, "dimension": "salary"}, {"dimension"}),
        ({"with_as_of": JULY, "denominator_rule": "unit"}, {"denominator_rule"}),
        ({"with_as_of": JULY, "dimension": "industry", "within": "410000"}, {"within"}),
        ({"with_as_of": JULY, "as_of": "2199-01-01"}, {"as_of"}),
        ({"with_as_of": JULY, "measure": "placement_rate"}, {"measure"}),
    ],
)
async def test_what_is_wrong_with_a_query_is_named(
    client: Client, moved: Any, query: dict[str, Any], parameters: set[str]
) -> None:
    body = await get(client("admin"), PATH, 400, school=moved.code, cohort=2024, **query)
    assert {each["pointer"] for each in body["errors"]} == parameters


async def test_a_comparison_in_other_formats_has_its_sides_apart(client: Client, moved: Any) -> None:
    query: dict[str, Any] = {"school": moved.code, "cohort": 2024, "as_of": AUGUST, "with": "whole", "by": "college"}
    async with client("admin") as admin:
        text = (await admin.get(PATH, params={**query, "format": "csv"})).content.decode("utf-8-sig")
        sdmx: Any = read_sdmx((await admin.get(PATH, params={**query, "format": "sdmx-csv"})).text)
        spread = {**query, "dimension": "employer_nature", "denominator_rule": "unit"}
        table: Any = read_sdmx((await admin.get(PATH, params={**spread, "format": "sdmx-csv"})).text)
        chart = (await admin.get(PATH, params={**query, "format": "vega-lite"})).json()
    rows = [each for each in csv.DictReader(io.StringIO(text)) if each["measure"] == "placement_rate"]
    assert [(each["college"], each["side"]) for each in rows] == [
        (college, side) for college in ("C0", "C1") for side in ("before", "after", "difference")
    ]
    found = sdmx.data[0].data
    assert sorted(found[found["MEASURE"] == "placement_rate"]["COLLEGE"]) == ["C0", "C1", "_T"]
    assert table.data[0].short_urn == "Dataflow=QUXIANG:STRUCTURES(1.0)"
    assert set(table.data[0].data["MEASURE"]) == {"share_of_unit"}
    assert {each["side"] for each in chart["data"]["values"]} == {"before", "after"}
