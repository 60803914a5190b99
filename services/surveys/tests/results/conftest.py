"""Waves that many have answered, with every type of question."""

import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from every_type import EVERY_TYPE
from sqlalchemy import text

from common.contracts.envelope import IncomingEvent
from common.crypto import FieldCipher
from common.database import Database
from common.operations import OperationRunner
from surveys.answers.commands import close_due_waves
from surveys.results.commands import take_due
from testing.databases import ServiceDatabase

Json = dict[str, Any]
Client = Callable[..., httpx.AsyncClient]
Keep = Callable[[Sequence[IncomingEvent]], Awaitable[None]]
Event = Callable[..., IncomingEvent]
Execute = Callable[..., Awaitable[None]]
Moved = Callable[[str, str], Awaitable[None]]

ANY = {"If-Match": "*"}
OVER = "closes_at = statement_timestamp() - interval '1 second'"
COLLEGES = {"C1": 20, "C2": 6, "C3": 4}


@dataclass
class Campaign:
    """A wave with answers: who was asked in which college, with which link, and what was answered."""

    wave: Json
    colleges: dict[str, str]
    tokens: dict[str, str]
    answers: dict[str, Json]
    manager: httpx.AsyncClient
    client: Client
    end: Callable[[], Awaitable[None]]

    async def table(self, question: str, by: str | None = None, **more: str) -> Json:
        """A table as the manager reads it."""
        params = {"question": question, **({"by": by} if by else {}), **more}
        answer = await self.manager.get(f"/v1/waves/{self.wave['id']}/tables", params=params)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def withdraw(self, graduate: str) -> None:
        """One takes the answer back."""
        done = await self.client(link=self.tokens[graduate]).post("/v1/answer/withdraw")
        assert done.status_code == 204, done.text
        del self.answers[graduate]

    async def responses(self) -> dict[str, Json]:
        """The responses by graduate."""
        path = f"/v1/responses?wave={self.wave['id']}&limit=200"
        return {each["graduate_id"]: each for each in (await self.manager.get(path)).json()["items"]}


def drawn(number: int) -> Json:
    """An answer to every type, or to most of them."""
    draw = random.Random(number)
    values = {
        "one": draw.choice("12"),
        "many": draw.choice([["1"], ["2"], ["1", "2"], ["9"]]),
        "grid": {"a": draw.choice("123"), "b": draw.choice("123")},
        "order": draw.sample("abc", draw.randrange(1, 4)),
        "match": draw.randrange(1, 6),
        "wide": draw.randrange(51),
        "recommend": draw.randrange(11),
        "fair": draw.random() < 0.5,
        "hours": draw.randrange(0, 800) / 10,
        "pay": 100 * draw.randrange(30, 200),
        "since": f"2024-0{draw.randrange(1, 10)}-01",
        "left": f"2025-0{draw.randrange(1, 10)}",
        "trade": draw.choice(["11", "21", "33"]),
        "home": draw.choice(["410000", "abroad"]),
        "story": "金丝雀",
    }
    for name in draw.sample([*values], 3):
        if name != "one":
            del values[name]
    return values


@pytest.fixture
def owner(addresses: ServiceDatabase) -> Execute:
    """Write as other areas do, without what they ask for first."""

    async def execute(statement: str, **values: Any) -> None:
        connected = Database.connect(addresses.owner_url)
        async with connected.reading() as connection:
            await connection.execute(text(statement), values)
        await connected.dispose()

    return execute


@pytest.fixture
def cohort() -> dict[str, int]:
    """How many graduates a college has."""
    return COLLEGES


@pytest.fixture
def campaign(
    client: Client,
    manager: httpx.AsyncClient,
    keep: Keep,
    situate: Keep,
    school: str,
    graduate_event: Event,
    plan: Json,
    runner: OperationRunner,
    moved: Moved,
    database: Database,
    cipher: FieldCipher,
) -> Callable[..., Awaitable[Campaign]]:
    """Ask graduates of colleges, and let each answer what is drawn."""

    async def make(
        cohort: dict[str, int],
        *,
        answered: Callable[[int], Json | None] = drawn,
        content: Json = EVERY_TYPE,
        **said: Any,
    ) -> Campaign:
        colleges = {str(uuid4()): college for college, people in cohort.items() for _ in range(people)}
        events = [
            graduate_event(
                school, UUID(each), college_code=college, major_code=f"M{college}", education_level_code="31",
                study_form="full_time", sex_code="1",
            )
            for each, college in colleges.items()
        ]  # fmt: skip
        await keep(events)
        await situate(events)
        made = (await manager.post("/v1/questionnaires", json=content)).json()
        published = await manager.post(f"/v1/questionnaires/{made['id']}/publish", headers={"If-Match": '"1"'})
        assert published.status_code == 200, published.text
        wave = (await manager.post("/v1/waves", json=plan | {"questionnaire_id": made["id"]} | said)).json()
        assert wave["eligible"] == len(colleges), wave
        await manager.post(f"/v1/waves/{wave['id']}/invitations", json={"channel": "link"})
        while await runner.run_once():
            pass
        items = (await manager.get(f"/v1/waves/{wave['id']}/invitations?limit=200")).json()["items"]
        tokens = {each["graduate_id"]: each["link"].split("#")[1] for each in items}
        answers = {each: values for at, each in enumerate(colleges) if (values := answered(at)) is not None}

        async def end() -> None:
            await moved(wave["id"], OVER)
            await close_due_waves(database.patient, cipher)
            await take_due(database, cipher)

        made_campaign = Campaign(wave, colleges, tokens, answers, manager, client, end)
        for graduate, values in answers.items():
            await answer(client(link=tokens[graduate]), values)
        return made_campaign

    return make


async def answer(holder: httpx.AsyncClient, values: Json) -> None:
    """Agree and submit."""
    consent = {"statement_version": 1, "agreed": True, "sensitive": True}
    assert (await holder.put("/v1/answer/consent", json=consent, headers=ANY)).status_code == 200
    sent = await holder.post("/v1/answer/submit", json={"values": values}, headers=ANY)
    assert sent.status_code == 200, sent.text
