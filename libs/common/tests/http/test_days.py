"""A day is written as YYYY-MM-DD and in no other way, in bodies, forms and queries."""

from typing import Any

import httpx
import pytest

DAYS = ["2024-02-29", "1999-12-31"]
OTHERS: list[Any] = [
    "0", "86400", "1e3", "20240615", "2024-6-15", "2024-06-15T00:00:00", "2024-06-15T00:00:00Z", "2024-06-15 ",
    "2024-06-15\n", "+2024-06-15", "2024-W24-6", "2024-02-30", "0000-01-01", "２０２４-06-15", "",
]  # fmt: skip


@pytest.mark.parametrize("day", DAYS)
async def test_a_day_is_taken_as_it_is_written(admin: httpx.AsyncClient, day: str) -> None:
    made = await admin.post("/v1/things", json={"name": "a", "day": day})
    assert (made.status_code, made.json()["day"]) == (201, day)
    assert (await admin.get("/v1/things", params={"on": day})).status_code == 200
    form = {"school_code": "90001", "cohort": "2024", "effective_on": day}
    imported = await admin.post("/v1/imports", data=form, files={"file": ("a.csv", b"a\n1\n")})
    assert (imported.status_code, imported.json()["form"]["effective_on"]) == (202, day)


@pytest.mark.parametrize("given", [*OTHERS, 0, 86400, 1.5, True, ["2024-06-15"], {}])
async def test_what_is_no_day_is_refused_in_a_body(admin: httpx.AsyncClient, given: Any) -> None:
    refused = await admin.post("/v1/things", json={"name": "a", "day": given})
    assert (refused.status_code, refused.json()["errors"][0]["rule"]) == (422, "day_format")


@pytest.mark.parametrize("given", OTHERS)
async def test_what_is_no_day_is_refused_in_a_query(admin: httpx.AsyncClient, given: str) -> None:
    refused = await admin.get("/v1/things", params={"on": given})
    assert (refused.status_code, refused.json()["errors"][0]["rule"]) == (400, "day_format")


@pytest.mark.parametrize("given", [each for each in OTHERS if each])
async def test_what_is_no_day_is_refused_in_a_form(admin: httpx.AsyncClient, given: str) -> None:
    form = {"school_code": "90001", "cohort": "2024", "effective_on": given}
    refused = await admin.post("/v1/imports", data=form, files={"file": ("a.csv", b"a\n1\n")})
    assert (refused.status_code, refused.json()["errors"][0]["rule"]) == (422, "day_format")
