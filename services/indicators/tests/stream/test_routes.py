"""The stream over a real socket: nothing is missed, nothing is foreign, and its ends."""

import asyncio
from contextlib import AsyncExitStack
from typing import Any
from uuid import uuid4

import httpx
import pytest
from listening import GROUPS, Heard, Move, groups_of, listening

from common.database import Database
from indicators.reading.selection import Level, Scope
from indicators.stream.announcements import Announcer
from indicators.stream.domain import Listener
from testing.tokens import TokenMint


async def hears(heard: Heard) -> None:
    """Waits for a comment, after which the listener is among those who hear."""
    assert await heard.next() == "alive"


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
            await hears(each)
        await move(other_school.code)
        first = await move(place.code)
        later = await move(place.code, 2025)
        said = await everything.event()
        assert (said["school_code"], said["cohort"], groups_of(said)) == (place.code, 2024, [*GROUPS])
        assert everything.last_id == str(first)
        assert groups_of(await college.event()) == [("college", "C1"), ("major", "M1"), ("class", "K1")]
        assert groups_of(await own_class.event()) == [("class", "K2")]
        assert (await province.event())["cohort"] == 2025
        assert province.last_id == str(later)


async def test_a_comment_comes_in_time_though_there_is_always_something_to_say(
    served: httpx.AsyncClient, mint: TokenMint, move: Move, place: Any
) -> None:
    async with listening(served, mint.headers("school_officer", school=place.code), school=place.code) as heard:

        async def flow() -> None:
            while True:
                await move(place.code)

        flowing = asyncio.create_task(flow())
        try:
            said = [await heard.next()]
            async with asyncio.timeout(5):
                while said[-1] != "alive" or len(said) == 1:
                    said.append(await heard.next())
        finally:
            flowing.cancel()
        assert None not in said


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
    # as long as other requests may still bear with it
    assert (await served.get("/v1/rates", params={"school": place.code, "cohort": 2024}, headers=headers)).is_success
    assert (await served.get("/v1/stream", params={"school": place.code}, headers=headers)).status_code == 401


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
        announcer = Announcer(database, look_seconds=0.02, comment_seconds=5)
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
