"""Waiting for changes: one question to the database for all who wait, and a limit on these."""

import asyncio
from collections.abc import Callable, Collection
from typing import Any
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI

from common.contracts import ChangeToken, graduate
from common.http import Waits
from common.http.refusals import TooManyWaiting
from testing.tokens import TokenMint
from testing.waiting import eventually

TOKENS = [ChangeToken(graduate.TOPIC, "90001", str(UUID(int=number)), 1) for number in range(50)]


class Stored:
    """Which changes are included, and how often that was asked."""

    def __init__(self) -> None:
        self.changes: set[ChangeToken] = set()
        self.asked: list[frozenset[ChangeToken]] = []
        self.failure: Exception | None = None

    async def included(self, tokens: Collection[ChangeToken]) -> set[ChangeToken]:
        self.asked.append(frozenset(tokens))
        if self.failure is not None:
            raise self.failure
        return self.changes & set(tokens)


async def here() -> bool:
    return False


@pytest.fixture
def stored() -> Stored:
    return Stored()


def waiting(waits: Waits, tokens: Collection[ChangeToken] = TOKENS, seconds: float = 20, gone: Any = here) -> Any:
    return asyncio.create_task(waits.met(tokens, seconds, gone))


async def asked_again(stored: Stored) -> None:
    """Until the poller has asked twice more, so that the second time knew what stands now."""
    before = len(stored.asked)
    await eventually(lambda: len(stored.asked) >= before + 2, describe="the poller of those who wait")


async def test_all_who_wait_share_one_question(stored: Stored) -> None:
    waits = Waits(stored.included)
    requests = [waiting(waits, [token]) for token in TOKENS]
    await eventually(lambda: stored.asked and stored.asked[-1] == frozenset(TOKENS), describe="one question for all")
    assert not any(request.done() for request in requests)
    assert len(stored.asked) < len(TOKENS) + 30
    stored.changes.update(TOKENS[:49])
    assert await asyncio.gather(*requests[:49]) == [True] * 49
    assert not requests[49].done()
    stored.changes.update(TOKENS)
    assert await requests[49]


async def test_a_request_waits_for_all_of_its_changes(stored: Stored) -> None:
    request = waiting(Waits(stored.included), TOKENS[:2])
    stored.changes.add(TOKENS[0])
    await asked_again(stored)
    assert not request.done()
    stored.changes.add(TOKENS[1])
    assert await request


async def test_what_is_included_already_is_not_waited_for(stored: Stored) -> None:
    stored.changes.update(TOKENS)
    assert await Waits(stored.included, limit=0).met(TOKENS, 0, here)
    assert len(stored.asked) == 1


async def test_a_wait_ends(stored: Stored) -> None:
    assert not await asyncio.wait_for(Waits(stored.included).met(TOKENS, 0.05, here), 5)


async def test_nothing_is_asked_when_no_request_waits_any_more(stored: Stored) -> None:
    waits, before = Waits(stored.included), asyncio.all_tasks()
    assert not await waits.met(TOKENS, 0.03, here)
    await eventually(lambda: asyncio.all_tasks() <= before)
    again = waiting(waits)
    stored.changes.update(TOKENS)
    assert await again


async def test_a_client_that_has_gone_is_not_waited_for(stored: Stored, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("common.http.waits.GONE_EVERY", 0.01)

    async def gone() -> bool:
        return True

    assert not await asyncio.wait_for(Waits(stored.included).met(TOKENS, 30, gone), 5)


async def test_a_request_beyond_the_limit_is_put_off_unless_it_need_not_wait(stored: Stored) -> None:
    waits = Waits(stored.included, limit=2)
    requests = [waiting(waits, TOKENS[1:]) for _ in range(2)]
    await eventually(lambda: len(stored.asked) > 2, describe="the poller of those who wait")
    with pytest.raises(TooManyWaiting):
        await waits.met(TOKENS, 30, here)
    assert not await waits.met(TOKENS, 0, here)
    stored.changes.add(TOKENS[0])
    assert await waits.met(TOKENS[:1], 30, here)
    stored.changes.update(TOKENS)
    assert await asyncio.gather(*requests) == [True, True]


async def test_a_failed_question_fails_all_and_the_next_request_asks_again(stored: Stored) -> None:
    waits = Waits(stored.included)
    requests = [waiting(waits) for _ in range(3)]
    await asked_again(stored)
    stored.failure = ConnectionError("gone")
    for request in requests:
        with pytest.raises(ConnectionError):
            await request
    stored.failure = None
    again = waiting(waits)
    stored.changes.update(TOKENS)
    assert await again


async def test_a_client_that_may_not_wait_is_told_when_to_come_back(
    stored: Stored, app_with: Callable[..., FastAPI], mint: TokenMint
) -> None:
    app = app_with()
    app.state.waits = Waits(stored.included, limit=0)
    query = {"min_change": TOKENS[0].encode(), "wait": "30s"}
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://x", headers=mint.headers("admin")) as admin:
        refused = await admin.get("/v1/waited", params=query)
        assert (refused.status_code, refused.json()["code"]) == (503, "too_many_waiting")
        assert refused.headers["retry-after"] == "1"
        stored.changes.update(TOKENS)
        assert (await admin.get("/v1/waited", params=query)).json() == {"min_change_met": True}
