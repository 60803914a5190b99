"""Steps of a ladder over a real mail server, with the clock moved."""

import time
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from common import clock
from surveys.contact.operations.sending import Until

Json = dict[str, Any]
Read = Callable[[], Awaitable[list[Json]]]
DAY = timedelta(days=1)


def said(attempts: list[Json]) -> list[tuple[int, str, str | None]]:
    """Step, state and reason of attempts."""
    return sorted((each["step"], each["state"], each["reason"]) for each in attempts)


async def test_a_step_sends_to_everybody_once_with_a_link_that_opens_the_answer(
    client: Callable[..., httpx.AsyncClient],
    wave: Json,
    graduates: list[UUID],
    morning: datetime,
    moved: Any,
    ahead: Any,
    go: Any,
    sink: Any,
    attempts: Read,
) -> None:
    async with ahead(morning) as database:
        await go(database)
        await go(database)
    assert sorted(each.rcpt_tos[0] for each in sink.arrived) == [f"{each}@mail.test" for each in graduates]
    assert said(await attempts()) == [(1, "accepted", None)] * 3
    assert {frozenset(each) for each in await attempts()} == {
        frozenset({"id", "invitation_id", "step", "state", "reason", "at"})
    }
    ids = {UUID(each["id"]).hex for each in await attempts()}
    assert {each.mail_from for each in sink.arrived} == {f"bounces+{each}@school.test" for each in ids}
    mail = sink.mails[0]
    assert (mail["List-Unsubscribe-Post"], mail["To"]) == ("List-Unsubscribe=One-Click", sink.arrived[0].rcpt_tos[0])
    plain = mail.get_body(("plain",)).get_content()
    page = mail.get_body(("html",)).get_content()
    [stop] = {word for word in plain.split() if "/o/" in word}
    [link] = {word for word in plain.split() if "/a#" in word}
    assert mail["List-Unsubscribe"] == f"<{stop}>"
    assert all(f'<a href="{each}">{each}</a>' in page for each in (stop, link))
    assert "<img" not in page
    assert "{" not in plain
    assert stop.rpartition("/")[2] != link.rpartition("#")[2]
    await moved(wave["id"], "opens_at = now() - interval '1 hour'")
    answer = await client(link=link.rpartition("#")[2]).get("/v1/answer")
    assert answer.status_code == 200


async def test_a_reminder_waits_for_its_day_and_leaves_with_a_link_of_its_own(
    wave: Json, morning: datetime, ahead: Any, go: Any, sink: Any, attempts: Read
) -> None:
    async with ahead(morning) as database:
        await go(database)
    async with ahead(morning + 3 * DAY) as database:
        await go(database)
    assert len(sink.arrived) == 3
    async with ahead(morning + 4 * DAY) as database:
        await go(database)
        await go(database)
    assert said(await attempts()) == [(1, "accepted", None)] * 3 + [(2, "accepted", None)] * 3
    assert len({each["List-Unsubscribe"] for each in sink.mails}) == 6


async def test_at_night_nothing_leaves(
    wave: Json, morning: datetime, ahead: Any, go: Any, sink: Any, attempts: Read
) -> None:
    for hour, count in ((21, 0), (32, 0), (33, 3)):
        async with ahead(morning.replace(hour=0) + timedelta(hours=hour)) as database:
            await go(database)
        assert len(sink.arrived) == count, hour


@pytest.mark.parametrize(
    ("hour", "seconds", "by_day", "is_over"),
    [(20, 60, True, False), (21, 60, True, True), (8, 60, True, True), (21, 60, False, False), (20, -1, False, True)],
)
async def test_what_the_night_or_the_end_of_a_round_meets_is_put_off(
    morning: datetime, ahead: Any, hour: int, seconds: float, by_day: bool, is_over: bool
) -> None:
    async with ahead(morning.replace(hour=hour)):
        assert clock.now() >= morning.replace(hour=hour)
        assert Until(time.monotonic() + seconds, by_day=by_day).is_over == is_over
