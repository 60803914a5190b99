"""Tracking tables of a publication, from an edition to what everybody reads."""

from typing import Any

import pytest

SALARY = {"kind": "tracking", "by": ["college"], "indicator": "salary", "cycle": 1}
REASONS = {"kind": "tracking", "indicator": "leave_reasons", "cycle": 1}
UNASKED = {"kind": "tracking", "indicator": "salary", "cycle": 3}


async def test_figures_of_an_edition_are_published(answered: Any, freeze: Any, desk: Any, http: Any) -> None:
    at = desk(answered)
    proposed = await at.proposed(await at.draft(await freeze(answered), SALARY, REASONS, UNASKED))
    assert proposed["state"] == "proposed", proposed["operation"]
    why = {each["group"].get("college"): each["because"] for each in proposed["preview"][0]["hidden"]}
    assert why == {"B": "dominant", "C": "few_answers"}
    assert [each["because"] for each in proposed["preview"][2]["hidden"]] == ["few_answers"]
    released = await at.released(proposed)
    path = f"/v1/published/{released['id']}"
    salary, reasons, unasked = (await http.get(path)).json()["tables"]
    assert (salary["indicator"], salary["cycle"], salary["edition"]["number"]) == ("salary", 1, 1)
    [row] = salary["observations"]
    assert (row["group"], row["base"], row["indicators"]["salary"]["value"]) == ({"college": "A"}, 24, "5000")
    [row] = reasons["observations"]
    assert row["indicators"]["leave_reasons"]["value"][0]["code"] == "salary"
    assert (unasked["edition"], unasked["observations"]) == (None, [])
    for format_ in ("csv", "xlsx", "sdmx-csv", "vega-lite"):
        written = await http.get(f"{path}?table=0&format={format_}")
        assert written.status_code == 200, written.text
    assert "5000" in (await http.get(f"{path}?table=0&format=csv")).text
    page = (await http.get(f"/published/{released['id']}", headers={"Accept-Language": "en"})).text
    assert "<td>A</td>" in page
    assert "5000" in page


@pytest.mark.parametrize(
    ("changes", "pointer", "rule"),
    [
        ({"indicator": None}, "/tables/0/indicator", "required"),
        ({"indicator": "employer_fit"}, "/tables/0/indicator", "unknown_indicator"),
        ({"cycle": None}, "/tables/0/cycle", "required"),
        ({"cycle": 2}, "/tables/0/cycle", "unknown_cycle"),
        ({"by": ["class"]}, "/tables/0/by", "no_such_table"),
    ],
)
async def test_tracking_tables_that_do_not_exist_are_refused(
    changes: dict[str, Any], pointer: str, rule: str, answered: Any, freeze: Any, desk: Any
) -> None:
    snapshot, one = await freeze(answered), desk(answered).one
    body = {"school_code": answered.code, "cohort": 2024, "snapshot_id": snapshot["id"], "title": "x"}
    refused = await one.post("/v1/publications", json=body | {"tables": [SALARY | changes]})
    assert refused.status_code == 422
    assert [(each["pointer"], each["rule"]) for each in refused.json()["errors"]] == [(pointer, rule)]
