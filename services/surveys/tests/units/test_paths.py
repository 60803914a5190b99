"""One school's units, from registry's events to every way in which an answer comes."""

import random
from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from uuid import UUID

import httpx
import pytest

from common.contracts import ChangeToken
from common.contracts.envelope import IncomingEvent
from common.contracts.organisation import TOPIC, UnitKind
from common.database import Database
from common.identifiers import SchoolCode
from surveys.roster.storage import included_of
from surveys.units.storage import units_of

Json = dict[str, Any]
Client = Callable[..., httpx.AsyncClient]
Events = Callable[..., IncomingEvent]
Keep = Callable[[Sequence[IncomingEvent]], Awaitable[None]]

ANY = {"If-Match": "*"}
KNOWN, UNKNOWN = "080902", "999999"


@pytest.fixture
async def published(
    manager: httpx.AsyncClient, questionnaire: Json, school: str, unit_event: Events, describe: Keep
) -> str:
    await describe(
        [
            unit_event(school, UnitKind.COLLEGE, "信息学院", code="C01", sequence=1),
            unit_event(school, UnitKind.MAJOR, "软件工程", code=KNOWN, sequence=2, name_en="Software Engineering"),
        ]
    )
    major = {"id": "major", "type": "code", "code_list": "majors", "text": {"zh": "专业", "en": "Major"}}
    pages = [{"id": "only", "questions": [major]}]
    made = (await manager.post("/v1/questionnaires", json={**questionnaire, "pages": pages})).json()
    answer = await manager.post(f"/v1/questionnaires/{made['id']}/publish", headers=ANY)
    assert answer.status_code == 200, answer.text
    return str(made["id"])


async def test_the_newest_description_of_each_unit_stands_in_any_order(
    database: Database, school: str, unit_event: Events, describe: Keep
) -> None:
    history = [
        unit_event(school, UnitKind.MAJOR, "软件", code=KNOWN, sequence=1),
        unit_event(school, UnitKind.COLLEGE, "信息学院", code="C01", sequence=2),
        unit_event(school, UnitKind.MAJOR, "软件工程", code=KNOWN, sequence=3, state="closed"),
    ]
    for seed in range(12):
        deliveries = history * 2
        random.Random(seed).shuffle(deliveries)
        for batch in (deliveries[: seed % 6], deliveries[seed % 6 :]):
            await describe(batch)
        async with database.reading() as connection:
            found = await units_of(connection, SchoolCode(school))
        assert {name: [*units] for name, units in found.lists.items()} == {"majors": [KNOWN], "colleges": ["C01"]}
        assert (found.lists["majors"][KNOWN].name.zh, found.lists["majors"][KNOWN].is_closed) == ("软件工程", True)
    late = ChangeToken(TOPIC, school, school, 4)
    assert await included_of(database, [late]) == set()


async def test_every_path_takes_the_units_of_the_school_alone(
    client: Client,
    transport: httpx.ASGITransport,
    manager: httpx.AsyncClient,
    published: str,
    wave: Json,
    graduates: list[UUID],
    agreed: list[str],
) -> None:
    holder = client(link=agreed[0])

    async def rules_of(sent: httpx.Response, status: int) -> list[str]:
        assert sent.status_code == status, sent.text
        return [each["rule"] for each in sent.json().get("errors", sent.json().get("problems", []))]

    for code, rules, status in ((UNKNOWN, ["code"], 422), (KNOWN, [], 200)):
        values = {"values": {"major": code}}
        tried = await manager.post(f"/v1/questionnaires/{published}/evaluate", json=values)
        assert await rules_of(tried, 200) == rules
        assert await rules_of(await holder.post("/v1/answer/evaluate", json=values), 200) == rules
        consent = {"statement_version": 1, "agreed": True, "sensitive": False}
        keyed = {"graduate_id": str(graduates[2]), "consent": consent, **values}
        paper = await manager.post(f"/v1/waves/{wave['id']}/papers", json=keyed)
        assert await rules_of(paper, 201 if status == 200 else status) == rules, paper.text
        saved = await holder.put("/v1/answer/pages/only", json=values, headers=ANY)
        assert await rules_of(saved, status) == rules
        submitted = await holder.post("/v1/answer/submit", json=values, headers=ANY)
        assert await rules_of(submitted, status) == rules
    printed = await manager.get(f"/v1/questionnaires/{published}/versions/1/print?language=en")
    assert "Software Engineering" in printed.text
    async with httpx.AsyncClient(transport=transport, base_url="https://surveys.test") as browser:
        await browser.post("/a", data={"link": f"https://survey.test/a#{agreed[1]}"})
        assert '<option value="080902">软件工程' in (await browser.get("/a/pages/only")).text
        assert (await browser.post("/a/pages/only", data={"major": UNKNOWN})).status_code == 422
        assert (await browser.post("/a/pages/only", data={"major": KNOWN})).status_code == 303
