"""A questionnaire of every type, an open wave of it, and browsers' forms."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from every_type import EVERY_TYPE

from common.database import Database
from common.operations import OperationRunner
from surveys.app import create_app
from surveys.settings import Settings
from testing.browser import running_browser
from testing.http import serving

Json = dict[str, Any]


@pytest.fixture
async def links(manager: httpx.AsyncClient, school: str, graduates: list[UUID], runner: OperationRunner) -> list[str]:
    """The tokens of three links to a wave that asks every type, and can be edited for an hour."""
    made = (await manager.post("/v1/questionnaires", json=EVERY_TYPE)).json()
    published = await manager.post(f"/v1/questionnaires/{made['id']}/publish", headers={"If-Match": '"1"'})
    assert published.status_code == 200, published.text
    now = datetime.now(UTC)
    plan = {
        "school_code": school,
        "cohort": 2024,
        "cycle": 1,
        "questionnaire_id": made["id"],
        "questionnaire_version": 1,
        "opens_at": (now - timedelta(hours=1)).isoformat(),
        "closes_at": (now + timedelta(hours=1)).isoformat(),
        "edit_hours": 1,
    }
    wave = (await manager.post("/v1/waves", json=plan)).json()
    await manager.post(f"/v1/waves/{wave['id']}/invitations", json={"channel": "link"})
    while await runner.run_once():
        pass
    items = (await manager.get(f"/v1/waves/{wave['id']}/invitations")).json()["items"]
    return [str(each["link"]).split("#")[1] for each in items]


@pytest.fixture
async def browser_of(
    transport: httpx.ASGITransport,
) -> AsyncIterator[Callable[[str], Awaitable[httpx.AsyncClient]]]:
    """Open a link in a browser without a script."""
    opened = []

    async def open_link(token: str) -> httpx.AsyncClient:
        browser = httpx.AsyncClient(transport=transport, base_url="https://surveys.test")
        opened.append(browser)
        entered = await browser.post("/a", data={"link": f"https://survey.test/a#{token}"})
        assert (entered.status_code, entered.headers["location"]) == (303, "/a/consent"), entered.text
        return browser

    yield open_link
    for each in opened:
        await each.aclose()


@pytest.fixture(scope="module")
async def browser() -> AsyncIterator[Any]:
    """A real browser."""
    async with running_browser() as running:
        yield running


@pytest.fixture
async def address(settings: Settings, database: Database) -> AsyncIterator[str]:
    """The service over a socket."""
    app = create_app(settings.model_copy(update={"public_url": None}), database, {})
    async with serving(app) as base:
        yield base
