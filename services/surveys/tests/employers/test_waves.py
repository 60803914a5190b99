"""Waves that ask employers: whom, what is announced, and what their answers give."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from common.contracts import measure, response
from common.contracts.measure import MeasureData
from common.contracts.response import EmployerResponseData
from common.crypto import FieldCipher
from common.database import Database
from surveys.answers.commands import close_due_waves
from surveys.settings import Settings
from surveys.verification import CHECKS

Json = dict[str, Any]
Client = Callable[..., httpx.AsyncClient]
Rows = Callable[..., Awaitable[list[Json]]]
Invite = Callable[[Json], Awaitable[dict[str, str]]]

ANY = {"If-Match": "*"}
SAID = "SELECT * FROM outbox WHERE topic = :topic AND school_code = :school ORDER BY id"
POPULATION = "SELECT * FROM wave_employers WHERE wave_id = CAST(:id AS uuid) ORDER BY employer_id"
YEAR = datetime.now(ZoneInfo("Asia/Shanghai")).year


async def create(manager: httpx.AsyncClient, body: Json, **changes: object) -> Json:
    answer = await manager.post("/v1/waves", json=body | changes)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def answered(holder: httpx.AsyncClient, values: Json) -> httpx.Response:
    agreed = {"statement_version": 1, "agreed": True, "sensitive": False}
    assert (await holder.put("/v1/answer/consent", json=agreed, headers=ANY)).status_code == 200
    return await holder.post("/v1/answer/submit", json={"values": values}, headers=ANY)


@pytest.mark.parametrize(
    ("population", "hires"),
    [
        ({"kind": "hires", "cohorts": [2024]}, [5, 1]),
        ({"kind": "hires", "cohorts": [2024, 2023], "min_hires": 2}, [9]),
        ({"kind": "hires", "cohorts": [2020]}, []),
        ({"kind": "directory", "industry_codes": ["22"]}, [9, 0]),
        ({"kind": "directory"}, [9, 1, 0]),
        (None, [9, 1, 0]),
    ],
)
async def test_whom_a_wave_asks(
    manager: httpx.AsyncClient, employers: list[Json], asking: Json, rows: Rows, population: Json, hires: list[int]
) -> None:
    wave = await create(manager, asking, population=population)
    assert [row["hires"] for row in await rows(POPULATION, id=wave["id"])] == hires
    assert (wave["eligible"], wave["audience"], wave["unit"], wave["cohort"], wave["cycle"], wave["year"]) == (
        len(hires), "employers", "employer", None, None, YEAR
    )  # fmt: skip
    assert wave["population"] == population or {"kind": "directory"}


@pytest.mark.parametrize(
    ("changes", "pointer", "rule"),
    [
        ({"cohort": 2024}, "/cohort", "not_allowed"),
        ({"cycle": 1}, "/cycle", "not_allowed"),
        ({"population": {"kind": "census"}}, "/population/kind", "not_allowed"),
        ({"population": {"kind": "hires"}}, "/population/cohorts", "required"),
        ({"population": {"kind": "hires", "cohorts": [2024, 2024]}}, "/population/cohorts", "unique"),
        ({"population": {"kind": "directory", "min_hires": 1}}, "/population/min_hires", "not_allowed"),
        (
            {"population": {"kind": "directory", "industry_codes": ["x"]}},
            "/population/industry_codes/0",
            "unknown_code",
        ),
        ({"unit": "person"}, "/unit", "not_allowed"),
        ({"audience": "graduates"}, "/cohort", "required"),
        ({"audience": "graduates", "cohort": 2024, "cycle": None}, "/population/kind", "not_allowed"),
        (
            {"audience": "graduates", "cohort": 2024, "cycle": 1, "unit": "hire", "population": None},
            "/unit",
            "not_allowed",
        ),
    ],
)
async def test_what_does_not_fit_the_audience_is_refused(
    manager: httpx.AsyncClient, asking: Json, changes: Json, pointer: str, rule: str
) -> None:
    refused = await manager.post("/v1/waves", json=asking | changes)
    assert refused.status_code == 422
    assert (pointer, rule) in [(each["pointer"], each["rule"]) for each in refused.json()["errors"]], refused.text


def asks(measure: str | None = None, **said: object) -> Json:
    """A page with one question."""
    words = {"zh": "题", "en": "Question"}
    question: Json = {"id": "q", "type": "scale", "text": words, "scale": {"min": 1, "max": 5}, **said}
    pages = [{"id": "p", "questions": [question | ({"measure": {"id": measure}} if measure else {})]}]
    return {"title": words, "pages": pages}


@pytest.mark.parametrize(
    ("content", "of_employers", "of_graduates"),
    [
        (asks("ethics"), None, "measure_audience"),
        (asks("major_match"), "measure_audience", None),
        (asks(type="number", scale=None, visible_if="${employer_hires} > 2"), None, "name_audience"),
        (asks(text={"zh": "${employer_name}", "en": "you"}), None, "name_audience"),
        (asks(text={"zh": "${roster_major}", "en": "you"}), "name_audience", None),
        (asks(visible_if="${roster_school} = '10001' or ${wave_cycle} = 1"), "name_audience", None),
        (asks(visible_if="${roster_school} = '10001'"), None, None),
    ],
)
async def test_a_questionnaire_fits_those_whom_a_wave_asks(
    manager: httpx.AsyncClient, asking: Json, content: Json, of_employers: str | None, of_graduates: str | None
) -> None:
    made = (await manager.post("/v1/questionnaires", json=content)).json()
    published = await manager.post(f"/v1/questionnaires/{made['id']}/publish", headers={"If-Match": '"1"'})
    assert published.status_code == 200, published.text
    graduates = {"audience": "graduates", "population": None, "cohort": 2024, "cycle": 1}
    for changes, rule in (({}, of_employers), (graduates, of_graduates)):
        answer = await manager.post("/v1/waves", json=asking | {"questionnaire_id": made["id"], **changes})
        found = [(each["pointer"], each["rule"]) for each in answer.json().get("errors", ())]
        assert found == ([] if rule is None else [("/questionnaire_version", rule)]), answer.text
        assert answer.status_code == (201 if rule is None else 422)


async def test_an_employer_answers_and_takes_it_back(
    client: Client,
    manager: httpx.AsyncClient,
    school: str,
    employers: list[Json],
    asking: Json,
    linked: Invite,
    rows: Rows,
    database: Database,
    settings: Settings,
) -> None:
    wave = await create(manager, asking)
    tokens = await linked(wave)
    first = employers[0]["id"]
    assert set(tokens) == {first, employers[1]["id"]}
    holder = client(link=tokens[first])
    shown = (await holder.get("/v1/answer", headers={"Accept-Language": "en"})).json()
    assert shown["texts"]["hello"] == "甲公司 hired 9 (22)"
    assert (shown["wave"]["audience"], shown["wave"]["cohort"], shown["wave"]["year"]) == ("employers", None, YEAR)
    sent = await answered(holder, {"ethics": 5, "major": "0809"})
    assert sent.status_code == 200, sent.text
    [mine] = (await manager.get(f"/v1/responses?wave={wave['id']}")).json()["items"]
    assert (mine["graduate_id"], mine["employer_id"], mine["number"], mine["state"]) == (None, first, 1, "submitted")
    withdrawn = await manager.post(f"/v1/responses/{mine['id']}/withdraw", headers=ANY)
    assert withdrawn.status_code == 200, withdrawn.text

    told = await rows(SAID, topic=response.TOPIC, school=school)
    mine_told = [row for row in told if row["key"] == first]
    assert [(row["type"], row["sequence"]) for row in mine_told] == [
        (response.EMPLOYER_REQUESTED, 1), (response.EMPLOYER_SUBMITTED, 2), (response.EMPLOYER_WITHDRAWN, 3)
    ]  # fmt: skip
    for row in told:
        stated = EmployerResponseData.model_validate(row["data"])
        assert (str(stated.wave_id), stated.year, stated.unit) == (wave["id"], YEAR, "employer")
    assert [row["data"]["hires"] for row in mine_told] == [9, 9, 9]

    recorded, taken_back = await rows(SAID, topic=measure.TOPIC, school=school)
    assert (recorded["type"], taken_back["type"]) == (measure.RECORDED, measure.WITHDRAWN)
    assert recorded["data"]["values"] == taken_back["data"]["values"] == [], "blanked"
    data = MeasureData.model_validate(recorded["data"])
    assert (str(data.employer_id), data.respondent_kind, data.audience, data.hires, data.year, data.unit) == (
        first, "employer", "employers", 9, YEAR, "employer"
    )  # fmt: skip
    assert (data.graduate_id, data.cohort, data.cycle) == (None, None, None)
    for check in ("contents", "counts", "measures"):
        assert (await CHECKS[check](database, settings, school=school)).differences == 0


async def test_the_close_says_the_year(
    client: Client,
    manager: httpx.AsyncClient,
    school: str,
    employers: list[Json],
    asking: Json,
    linked: Invite,
    rows: Rows,
    database: Database,
    cipher: FieldCipher,
    moved: Callable[[str, str], Awaitable[None]],
) -> None:
    wave = await create(manager, asking)
    token = (await linked(wave))[employers[0]["id"]]
    assert (await answered(client(link=token), {"ethics": 4, "major": "0809"})).status_code == 200
    await moved(wave["id"], "opens_at = now() - interval '2 hours', closes_at = now() - interval '1 second'")
    await close_due_waves(database, cipher)
    recorded, closed = await rows(SAID, topic=measure.TOPIC, school=school)
    assert recorded["data"]["values"] == [
        {"measure": "ethics", "value": 75, "post_level": None},
        {"measure": "hire_major", "value": "0809", "post_level": None},
    ]
    assert (closed["type"], closed["data"]["audience"], closed["data"]["year"]) == (
        measure.WAVE_CLOSED, "employers", YEAR
    )  # fmt: skip
    assert (closed["data"]["cohort"], closed["data"]["cycle"]) == (None, None)


async def test_a_career_update_belongs_to_no_cycle(
    client: Client, manager: httpx.AsyncClient, school: str, plan: Json, graduates: list[Any], rows: Rows, agree: Any,
    runner: Any,
) -> None:  # fmt: skip
    wave = await create(manager, plan, cycle=None)
    assert (wave["cycle"], wave["cohort"], wave["audience"]) == (None, 2024, "graduates")
    await manager.post(f"/v1/waves/{wave['id']}/invitations", json={"channel": "link"})
    assert await runner.run_once()
    link = (await manager.get(f"/v1/waves/{wave['id']}/invitations")).json()["items"][0]["link"]
    holder = client(link=link.split("#")[1])
    sent = await answered(holder, {"satisfied": "y", "match": 4})
    assert sent.status_code == 200, sent.text
    told = await rows(SAID, topic=response.TOPIC, school=school)
    assert [row["type"] for row in told] == [response.REQUESTED] * 3 + [response.SUBMITTED]
    assert {row["data"]["cycle"] for row in told} == {None}
    assert await rows(SAID, topic=measure.TOPIC, school=school) == []


async def test_another_opening_is_another_year(
    manager: httpx.AsyncClient, school: str, employers: list[Json], asking: Json, rows: Rows
) -> None:
    """The last hours of a year in UTC are the first of the next one in Shanghai."""
    wave = await create(manager, asking, opens_at="2189-12-31T15:00:00Z", closes_at="2190-06-01T00:00:00Z")
    assert wave["year"] == 2189
    changed = await manager.patch(
        f"/v1/waves/{wave['id']}", json={"opens_at": "2189-12-31T16:00:00Z", "unit": "hire"}, headers=ANY
    )
    assert (changed.json()["year"], changed.json()["unit"]) == (2190, "hire"), changed.text
    told = await rows(SAID, topic=response.TOPIC, school=school)
    assert [(row["data"]["year"], row["data"]["unit"], row["data"]["state"]) for row in told] == [
        each
        for each in ((2189, "employer", "requested"), (2189, "employer", "released"), (2190, "hire", "requested"))
        for _ in range(2)
    ]
