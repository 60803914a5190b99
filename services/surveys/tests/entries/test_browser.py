"""The shared entry in a real browser: on a phone, with a script and without, by keyboard, in both languages."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from visits import is_sound, visiting

from common.database import Database
from surveys.app import create_app
from surveys.settings import Settings
from testing.browser import running_browser
from testing.http import serving

Json = dict[str, Any]


@pytest.fixture(scope="module")
async def browser() -> AsyncIterator[Any]:
    """A real browser."""
    async with running_browser() as running:
        yield running


@pytest.fixture
async def address(settings: Settings, database: Database) -> AsyncIterator[str]:
    """The service over a socket."""
    async with serving(create_app(settings.model_copy(update={"public_url": None}), database, {})) as base:
        yield base


@pytest.mark.parametrize(
    ("size", "locale", "script"), [("small", "zh-CN", True), ("phone", "en-GB", False), ("desk", "en-GB", True)]
)
async def test_the_link_is_asked_for(
    browser: Any, address: str, manager: httpx.AsyncClient, wave: Json, size: str, locale: str, script: bool
) -> None:
    opened = await manager.patch(f"/v1/waves/{wave['id']}", json={"shared_code": True}, headers={"If-Match": "*"})
    async with visiting(browser, address, size, locale, java_script_enabled=script) as page:
        await page.goto(f"{address}/w/{opened.json()['shared_code']}")
        if script:
            await is_sound(page, "entry")
        await page.click("button")
        await page.locator("#faults").wait_for()
        if script:
            assert await page.evaluate("document.activeElement.id") == "faults"
            await is_sound(page, "entry-faults")
        await page.fill("#student_number", "2024-1")
        await page.keyboard.press("Tab")
        await page.keyboard.type("李四")
        await page.keyboard.press("Enter")
        await page.locator("[role=status]").wait_for()
        if script:
            await is_sound(page, "entry-asked")
        asked = {"zh-CN": "个人链接将发送", "en-GB": "your personal link is sent"}
        assert asked[locale] in await page.inner_text("main")
