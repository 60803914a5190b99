"""Whom a step leaves alone, and why."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from common.contracts import IncomingEvent
from surveys.contact.domain import Address, Judged, SkipReason, address_of, is_waking, last_day, plan_of
from surveys.ladders.domain import Channel

Json = dict[str, Any]
ANY = {"If-Match": "*"}


@pytest.fixture
def plan(plan: Json) -> Json:
    """Of the time of graduation: a known destination ends contact."""
    return plan | {"cycle": 0, "stop_when_known": True}


@pytest.fixture
async def reasons(
    graduates: list[UUID], manager: httpx.AsyncClient, wave: Json, attempts: Any
) -> Callable[[], Awaitable[dict[str, str | None]]]:
    """Reason (or state) of the newest attempt for each graduate."""

    async def read() -> dict[str, str | None]:
        links = (await manager.get(f"/v1/waves/{wave['id']}/invitations")).json()["items"]
        people = {each["id"]: each["graduate_id"] for each in links}
        return {people[each["invitation_id"]]: each["reason"] or each["state"] for each in await attempts()}

    return read


async def test_a_step_leaves_alone_who_has_left_died_or_found_a_job_and_whose_link_was_taken_back(
    manager: httpx.AsyncClient,
    school: str,
    graduates: list[UUID],
    wave: Json,
    keep: Any,
    situate: Any,
    graduate_event: Callable[..., IncomingEvent],
    registration_event: Callable[..., IncomingEvent],
    morning: datetime,
    ahead: Any,
    go: Any,
    sink: Any,
    reasons: Any,
) -> None:
    one, two, three = graduates
    await keep([graduate_event(school, one, sequence=2, status="deceased", counted=False)])
    await keep([graduate_event(school, two, sequence=2, status="withdrawn", counted=False)])
    await situate([registration_event(school, three, destination_code="70")])
    async with ahead(morning) as database:
        await go(database)
    assert await reasons() == {str(one): "deceased", str(two): "left_roster", str(three): "accepted"}
    await keep([graduate_event(school, each, sequence=3) for each in (one, two)])
    await situate([registration_event(school, three, sequence=2, destination_code="10")])
    links = {
        each["graduate_id"]: each["id"]
        for each in (await manager.get(f"/v1/waves/{wave['id']}/invitations")).json()["items"]
    }
    assert (await manager.post(f"/v1/invitations/{links[str(one)]}/revoke")).status_code == 200
    async with ahead(morning + timedelta(days=4)) as database:
        await go(database)
    assert await reasons() == {str(one): "revoked", str(two): "accepted", str(three): "known_destination"}
    assert [each.rcpt_tos for each in sink.arrived] == [[f"{three}@mail.test"], [f"{two}@mail.test"]]


async def test_who_answered_gets_no_reminder_and_a_step_after_the_end_reaches_nobody(
    client: Callable[..., httpx.AsyncClient],
    wave: Json,
    graduates: list[UUID],
    agree: Any,
    moved: Any,
    morning: datetime,
    ahead: Any,
    go: Any,
    sink: Any,
    reasons: Any,
) -> None:
    async with ahead(morning) as database:
        await go(database)
    [link] = {word for word in sink.mails[0].get_body(("plain",)).get_content().split() if "/a#" in word}
    token, answerer = link.rpartition("#")[2], str(sink.mails[0]["To"]).partition("@")[0]
    await moved(wave["id"], f"opens_at = '{morning.isoformat()}'::timestamptz - interval '9 days'")
    await agree(token)
    sent = await client(link=token).post(
        "/v1/answer/submit", json={"values": {"satisfied": "y", "match": 4}}, headers=ANY
    )
    assert sent.status_code == 200
    await moved(wave["id"], f"opens_at = '{morning.isoformat()}'::timestamptz")
    await moved(wave["id"], "closes_at = opens_at + interval '97 hours'")
    async with ahead(morning + timedelta(days=5)) as database:
        await go(database)
    assert await reasons() == {str(each): "answered" if str(each) == answerer else "closed" for each in graduates}
    assert len(sink.arrived) == 3


async def test_the_budget_is_spent_in_order_and_never_passed(
    manager: httpx.AsyncClient, plan: Json, graduates: list[UUID], morning: datetime, ahead: Any, go: Any, sink: Any
) -> None:
    made = (await manager.post("/v1/waves", json=plan | {"budget_fen": 25})).json()
    async with ahead(morning) as database:
        await go(database, email=10)
        await go(database, email=10)
    shown = (await manager.get(f"/v1/waves/{made['id']}")).json()
    assert (len(sink.arrived), shown["budget_fen"], shown["spent_fen"]) == (2, 25, 20)
    items = (await manager.get(f"/v1/waves/{made['id']}/attempts")).json()["items"]
    assert sorted(each["reason"] or each["state"] for each in items) == ["accepted", "accepted", "budget"]


async def test_nobody_gets_two_messages_within_72_hours_in_whatever_waves(
    manager: httpx.AsyncClient, plan: Json, graduates: list[UUID], morning: datetime, ahead: Any, go: Any, sink: Any
) -> None:
    for _ in range(2):
        assert (await manager.post("/v1/waves", json=plan)).status_code == 201
    for hours, count in ((0, 3), (1, 3), (71, 3), (73, 6), (74, 6)):
        async with ahead(morning + timedelta(hours=hours)) as database:
            await go(database)
        assert len(sink.arrived) == count, hours


def test_the_plan_sends_to_as_many_as_the_money_reaches() -> None:
    ids: Any = ["one", "two", "three", "four", "five"]
    judged = [
        Judged(ids[0], None, SkipReason.ANSWERED, None),
        Judged(ids[1], None, None, datetime(2026, 1, 1, tzinfo=None)),  # noqa: DTZ001
        Judged(ids[2], None, None, None),
        Judged(ids[3], None, None, None),
        Judged(ids[4], None, None, None),
    ]
    reached: Any = {each: Address("a@b.test", "") for each in ids[:4]}
    plan = plan_of(judged, reached, 1)
    told: Any = (plan.sent, plan.skipped)
    assert told == (["three"], {"one": "answered", "four": "budget", "five": "no_contact"})
    everybody: Any = plan_of(judged, reached, None).sent
    assert everybody == ["three", "four"]


@pytest.mark.parametrize(
    ("instant", "waking"),
    [
        ("2026-12-02T00:59:59+00:00", False),
        ("2026-12-02T01:00:00+00:00", True),
        ("2026-12-02T12:59:59+00:00", True),
        ("2026-12-02T13:00:00+00:00", False),
    ],
)
def test_messages_leave_between_9_and_21_in_shanghai(instant: str, waking: bool) -> None:
    assert is_waking(datetime.fromisoformat(instant)) is waking


def test_the_last_day_of_a_wave_that_ends_at_midnight_is_the_day_before() -> None:
    assert str(last_day(datetime.fromisoformat("2026-12-31T16:00:00+00:00"))) == "2026-12-31"
    assert str(last_day(datetime.fromisoformat("2026-12-31T16:00:01+00:00"))) == "2027-01-01"


@pytest.mark.parametrize(
    "email", ["", "  ", "a@b@c", "a b@c.test", "a@b.test\r\nBcc: x@y.test", "没有@b.test", "<a@b.test>"]
)
def test_what_is_no_address_is_none(email: str) -> None:
    assert address_of(Channel.EMAIL, {"name": "x", "email": email}) is None
    assert address_of(Channel.EMAIL, None) is None
