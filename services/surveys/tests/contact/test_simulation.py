"""Weeks of a wave in which all goes wrong: nobody gets a step twice or after an answer, all others get theirs."""

import asyncio
import os
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI

from common import clock
from common.auth import SYSTEM
from common.contracts import IncomingEvent
from common.database import Database
from common.identifiers import SchoolCode
from surveys.app import create_app
from surveys.contact.commands import opting_out
from surveys.contact.domain import OptOutSource
from surveys.settings import Settings
from surveys.verification import CHECKS

Json = dict[str, Any]
SOAK = bool(os.environ.get("QUXIANG_SOAK"))
PEOPLE, DAYS = (2_000, 24) if SOAK else (24, 12)
SEED = int(os.environ.get("QUXIANG_SEED") or random.SystemRandom().randrange(10**6))
STEPS = (0, 1, 5, 8, 12)
PRICE = 2
HOUR = timedelta(hours=1)


@pytest.fixture
async def graduates(keep: Any, school: str, graduate_event: Callable[..., IncomingEvent]) -> list[UUID]:
    ids = sorted(uuid4() for _ in range(PEOPLE))
    await keep([graduate_event(school, each) for each in ids])
    return ids


@pytest.fixture
def plan(plan: Json) -> Json:
    """A ladder of five, whose first steps are closer than messages to one person may be."""
    steps = [{"kind": "remind", "channel": "email", "after_days": day} for day in STEPS]
    steps[0]["kind"] = "invite"
    return plan | {"ladder": steps, "budget_fen": PRICE * PEOPLE * 4}


class Life:
    """What people do meanwhile, and when they have done it."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self.answered: dict[str, datetime] = {}
        self.opted_out: dict[str, datetime] = {}

    async def answer(self, app: FastAPI, whom: str, token: str) -> None:
        """Agrees, and submits."""
        headers = {"Authorization": f"Survey {token}", "If-Match": "*"}
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://surveys.test", headers=headers) as holder:
            consent = {"statement_version": 1, "agreed": True, "sensitive": False}
            assert (await holder.get("/v1/answer")).status_code == 200
            assert (await holder.put("/v1/answer/consent", json=consent)).status_code == 200
            sent = await holder.post("/v1/answer/submit", json={"values": {"satisfied": "y", "match": 4}})
        assert sent.status_code == 200, sent.text
        self.answered[whom] = clock.now()

    async def opt_out(self, database: Database, whom: str, invitation: UUID) -> None:
        """Asks to be left alone, in this wave or everywhere."""
        act = partial(
            opting_out.end_contact,
            invitation_id=invitation,
            source=OptOutSource.LINK,
            everywhere=self._chance.random() < 0.5,
        )
        await database.act(SYSTEM, act)
        self.opted_out[whom] = clock.now()

    def acting(self, app: FastAPI, database: Database, links: list[Json], mails: list[Any]) -> list[Awaitable[None]]:
        """Some of those who have a mail answer, some whom the wave asks opt out."""
        opened = {str(mail["To"]).partition("@")[0]: mail for mail in mails}
        answering = self._chance.sample(sorted(opened), min(len(opened), max(1, PEOPLE // 40)))
        asking = self._chance.sample(links, min(len(links), max(1, PEOPLE // 40)))
        return [
            *(self.answer(app, each, token_in(opened[each])) for each in answering if each not in self.answered),
            *(
                self.opt_out(database, str(each["graduate_id"]), each["id"])
                for each in asking
                if str(each["graduate_id"]) not in self.opted_out
            ),
        ]

    def explains(self, attempt: Json, *, has_arrived: bool) -> bool:
        """Whether an attempt is as it must be, by what its person has done and when."""
        whom = str(attempt["graduate_id"])
        done = [said[whom] for said in (self.answered, self.opted_out) if whom in said]
        before = all(attempt["noted_at"] <= moment for moment in done)
        reasons = {"answered": whom in self.answered, "opted_out": whom in self.opted_out, "budget": True}
        match attempt["state"]:
            case "accepted":
                return has_arrived and before
            case "unknown":
                return before
            case "failed":
                return not has_arrived and before
            case "skipped":
                return not has_arrived and reasons[attempt["reason"]]
        return False


async def test_nobody_gets_a_step_twice_or_after_an_answer_and_all_others_get_theirs(
    settings: Settings,
    database: Database,
    wave: Json,
    school: str,
    morning: datetime,
    ahead: Any,
    go: Callable[..., Awaitable[None]],
    sink: Any,
    rows: Any,
) -> None:
    chance = random.Random(SEED)
    print(f"seed {SEED}")
    life, instant, end = Life(chance), morning, morning + timedelta(days=DAYS)
    while instant < end:
        sink.hangs = chance.random() < 0.1
        sink.refusals = {"RCPT": "451 4.7.1 Later"} if chance.random() < 0.2 else {}
        links = await rows("SELECT id, graduate_id FROM invitations WHERE wave_id = :id", id=wave["id"])
        async with ahead(instant) as moved:
            app = create_app(settings, moved, {})
            working = [
                asyncio.ensure_future(go(moved, seconds=0.2, email=PRICE)) for _ in range(chance.choice((1, 1, 2)))
            ]
            await asyncio.gather(*life.acting(app, moved, links, sink.mails))
            if chance.random() < 0.3:
                # killed, wherever it is
                await asyncio.wait(working, timeout=chance.random() * (5.0 if SOAK else 0.2))
                _ = [each.cancel() for each in working]
            for each in working:
                with suppress(asyncio.CancelledError):
                    await each
        instant += chance.choice((1, 5, 9, 16)) * HOUR
    sink.hangs, sink.refusals = False, {}
    while instant < morning + timedelta(days=29):
        async with ahead(instant.replace(hour=11)) as moved:
            await go(moved, email=PRICE)
        instant += timedelta(days=1)

    stored = await rows(
        "SELECT made.*, invitation.graduate_id FROM contact_attempts AS made"
        "  JOIN invitations AS invitation ON invitation.id = made.invitation_id WHERE made.wave_id = :id",
        id=wave["id"],
    )
    arrived = Counter(each.mail_from[8:40] for each in sink.arrived)
    assert max(arrived.values()) == 1
    assert len(stored) == PEOPLE * len(STEPS), "everybody has one attempt for each step"
    [spent] = await rows("SELECT spent_fen, budget_fen FROM contact_spending WHERE wave_id = :id", id=wave["id"])
    wrong = [each for each in stored if not life.explains(each, has_arrived=each["id"].hex in arrived)]
    assert wrong == []
    costs = sum(each["price_fen"] for each in stored)
    assert costs == spent["spent_fen"] <= spent["budget_fen"]
    if any(each["reason"] == "budget" for each in stored):
        assert spent["budget_fen"] - spent["spent_fen"] < PRICE
    for name in ("spent", "attempts"):
        assert (await CHECKS[name](database, settings, school=SchoolCode(school))).differences == 0
    # how many depends on when the relay hangs, which is chance
    assert Counter(each["state"] for each in stored)["accepted"] > 0


def token_in(mail: Any) -> str:
    """The link's token in a mail."""
    words = mail.get_body(("plain",)).get_content().split()
    return str(next(word for word in words if "/a#" in word).rpartition("#")[2])
