"""A report over HTTP: what it counts, in which cut, and what two people waive."""

from collections.abc import Callable
from typing import Any

import httpx

Json = dict[str, Any]
Client = Callable[..., httpx.AsyncClient]

REPORT, WAIVERS = "/v1/quality-report", "/v1/waivers"
WHOLE: Json = {
    "citizen_id": "11010119900307002X",
    "sex_code": "2",
    "ethnicity_code": "01",
    "political_status_code": "03",
    "education_level_code": "31",
    "duration_years": 4,
    "training_mode_code": "1",
    "origin_place_code": "410102",
    "enrolled_on": "2020-09-01",
    "graduated_on": "2024-07-01",
    "birth_date": "1990-03-07",
}


async def entered(officer: httpx.AsyncClient, school: str, number: str, **given: Any) -> str:
    body = {"school_code": school, "cohort": 2024, "student_number": number, "name": "张三", **given}
    answer = await officer.post("/v1/graduates", json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def report(caller: httpx.AsyncClient, school: str, **query: str) -> Json:
    answer = await caller.get(REPORT, params={"school": school, "cohort": 2024, **query})
    assert answer.status_code == 200, answer.text
    found = answer.json()
    return {**found, "findings": {each["rule"]: each for each in found["findings"]}}


async def test_walk(client: Client, officer: httpx.AsyncClient, admin: httpx.AsyncClient, school: str) -> None:
    for code in ("C1", "C2"):
        await admin.post(f"/v1/schools/{school}/colleges", json={"code": code, "name": f"学院{code}"})
    a = await entered(officer, school, "1", college_code="C1", phone="13800138000", **WHOLE)
    b = await entered(officer, school, "2", college_code="C1", phone="13800138000")
    c = await entered(officer, school, "3", college_code="C2", birth_date="1990-03-07", education_level_code="39")
    found = await report(officer, school)
    import pprint

    pprint.pprint(found)
    for rule in found["findings"]:
        listed = await officer.get(f"{REPORT}/{rule}/graduates", params={"school": school, "cohort": 2024})
        print(rule, listed.status_code, [each["student_number"] for each in listed.json().get("items", [])])
    dup = await admin.get("/v1/duplicates", params={"cohort": 2024})
    print(dup.status_code, dup.text[:300])
    assert 0
