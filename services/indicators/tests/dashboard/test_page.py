"""The page in a real browser: figures equal the API, a change appears by itself, nothing foreign is asked for."""

import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import httpx
import pytest
from browsing import violations
from sqlalchemy import text

from common.contracts import rate
from common.contracts.organisation import UnitKind
from common.database import Database
from indicators.app import create_app
from indicators.dashboard.routes import FILES
from indicators.settings import Settings
from indicators.stream.announcements import Announcer
from indicators.stream.domain import MAX_LISTENING
from testing.browser import running_browser
from testing.databases import ServiceDatabase, committed
from testing.http import serving
from testing.tokens import TokenMint

PEOPLE: dict[str, list[UUID]] = {}
EVIL = "#[]$</script><b>"
SIZES = {"phone": (360, 740), "desktop": (1400, 900)}
_MOVED = text(
    "INSERT INTO outbox (topic, key, sequence, type, school_code, data, position) VALUES "
    "(:topic, :school, 1, :type, :school, CAST(:data AS jsonb), :position)"
)


@pytest.fixture(scope="module")
async def browser() -> AsyncIterator[Any]:
    async with running_browser() as running:
        yield running


@pytest.fixture(scope="module")
async def address(
    stored: ServiceDatabase, database: Database, mint: TokenMint, keyring_file: Path
) -> AsyncIterator[str]:
    app = create_app(Settings(database_url=stored.app_url, keyring_file=keyring_file, **mint.settings), database, {})
    app.state.announcer = Announcer(database, look_seconds=0.05)
    async with serving(app) as base:
        yield base


@pytest.fixture
async def school(new_school: Any, apply: Any) -> Any:
    school = new_school()
    school.described("410000")
    school.has_unit(UnitKind.COLLEGE, "C1", name=EVIL)
    PEOPLE[school.code] = [school.enters(college_code=f"C{number % 2}") for number in range(6)]
    for someone in PEOPLE[school.code][:3]:
        school.goes(someone, "10", date(2024, 6, 1))
    await apply(school.events)
    return school


@pytest.mark.parametrize("locale", ["zh-CN", "en-GB"])
@pytest.mark.parametrize("size", SIZES)
async def test_the_page_shows_the_figures_and_follows_them(
    browser: Any, address: str, database: Database, mint: TokenMint, apply: Any, school: Any, size: str, locale: str
) -> None:
    width, height = SIZES[size]
    context = await browser.new_context(viewport={"width": width, "height": height}, locale=locale)
    page = await context.new_page()
    addresses: list[str] = []
    faults: list[str] = []
    page.on("request", lambda request: addresses.append(request.url))
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: faults.extend([message.text] if message.type == "error" else []))
    token = mint.token("school_officer", school=school.code)
    try:
        opened = await page.goto(f"{address}/dashboard#cohort=2024&token={token}")
        assert opened.headers["content-security-policy"].startswith("default-src 'none'; script-src 'self'")
        figure = page.locator("[data-figure='placement_rate']")
        await figure.wait_for()
        assert await figure.text_content() == "50.00"
        assert page.url == f"{address}/dashboard"
        rows = page.locator("[data-table='college'] tbody tr")
        assert [await rows.nth(number).inner_text() for number in range(2)] == [
            "C0\t3\t2\t66.67",
            f"{EVIL} (C1)\t3\t1\t33.33",
        ]
        assert await page.locator("[data-stamp='as_of']").text_content()
        await charts_are_drawn(page)
        assert await page.get_attribute("html", "lang") == ("zh-CN" if locale == "zh-CN" else "en")
        assert await page.evaluate("document.documentElement.scrollWidth") <= width
        assert await violations(page) == []
        await a_fourth_is_placed(database, apply, school)
        # a policy without eval takes no function to wait for
        await figure.filter(has_text="66.67").wait_for()
        newest = page.locator("[data-table='classes'] tbody tr", has_text="66.67")
        await newest.wait_for()
        # by keyboard alone to the other language
        await page.focus("[data-language='en']" if locale == "zh-CN" else "[data-language='zh']")
        await page.keyboard.press("Enter")
        other = "en" if locale == "zh-CN" else "zh-CN"
        await page.locator(f"html[lang='{other}']").wait_for(state="attached")
    finally:
        await context.close()
    assert faults == []
    assert {urlsplit(each).netloc for each in addresses} == {urlsplit(address).netloc}
    assert [each for each in addresses if token in each.partition("#")[0]] == []


async def charts_are_drawn(page: Any) -> None:
    """Each with a name that leads to the table beside it, which holds what is drawn."""
    for name in ("classes", "series", "groups"):
        chart = page.locator(f"[data-chart='{name}']")
        await chart.locator("svg .mark-rect, svg .mark-line").first.wait_for(state="attached")
        assert await chart.get_attribute("role") == "img"
        assert (await chart.get_attribute("aria-label")).startswith(("图，数字见旁边的表格：", "Chart, figures in"))
    assert await page.locator("[data-chart='groups'] .mark-rect path").count() == 2
    # wide names are cut, and stay text
    assert "#[]$" in "".join(await page.locator("[data-chart='groups'] text").all_text_contents())
    weeks = await page.locator("[data-table='series'] tbody tr").all_inner_texts()
    assert [weeks[0], weeks[-1]] == ["2024-12-30\t3\t50.00", "2024-01-01\t0\t0.00"]
    classes = await page.locator("[data-table='classes'] tbody tr td:nth-child(2)").all_inner_texts()
    assert sum(map(int, classes)) == 6


async def a_fourth_is_placed(database: Database, apply: Any, school: Any) -> None:
    await apply([school.goes(PEOPLE[school.code][3], "10", date(2024, 6, 1))])
    data = {"cohort": 2024, "groups": [{"dimension": "total", "value": None}]}
    async with committed(database) as connection:
        position = await connection.scalar(text("SELECT coalesce(max(position), 0) + 1 FROM outbox"))
        said = {"topic": rate.TOPIC, "school": school.code, "type": rate.MOVED, "data": json.dumps(data)}
        await connection.execute(_MOVED, said | {"position": position})


async def test_the_sixth_dashboard_of_a_person_says_so_and_renews_its_figures_now_and_then(
    browser: Any, address: str, database: Database, mint: TokenMint, apply: Any, school: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr("indicators.stream.domain.RETRY_SECONDS", 1)
    headers = mint.headers("school_officer", school=school.code, subject="busy")
    context = await browser.new_context(locale="en-GB")
    page = await context.new_page()
    async with httpx.AsyncClient(base_url=address) as client, AsyncExitStack() as five:
        for _ in range(MAX_LISTENING):
            stream = client.stream("GET", "/v1/stream", params={"school": school.code}, headers=headers)
            assert (await five.enter_async_context(stream)).status_code == 200
        await page.goto(f"{address}/dashboard#cohort=2024&{headers['Authorization'].replace('Bearer ', 'token=')}")
        notice = page.locator("#notice")
        await notice.filter(has_text="Too many dashboards").wait_for()
        await a_fourth_is_placed(database, apply, school)
        await page.locator("[data-figure='placement_rate']").filter(has_text="66.67").wait_for()
        await five.aclose()
        await notice.filter(has_not_text="Too many").wait_for(state="attached")
    await context.close()


async def test_another_link_in_the_same_tab_shows_its_scope_and_leaves_no_token(
    browser: Any, address: str, mint: TokenMint, school: Any
) -> None:
    page = await browser.new_page(locale="zh-CN")
    shown = (
        (mint.token("school_officer", school=school.code), "college"),
        (mint.token("college_officer", school=school.code, college="C1"), "major"),
    )
    for token, grouping in shown:
        await page.goto(f"{address}/dashboard#cohort=2024&token={token}")
        await page.locator(f"[data-table='{grouping}'] tbody tr").first.wait_for(state="attached")
        assert page.url == f"{address}/dashboard"
    assert await page.locator("#of").text_content() == "院系 C1 · CN-2024 · 2024"
    assert await page.evaluate("history.length") <= 3
    await page.go_back()
    assert "token" not in page.url
    await page.close()


async def test_on_paper_stand_figures_and_tables_alone(
    browser: Any, address: str, mint: TokenMint, school: Any
) -> None:
    page = await browser.new_page(locale="zh-CN")
    await page.goto(f"{address}/dashboard#cohort=2024&token={mint.token('school_officer', school=school.code)}")
    await charts_are_drawn(page)
    await page.emulate_media(media="print")
    shown = {
        name: await page.locator(name).first.is_visible() for name in ("form", "nav", "dl", "table", "svg", ".stamp")
    }
    assert shown == {"form": False, "nav": False, "dl": True, "table": True, "svg": True, ".stamp": True}
    scrolls = "[...document.querySelectorAll('.scroll')].some((each) => each.scrollHeight > each.clientHeight + 1)"
    assert not await page.evaluate(scrolls)
    await page.close()


async def test_a_token_that_ends_says_so(browser: Any, address: str, mint: TokenMint, school: Any) -> None:
    page = await browser.new_page(locale="en-GB")
    token = mint.token("school_officer", school=school.code, ttl=3)
    await page.goto(f"{address}/dashboard#cohort=2024&token={token}")
    await page.locator("#notice").filter(has_text="The token has ended").wait_for()
    await page.close()


async def test_a_machine_without_fonts_takes_the_one_that_comes_along(
    address: str, mint: TokenMint, school: Any
) -> None:
    async with running_browser(usual_fonts=False) as browser:
        page = await browser.new_page(locale="zh-CN")
        addresses: list[str] = []
        page.on("request", lambda request: addresses.append(request.url))
        token = mint.token("school_officer", school=school.code)
        await page.goto(f"{address}/dashboard#cohort=2024&token={token}")
        await charts_are_drawn(page)
        assert f"{address}/dashboard/noto-sans-sc.otf" in addresses
        assert await page.evaluate("[...document.fonts].map((each) => each.status)") == ["loaded"]


async def test_the_first_load_is_small_and_its_large_part_is_kept(address: str) -> None:
    """Compressed, without the font: at most 450 KB."""
    async with httpx.AsyncClient(base_url=address) as client:
        packed = await client.get("/dashboard/vega.js")
        plain = await client.get("/dashboard/vega.js", headers={"Accept-Encoding": "identity"})
        others = [await client.get(f"/dashboard{path}") for path in ("", *(f"/{name}" for name in FILES))]
    assert (packed.headers["content-encoding"], "content-encoding" in plain.headers) == ("gzip", False)
    assert packed.content == plain.content
    assert int(packed.headers["content-length"]) + sum(len(each.content) for each in others) <= 450_000
    assert {each.headers["cache-control"] for each in (packed, plain)} == {"public, max-age=86400"}


async def test_the_shell_is_open_and_holds_no_data(address: str) -> None:
    async with httpx.AsyncClient(base_url=address) as client:
        for path in ("/dashboard", "/dashboard/dashboard.js", "/dashboard/dashboard.css"):
            assert (await client.get(path)).status_code == 200
        for path in ("/dashboard/index.html", "/dashboard/..%2froutes.py", "/dashboard/none"):
            assert (await client.get(path)).status_code == 404
