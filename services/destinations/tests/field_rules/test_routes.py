"""The rules over HTTP: what a form asks for."""

import httpx
import pytest

from testing.tokens import TokenMint


async def test_rules_of_a_cohort(http: httpx.AsyncClient, mint: TokenMint) -> None:
    reader = mint.headers("graduate", graduate="01902f0e-6f5c-7b61-9e0b-3a55c1a8f001", school="10001")
    answer = await http.get("/v1/field-rules", params={"cohort": 2024}, headers=reader)
    assert answer.status_code == 200, answer.text
    rules = answer.json()
    assert (rules["cohort"], rules["scheme"]) == (2024, "CN-2024")
    assert rules["flexible_default"] == {"codes": ["12", "76"], "verified": False}
    assert [pair["rule"] for pair in rules["pairs"]] == ["nature_industry", "position_nature"]
    [shop] = [each for each in rules["evidence"] if each["code"] == "753"]
    assert shop["needed"] == [["shop_page"], ["income_flow"]]
    assert shop["taken"] == ["dispute_proof", "income_flow", "other", "shop_page", "targeted_release"]
    of_name = [each for each in rules["fields"] if (each["code"], each["field"]) == ("10", "employer_name")]
    assert of_name == [
        {"code": "10", "field": "employer_name", "use": use, "verified": True} for use in ("imported", "required")
    ]
    for query, status in (({}, 400), ({"cohort": "x"}, 400), ({"cohort": 1900}, 400)):
        assert (await http.get("/v1/field-rules", params=query, headers=reader)).status_code == status
    assert (await http.get("/v1/field-rules", params={"cohort": 2024})).status_code == 401


@pytest.mark.parametrize("role", ["admin", "survey_manager"])
async def test_who_has_no_part_in_registrations_reads_no_rules(
    http: httpx.AsyncClient, mint: TokenMint, role: str
) -> None:
    assert (await http.get("/v1/field-rules?cohort=2024", headers=mint.headers(role))).status_code == 403
