"""A relay that refuses, hangs or is away, a worker that dies, registry that is down."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from common.identifiers import InvitationId
from common.registry_client import RegistryUnavailable
from surveys.contact.domain import Address, Judged
from surveys.ladders.domain import Channel

Json = dict[str, Any]
MINUTE = timedelta(minutes=1)


async def states(attempts: Any) -> list[str]:
    return sorted(each["state"] for each in await attempts())


@pytest.mark.parametrize("command", ["RCPT", "DATA"])
async def test_a_relay_that_says_later_for_an_hour_gets_each_mail_once_after_it(
    wave: Json, morning: datetime, ahead: Any, go: Any, sink: Any, attempts: Any, command: str
) -> None:
    sink.refusals[command] = "451 4.7.1 Try later"
    for minutes in (0, 5, 20, 40):
        async with ahead(morning + minutes * MINUTE) as database:
            await go(database)
        assert (await states(attempts), sink.arrived) == (["deferred"] * 3, []), minutes
    sink.refusals.clear()
    for minutes in (60, 80):
        async with ahead(morning + minutes * MINUTE) as database:
            await go(database)
    assert (await states(attempts), len(sink.arrived)) == (["accepted"] * 3, 3)


async def test_after_a_day_what_was_put_off_has_failed(
    wave: Json, morning: datetime, ahead: Any, go: Any, sink: Any, attempts: Any
) -> None:
    sink.refusals["RCPT"] = "421 4.3.2 Shutting down"
    for hours in (0, 9, 25, 26):
        async with ahead(morning + timedelta(hours=hours)) as database:
            await go(database)
    sink.refusals.clear()
    async with ahead(morning + timedelta(hours=27)) as database:
        await go(database)
    assert (await states(attempts), sink.arrived) == (["failed"] * 3, [])


async def test_what_is_refused_for_good_is_not_tried_again(
    wave: Json, morning: datetime, ahead: Any, go: Any, sink: Any, attempts: Any
) -> None:
    sink.refusals["RCPT"] = "550 5.1.1 No such user"
    async with ahead(morning) as database:
        await go(database)
    sink.refusals.clear()
    async with ahead(morning + 40 * MINUTE) as database:
        await go(database)
    assert (await states(attempts), sink.arrived) == (["failed"] * 3, [])


async def test_a_mail_that_may_have_left_is_never_sent_again(
    wave: Json, morning: datetime, ahead: Any, go: Any, sink: Any, attempts: Any
) -> None:
    sink.hangs = True
    async with ahead(morning) as database:
        await go(database, seconds=0.3)
    assert await states(attempts) == ["unknown"] * 3
    sink.hangs = False
    async with ahead(morning + timedelta(hours=5)) as database:
        await go(database)
    assert (await states(attempts), sink.arrived) == (["unknown"] * 3, [])


async def test_a_relay_that_is_away_puts_messages_off(
    wave: Json, morning: datetime, ahead: Any, go: Any, sink: Any, attempts: Any
) -> None:
    port, sink.port = sink.port, 1
    async with ahead(morning) as database:
        await go(database)
    assert await states(attempts) == ["deferred"] * 3
    sink.port = port
    async with ahead(morning + 16 * MINUTE) as database:
        await go(database)
    assert (await states(attempts), len(sink.arrived)) == (["accepted"] * 3, 3)


async def test_a_worker_that_is_told_to_end_leaves_unknown_what_is_under_way_alone(
    wave: Json, morning: datetime, ahead: Any, go: Any, sink: Any, attempts: Any
) -> None:
    sink.hangs = True
    async with ahead(morning) as database:
        working = asyncio.ensure_future(go(database, connections=1))
        await sink.hanging.wait()
        # one mail is under way, the others are noted only
        working.cancel()
        with suppress(asyncio.CancelledError):
            await working
        sink.hangs = False
        await go(database)
    assert (await states(attempts), sink.arrived) == (["deferred"] * 2 + ["sending"], [])
    async with ahead(morning + 16 * MINUTE) as database:
        await go(database)
    assert (await states(attempts), len(sink.arrived)) == (["accepted"] * 2 + ["unknown"], 2)
    async with ahead(morning + timedelta(days=4)) as database:
        await go(database)
    assert (await states(attempts), len(sink.arrived)) == (["accepted"] * 5 + ["unknown"], 5)


async def test_while_registry_is_down_a_step_stays_due(
    wave: Json, morning: datetime, ahead: Any, go: Any, sink: Any, attempts: Any
) -> None:
    async def down(_channel: Channel, _found: Sequence[Judged]) -> Mapping[InvitationId, Address]:
        raise RegistryUnavailable

    async with ahead(morning) as database:
        await go(database, reach=down)
    assert await attempts() == []
    async with ahead(morning + MINUTE) as database:
        await go(database)
    assert (await states(attempts), len(sink.arrived)) == (["accepted"] * 3, 3)


async def test_two_workers_at_once_send_each_mail_once(
    wave: Json, morning: datetime, ahead: Any, go: Any, sink: Any, attempts: Any
) -> None:
    async with ahead(morning) as database:
        await asyncio.gather(*(go(database) for _ in range(4)))
    assert (await states(attempts), len(sink.arrived)) == (["accepted"] * 3, 3)


async def test_an_answer_in_between_ends_what_was_put_off(
    client: Any,
    manager: httpx.AsyncClient,
    wave: Json,
    invited: list[Json],
    morning: datetime,
    ahead: Any,
    go: Any,
    sink: Any,
    attempts: Any,
) -> None:
    sink.refusals["RCPT"] = "451 4.7.1 Try later"
    async with ahead(morning) as database:
        await go(database)
    said = {"scope": "wave", "wave_id": wave["id"], "graduate_id": invited[0]["graduate_id"]}
    assert (await manager.post("/v1/opt-outs", json=said)).status_code == 201
    sink.refusals.clear()
    async with ahead(morning + 20 * MINUTE) as database:
        await go(database)
    assert (await states(attempts), len(sink.arrived)) == (["accepted", "accepted", "skipped"], 2)
