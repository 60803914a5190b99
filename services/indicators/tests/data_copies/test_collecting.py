"""All that indicators holds about a graduate: codes and days, as events said them."""

from datetime import date
from typing import Any
from uuid import uuid4

import httpx

from testing.tokens import TokenMint


async def test_versions_and_spans_are_collected(
    transport: httpx.ASGITransport, mint: TokenMint, apply: Any, school: Any
) -> None:
    graduate_id, other, wave = school.enters(sex_code="2"), school.enters(), uuid4()
    school.goes(graduate_id, "10", date(2024, 6, 1), place_code="410102")
    school.answers(graduate_id, wave, "requested")
    await apply(school.events)
    headers = mint.headers("graduate", graduate=graduate_id)
    async with httpx.AsyncClient(transport=transport, base_url="http://indicators.test", headers=headers) as own:
        answer = await own.get(f"/v1/graduates/{graduate_id}/data")
        assert (await own.get(f"/v1/graduates/{other}/data")).status_code == 404
    assert answer.status_code == 200, answer.text
    records = answer.json()["records"]
    assert [(each["sequence"], each["sex_code"]) for each in records["roster_versions"]] == [(1, "2")]
    assert [(each["destination_code"], each["place_code"]) for each in records["destination_versions"]] == [
        ("10", "410102")
    ]
    assert [(each["from_day"], each["to_day"], each["destination_code"]) for each in records["spans"]] == [
        ("2023-09-01", "2024-06-01", None),
        ("2024-06-01", None, "10"),
    ]
    assert [(each["wave_id"], each["state"]) for each in records["response_versions"]] == [(str(wave), "requested")]
