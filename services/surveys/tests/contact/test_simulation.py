"""Weeks of a wave in which all goes wrong: nobody gets a step twice or after an answer, all others get theirs."""

import asyncio
import email
import email.policy
import os
import random
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from contact_processes import WORKER, MailServer, Order, Worker, World, prepare
from fastapi import FastAPI

from common import clock
from common.auth import SYSTEM
from common.contracts import IncomingEvent
from common.database import Database
from common.identifiers import SchoolCode
from servers.ports import free_port
from surveys.app import create_app
from surveys.contact.commands import opting_out
from surveys.contact.domain import OptOutSource, is_waking
from surveys.settings import Settings
from surveys.verification import CHECKS
from testing.databases import ServiceDatabase
from testing.waiting import eventually

Json = dict[str, Any]
SOAK = bool(os.environ.get("QUXIANG_SOAK"))
PEOPLE = int(os.environ.get("QUXIANG_PEOPLE") or (2_000 if SOAK else 24))
SEED = int(os.environ.get("QUXIANG_SEED") or random.SystemRandom().randrange(10**6))
STEPS, DAYS, PAUSES = ((0, 1, 5, 8, 12), 18, (1, 5, 9, 16)) if SOAK else ((0, 1, 4), 7, (1, 9, 16, 23))
HANGS = 3.0 if SOAK else 0.3
"""Seconds for which a relay hangs, at most."""

MAIL_SIZE = 3_700
"""About the bytes of a mail as the relay writes it down."""

PRICE = 2
HOUR = timedelta(hours=1)


@pytest.fixture(scope="session", autouse=True)
def prepared() -> None:
    prepare()


@pytest.fixture
async def graduates(keep: Any, school: str, graduate_event: Callable[..., IncomingEvent]) -> list[UUID]:
    ids = sorted(uuid4() for _ in range(PEOPLE))
    await keep([graduate_event(school, each) for each in ids])
    return ids


@pytest.fixture
def chance() -> random.Random:
    print(f"seed {SEED}")
    return random.Random(SEED)


@pytest.fixture
def plan(plan: Json, chance: random.Random) -> Json:
    """A ladder of five, whose first steps are closer than messages to one person may be; often short of money."""
    steps = [{"kind": "remind", "channel": "email", "after_days": day} for day in STEPS]
    steps[0]["kind"] = "invite"
    return plan | {"ladder": steps, "budget_fen": int(PRICE * PEOPLE * chance.uniform(2, 5))}


@dataclass
class Life:
    """What people do, in which phase and until when it was done; nobody acts twice."""

    chance: random.Random
    answered: dict[str, tuple[datetime, datetime]] = field(default_factory=dict)
    opted_out: dict[str, tuple[datetime, datetime]] = field(default_factory=dict)

    async def answer(self, app: FastAPI, whom: str, token: str) -> None:
        """Agrees, and submits."""
        begun = clock.now()
        headers = {"Authorization": f"Survey {token}", "If-Match": "*"}
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://surveys.test", headers=headers) as holder:
            consent = {"statement_version": 1, "agreed": True, "sensitive": False}
            assert (await holder.get("/v1/answer")).status_code == 200
            assert (await holder.put("/v1/answer/consent", json=consent)).status_code == 200
            sent = await holder.post("/v1/answer/submit", json={"values": {"satisfied": "y", "match": 4}})
        assert sent.status_code == 200, sent.text
        self.answered[whom] = begun, clock.now()

    async def opt_out(self, database: Database, whom: str, invitation: UUID) -> None:
        """Asks to be left alone, in this wave or everywhere."""
        begun, everywhere = clock.now(), self.chance.random() < 0.5
        act = partial(opting_out.end_contact, invitation_id=invitation, source=OptOutSource.LINK, everywhere=everywhere)
        await database.act(SYSTEM, act)
        self.opted_out[whom] = begun, clock.now()

    def acting(self, app: FastAPI, database: Database, links: list[Json], opened: Json) -> Iterator[Awaitable[None]]:
        """Some of those who have a mail answer, some whom the wave asks opt out."""
        some = max(1, PEOPLE // 80)
        answering = self.chance.sample(sorted(opened), min(len(opened), some))
        asking = self.chance.sample(links, min(len(links), some))
        for whom in answering:
            if whom not in self.answered:
                yield self.answer(app, whom, token_in(opened[whom]))
        for each in asking:
            if (whom := str(each["graduate_id"])) not in self.opted_out:
                yield self.opt_out(database, whom, each["id"])


@dataclass
class Arrived:
    """Mails as the relay has written them down, by the phase in which they came."""

    mails: list[tuple[datetime, Json]] = field(default_factory=list)
    begun: set[str] = field(default_factory=set)
    disturbed: set[str] = field(default_factory=set)
    seen: int = 0

    def read(self, relay: MailServer, instant: datetime, *, is_disturbed: bool) -> None:
        """Takes what has come in a phase; while the relay was killed or hung, any mail that was begun may be lost."""
        lines = relay.written()[self.seen :]
        self.seen += len(lines)
        self.mails += [(instant, line) for line in lines if line["what"] == "arrived"]
        if is_disturbed:
            self.disturbed |= {attempt_in(line) for line in lines}

    @property
    def newest(self) -> dict[str, str]:
        """The last mail of each person."""
        return {line["to"].partition("@")[0]: line["mail"] for _, line in self.mails}


@dataclass
class Trouble:
    """What goes wrong in a phase."""

    temper: str = "takes"
    kills_relay: bool = False
    kills_worker: bool = False
    is_registry_down: bool = False
    workers: int = 1

    @classmethod
    def drawn(cls, chance: random.Random, *, nothing_put_off: bool) -> "Trouble":
        """By chance; the relay is not away or putting off twice running, as what it keeps away for a day has failed."""
        temper = chance.choice(("takes", "takes", "takes", "hangs", "later")) if nothing_put_off else "takes"
        return cls(
            temper,
            kills_relay=temper == "hangs" or (nothing_put_off and chance.random() < 0.3),
            kills_worker=chance.random() < 0.3,
            is_registry_down=chance.random() < 0.1,
            workers=chance.choice((1, 1, 2)),
        )


class Post:
    """Workers and a relay, which are killed and started again; `lost` were being sent when a worker was killed."""

    def __init__(self, world: World, relay: MailServer, chance: random.Random, rows: Any) -> None:
        self._world, self._relay, self._chance, self._rows = world, relay, chance, rows
        self._workers: list[Worker] = []
        self.lost: set[str] = set()

    async def phase(self, instant: datetime, ahead: timedelta, trouble: Trouble) -> None:
        """One round of each worker at a moment."""
        await self._relay.start(trouble.temper)
        while len(self._workers) < trouble.workers:
            self._workers.append(Worker(self._world))
        timeout = 0.3 if trouble.temper == "hangs" else 60.0
        order = Order(ahead, self._relay.port, timeout, is_registry_down=trouble.is_registry_down)
        working = [asyncio.ensure_future(each.does(order)) for each in self._workers[: trouble.workers]]
        await asyncio.gather(*working, self._strike_relay(trouble, working), self._strike_worker(trouble, working))
        ended = [each.result() for each in working]
        if not all(ended):
            await eventually(self._are_gone, within=60, describe="the end of the dead worker's transactions")
            sending = await self._rows("SELECT id FROM contact_attempts WHERE state = 'sending'")
            self.lost |= {each["id"].hex for each in sending}
        assert all(ended) or trouble.kills_worker, f"a worker has died at {instant}"

    async def _amid(self, working: Sequence[asyncio.Future[bool]], mails: float) -> None:
        """Waits until so many mails have come, or no work is left."""
        enough = self._relay.size + mails * MAIL_SIZE

        def is_time() -> bool:
            return self._relay.size >= enough or all(each.done() for each in working)

        await eventually(is_time, within=240, every=0.002, describe="mails, or the end of a round")

    async def _strike_relay(self, trouble: Trouble, working: Sequence[asyncio.Future[bool]]) -> None:
        if trouble.kills_relay:
            hangs = trouble.temper == "hangs"
            # one that hangs takes no more than one mail of each connection
            await self._amid(working, self._chance.uniform(0, 2 if hangs else PEOPLE / 2))
            await asyncio.sleep(self._chance.uniform(0, HANGS) if hangs else 0)
            self._relay.kill()
            await asyncio.sleep(self._chance.uniform(0, 0.05))
            await self._relay.start()

    async def _strike_worker(self, trouble: Trouble, working: Sequence[asyncio.Future[bool]]) -> None:
        if trouble.kills_worker:
            await self._amid(working, self._chance.uniform(0, PEOPLE / 2))
            self._workers.pop(0).kill()

    async def _are_gone(self) -> bool:
        [found] = await self._rows("SELECT count(*) FROM pg_stat_activity WHERE application_name = :name", name=WORKER)
        return bool(found["count"] == 0)

    def end(self) -> None:
        """Ends what is left."""
        self._relay.kill()
        for each in self._workers:
            each.kill()


@pytest.fixture
async def post(
    addresses: ServiceDatabase,
    settings: Settings,
    graduates: list[UUID],
    chance: random.Random,
    rows: Any,
    relay: MailServer,
) -> AsyncIterator[Post]:
    known = frozenset(each for at, each in enumerate(graduates) if at % 12)
    post = Post(World(addresses.app_url, settings.keyring_file, known, PRICE), relay, chance, rows)
    yield post
    post.end()


@pytest.fixture
def relay(tmp_path: Path) -> MailServer:
    return MailServer(free_port(), tmp_path / "arrived")


@dataclass
class Told:
    """All that is known at the end, by which each attempt must be explained."""

    life: Life
    arrived: Mapping[str, datetime]
    excused: set[str]
    reached: set[str]
    ran_out_at: datetime | None

    def explains(self, attempt: Json) -> bool:
        """Whether an attempt is as it must be, by what its person has done and when."""
        whom, key = str(attempt["graduate_id"]), attempt["id"].hex
        said = [known[whom] for known in (self.life.answered, self.life.opted_out) if whom in known]
        match attempt["state"]:
            case "accepted":
                has_left = key in self.arrived
            case "unknown":
                has_left = key in self.excused
            case "skipped":
                return key not in self.arrived and self.is_reason(attempt, whom)
            case _:
                return False
        return has_left and whom in self.reached and all(attempt["noted_at"] <= until for _, until in said)

    def is_reason(self, attempt: Json, whom: str) -> bool:
        """Whether a step was skipped for something that had been begun before."""
        match attempt["reason"]:
            case "answered":
                return whom in self.life.answered and self.life.answered[whom][0] <= attempt["at"]
            case "opted_out":
                return whom in self.life.opted_out and self.life.opted_out[whom][0] <= attempt["at"]
            case "no_contact":
                return whom not in self.reached
            case "budget":
                return self.ran_out_at is not None and self.ran_out_at <= attempt["at"]
        return False


@pytest.mark.timeout(1_800 if SOAK else 120)
async def test_nobody_gets_a_step_twice_or_after_an_answer_and_all_others_get_theirs(
    settings: Settings,
    database: Database,
    wave: Json,
    school: str,
    morning: datetime,
    graduates: list[UUID],
    chance: random.Random,
    ahead: Any,
    post: Post,
    relay: MailServer,
    rows: Any,
) -> None:
    life, came, instant = Life(chance), Arrived(), morning
    end, count = morning + timedelta(days=DAYS), 0
    while count < PEOPLE * len(STEPS):
        assert instant < morning + timedelta(days=29), "everybody has an attempt for each step in time"
        put_off = await rows("SELECT 1 FROM contact_attempts WHERE state = 'deferred' LIMIT 1")
        trouble = Trouble.drawn(chance, nothing_put_off=not put_off) if instant < end else Trouble()
        links = await rows("SELECT id, graduate_id FROM invitations WHERE wave_id = :id", id=wave["id"])
        async with ahead(instant) as moved:
            app = create_app(settings, moved, {})
            offset = timedelta(seconds=round((clock.now() - datetime.now(UTC)).total_seconds()))
            acts = life.acting(app, moved, links, came.newest) if instant < end else ()
            await asyncio.gather(post.phase(instant, offset, trouble), *acts)
        came.read(relay, instant, is_disturbed=trouble.kills_relay)
        instant += chance.choice(PAUSES) * HOUR
        instant = instant if instant < end else (instant + timedelta(days=1)).replace(hour=11)
        [made] = await rows(
            "SELECT count(*) FROM contact_attempts WHERE wave_id = :id AND state NOT IN ('sending', 'deferred')",
            id=wave["id"],
        )
        count = made["count"]

    stored = await rows(
        "SELECT made.*, invitation.graduate_id FROM contact_attempts AS made"
        "  JOIN invitations AS invitation ON invitation.id = made.invitation_id WHERE made.wave_id = :id",
        id=wave["id"],
    )
    assert_mails(came, life)
    [spent] = await rows("SELECT spent_fen, budget_fen FROM contact_spending WHERE wave_id = :id", id=wave["id"])
    costs = sum(each["price_fen"] for each in stored)
    assert costs == spent["spent_fen"] <= spent["budget_fen"]
    ran_out = spent["budget_fen"] - costs < PRICE
    told = Told(
        life,
        {attempt_in(line): moment for moment, line in came.mails},
        post.lost | came.disturbed,
        {str(each) for at, each in enumerate(graduates) if at % 12},
        max(each["noted_at"] for each in stored if each["price_fen"]) if ran_out else None,
    )
    wrong = [
        (each["state"], each["reason"], each["step"], each["noted_at"], each["at"])
        for each in stored
        if not told.explains(each)
    ]
    assert wrong == []
    for name in ("spent", "attempts"):
        assert (await CHECKS[name](database, settings, school=SchoolCode(school))).differences == 0
    print(Counter(each["reason"] or each["state"] for each in stored))
    assert len({(each["invitation_id"], each["step"]) for each in stored}) == PEOPLE * len(STEPS)


def assert_mails(came: Arrived, life: Life) -> None:
    """No mail twice, none at night, none that left in a phase after one in which its person had acted."""
    read = [
        (moment, line, email.message_from_string(line["mail"], policy=email.policy.default))
        for moment, line in came.mails
    ]
    assert max(Counter(attempt_in(line) for _, line, _ in read).values()) == 1
    assert [moment for moment, _, _ in read if not is_waking(moment)] == []
    for moment, line, _ in read:
        whom = line["to"].partition("@")[0]
        assert all(moment < known[whom][1] for known in (life.answered, life.opted_out) if whom in known), whom


def attempt_in(line: Json) -> str:
    """Which attempt a mail is, by its way back."""
    return str(line["from"][8:40])


def token_in(mail: str) -> str:
    """The link's token in a mail."""
    read = email.message_from_string(mail, policy=email.policy.default)
    words = read.get_body(("plain",)).get_content().split()  # type: ignore[union-attr]
    return str(next(word for word in words if "/a#" in word).rpartition("#")[2])
