"""The pages that people open, in a real browser at the width of a phone and of a desk."""

from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from testing.browser import running_browser
from testing.stack import SERVICES, Stack

SIZES = {"phone": (390, 844), "desktop": (1280, 800)}


@pytest.fixture(scope="module")
async def browser() -> AsyncIterator[Any]:
    async with running_browser() as running:
        yield running


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("service", SERVICES)
async def test_the_documentation_opens(stack: Stack, browser: Any, service: str, size: str) -> None:
    width, height = SIZES[size]
    page = await browser.new_page(viewport={"width": width, "height": height})
    hosts: set[str] = set()
    faults: list[str] = []
    page.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
    page.on("response", lambda answer: faults.extend([f"{answer.status} {answer.url}"] if answer.status >= 400 else []))
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: faults.extend([message.text] if message.type == "error" else []))
    try:
        opened = await page.goto(f"{stack.url(service)}/docs")
        assert opened.status == 200
        await page.wait_for_selector(".opblock")
        assert await page.locator(".opblock").count() >= 5
        await page.locator(".opblock-summary").first.click()
        await page.wait_for_selector(".opblock-body")
        assert await page.evaluate("document.documentElement.clientWidth") == width
        assert await page.evaluate("document.documentElement.scrollWidth") <= width
    finally:
        await page.close()
    assert faults == []
    assert hosts - {""} == {urlsplit(stack.url(service)).netloc}
