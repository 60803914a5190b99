"""The change feed of another service over HTTP, for who compares or proves and reads no broker."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import httpx

from common.contracts.catalogue import EVENT_TYPES
from common.contracts.envelope import IncomingEvent
from common.errors import Message, Unavailable

PAGE = 500
"""Events on a page of a change feed: the most that an owner gives."""


class HistoryUnavailable(Unavailable):
    """The owner of a history does not give it."""

    code = "history_unavailable"
    title = Message("无法读取变更历史", "A history cannot be read")


@dataclass
class Feed:
    """One owner's change feed and how far it was read."""

    client: httpx.AsyncClient
    cursor: str | None = None

    async def rest(self) -> AsyncIterator[list[IncomingEvent]]:
        """Pages from the cursor to the end as it is now; raises HistoryUnavailable if the owner does not give them."""
        while True:
            query = {"limit": PAGE} | ({"after": self.cursor} if self.cursor else {})
            page = await asked(self.client, "/v1/changes", query)
            self.cursor = page["next_cursor"]
            if not page["items"]:
                return
            yield [event_of(item) for item in page["items"] if item["type"] in EVENT_TYPES]


async def asked(client: httpx.AsyncClient, path: str, query: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a service answers to a GET; raises HistoryUnavailable where it does not answer with 200."""
    try:
        answer = await client.get(path, params=query)
        found: Mapping[str, Any] = answer.raise_for_status().json()
    except (httpx.HTTPError, ValueError) as error:
        status = error.response.status_code if isinstance(error, httpx.HTTPStatusError) else ""
        why = f"{client.base_url}: {type(error).__name__} {status}".strip()
        detail = Message(f"无法读取变更历史：{why}", f"No history from {why}")
        raise HistoryUnavailable(detail=detail) from error
    return found


def event_of(item: Mapping[str, Any]) -> IncomingEvent:
    """An item of a change feed (CloudEvents in structured JSON) as an event."""
    described = EVENT_TYPES[item["type"]]
    decided_on = item.get("decidedon")
    return IncomingEvent(
        id=UUID(item["id"]),
        type=item["type"],
        topic=described.topic,
        key=item["subject"],
        sequence=int(item["sequence"]),
        school_code=item["schoolcode"],
        decided_on=date.fromisoformat(decided_on) if decided_on else None,
        recorded_at=datetime.fromisoformat(item["time"]),
        position=int(item["position"]),
        data=described.model.read(item["data"]),
        # a feed knows positions, but no place in Kafka
        partition=0,
        offset=0,
    )
