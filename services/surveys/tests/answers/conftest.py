"""Waves with a link for everybody, as many as a test needs."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import httpx
import pytest

Json = dict[str, Any]


@pytest.fixture
def links(
    manager: httpx.AsyncClient, plan: Json, graduates: list[UUID], runner: Any
) -> Callable[..., Awaitable[tuple[str, list[str]]]]:
    """Make a wave, with other settings than the plan's; its id, and the tokens in the order of the graduates."""

    async def make(**settings: Any) -> tuple[str, list[str]]:
        wave = (await manager.post("/v1/waves", json=plan | settings)).json()["id"]
        assert (await manager.post(f"/v1/waves/{wave}/invitations", json={"channel": "link"})).status_code == 202
        while await runner.run_once():
            pass
        items = (await manager.get(f"/v1/waves/{wave}/invitations", params={"limit": 200})).json()["items"]
        made = sorted(items, key=lambda each: str(each["graduate_id"]))
        return wave, [str(each["link"]).split("#")[1] for each in made]

    return make
