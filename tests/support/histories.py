"""Reading what the owners and the broker tell: change feeds to their end, histories, the topics from the beginning."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import asyncpg
import httpx
from campus import Campus

from testing.messaging import EventRecorder
from testing.stack import Stack
from testing.waiting import eventually

Json = dict[str, Any]
PAGE = 500
ROSTER = "quxiang.registry.graduate.v1"
DECISIONS = "quxiang.destinations.registration.v1"
OWNERS = {"registry": "quxiang.graduate.", "destinations": "quxiang.destination."}


async def feed(campus: Campus, service: str) -> list[Json]:
    """All items of a service's change feed, page by page."""
    items: list[Json] = []
    cursor: dict[str, str] = {}
    while True:
        address = f"{campus.urls[service]}/v1/changes"
        answer = await campus.http.get(address, params={"limit": PAGE, **cursor}, headers=campus.bearer("system"))
        assert answer.status_code == 200, answer.text
        page = answer.json()
        if not page["items"]:
            return items
        items += page["items"]
        cursor = {"after": page["next_cursor"]}


def of_owner(items: Iterable[Json], service: str) -> list[Json]:
    """The items about single graduates, without those about the organisation."""
    return [item for item in items if item["type"].startswith(OWNERS[service])]


async def pages(client: httpx.AsyncClient, address: str, headers: dict[str, str]) -> list[Json]:
    """All items of a paged list."""
    items: list[Json] = []
    cursor: str | None = None
    while True:
        query = {"limit": str(PAGE)} | ({"cursor": cursor} if cursor else {})
        answer = await client.get(address, params=query, headers=headers)
        assert answer.status_code == 200, f"{address}: {answer.text}"
        items += answer.json()["items"]
        cursor = answer.json()["next_cursor"]
        if cursor is None:
            return items


async def query(stack: Stack, service: str, sql: str, *arguments: Any) -> list[asyncpg.Record]:
    """Rows of a service's database, read as its superuser."""
    connection = await asyncpg.connect(stack.databases[service].admin_url)
    try:
        return list(await connection.fetch(sql, *arguments))
    finally:
        await connection.close()


async def until_quiet(stack: Stack, *, within: float = 120.0) -> None:
    """Wait until everything stored is numbered, sent and applied at indicators."""
    await eventually(lambda: _is_quiet(stack), within=within, every=0.1, describe="everything stored to be applied")


async def _is_quiet(stack: Stack) -> bool:
    for service, topic, versions in (
        ("registry", ROSTER, "roster_versions"),
        ("destinations", DECISIONS, "destination_versions"),
    ):
        [state] = await query(
            stack,
            service,
            "SELECT count(*) FILTER (WHERE position IS NULL) AS waiting, coalesce(max(position), 0) AS head,"
            " count(*) FILTER (WHERE topic = $1) AS events, (SELECT sent FROM relay_state) AS sent FROM outbox",
            topic,
        )
        [applied] = await query(stack, "indicators", f"SELECT count(*) AS versions FROM {versions}")
        assert (state["waiting"], state["sent"], applied["versions"]) == (0, state["head"], state["events"]), service
    return True


async def consumed(stack: Stack, expected: Sequence[Json]) -> list[Any]:
    """What a group that never existed reads in the topics, once all expected events have arrived at least once."""
    ids = {item["id"] for item in expected}
    recorder = EventRecorder(stack.settings("indicators"), [ROSTER, DECISIONS])
    async with recorder.recording():
        return await recorder.until(lambda events: len({event.id for event in events}) >= len(ids), within=120)


def by_key(items: Iterable[Json]) -> dict[tuple[str, str], list[int]]:
    """Sequences per owner and key, in the order of the feed."""
    found: dict[tuple[str, str], list[int]] = defaultdict(list)
    for item in items:
        found[item["source"], item["subject"]].append(item["sequence"])
    return dict(found)
