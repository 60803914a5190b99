"""Visits of real browsers to the answer page: phones and a desk, and what holds for every page of it."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

SIZES = {"small": (360, 640), "phone": (390, 844), "desk": (1280, 800)}
PICTURES = os.environ.get("QUXIANG_PICTURES")


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
