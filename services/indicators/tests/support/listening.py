"""A listener of the stream over a real socket, and moves of groups that an outbox announces."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import httpx

Group = tuple[str, str | None]
"""A dimension and one of its values."""

GROUPS: Sequence[Group] = (
    ("total", None), ("college", "C1"), ("college", "C2"), ("major", "M1"), ("class", "K1"), ("class", "K2"),
)  # fmt: skip

Move = Callable[..., Awaitable[int]]
"""Announces that groups of a school moved; gives the position."""


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
    """A stream that stands; at the end the connection is cut off."""
    also = {"Last-Event-ID": after} if after is not None else {}
    async with served.stream("GET", "/v1/stream", params=query, headers=headers | also) as answer:
        assert answer.status_code == 200, await answer.aread()
        assert answer.headers["content-type"].startswith("text/event-stream")
        heard = Heard(answer)
        assert await heard.next() == "open"
        yield heard


def groups_of(said: dict[str, Any]) -> list[Group]:
    """The groups that an event names."""
    return [(each["dimension"], each["value"]) for each in said["groups"]]
