"""Codes of an unlinkable wave leave by mail once, in an order that is kept nowhere; then one reminder goes to all."""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from datetime import time as clock_time
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from ballot_holders import complete, submit

from common import clock
from common.database import Database
from common.errors import Message
from common.identifiers import InvitationId, SchoolCode
from surveys.ballots import operations
from surveys.contact.domain import Address, AttemptId, AttemptState, DueStep, Judged, Outcome, Outgoing
from surveys.contact.operations.rounds import Means
from surveys.contact.storage import judging
from surveys.ladders.domain import Channel, Step, StepKind
from surveys.settings import Settings
from surveys.verification import CHECKS

Json = dict[str, Any]
Client = Callable[..., httpx.AsyncClient]
Rows = Callable[..., Awaitable[list[Json]]]
Moved = Callable[[str, str], Awaitable[None]]

INVITE: Json = {"kind": "invite", "channel": "email", "after_days": 0}
REMIND: Json = {"kind": "remind", "channel": "email", "after_days": 1}


class Post:
    """A channel that keeps what it is given, and may die on the way or put off some."""

    at_once = 4
    repeats = False

    def __init__(self, *, dies_after: int | None = None, puts_off: int = 0) -> None:
        self.sent: list[Outgoing] = []
        self._dies_after, self._puts_off = dies_after, puts_off

    async def send(self, message: Outgoing) -> Outcome:
        """Keeps a message."""
        if self._puts_off:
            self._puts_off -= 1
            return Outcome(AttemptState.DEFERRED)
        if self._dies_after is not None and len(self.sent) >= self._dies_after:
            raise asyncio.CancelledError
        self.sent.append(message)
        return Outcome(AttemptState.ACCEPTED)


async def reach(channel: Channel, found: Sequence[Judged]) -> Mapping[InvitationId, Address]:
    return {each.invitation_id: Address(f"{each.graduate_id}@mail.test", "李四") for each in found}


def means(post: Post, **prices: int) -> Means:
    return Means(reach, {Channel.EMAIL: post}, prices, "https://survey.test")


async def due(database: Database, wave: Json) -> list[DueStep]:
    async with database.reading() as connection:
        return [
            each for each in await judging.due_steps(connection, unlinkable=True) if str(each.wave_id) == wave["id"]
        ]


@pytest.fixture
async def laddered(manager: httpx.AsyncClient, crowd: list[UUID], plan: Json) -> Json:
    """An open unlinkable wave that invites at once and reminds after a day."""
    answer = await manager.post("/v1/waves", json=plan | {"anonymity": "unlinkable", "ladder": [INVITE, REMIND]})
    assert (answer.status_code, answer.json()["sendings"]) == (201, []), answer.text
    assert len(crowd) == answer.json()["eligible"]
    return dict(answer.json())


@pytest.mark.parametrize(
    ("ladder", "pointers"),
    [
        ([REMIND], ["/ladder/0/kind"]),
        ([INVITE, INVITE | {"after_days": 2}], ["/ladder/1/kind"]),
        ([INVITE | {"channel": "link"}], ["/ladder/0/channel"]),
        ([INVITE, {"kind": "phone", "after_days": 2}], ["/ladder/1/kind"]),
        ([INVITE, REMIND | {"template": "remind"}], ["/ladder/1/template"]),
        ([INVITE, REMIND | {"body": {"zh": "{link}{stop}", "en": "{stop}"}}], ["/ladder/1/body"]),
        ([INVITE, REMIND, REMIND | {"after_days": 9}], ["/ladder/2/kind"]),
    ],
)
async def test_a_ladder_is_one_invitation_and_one_reminder_without_the_link(
    manager: httpx.AsyncClient, crowd: list[UUID], plan: Json, ladder: list[Json], pointers: list[str]
) -> None:
    refused = await manager.post("/v1/waves", json=plan | {"anonymity": "unlinkable", "ladder": ladder})
    assert (refused.status_code, refused.json()["code"]) == (422, "not_for_unlinkable")
    assert [each["pointer"] for each in refused.json()["errors"]] == pointers
    assert crowd


async def test_codes_go_out_once_and_reminders_to_all_without_them(
    manager: httpx.AsyncClient, client: Client, laddered: Json, crowd: list[UUID], database: Database, rows: Rows,
    moved: Moved,
) -> None:  # fmt: skip
    post = Post(puts_off=0)
    [invite] = await due(database, laddered)
    await operations.send_step(database, means(post), invite)
    assert {each.address.to for each in post.sent} == {f"{each}@mail.test" for each in crowd}
    codes = [each.link.partition("#")[2] for each in post.sent]
    stored = await rows("SELECT digest FROM ballots WHERE wave_id = :id", id=laddered["id"])
    assert {bytes(each["digest"]) for each in stored} == {sha256(f"ballot:{code}".encode()).digest() for code in codes}
    assert await due(database, laddered) == []
    shown = (await manager.get(f"/v1/waves/{laddered['id']}")).json()
    assert [(each["step"], each["state"]) for each in shown["sendings"]] == [(1, "sent")]
    await complete(client(link=codes[0]))
    assert (await submit(client(link=codes[0]))).status_code == 200
    before = await rows("SELECT * FROM contact_attempts WHERE wave_id = :id ORDER BY id", id=laddered["id"])
    assert {each["state"] for each in before} == {"unknown"}
    assert {each["at"].astimezone(UTC).strftime("%H:%M:%S.%f") for each in before} == {"16:00:00.000000"}
    await moved(laddered["id"], "opens_at = opens_at - interval '1 day'")
    [remind] = await due(database, laddered)
    again = Post()
    await operations.send_step(database, means(again), remind)
    assert {each.address.to for each in again.sent} == {f"{each}@mail.test" for each in crowd}
    assert not any(re.search(r"#", each.link) for each in again.sent)
    assert all("{link}" not in each.step.texts.body.zh for each in again.sent)
    after = await rows("SELECT * FROM contact_attempts WHERE wave_id = :id AND step = 1 ORDER BY id", id=laddered["id"])
    assert after == before
    listed = (await manager.get(f"/v1/waves/{laddered['id']}/attempts")).json()["items"]
    assert len(listed) == 2 * len(crowd)
    assert (await manager.post(f"/v1/waves/{laddered['id']}/code-sheets")).json()["code"] == "sent_by_ladder"


async def test_who_opted_out_is_left_alone_and_no_code_is_made_for_them(
    manager: httpx.AsyncClient, laddered: Json, crowd: list[UUID], database: Database, rows: Rows
) -> None:
    [invite] = await due(database, laddered)
    stopped = await manager.post("/v1/opt-outs", json={"scope": "all", "graduate_id": str(crowd[0])})
    assert stopped.status_code == 201, stopped.text
    post = Post()
    await operations.send_step(database, means(post), invite)
    assert post.sent == []
    shown = (await manager.get(f"/v1/waves/{laddered['id']}")).json()
    assert [each["state"] for each in shown["sendings"]] == ["too_few"]
    assert await rows("SELECT 1 FROM ballots WHERE wave_id = :id", id=laddered["id"]) == []
    assert await due(database, laddered) == []


async def test_a_process_that_dies_leaves_the_rest_unsent(
    manager: httpx.AsyncClient, laddered: Json, database: Database, rows: Rows
) -> None:
    [invite] = await due(database, laddered)
    post = Post(dies_after=7)
    with pytest.raises(asyncio.CancelledError):
        await operations.send_step(database, means(post), invite)
    assert len(post.sent) == 7
    await operations.notice_interrupted(database)
    shown = (await manager.get(f"/v1/waves/{laddered['id']}")).json()
    assert [each["state"] for each in shown["sendings"]] == ["interrupted"]
    assert await due(database, laddered) == []
    assert len(await rows("SELECT 1 FROM ballots WHERE wave_id = :id", id=laddered["id"])) == laddered["eligible"]


async def test_what_was_sent_to_people_bears_days_and_no_instant(
    manager: httpx.AsyncClient, laddered: Json, database: Database, rows: Rows
) -> None:
    assert manager
    [invite] = await due(database, laddered)
    post = Post()
    await operations.send_step(database, means(post), invite)
    found = await rows(
        "SELECT invited.id AS invitation, made.id AS attempt, invited.created_at, noted_at, at, expires_at, due_at,"
        "       invited.first_used_at, known.created_at AS stop, stream.last_sent_at"
        "  FROM invitations AS invited JOIN contact_attempts AS made ON made.invitation_id = invited.id"
        "  JOIN stop_tokens AS known ON known.invitation_id = invited.id"
        "  LEFT JOIN response_streams AS stream USING (graduate_id) WHERE invited.wave_id = :id",
        id=laddered["id"],
    )
    assert len(found) == len(post.sent)
    instants = {each for row in found for each in row.values() if isinstance(each, datetime)}
    assert {each.astimezone(clock.SHANGHAI).time() for each in instants} == {clock_time(0)}
    assert {row[name].version for row in found for name in ("invitation", "attempt")} == {4}


async def test_two_workers_send_a_step_once(laddered: Json, database: Database) -> None:
    [invite] = await due(database, laddered)
    post = Post()
    await asyncio.gather(*(operations.send_step(database, means(post), invite) for _ in range(4)))
    assert len(post.sent) == len({each.address.to for each in post.sent}) == laddered["eligible"]


async def test_what_is_put_off_is_handed_over_once_more_until_the_time_is_over() -> None:
    step = Step(StepKind.INVITE, Channel.EMAIL, 0)
    words = ("https://survey.test/a", "https://survey.test/o", date(2026, 12, 1))
    until, school = datetime.now(UTC), Message("校", "S")
    people = [Address(f"{at}@mail.test", "") for at in range(20)]
    messages = [Outgoing(AttemptId(uuid4()), step, each, school, *words, until) for each in people]
    post = Post(puts_off=5)
    assert await operations.hand_over(post, messages, time.monotonic() + 60, pause=0.001)
    assert {each.id for each in post.sent} == {each.id for each in messages}
    late = Post()
    assert not await operations.hand_over(late, messages, time.monotonic() - 1, pause=0.001)
    assert late.sent == []


async def test_no_order_of_messages_is_that_of_the_people_twice(
    manager: httpx.AsyncClient, crowd: list[UUID], plan: Json, database: Database
) -> None:
    orders = set()
    for _ in range(3):
        made = await manager.post("/v1/waves", json=plan | {"anonymity": "unlinkable", "ladder": [INVITE]})
        [invite] = await due(database, made.json())
        post = Post()
        await operations.send_step(database, means(post), invite)
        orders.add(tuple(each.address.to for each in post.sent))
    assert len(orders) == 3
    assert tuple(f"{each}@mail.test" for each in crowd) not in orders


async def test_what_a_message_costs_counts_against_the_budget(
    manager: httpx.AsyncClient, crowd: list[UUID], plan: Json, database: Database
) -> None:
    plan = plan | {"anonymity": "unlinkable", "ladder": [INVITE], "budget_fen": 5 * len(crowd)}
    made = (await manager.post("/v1/waves", json=plan)).json()
    [invite] = await due(database, made)
    post = Post()
    await operations.send_step(database, means(post, email=5), invite)
    assert len(post.sent) == len(crowd)
    assert (await manager.get(f"/v1/waves/{made['id']}")).json()["spent_fen"] == 5 * len(crowd)


async def test_verify_takes_no_day_for_an_instant(
    manager: httpx.AsyncClient, crowd: list[UUID], plan: Json, database: Database, settings: Settings, school: str,
    broken: Any,
) -> None:  # fmt: skip
    for _ in range(2):
        made = await manager.post("/v1/waves", json=plan | {"anonymity": "unlinkable", "ladder": [INVITE]})
        [invite] = await due(database, made.json())
        await operations.send_step(database, means(Post()), invite)
    for check in ("attempts", "promises"):
        assert (await CHECKS[check](database, settings, SchoolCode(school))).differences == 0
    # as many codes as messages
    await broken("DELETE FROM ballots WHERE id = (SELECT id FROM ballots WHERE wave_id = :id LIMIT 1)",
                 id=UUID(made.json()["id"]))  # fmt: skip
    assert (await CHECKS["promises"](database, settings, SchoolCode(school))).named == [made.json()["id"]]
    assert crowd
