"""The page in a real browser: phones and a desk, by keyboard, with a script, without, and with one that is lost."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from every_type import VALUES

from common.database import Database
from surveys.app import create_app
from surveys.settings import Settings
from testing.browser import running_browser
from testing.http import serving

SIZES = {"small": (360, 640), "phone": (390, 844), "desk": (1280, 800)}
PICTURES = os.environ.get("QUXIANG_PICTURES")


@pytest.fixture(scope="module")
async def browser() -> AsyncIterator[Any]:
    async with running_browser() as running:
        yield running


@pytest.fixture
async def address(settings: Settings, database: Database) -> AsyncIterator[str]:
    app = create_app(settings.model_copy(update={"public_url": None}), database, {})
    async with serving(app) as base:
        yield base


@asynccontextmanager
async def visiting(
    browser: Any, address: str, size: str = "phone", locale: str = "zh-CN", **more: Any
) -> AsyncIterator[Any]:
    """A page that asks no other origin for anything, and complains of nothing."""
    width, height = SIZES[size]
    context = await browser.new_context(viewport={"width": width, "height": height}, locale=locale, **more)
    page = await context.new_page()
    addresses: list[str] = []
    faults: list[str] = []
    page.on("request", lambda request: addresses.append(request.url))
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: faults.append(message.text))
    try:
        yield page
    finally:
        await context.close()
    assert [each for each in faults if "status of 4" not in each and "ERR_INTERNET" not in each] == []
    assert {urlsplit(each).netloc for each in addresses} <= {urlsplit(address).netloc}


async def violations(page: Any) -> list[str]:
    from axe_playwright_python.async_playwright import Axe

    found = await Axe().run(page)
    return [f"{each['id']}: {each['help']} {each['nodes'][0]['html']}" for each in found.response["violations"]]


async def is_sound(page: Any, name: str) -> None:
    """Nothing that axe finds, nothing beyond the edge, at the page's size and at twice that."""
    if PICTURES:
        size = page.viewport_size["width"]
        await page.screenshot(path=Path(PICTURES) / f"{name}-{size}.png", full_page=True)
    assert await violations(page) == []
    width = page.viewport_size["width"]
    assert await page.evaluate("document.documentElement.scrollWidth") <= width
    await page.set_viewport_size({"width": 320, "height": 640})
    assert await page.evaluate("document.documentElement.scrollWidth") <= 320
    await page.set_viewport_size({"width": width, "height": page.viewport_size["height"]})


async def fill(page: Any) -> None:
    """Answers everything, as VALUES says it."""
    await page.check("#one-2")
    await page.fill("#one_other", "自由职业")
    await page.check("#many-1")
    await page.check("#many-2")
    await page.check("#grid_a-1")
    await page.check("#grid_b-3")
    await page.select_option("#order_a-1", "2")
    await page.select_option("#order_b-1", "1")


@pytest.mark.parametrize(
    ("size", "locale", "script"), [("small", "zh-CN", True), ("phone", "en-GB", False), ("desk", "zh-CN", True)]
)
async def test_every_type_is_answered(
    browser: Any, address: str, client: Any, links: list[str], size: str, locale: str, script: bool
) -> None:
    async with visiting(browser, address, size, locale, java_script_enabled=script) as page:
        if script:
            await page.goto(f"{address}/a#{links[0]}")
        else:
            await page.goto(f"{address}/a")
            await page.fill("#link", f"{address}/a#{links[0]}")
            await page.click("button")
        await page.wait_for_url(f"{address}/a/consent")
        assert links[0] not in page.url
        if script:
            await is_sound(page, "consent")
        await page.click("button")
        await page.locator("#faults").wait_for()
        assert await page.evaluate("document.activeElement.id") == "faults" if script else True
        await page.check("#agreed")
        await page.check("#sensitive")
        await page.click("button")
        await page.wait_for_url("**/pages/choices")
        await fill(page)
        if script:
            await is_sound(page, "choices")
        await page.click("button")
        await page.wait_for_url("**/pages/numbers")
        await page.check("#match-4")
        await page.select_option("#wide-1", "50")
        await page.check("#recommend-11")
        await page.check("#fair-2")
        await page.fill("#hours-1", "400")
        await page.fill("#pay-1", "6500")
        await page.click("button")
        await page.locator("#hours-fault").wait_for()
        assert await page.input_value("#hours-1") == "400"
        if script:
            assert await page.evaluate("document.activeElement.id") == "faults"
            await is_sound(page, "numbers")
        await page.fill("#hours-1", "40.5")
        await page.click("button")
        await page.wait_for_url("**/pages/words")
        await page.fill("#since-1", "2024-07-01")
        await page.fill("#left-1", "2025-02")
        await page.fill("#story-1", "第一行\n第二行")
        await page.check("input[name=mail__missing][value=refused]")
        await page.select_option("#trade-1", "11")
        await page.select_option("#home-1", "410000")
        await page.select_option("#town-1", "410100")
        await page.fill("#county-1", "中原")
        await page.fill("#subject-1", "080902")
        await page.fill("#boss_name-1", "某某公司")
        await page.fill("#boss_uscc-1", "91110000600037341L")
        if script:
            await is_sound(page, "words")
        await page.click("button")
        await page.wait_for_url("**/review")
        if script:
            await is_sound(page, "review")
        holder = client(link=links[0])
        assert (await holder.get("/v1/answer")).json()["values"] == VALUES
        await page.click("button")
        await page.wait_for_url("**/done")
        if script:
            await is_sound(page, "done")
        assert (await holder.get("/v1/answer")).json()["state"] == "submitted"
