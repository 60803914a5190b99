"""The page in a real browser: every type of question, on phones and a desk, with a script and without."""

from typing import Any

import pytest
from every_type import VALUES
from visits import is_sound, visiting


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
