"""The stream over a real socket: nothing is missed, nothing is foreign, and its ends."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import count
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import text

from common.contracts import rate
from common.contracts.organisation import UnitKind
from common.database import Database
from indicators.app import create_app
from indicators.reading.selection import Level, Scope
from indicators.settings import Settings
from indicators.stream.announcements import Announcer
from indicators.stream.domain import Listener
from testing.databases import ServiceDatabase, committed
from testing.http import running_app
from testing.tokens import TokenMint

GROUPS = [("total", None), ("college", "C1"), ("college", "C2"), ("major", "M1"), ("class", "K1"), ("class", "K2")]
_INSERT = text(
    "INSERT INTO outbox (topic, key, sequence, type, school_code, data, position) VALUES "
    "(:topic, :school, :sequence, :type, :school, CAST(:data AS jsonb), :position)"
)
_positions = count(1)
Move = Callable[..., Awaitable[int]]


@pytest.fixture(scope="module")
def move(database: Database) -> Move:
    """Announces that groups of a school moved; gives the position."""

    async def moved(school: str, cohort: int = 2024, kind: str = rate.MOVED) -> int:
        position = next(_positions)
        data = {"cohort": cohort, "groups": [{"dimension": name, "value": value} for name, value in GROUPS]}
        said = {"topic": rate.TOPIC, "school": school, "sequence": position, "type": kind, "position": position}
        async with committed(database) as connection:
            await connection.execute(_INSERT, said | {"data": json.dumps(data)})
        return position

    return moved


@pytest.fixture(scope="module")
async def served(
    stored: ServiceDatabase, database: Database, mint: TokenMint, keyring_file: Path
) -> AsyncIterator[httpx.AsyncClient]:
    settings = Settings(database_url=stored.app_url, keyring_file=keyring_file, **mint.settings)
    app = create_app(settings, database, {})
    app.state.announcer = Announcer(database, look_seconds=0.05, silent=0.2)
    async with running_app(app) as client:
        yield client


@pytest.fixture
async def place(new_school: Any, apply: Any) -> Any:
    school = new_school()
    school.described("410000")
    school.has_unit(UnitKind.MAJOR, "M1", college_code="C1")
    school.has_unit(UnitKind.CLASS, "K1", college_code="C1")
    school.has_unit(UnitKind.CLASS, "K2", college_code="C2")
    await apply(school.events)
    return school


class Heard:
    """What a stream said, line by line."""

    def __init__(self, answer: httpx.Response) -> None:
        self.lines = answer.aiter_lines()
        self.last_id: str | None = None

    async def next(self) -> dict[str, Any] | str | None:
        """The next event's data, or a comment; None at the end."""
        found: dict[str, str] = {}
        async with asyncio.timeout(10):
            async for line in self.lines:
                if not line and found:
                    break
                name, _, value = line.partition(": ")
                found[name] = value
        if not found:
            return None
        if "data" not in found:
            return found.get("", "")
        assert found["event"] == "moved"
        self.last_id = found["id"]
        return dict(json.loads(found["data"]))

    async def event(self) -> dict[str, Any]:
        while not isinstance(said := await self.next(), dict):
            assert said is not None
        return said


@asynccontextmanager
async def listening(
    served: httpx.AsyncClient, headers: dict[str, str], after: str | None = None, **query: Any
) -> AsyncIterator[Heard]:
    also = {"Last-Event-ID": after} if after is not None else {}
    async with served.stream("GET", "/v1/stream", params=query, headers=headers | also) as answer:
        assert answer.status_code == 200, await answer.aread()
        assert answer.headers["content-type"].startswith("text/event-stream")
        heard = Heard(answer)
        assert await heard.next() == "open"
        yield heard


def groups(said: dict[str, Any]) -> Sequence[tuple[str, str | None]]:
    return [(each["dimension"], each["value"]) for each in said["groups"]]


async def silent(heard: Heard) -> None:
    """Waits for a comment, after which the listener is among those who hear."""
    assert await heard.next() == "silence"


async def test_each_hears_of_its_scope_and_of_nothing_else(
    served: httpx.AsyncClient, mint: TokenMint, move: Move, place: Any, other_school: Any
) -> None:
    officers: dict[str, dict[str, str]] = {
        "all": mint.headers("school_officer", school=place.code),
        "college": mint.headers("college_officer", school=place.code, college="C1"),
        "class": mint.headers("counsellor", school=place.code, class_="K2"),
        "province": mint.headers("provincial_officer", province="410000"),
    }
    async with (
        listening(served, officers["all"], school=place.code) as everything,
        listening(served, officers["college"], school=place.code) as college,
        listening(served, officers["class"], school=place.code) as own_class,
        listening(served, officers["province"], province="410000", cohort=2025) as province,
    ):
        for each in (everything, college, own_class, province):
            await silent(each)
        await move(other_school.code)
        first = await move(place.code)
        later = await move(place.code, 2025)
        said = await everything.event()
        assert (said["school_code"], said["cohort"], groups(said)) == (place.code, 2024, GROUPS)
        assert everything.last_id == str(first)
        assert groups(await college.event()) == [("college", "C1"), ("major", "M1"), ("class", "K1")]
        assert groups(await own_class.event()) == [("class", "K2")]
        assert (await province.event())["cohort"] == 2025
        assert province.last_id == str(later)


async def test_who_comes_again_misses_nothing(
    served: httpx.AsyncClient, mint: TokenMint, move: Move, place: Any
) -> None:
    headers = mint.headers("school_officer", school=place.code)
    expected: list[str] = [str(await move(place.code))]
    last, got = expected[0], list[str]()
    for _ in range(8):
        expected += [str(await move(place.code)) for _ in range(2)]
        async with listening(served, headers, last, school=place.code) as heard:
            moving = asyncio.ensure_future(move(place.code))
            for _ in range(3):
                await heard.event()
                got.append(str(heard.last_id))
            expected.append(str(await moving))
        last = got[-1]
    assert got == expected[1:]


async def test_an_event_that_never_was_is_refused(
    served: httpx.AsyncClient, mint: TokenMint, move: Move, place: Any
) -> None:
    headers = mint.headers("school_officer", school=place.code)
    frozen = await move(place.code, kind="quxiang.snapshot.frozen")
    for unknown in ("tomorrow", "-1", "0", str(10**9), str(10**30), "", str(frozen)):
        answer = await served.get(
            "/v1/stream", params={"school": place.code}, headers=headers | {"Last-Event-ID": unknown}
        )
        assert answer.status_code == 400, unknown
        assert [each["pointer"] for each in answer.json()["errors"]] == ["Last-Event-ID"]


async def test_outside_the_scope_there_is_no_stream(served: httpx.AsyncClient, mint: TokenMint, place: Any) -> None:
    foreign = mint.headers("school_officer", school="99998")
    for headers, query, status in (
        ({}, {"school": place.code}, 401),
        (foreign, {"school": place.code}, 404),
        (foreign, {"nation": "CN"}, 404),
        (mint.headers("graduate", graduate=str(uuid4()), school=place.code), {"school": place.code}, 403),
        (mint.headers("college_officer", school=place.code), {"school": place.code}, 404),
        (foreign, {}, 400),
    ):
        assert (await served.get("/v1/stream", params=query, headers=headers)).status_code == status, query
    answer = await served.head("/v1/stream", params={"school": "99998"}, headers=foreign)
    assert (answer.status_code, answer.content) == (200, b"")


async def test_a_subject_listens_to_five_at_a_time(served: httpx.AsyncClient, mint: TokenMint, place: Any) -> None:
    headers = mint.headers("school_officer", school=place.code, subject="busy")
    async with asyncio.timeout(20):
        async with AsyncExitStack() as five:
            for _ in range(5):
                await five.enter_async_context(listening(served, headers, school=place.code))
            refused = await served.get("/v1/stream", params={"school": place.code}, headers=headers)
            assert refused.status_code == 429
            assert refused.json()["code"] == "too_many_streams"
            assert refused.headers["Retry-After"]
        while True:
            # the places are free as soon as the server has seen that the connections ended
            async with served.stream("GET", "/v1/stream", params={"school": place.code}, headers=headers) as again:
                if again.status_code == 200:
                    break


async def test_a_stream_ends_with_its_token(served: httpx.AsyncClient, mint: TokenMint, place: Any) -> None:
    headers = mint.headers("school_officer", school=place.code, ttl=2)
    async with listening(served, headers, school=place.code) as heard:
        async with asyncio.timeout(10):
            while await heard.next() is not None:
                pass


async def test_five_hundred_cost_as_many_statements_as_one(
    database: Database, move: Move, place: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = 0
    reading = database.reading

    def counted(**options: Any) -> Any:
        nonlocal asked
        asked += 1
        return reading(**options)

    monkeypatch.setattr(database, "reading", counted)
    figures = []
    for listeners in (1, 500):
        announcer = Announcer(database, look_seconds=0.02, silent=5)
        colleges = ("C1", "C2")
        ears = [
            announcer.hear(Listener(Scope(Level.SCHOOL, place.code), college=colleges[number % 2]), None, 20)
            for number in range(listeners)
        ]
        waiting = [asyncio.ensure_future(anext(each)) for each in ears]
        await asyncio.wait(waiting, timeout=0.1)
        asked = 0
        await move(place.code)
        heard = await asyncio.gather(*waiting)
        figures.append(asked)
        assert all(said is not None and said[0].school_code == place.code for said in heard)
        for each in ears:
            await each.aclose()
    # how often is looked before the event is there is up to the clock
    assert abs(figures[1] - figures[0]) <= 10
