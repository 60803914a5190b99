"""The schemes as documents."""

import asyncio
import hashlib
import json
from collections.abc import Awaitable, Callable, Iterable
from typing import Any
from uuid import uuid4

from common.contracts import ChangeToken, graduate, rate
from common.contracts.envelope import IncomingEvent
from testing.http import Client, get

Applied = Callable[[Iterable[IncomingEvent]], Awaitable[None]]


async def test_definitions_are_listed_and_found(client: Client) -> None:
    listed = await get(client("school_officer", school="90001"), "/v1/definitions")
    assert [each["id"] for each in listed["items"]][:4] == ["CN-2024", "CN-2021", "CN-2004", "NACE"]
    assert listed["next_cursor"] is None
    one = await get(client("school_officer", school="90001"), "/v1/definitions/CN-2021")
    assert one["classes"]["flexible"] == ["12", "76*"]
    await get(client("admin"), "/v1/definitions/CN-1999", 404)
    await get(client("graduate", graduate=uuid4()), "/v1/definitions")


async def test_definitions_come_page_by_page(client: Client) -> None:
    seen, path = [], "/v1/definitions?kind=scheme&limit=3"
    async with client("admin") as admin:
        while path:
            answer = await admin.get(path)
            seen.append([each["id"] for each in answer.json()["items"]])
            path = answer.links.get("next", {}).get("url", "")
            assert (answer.json()["next_cursor"] is None) == (path == "")
        for wrong in ("limit=0", "limit=501", "cursor=zzz"):
            assert (await admin.get(f"/v1/definitions?{wrong}")).status_code == 400
    assert seen == [["CN-2024", "CN-2021", "CN-2004"], ["NACE"]]


async def test_each_kind_is_listed_by_itself_and_a_version_is_found_by_its_name(client: Client) -> None:
    everything = (await get(client("admin"), "/v1/definitions"))["items"]
    for kind in ("scheme", "denominator", "tracking", "policy", "score"):
        items = (await get(client("admin"), "/v1/definitions", kind=kind))["items"]
        assert items == [each for each in everything if each["kind"] == kind]
    await get(client("admin"), "/v1/definitions", 400, kind="target")
    one = await get(client("admin"), "/v1/definitions/CN-2024", version="CN-2024.1")
    assert one["breaks"] == ["flexible_employment_rate"]
    await get(client("admin"), "/v1/definitions/CN-2024", 404, version="CN-2024.2")


async def test_the_hash_of_an_item_is_that_of_its_json_without_the_hash(client: Client) -> None:
    for item in (await get(client("admin"), "/v1/definitions", limit=500))["items"]:
        stated = item.pop("hash")
        # RFC 8785 of what has no fractions: names in order, no white space, nothing escaped that need not be
        written = json.dumps(item, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        assert hashlib.sha256(written.encode()).hexdigest() == stated


async def test_the_version_of_a_definition_is_its_etag(client: Client) -> None:
    async with client("admin") as admin:
        answer = await admin.get("/v1/definitions/CN-2024")
    assert answer.headers["ETag"] == f'"{answer.json()["version"]}"'


async def test_definitions_wait_for_a_change_as_every_read_does(client: Client, apply: Applied, school: Any) -> None:
    school.described("410000")
    entered = school.enters()
    query: dict[str, Any] = {"min_change": ChangeToken(graduate.TOPIC, school.code, str(entered), 1).encode()}
    officer: dict[str, Any] = {"role": "school_officer", "school": school.code}
    for path in ("/v1/definitions", "/v1/definitions/CN-2024"):
        assert (await get(client(**officer), path, **query))["min_change_met"] is False
    waiting = [
        asyncio.create_task(get(client(**officer), path, **query, wait="20s"))
        for path in ("/v1/definitions", "/v1/definitions/CN-2024")
    ]
    await apply(school.events)
    assert [body["min_change_met"] for body in await asyncio.gather(*waiting)] == [True, True]
    assert (await get(client(**officer), "/v1/definitions"))["min_change_met"] is True


async def test_a_change_outside_the_scope_is_not_found(client: Client, apply: Applied, school: Any) -> None:
    school.described("410000")
    await apply(school.events)
    query: dict[str, Any] = {"min_change": ChangeToken(graduate.TOPIC, school.code, str(uuid4()), 1).encode()}
    for path in ("/v1/definitions", "/v1/definitions/CN-2024"):
        await get(client("school_officer", school="99998"), path, 404, **query)
        await get(client("provincial_officer", province="420000"), path, 404, **query)
        await get(client("provincial_officer", province="410000"), path, 200, **query)
        figures: dict[str, Any] = {"min_change": ChangeToken(rate.TOPIC, school.code, school.code, 1).encode()}
        await get(client("admin"), path, 400, **figures)
