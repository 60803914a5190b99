"""What would name a person is not taken by an unlinkable wave, whichever way it comes."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

Json = dict[str, Any]


@pytest.fixture
def plan(plan: Json) -> Json:
    return plan | {"closes_at": (datetime.now(UTC) + timedelta(days=30)).isoformat()}


async def test_an_unlinkable_wave_takes_neither_papers_nor_files(
    manager: httpx.AsyncClient, secret: Json, crowd: list[UUID]
) -> None:
    path = f"/v1/waves/{secret['id']}"
    consent = {"statement_version": 1, "agreed": True, "sensitive": False}
    paper = {"graduate_id": str(crowd[0]), "values": {"satisfied": "y", "match": 4}, "consent": consent}
    keyed = await manager.post(f"{path}/papers", json=paper)
    sent = await manager.post(
        f"{path}/imports", data={"statement_version": "1"}, files={"file": ("answers.csv", b"a\n1\n")}
    )
    assert [(each.status_code, each.json()["code"]) for each in (keyed, sent)] == [(422, "not_for_unlinkable")] * 2


async def test_nobody_of_an_unlinkable_wave_is_listed(
    client: Callable[..., httpx.AsyncClient], manager: httpx.AsyncClient, secret: Json, school: str, registry: object
) -> None:
    assert (await manager.post("/v1/liaisons", json={"subject": "s1", "level": "school"})).status_code == 201
    liaison = client("interviewer", school=school, subject="s1")
    assert (await liaison.get(f"/v1/waves/{secret['id']}/liaison-list")).json()["items"] == []


async def test_nobody_of_an_unlinkable_wave_is_called(
    secret: Json, at_ten: Callable[..., httpx.AsyncClient], school: str
) -> None:
    called = await at_ten("interviewer", school=school).post(f"/v1/waves/{secret['id']}/calls")
    assert (called.status_code, called.json()["code"]) == (422, "not_for_unlinkable")
