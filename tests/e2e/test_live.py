"""Stream and dashboard on the running services: destinations change, streams are cut off, a service is killed."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from campus import Campus
from format_a import HEADERS, CellValue, destination_cells, graduate_row, workbook
from listening import Group, groups_of, listening
from sqlalchemy import text

from common.database import Database
from testing.browser import running_browser
from testing.stack import Stack
from testing.waiting import eventually

COLUMNS = (*HEADERS, "院系代码", "所在院系", "班级代码", "班级")
UNITS: Sequence[dict[str, CellValue]] = (
    {"院系代码": "C01", "所在院系": "软件学院", "班级代码": "K1", "班级": "软工一班"},
    {
        "院系代码": "C02",
        "所在院系": "商学院",
        "班级代码": "K2",
        "班级": "会计一班",
        "专业代码": "120203K",
        "专业名称": "会计学",
    },
)
OF_COLLEGE: set[Group] = {("college", "C01"), ("major", "080902"), ("class", "K1")}
CODES = ("10", "11", "12", "75", "76", "801", "85", "70")
IMPORTS = 8

Heard = tuple[int, str, list[Group]]
"""Position, school and groups of a move."""


def row(number: int) -> dict[str, CellValue]:
    return graduate_row(number) | UNITS[number % 2]


_MOVES = text(
    "SELECT position, school_code, data FROM outbox WHERE type = 'quxiang.rate.moved' AND position > :after ORDER BY 1"
)


@dataclass
class Follower:
    """Who is cut off at random moments and goes on after the last event that came whole."""

    headers: dict[str, str]
    query: dict[str, str]
    hears: Callable[[Heard], list[Group]]
    last: str
    got: list[Heard] = field(default_factory=list)
    cut_off: int = 0

    async def follow(self, client: httpx.AsyncClient, chance: random.Random) -> None:
        """Hears until it is cancelled."""
        while True:
            # the service may be down, too
            with suppress(TimeoutError, httpx.TransportError):
                async with asyncio.timeout(chance.uniform(0.05, 0.8)):
                    async with listening(client, self.headers, self.last, **self.query) as heard:
                        while True:
                            said = await heard.event()
                            self.last = str(heard.last_id)
                            self.got.append((int(self.last), said["school_code"], groups_of(said)))
            self.cut_off += 1

    def expected(self, moves: Sequence[Heard]) -> list[Heard]:
        """Every move of which it has a group, with those groups."""
        return [
            (position, school, own)
            for position, school, groups in moves
            if (own := self.hears((position, school, groups)))
        ]


@pytest.fixture(scope="module")
async def browser() -> AsyncIterator[Any]:
    async with running_browser() as running:
        yield running


@pytest.fixture(scope="module")
async def database(stack: Stack) -> AsyncIterator[Database]:
    opened = Database.connect(stack.databases["indicators"].app_url)
    yield opened
    await opened.dispose()


@pytest.fixture(scope="module")
async def enrolled(campus: Campus, new_school: str) -> str:
    """Twelve graduates of two colleges."""
    roster = await campus.import_roster(workbook([row(number) for number in range(12)], COLUMNS), new_school)
    assert (roster["state"], roster["result"]["created"]) == ("succeeded", 12), roster
    await campus.rates(
        campus.officer(new_school), school=new_school, cohort=2024, min_change=roster["result"]["change_token"]
    )
    return new_school


async def moves_of(database: Database, after: int = 0) -> list[Heard]:
    """Moves of all schools that the service has announced beyond a position."""
    async with database.reading() as connection:
        found = await connection.execute(_MOVES, {"after": after})
        return [(each.position, each.school_code, groups_of(each.data)) for each in found]


def followers(campus: Campus, school: str, last: str) -> list[Follower]:
    def own(groups: set[Group]) -> Callable[[Heard], list[Group]]:
        return lambda move: [each for each in move[2] if move[1] == school and each in groups]

    here = {"school": school}
    return [
        Follower(campus.officer(school), here, lambda move: move[2] if move[1] == school else [], last),
        Follower(campus.bearer("college_officer", school=school, college="C01"), here, own(OF_COLLEGE), last),
        Follower(campus.bearer("counsellor", school=school, class_="K2"), here, own({("class", "K2")}), last),
        Follower(campus.bearer("ministry"), {"nation": "CN"}, lambda move: move[2], last),
    ]


async def change(campus: Campus, stack: Stack, school: str, chance: random.Random) -> str:
    """Destinations change by files, and in between the service that streams is killed; gives the last change."""
    token = ""
    for number in range(IMPORTS):
        changed = [row(each) | destination_cells(chance.choice(CODES)) for each in chance.sample(range(12), 4)]
        imported = await campus.import_registrations(workbook(changed, COLUMNS), school)
        assert imported["state"] == "succeeded", imported
        token = imported["result"]["change_token"] or token
        if number == IMPORTS // 2:
            await stack.kill("indicators")
            await stack.start("indicators")
    return token


async def test_who_is_cut_off_while_destinations_change_misses_nothing_and_sees_the_newest_figures(
    campus: Campus, stack: Stack, browser: Any, database: Database, enrolled: str
) -> None:
    chance = random.Random(5)
    [*_, (start, *_)] = await eventually(lambda: moves_of(database), describe="moves of the roster")
    following = followers(campus, enrolled, str(start))
    tokens = [
        campus.bearer(*role, **scope)["Authorization"].split()[1]
        for role, scope in (
            (("school_officer",), {"school": enrolled, "subject": "page"}),
            (("college_officer",), {"school": enrolled, "college": "C01", "subject": "page"}),
        )
    ]
    pages = [await browser.new_page(viewport={"width": width, "height": 800}, locale="zh-CN") for width in (1400, 360)]
    addresses: list[str] = []
    for page, token in zip(pages, tokens, strict=True):
        page.on("request", lambda request: addresses.append(request.url))
        await page.goto(f"{stack.url('indicators')}/dashboard#cohort=2024&token={token}")
        await page.locator("[data-figure='placement_rate']").wait_for()
    async with stack.client("indicators") as client:
        tasks = [
            asyncio.create_task(each.follow(client, random.Random(number))) for number, each in enumerate(following)
        ]
        newest = await change(campus, stack, enrolled, chance)

        async def all_heard() -> bool:
            moves = await moves_of(database, start)
            assert [each.got for each in following] == [each.expected(moves) for each in following]
            return all(each.got for each in following)

        figures = await campus.rates(campus.officer(enrolled), school=enrolled, cohort=2024, min_change=newest)
        await eventually(all_heard, within=30, every=0.5, describe="what moved")
        for each in tasks:
            each.cancel()
        await asyncio.wait(tasks)
    assert min(each.cut_off for each in following) >= 10
    [total] = figures["observations"]
    for name, figure in total["measures"].items():
        await pages[0].locator(f"[data-figure='{name}']").filter(has_text=figure["rate"]).wait_for()
    rows = pages[1].locator("[data-table='major'] tbody tr")
    assert await rows.count() == 1
    assert "080902" in await rows.first.inner_text()
    for page, token in zip(pages, tokens, strict=True):
        assert page.url == f"{stack.url('indicators')}/dashboard"
        assert not any(token in each for each in addresses)
        assert not any(token in stack.log(process).read_text("utf-8", "replace") for process in stack.processes)
        await page.close()
