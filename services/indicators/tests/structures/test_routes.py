"""Structure tables over HTTP."""

from typing import Any

import pytest

from testing.http import Client, get


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


@pytest.mark.parametrize("dimension", ["employer_nature", "industry", "province", "region", "destination"])
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
    await get(client("admin"), "/v1/structures", 400, **query, dimension="salary")
