"""The directory of employers: who reads, who writes, what is refused."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

USCC = "91110000600037341L"

Json = dict[str, Any]
Client = Callable[..., httpx.AsyncClient]


async def test_managers_write_and_the_school_reads(
    client: Client, manager: httpx.AsyncClient, school: str, employers: list[Json]
) -> None:
    first = employers[0]
    expected = {
        "name": "甲公司", "uscc": USCC, "industry_code": "22", "nature_code": "31", "place_code": None,
        "registered_as": None, "by_hand": ["name", "uscc", "nature_code", "industry_code"],
    }  # fmt: skip
    path = f"/v1/employers/{first['id']}"
    for role, scope in (
        ("survey_manager", {}), ("school_officer", {}), ("counsellor", {"class_": "0101"}),
        ("college_officer", {"college": "03"}), ("auditor", {}), ("interviewer", {}),
    ):  # fmt: skip
        reader = client(role, school=school, **scope)
        read = await reader.get(path)
        assert read.status_code == 200, (role, read.text)
        assert {name: read.json()[name] for name in expected} == expected
        assert read.json()["hires"] == {"2023": 4, "2024": 5}
        assert len((await reader.get(f"/v1/employers?school={school}")).json()["items"]) == 3
        if role not in {"survey_manager", "school_officer"}:
            wrote = await reader.patch(path, json={"name": "丁"}, headers={"If-Match": "*"})
            assert wrote.status_code == 403, role
    stranger = client("survey_manager", school="99990")
    assert (await stranger.get(path)).status_code == 404
    assert (await stranger.get("/v1/employers")).json()["items"] == []
    assert (await stranger.patch(path, json={"name": "丁"}, headers={"If-Match": "*"})).status_code == 404
    assert (await stranger.post("/v1/employers", json={"school_code": school, "name": "丁"})).status_code == 404
    assert [each["id"] for each in (await manager.get(f"/v1/employers?uscc={USCC}")).json()["items"]] == [first["id"]]


async def test_an_employer_is_changed_by_its_version(manager: httpx.AsyncClient, employers: list[Json]) -> None:
    path = f"/v1/employers/{employers[1]['id']}"
    assert (await manager.patch(path, json={"name": "乙"})).status_code == 428
    changed = await manager.patch(
        path, json={"place_code": "410102", "industry_code": None}, headers={"If-Match": '"1"'}
    )
    assert (changed.status_code, changed.json()["version"]) == (200, 2)
    assert (changed.json()["place_code"], changed.json()["industry_code"]) == ("410102", None)
    assert changed.json()["by_hand"] == ["industry_code", "name", "place_code"]
    assert (await manager.patch(path, json={"name": "乙"}, headers={"If-Match": '"1"'})).status_code == 412
    taken = await manager.patch(path, json={"uscc": USCC}, headers={"If-Match": '"2"'})
    assert (taken.status_code, taken.json()["code"]) == (409, "employer_known")


@pytest.mark.parametrize(
    ("said", "pointer", "rule"),
    [
        ({"name": " "}, "/name", "too_short"),
        ({"uscc": "913100006073785070"}, "/uscc", "uscc_format"),
        ({"industry_code": "zz"}, "/industry_code", "unknown_code"),
        ({"place_code": "999999"}, "/place_code", "unknown_code"),
        ({"hires": {"2024": 1}}, "/hires", "unknown_field"),
    ],
)
async def test_wrong_fields_are_named(
    manager: httpx.AsyncClient, school: str, said: Json, pointer: str, rule: str
) -> None:
    refused = await manager.post("/v1/employers", json={"school_code": school, "name": "甲", **said})
    assert refused.status_code == 422
    assert [(each["pointer"], each["rule"]) for each in refused.json()["errors"]] == [(pointer, rule)], refused.text


async def test_a_credit_code_stands_once_in_a_school(client: Client, manager: httpx.AsyncClient, school: str) -> None:
    body = {"school_code": school, "name": "甲", "uscc": USCC}
    made = await manager.post("/v1/employers", json=body, headers={"Idempotency-Key": "e1"})
    again = await manager.post("/v1/employers", json=body, headers={"Idempotency-Key": "e1"})
    assert (again.status_code, again.json()) == (201, made.json())
    other = await manager.post("/v1/employers", json=body)
    assert (other.status_code, other.json()["code"]) == (409, "employer_known")
    assert (await client("admin").post("/v1/employers", json=body | {"school_code": "99980"})).status_code == 201
