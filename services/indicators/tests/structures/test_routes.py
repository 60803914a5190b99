"""Structure tables over HTTP."""

from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from indicators.structures.domain.spreads import SPREADS
from testing.http import Client, get

JUNE = date(2024, 6, 1)


async def test_a_structure_adds_up_and_is_labelled(client: Client, here: Any) -> None:
    query = {"school": here.code, "cohort": 2024, "dimension": "employer_nature", "denominator_rule": "contracts"}
    body = await get(client("admin"), "/v1/structures", **query)
    (observation,) = body["observations"]
    assert body["denominator_rule"] == "contracts"
    assert observation["base"] == 10
    assert observation["cells"][0] | {"label": "…"} == {"code": "39", "label": "…", "count": 5, "share": "50.00"}
    assert observation["cells"][0]["label"]
    assert {"code": None, "label": None, "count": 5, "share": "50.00"} in observation["cells"]


async def test_a_structure_names_the_scheme_of_its_cohort_and_takes_no_other(client: Client, here: Any) -> None:
    query = {"school": here.code, "dimension": "industry"}
    for cohort, scheme in ((2024, "CN-2024"), (2022, "CN-2021"), (2019, "CN-2004")):
        assert (await get(client("admin"), "/v1/structures", cohort=cohort, **query))["scheme"] == scheme
    await get(client("admin"), "/v1/structures", 400, cohort=2024, **query, scheme="CN-2021")


@pytest.mark.parametrize("dimension", SPREADS)
@pytest.mark.parametrize("rule", ["unit_without_enlistment", "placed", "population"])
async def test_cells_of_every_structure_add_up_to_the_base(
    client: Client, here: Any, dimension: str, rule: str
) -> None:
    query = {"school": here.code, "cohort": 2024, "dimension": dimension, "denominator_rule": rule, "by": "sex"}
    observations = (await get(client("admin"), "/v1/structures", **query))["observations"]
    assert [each["group"] for each in observations] == [{"sex": "1"}, {"sex": "2"}]
    for observation in observations:
        assert sum(cell["count"] for cell in observation["cells"]) == observation["base"] > 0


async def test_seven_regions_and_the_destination_of_everybody(client: Client, here: Any) -> None:
    query = {"school": here.code, "cohort": 2024, "denominator_rule": "population"}
    body = await get(client("admin"), "/v1/structures", **query, dimension="region", regions="seven")
    assert {cell["code"] for cell in body["observations"][0]["cells"]} == {"central", "north", "outside", None}
    body = await get(client("admin"), "/v1/structures", **query, dimension="destination")
    counts = {cell["code"]: cell["count"] for cell in body["observations"][0]["cells"]}
    assert counts == {"10": 5, "11": 3, "12": 2, "46": 1, "76": 1, "801": 4, "70": 2, "72": 1, None: 3}
    refused = await get(client("admin"), "/v1/structures", 400, **query, dimension="salary")
    assert [each["pointer"] for each in refused["errors"]] == ["dimension"]


async def test_flows_from_the_province_of_origin_to_that_of_work(client: Client, apply: Any, new_school: Any) -> None:
    school = new_school()
    school.described("410000", city_code="410100")
    for origin, place in (("410105", "410102"), ("410502", "110101"), ("110101", "110101"), ("410105", "410502")):
        school.goes(school.enters(origin_place_code=origin), "10", JUNE, place_code=place)
    await apply(school.events)
    query = {"school": school.code, "cohort": 2024}
    flows = await get(client("admin"), "/v1/structures", **query, dimension="province", by="origin_province")
    assert [
        (each["group"], [(cell["code"], cell["count"]) for cell in each["cells"]]) for each in flows["observations"]
    ] == [
        ({"origin_province": "110000"}, [("110000", 1)]),
        ({"origin_province": "410000"}, [("410000", 2), ("110000", 1)]),
    ]
    assert await counts(client, "place_of_school", **query) == {"school_city": 1, "school_province": 1, "elsewhere": 2}
    assert await counts(client, "place_of_origin", **query) == {"origin_city": 2, "origin_province": 1, "elsewhere": 1}
    assert await counts(client, "city", **query, within="410000") == {"410100": 1, "410500": 1}
    names = await get(client("admin"), "/v1/structures", **query, dimension="school")
    assert [cell["label"] for cell in names["observations"][0]["cells"]] == [f"School {school.code}"]
    for wrong in ({"dimension": "province", "within": "410000"}, {"dimension": "city", "within": "410100"}):
        refused = await get(client("admin"), "/v1/structures", 400, **query, **wrong)
        assert [each["pointer"] for each in refused["errors"]] == ["within"]


async def test_insurance_is_that_of_the_facts_that_cover_the_day(client: Client, apply: Any, new_school: Any) -> None:
    school = new_school()
    people = [school.enters(sex_code="1") for _ in range(6)]
    moved, other = uuid4(), uuid4()
    school.is_said(people[0], moved, JUNE, same_employer=True)
    school.is_said(people[1], uuid4(), JUNE, same_employer=False)
    school.is_said(people[1], uuid4(), JUNE, to_on=date(2024, 7, 31), same_employer=True)
    school.is_said(people[2], other, date(2024, 9, 1))
    school.is_said(people[3], uuid4(), JUNE, source="credentials", kind="study")
    # a later version takes the place of the one before
    school.is_said(people[4], (ended := uuid4()), JUNE, same_employer=True)
    school.is_said(people[4], ended, JUNE, version=2, to_on=date(2024, 6, 30), same_employer=True)
    await apply(school.events)
    query = {"school": school.code, "cohort": 2024}
    for day, expected in (
        ("2024-05-31", {"none": 6}),
        ("2024-06-30", {"same_employer": 3, "none": 3}),
        ("2024-07-31", {"same_employer": 2, "none": 4}),
        ("2024-08-01", {"same_employer": 1, "other_employer": 1, "none": 4}),
        ("2024-09-01", {"same_employer": 1, "other_employer": 2, "none": 3}),
    ):
        assert await counts(client, "insurance", **query, as_of=day) == expected, day
    by = await get(client("admin"), "/v1/structures", **query, dimension="insurance", by="sex,origin_urban")
    assert by["denominator_rule"] == "population"


async def counts(client: Client, dimension: str, **query: Any) -> dict[str | None, int]:
    body = await get(client("admin"), "/v1/structures", dimension=dimension, **query)
    return {cell["code"]: cell["count"] for cell in body["observations"][0]["cells"]}
