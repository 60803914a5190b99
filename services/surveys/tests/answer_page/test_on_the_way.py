"""What happens to a respondent on the way: a lost line, a lost script, two tabs, another phone, the back button."""

import io
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest
from PIL import Image
from visits import is_sound, violations, visiting

Json = dict[str, Any]
Client = Callable[..., httpx.AsyncClient]
Agree = Callable[[str], Awaitable[None]]


async def enter(page: Any, address: str, token: str) -> None:
    """Opens a link whose statement was agreed to."""
    await page.goto(f"{address}/a#{token}")
    await page.wait_for_url("**/a/pages/**")


async def values_of(client: Client, token: str) -> Json:
    return dict((await client(link=token).get("/v1/answer")).json()["values"])


def _picture() -> bytes:
    drawn = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(drawn, "PNG")
    return drawn.getvalue()


async def test_a_lost_line_keeps_what_was_typed(browser: Any, address: str, client: Client, agreed: list[str]) -> None:
    async with visiting(browser, address) as page:
        await enter(page, address, agreed[0])
        await page.check("#satisfied-1")
        await page.fill("#comment-1", "在火车上")
        await page.context.set_offline(True)
        await page.click("button >> nth=0")
        await page.locator("#offline", has_text="。").wait_for()
        assert await page.input_value("#comment-1") == "在火车上"
        await page.context.set_offline(False)
        await page.click("button >> nth=0")
        await page.wait_for_url("**/pages/study")
    assert await values_of(client, agreed[0]) == {"satisfied": "y", "comment": "在火车上"}


async def test_a_page_whose_script_is_lost_works_on(
    browser: Any, address: str, client: Client, agreed: list[str]
) -> None:
    async with visiting(browser, address) as page:
        await enter(page, address, agreed[0])
        await page.route("**/page.js", lambda route: route.fulfill(status=200, body="", content_type="text/javascript"))
        await page.reload()
        await page.check("#satisfied-2")
        await page.click("button >> nth=0")
        await page.wait_for_url("**/pages/study")
        assert await violations(page) == []
        await page.click("button >> nth=0")
        await page.wait_for_url("**/review")
        await page.click("button")
        await page.locator("#faults").wait_for()
        assert await page.evaluate("document.activeElement.id") == "faults"
        assert await violations(page) == []
        await page.click("a[href*=study]")
        await page.wait_for_url("**/pages/study*")
        await page.check("#match-3")
        await page.click("button >> nth=0")
        await page.wait_for_url("**/review")
        assert await violations(page) == []
        await page.click("button")
        await page.wait_for_url("**/done")
        assert await violations(page) == []
    assert (await client(link=agreed[0]).get("/v1/answer")).status_code == 401


async def test_the_keyboard_alone_is_enough(browser: Any, address: str, tokens: list[str]) -> None:
    async with visiting(browser, address, "desk") as page:

        async def to(wanted: str) -> None:
            """Goes on with Tab until it is there, and sees where it is."""
            for _ in range(20):
                await page.keyboard.press("Tab")
                if await page.evaluate("wanted => document.activeElement.matches(wanted)", wanted):
                    seen = "getComputedStyle(document.activeElement).outlineStyle"
                    assert await page.evaluate(seen) != "none", wanted
                    return
            raise AssertionError(f"{wanted} is not reached")

        await page.goto(f"{address}/a")
        await to("#link")
        await page.keyboard.type(tokens[0])
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/a/consent")
        await to("#agreed")
        await page.keyboard.press("Space")
        await to("button")
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/pages/work")
        await to("input[name=satisfied]")
        await page.keyboard.press("ArrowDown")
        await page.keyboard.press("Space")
        await to("#comment-1")
        await page.keyboard.type("good")
        await to("button")
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/pages/study")
        await to("input[name=match]")
        await page.keyboard.press("Space")
        await to("button")
        await page.keyboard.press("Space")
        await page.wait_for_url("**/review")
        await to("button")
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/done")


async def test_of_two_tabs_the_second_is_shown_both_answers(
    browser: Any, address: str, client: Client, agreed: list[str]
) -> None:
    async with visiting(browser, address) as first:
        await enter(first, address, agreed[0])
        second = await first.context.new_page()
        await second.goto(first.url)
        await first.check("#satisfied-1")
        await first.click("button >> nth=0")
        await first.wait_for_url("**/pages/study")
        await second.check("#satisfied-2")
        await second.click("button >> nth=0")
        await second.locator("#faults").wait_for()
        assert await second.is_checked("#satisfied-2")
        assert await violations(second) == []
        assert await values_of(client, agreed[0]) == {"satisfied": "y"}
        await second.click("button >> nth=0")
        await second.wait_for_url("**/pages/study")
    assert await values_of(client, agreed[0]) == {"satisfied": "n"}


async def test_another_phone_goes_on_where_the_first_one_was_left(
    browser: Any, address: str, agreed: list[str]
) -> None:
    async with visiting(browser, address, "small") as phone:
        await enter(phone, address, agreed[0])
        await phone.check("#satisfied-1")
        await phone.click("button >> nth=0")
        await phone.wait_for_url("**/pages/study")
    async with visiting(browser, address, locale="en-GB") as other:
        await enter(other, address, agreed[0])
        assert other.url.endswith("/pages/study")
        assert "Match" in await other.locator("form").inner_text()
        await other.click("[name=_go]")
        await other.wait_for_url("**/pages/work")
        assert await other.is_checked("#satisfied-1")


async def test_the_back_button_is_harmless(browser: Any, address: str, client: Client, agreed: list[str]) -> None:
    async with visiting(browser, address) as page:
        await enter(page, address, agreed[0])
        await page.check("#satisfied-1")
        await page.click("button >> nth=0")
        await page.wait_for_url("**/pages/study")
        await page.go_back()
        await page.locator("#satisfied-1").wait_for()
        assert await page.is_checked("#satisfied-1")
        await page.check("#satisfied-2")
        await page.click("button >> nth=0")
        await page.wait_for_url("**/pages/study")
        await page.check("#match-5")
        await page.click("button >> nth=0")
        await page.wait_for_url("**/review")
        before = await values_of(client, agreed[0])
        await page.click("button")
        await page.wait_for_url("**/done")
        await page.go_back()
        # what was submitted is not submitted twice, nor opened again
        await page.wait_for_url("**/done")
    assert before == {"satisfied": "n", "match": 5}


async def test_letters_of_twice_the_size_fit(browser: Any, address: str, links: list[str]) -> None:
    # a desk at 200 % has half its pixels, and a reader may double the letters alone
    async with visiting(browser, address, "desk", device_scale_factor=2) as page:
        await page.set_viewport_size({"width": 640, "height": 400})
        await page.goto(f"{address}/a#{links[0]}")
        await page.wait_for_url("**/a/consent")
        await page.check("#agreed")
        await page.click("button")
        for place in ("choices", "numbers", "words"):
            await page.goto(f"{address}/a/pages/{place}")
            await is_sound(page, f"zoomed-{place}")
            await page.evaluate("document.documentElement.style.fontSize = '200%'")
            assert await page.evaluate("document.documentElement.scrollWidth") <= 640


async def test_a_file_and_the_other_language(browser: Any, address: str, client: Client, links: list[str]) -> None:
    async with visiting(browser, address) as page:
        await page.goto(f"{address}/a#{links[0]}")
        await page.wait_for_url("**/a/consent")
        await page.click("nav a")
        await page.wait_for_url("**language=en")
        assert await page.evaluate("document.documentElement.lang") == "en"
        await page.check("#agreed")
        await page.click("button")
        await page.wait_for_url("**/pages/choices")
        await page.goto(f"{address}/a/pages/words")
        assert "问题 proof (en)" in await page.locator("form").inner_text()
        await page.set_input_files(
            "input[type=file]", {"name": "proof.png", "mimeType": "image/png", "buffer": _picture()}
        )
        await page.click("button >> nth=0")
        await page.wait_for_url("**/review")
        assert await page.evaluate("document.documentElement.lang") == "en"
    stored = (await values_of(client, links[0]))["proof"]["file_id"]
    assert stored


@pytest.mark.parametrize("phase", ["closing", "closed"])
async def test_once_the_wave_is_over_the_page_says_so(
    browser: Any, address: str, wave: Json, agreed: list[str], moved: Callable[[str, str], Awaitable[None]], phase: str
) -> None:
    async with visiting(browser, address) as page:
        await enter(page, address, agreed[0])
        await page.check("#satisfied-1")
        over = "closes_at = statement_timestamp() - interval '1 second'"
        await moved(wave["id"], over + (", closing_at = now(), closed_at = now()" if phase == "closed" else ""))
        await page.click("button >> nth=0")
        await page.locator("h1", has_text="截止").wait_for()
        assert await violations(page) == []
