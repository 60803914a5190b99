"""Every read of figures in every format, and what is wrong with a query: it is named, and nothing breaks."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from indicators.structures.domain.spreads import SPREADS
from testing.http import Client, get

PERIOD = {"from": "2024-05-31", "to": "2024-07-01"}
YEAR = {"cohort": "2024"}
TRENDS = {"cohorts": "2023,2024", "on": "08-31", "measure": "placement_rate"}
READS: Mapping[str, tuple[str, dict[str, str]]] = {
    "rates": ("/v1/rates", {**YEAR, "by": "college,sex"}),
    "series": ("/v1/series", {**YEAR, **PERIOD, "measure": "placement_rate", "step": "week"}),
    "monitoring": ("/v1/series", {**YEAR, "measure": "placement_rate", "step": "monitoring"}),
    **{f"structure {name}": ("/v1/structures", {**YEAR, "dimension": name}) for name in SPREADS},
    "flows": ("/v1/structures", {**YEAR, "dimension": "province", "by": "origin_province"}),
    "cities": ("/v1/structures", {**YEAR, "dimension": "city", "within": "410000"}),
    "trends": ("/v1/trends", TRENDS),
    "days": ("/v1/comparisons", {**YEAR, "as_of": "2024-07-01", "with_as_of": "2024-05-31"}),
    "cohorts": ("/v1/comparisons", {**YEAR, "with_cohort": "2023"}),
    "whole": ("/v1/comparisons", {**YEAR, "with": "whole", "by": "college"}),
    "cells": ("/v1/comparisons", {**YEAR, "with": "whole", "by": "college", "dimension": "destination_class"}),
    "responses": ("/v1/response-rates", {**YEAR, "cycle": "1"}),
    "tracking": ("/v1/tracking", {**YEAR, "cycle": "1", "indicator": "salary,major_match", "by": "college"}),
    "employers": ("/v1/tracking", {"year": "2025", "indicator": "rehire,employer_satisfaction"}),
    "gap": ("/v1/tracking", {**YEAR, "cycle": "1", "year": "2025", "indicator": "match_gap"}),
    "portraits": ("/v1/portraits", {**YEAR, "college": "C0"}),
}
FILES = {"csv": b"\xef\xbb\xbf", "xlsx": b"PK", "sdmx-csv": b"STRUCTURE,STRUCTURE_ID,ACTION", "vega-lite": b"{"}


@pytest.mark.parametrize("name", READS)
async def test_every_read_has_every_format(client: Client, here: Any, name: str) -> None:
    path, query = READS[name]
    async with client("admin") as admin:
        for wanted, begins in FILES.items():
            answer = await admin.get(path, params={**query, "school": here.code, "format": wanted})
            assert answer.status_code == 200, (wanted, answer.text)
            assert answer.content.removeprefix(b"\xef\xbb\xbf" if wanted == "sdmx-csv" else b"").startswith(begins)
            if wanted == "vega-lite":
                drawn = json.loads(answer.content)
                assert "/v6" in drawn["$schema"]
                assert isinstance(drawn["data"]["values"], list)


WRONG: Mapping[str, tuple[dict[str, str], str]] = {
    "an unknown format": ({"format": "pdf"}, "format"),
    "an unknown parameter": ({"colege": "C0"}, "colege"),
    "two scopes": ({"province": "410000"}, "province"),
    "a day that is none": ({"as_of": "2024-02-30"}, "as_of"),
    "a cohort that is none": ({"cohort": "24"}, "cohort"),
    "a wait without end": ({"wait": "1h"}, "wait"),
    "a token that is none": ({"min_change": "none"}, "min_change"),
    "a snapshot that is none": ({"snapshot": "final"}, "snapshot"),
}


@pytest.mark.parametrize("wrong", WRONG)
@pytest.mark.parametrize("name", [name for name in READS if not name.startswith("structure ")])
async def test_what_is_wrong_is_named_by_every_read(client: Client, here: Any, name: str, wrong: str) -> None:
    path, query = READS[name]
    given, parameter = WRONG[wrong]
    body = await get(client("admin"), path, 400, **{**query, "school": here.code, **given})
    assert parameter in {each["pointer"] for each in body["errors"]}
    assert all(each["rule"] and each["message"] for each in body["errors"])


@pytest.mark.parametrize(
    ("name", "given", "parameter"),
    [
        ("rates", {"by": "class,class"}, "by"),
        ("rates", {"by": ",".join(["sex", "college"] * 20)}, "by"),
        ("rates", {"as_of": "2024-06-01", "snapshot": "initial"}, "as_of"),
        ("structure industry", {"as_of": "2024-06-01", "snapshot": "initial"}, "as_of"),
        ("structure industry", {"denominator_rule": "employed"}, "denominator_rule"),
        ("structure industry", {"dimension": "pay"}, "dimension"),
        ("series", {"from": "2024-08-01"}, "from"),
        ("series", {"measure": "pay"}, "measure"),
        ("trends", {"cohorts": "2024,2023,2024"}, "cohorts"),
        ("trends", {"cohorts": ",".join(map(str, range(2003, 2024)))}, "cohorts"),
        ("tracking", {"indicator": ",".join(["salary"] * 51)}, "indicator"),
        ("tracking", {"indicator": ""}, "indicator"),
        ("tracking", {"by": "class"}, "by"),
        ("tracking", {"cycle": "2"}, "cycle"),
        ("portraits", {"sex": "1"}, "college"),
    ],
)
async def test_what_is_wrong_with_one_read_is_named(
    client: Client, here: Any, name: str, given: dict[str, str], parameter: str
) -> None:
    path, query = READS[name]
    body = await get(client("admin"), path, 400, **{**query, "school": here.code, **given})
    assert parameter in {each["pointer"] for each in body["errors"]}


async def test_cohorts_backwards_are_a_trend_in_their_order(client: Client, here: Any) -> None:
    path, query = READS["trends"]
    (found,) = (await get(client("admin"), path, **{**query, "cohorts": "2024,2022,2023", "school": here.code}))[
        "observations"
    ]
    assert [point["cohort"] for point in found["points"]] == [2022, 2023, 2024]
