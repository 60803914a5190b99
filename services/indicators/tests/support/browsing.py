"""What a page must not break, as the browser finds it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit


async def violations(page: Any) -> list[str]:
    """The rules of accessibility that the page breaks."""
    from axe_playwright_python.async_playwright import Axe

    # its script is not the page's: it is given to the browser's own world
    found = await Axe().run(page)
    return [f"{each['id']}: {each['help']}" for each in found.response["violations"]]


@asynccontextmanager
async def visiting(browser: Any, address: str, *, width: int, height: int, locale: str) -> AsyncIterator[Any]:
    """A page that asks nobody but `address` for anything, and complains of nothing."""
    context = await browser.new_context(viewport={"width": width, "height": height}, locale=locale)
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
    # a browser reports a status above 400 as a fault of its own
    assert [each for each in faults if "status of 4" not in each] == []
    assert {urlsplit(each).netloc for each in addresses} == {urlsplit(address).netloc}
