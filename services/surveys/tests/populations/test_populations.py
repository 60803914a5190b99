"""Whom waves ask, with strata as of their creation, and what becomes of a panel."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from common.contracts.envelope import IncomingEvent
from common.contracts.graduate import GraduateStatus

Json = dict[str, Any]
Rows = Callable[..., Awaitable[list[Json]]]
Keep = Callable[[Sequence[IncomingEvent]], Awaitable[None]]
Event = Callable[..., IncomingEvent]
Client = Callable[..., httpx.AsyncClient]

ELIGIBLE = "SELECT * FROM wave_eligible WHERE wave_id = :id ORDER BY graduate_id"


async def create(manager: httpx.AsyncClient, plan: Json, population: Json) -> httpx.Response:
    return await manager.post("/v1/waves", json=plan | {"population": population})


@pytest.fixture
async def situated(
    keep: Keep, situate: Keep, school: str, graduate_event: Event, registration_event: Event
) -> list[UUID]:
    """Three graduates with groups, of whom the first has gone on to study."""
    ids = sorted(uuid4() for _ in range(3))
    groups = {"college_code": "03", "major_code": "0809", "education_level_code": "31", "study_form": "full_time"}
    events = [graduate_event(school, each, sex_code="2", **groups) for each in ids]
    await keep(events)
    await situate([*events, registration_event(school, ids[0], destination_code="801")])
    return ids


async def test_everybody_is_kept_with_the_strata_of_that_moment(
    manager: httpx.AsyncClient,
    situate: Keep,
    school: str,
    situated: list[UUID],
    plan: Json,
    rows: Rows,
    registration_event: Event,
) -> None:
    made = (await create(manager, plan, {"kind": "census"})).json()
    await situate([registration_event(school, situated[0], sequence=2, destination_code="10")])
    found = await rows(ELIGIBLE, id=made["id"])
    assert [each["destination_class"] for each in found] == ["study_mainland", "not_registered", "not_registered"]
    alike = {"education_level": "bachelor", "college": "03", "study_form": "full_time", "major": "0809", "sex": "2"}
    assert [{name: each[name] for name in alike} for each in found] == [alike] * 3
    assert (made["population"], made["eligible"], made["phase"]) == ({"kind": "census"}, 3, "open")


async def test_a_sample_is_drawn_by_its_seed_again(
    manager: httpx.AsyncClient, situated: list[UUID], plan: Json, rows: Rows
) -> None:
    asked = {"kind": "sample", "size": 2, "strata": ["destination_class", "education_level"], "seed": "秋"}
    made = [(await create(manager, plan, asked)).json() for _ in range(2)]
    one, two = [{row["graduate_id"] for row in await rows(ELIGIBLE, id=each["id"])} for each in made]
    assert (len(one), one, made[0]["population"], made[0]["eligible"]) == (2, two, asked, 2)
    unseeded = (await create(manager, plan, {"kind": "sample", "size": 1})).json()
    assert len(unseeded["population"]["seed"]) == 32
    without = {"kind": "sample", "size": 2, "seed": "秋"}
    [shown, same] = [(await create(manager, plan, each)).json() for each in (without | {"strata": []}, without)]
    assert shown["population"] == same["population"] == without


@pytest.mark.parametrize(
    ("population", "pointer", "rule"),
    [
        ({"kind": "sample"}, "/population/size", "required"),
        ({"kind": "sample", "size": 4}, "/population/size", "sample_too_large"),
        ({"kind": "sample", "size": 0}, "/population/size", "out_of_range"),
        ({"kind": "sample", "size": 1, "seed": "x" * 65}, "/population/seed", "too_long"),
        ({"kind": "sample", "size": 1, "strata": ["college", "college"]}, "/population/strata", "unique"),
        ({"kind": "census", "size": 1}, "/population/size", "not_allowed"),
        ({"kind": "panel"}, "/population/wave_id", "required"),
        ({"kind": "panel", "wave_id": str(uuid4())}, "/population/wave_id", "unknown_wave"),
    ],
)
async def test_a_population_that_cannot_be_is_refused(
    manager: httpx.AsyncClient, situated: list[UUID], plan: Json, population: Json, pointer: str, rule: str
) -> None:
    refused = await create(manager, plan, population)
    assert refused.status_code == 422
    assert [(each["pointer"], each["rule"]) for each in refused.json()["errors"]] == [(pointer, rule)], refused.text


async def test_a_panel_asks_those_who_are_still_there_and_tells_what_became_of_all(
    client: Client,
    manager: httpx.AsyncClient,
    keep: Keep,
    school: str,
    graduates: list[UUID],
    agreed: list[str],
    wave: Json,
    plan: Json,
    rows: Rows,
    graduate_event: Event,
) -> None:
    values = {"satisfied": "y", "match": 4}
    for token in agreed[:2]:
        sent = await client(link=token).post("/v1/answer/submit", json={"values": values}, headers={"If-Match": "*"})
        assert sent.status_code == 200
    left = graduate_event(school, graduates[0], sequence=2, status=GraduateStatus.WITHDRAWN, counted=False)
    await keep([graduate_event(school), left])
    later = plan | {"cycle": 3, "closes_at": "2190-01-01T00:00:00Z"}
    made = (await create(manager, later, {"kind": "panel", "wave_id": wave["id"]})).json()
    assert {row["graduate_id"] for row in await rows(ELIGIBLE, id=made["id"])} == set(graduates[1:])
    for each in (wave, made):
        found = (await manager.get(f"/v1/waves/{each['id']}/panel")).json()["items"]
        lost = {"left_roster": 0, "opted_out": 0, "not_reached": 0, "silent": 1}
        assert found == [
            {"wave_id": wave["id"], "members": 3, "eligible": 3, "answered": 2, "answered_all": 2, "lost": lost},
            {
                "wave_id": made["id"],
                "members": 3,
                "eligible": 2,
                "answered": 0,
                "answered_all": 0,
                "lost": lost | {"left_roster": 1, "not_reached": 2, "silent": 0},
            },
        ]
    assert (await client("survey_manager", school="99990").get(f"/v1/waves/{wave['id']}/panel")).status_code == 404


async def test_a_panel_is_of_one_cohort_and_school(
    client: Client, manager: httpx.AsyncClient, wave: Json, plan: Json
) -> None:
    asked = {"kind": "panel", "wave_id": wave["id"]}
    other = await manager.post("/v1/waves", json=plan | {"cohort": 2023, "population": asked})
    assert other.json()["errors"][0]["rule"] == "other_cohort"
