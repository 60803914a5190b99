"""Editions: when they are taken, what they keep, and how their figures are read."""

import asyncio
import csv
import io
import os
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from cycles import WAGE, Cycle, answer, close, of_group, read
from sqlalchemy import text

from common.auth import SYSTEM
from common.clock import now
from common.database import Database
from indicators.schemes.documents import versions_of
from indicators.tracking import commands, storage
from indicators.tracking.domain import Because, Due
from indicators.tracking.operations import Editions, standing_of, take, with_level
from indicators.tracking.wire.answers import Tracking
from indicators.tracking_counts.edition import Counted, Memory
from testing.http import Client, get

ROUNDS = 200 if os.environ.get("QUXIANG_SOAK") else 12


async def test_before_an_edition_there_are_response_rates_alone(client: Client, cycle: Cycle, apply: Any) -> None:
    await apply([cycle.school.answers(person, cycle.wave, "submitted") for person in cycle.people[:10]])
    body = await read(client, cycle, "job_satisfaction")
    assert body["edition"] is None
    (total,) = body["observations"]
    assert (total["eligible"], total["respondents"], total["response_rate"]) == (40, 10, "25.00")
    assert total["indicators"]["job_satisfaction"] == {
        "base": None, "value": None, "unit": None, "interval": None, "weighted": None, "status": "no_edition",
        "definition_hash": versions_of("job_satisfaction")[0].hash,
    }  # fmt: skip


async def test_a_close_takes_an_edition_and_figures_are_read_of_it(
    client: Client, cycle: Cycle, apply: Any, database: Database
) -> None:
    await answer(apply, cycle, range(24))
    await answer(apply, cycle, range(26, 38), job_satisfaction=25)
    await close(apply, cycle)
    assert await Editions(database).take_due() >= 1
    assert await Editions(database).take_due() == 0

    body = await read(client, cycle, "job_satisfaction", "salary", "leave_reasons", by="college")
    assert body["edition"]["number"] == 1
    assert Tracking.model_validate(body).model_dump(mode="json") == body
    satisfaction = of_group(body, "job_satisfaction", college="C0")
    assert satisfaction == {
        "base": 24, "value": "75.00", "unit": "score", "interval": None, "status": "ok",
        "definition_hash": versions_of("job_satisfaction")[0].hash,
        "weighted": {"value": "75.00", "interval": None, "effective_base": "24.00"},
    }  # fmt: skip
    wages = of_group(body, "salary", college="C1")
    assert (wages["base"], wages["value"], wages["p25"], wages["unit"]) == (12, str(WAGE), str(WAGE), "yuan")
    assert of_group(body, "leave_reasons", college="C1")["status"] == "too_few"
    filtered = await read(client, cycle, "job_satisfaction", by="sex", college="C1")
    assert of_group(filtered, "job_satisfaction", sex="1")["base"] == 6
    listed = await get(client("admin"), "/v1/editions", school=cycle.school.code, cohort=2024, cycle=1)
    assert [(each["number"], each["because"], each["answers"]) for each in listed["items"]] == [(1, "closed", 36)]


async def test_figures_are_written_in_every_format(
    client: Client, cycle: Cycle, apply: Any, database: Database
) -> None:
    await answer(apply, cycle, range(24), ability_gaps=["learning"])
    await close(apply, cycle)
    await Editions(database).take_due()
    query = {"school": cycle.school.code, "cohort": 2024, "cycle": 1, "by": "college"}
    query["indicator"] = "job_satisfaction,ability_gaps"
    files = {}
    for wanted in ("csv", "xlsx", "sdmx-csv", "vega-lite"):
        async with client("admin") as admin:
            got = await admin.get("/v1/tracking", params=query | {"format": wanted})
        assert got.status_code == 200, got.text
        files[wanted] = got
    rows = list(csv.DictReader(io.StringIO(files["csv"].content.decode("utf-8-sig"))))
    assert [tuple(row.values()) for row in rows] == [
        ("C0", "job_satisfaction", "", "24", "75.00"),
        ("C0", "ability_gaps.learning", "24", "24", "100.00"),
        ("C1", "job_satisfaction", "", "", ""),
        ("C1", "ability_gaps", "", "", ""),
    ]
    sdmx = list(csv.DictReader(io.StringIO(files["sdmx-csv"].text)))
    assert {row["STRUCTURE_ID"] for row in sdmx} == {"QUXIANG:TRACKING(1.0)"}
    assert [row["OBS_STATUS"] for row in sdmx] == ["A", "A", "Q", "Q"]


async def test_a_small_move_keeps_the_figure_and_five_bring_a_new_one(
    client: Client, cycle: Cycle, apply: Any, database: Database
) -> None:
    await answer(apply, cycle, range(20))
    await answer(apply, cycle, range(26, 36))
    await close(apply, cycle)
    await Editions(database).take_due()
    await apply([cycle.says(0, None)])
    await close(apply, cycle)
    await Editions(database).take_due()
    body = await read(client, cycle, "job_satisfaction", by="college")
    assert (body["edition"]["number"], of_group(body, "job_satisfaction", college="C0")["base"]) == (2, 20)
    # four more change what they say of their work, and nothing of their wages
    await answer(apply, cycle, range(1, 5), job_satisfaction=0)
    await close(apply, cycle)
    await Editions(database).take_due()
    body = await read(client, cycle, "job_satisfaction", "salary", by="college")
    assert of_group(body, "job_satisfaction", college="C0") == {
        **of_group(body, "job_satisfaction", college="C0"), "base": 19, "value": "59.21",
    }  # fmt: skip
    assert of_group(body, "salary", college="C0")["base"] == 20


async def test_a_portrait_has_each_cycle_of_a_group(
    client: Client, cycle: Cycle, apply: Any, database: Database
) -> None:
    firsts = [
        cycle.school.gives(uuid4(), 1, {"salary": 5000, "industry": "39"}, graduate_id=person, cycle=0)
        for person in cycle.people[:12]
    ]
    await apply(firsts)
    await answer(apply, cycle, range(12), industry="42")
    await close(apply, cycle)
    await Editions(database).take_due()
    query = {"school": cycle.school.code, "cohort": 2024}
    body = await get(client("admin"), "/v1/portraits", **query, college="C0")
    assert body["group"] == {"college": "C0"}
    assert [each["cycle"] for each in body["cycles"]] == [0, 1, 3, 5]
    first, second = body["cycles"][:2]
    assert first["edition"] is None
    assert (second["eligible"], second["edition"]["number"]) == (26, 1)
    assert second["destination_classes"]["value"] == [{"code": "employed", "count": 12, "share": "100.00"}]
    assert second["industry_flows"]["flows"] == [{"from": "39", "to": "42", "count": 12, "share": "100.00"}]
    growth = second["indicators"]["salary_growth"]
    assert (growth["value"], growth["base"]) == (f"{(WAGE - 5000) / 50:.2f}", 12)
    await get(client("admin"), "/v1/portraits", 400, **query)
    await get(client("admin"), "/v1/portraits", 400, **query, college="C0", sex="1")
    files = await get_text(client, "/v1/portraits", query | {"college": "C0", "format": "csv"})
    assert "1.salary" in files


async def test_a_major_of_another_college_is_not_shown_beside_the_own_one(
    client: Client, new_school: Any, apply: Any, database: Database
) -> None:
    school = new_school()
    school.described("410000")
    people = [school.enters(college_code="C0" if at < 10 else "C1", major_code=f"M{at // 10}") for at in range(20)]
    cycle = Cycle(school, people)
    await apply([*school.events, *cycle.asked()])
    await answer(apply, cycle, range(20))
    await close(apply, cycle)
    await Editions(database).take_due()
    for major, status in (("M0", "ok"), ("M1", "too_few")):
        body = await read(client, cycle, "salary", major=major, college="C0")
        assert of_group(body, "salary")["status"] == status
        query = {"school": school.code, "cohort": 2024, "major": major, "college": "C0"}
        portrait = await get(client("admin"), "/v1/portraits", **query)
        assert portrait["cycles"][1]["indicators"]["salary"]["status"] == status
    body = await read(client, cycle, "salary", by="major", college="C0")
    assert [each["group"] for each in body["observations"]] == [{"major": "M0"}]


async def test_a_gap_is_of_a_college_or_a_major_that_both_speak_of(
    client: Client, new_school: Any, apply: Any, database: Database
) -> None:
    school = new_school()
    school.described("410000")
    # 31 and 33 are both of the level bachelor
    about = {"college_code": "C0", "major_code": "M0"}
    people = [school.enters(**about, education_level_code="31" if at % 2 else "33") for at in range(50)]
    cycle = Cycle(school, people)
    await apply([*school.events, *cycle.asked()])
    await answer(apply, cycle, range(34), major_match=75)
    await answer(apply, cycle, range(34, 50), major_match=50)
    said = [
        {
            "hire_college": "C0",
            "hire_major": "M0",
            "hire_education_level": "31" if at % 3 else "33",
            "fit_need": 100 if at < 24 else 25,
        }
        for at in range(40)
    ]
    await apply([school.gives(uuid4(), 1, values, employer_id=uuid4()) for values in said])
    await close(apply, cycle)
    await Editions(database).take_due()
    body = await read(client, cycle, "match_gap", "major_match", year=2025)
    assert [of_group(body, name)["status"] for name in ("match_gap", "major_match")] == ["no_edition", "ok"]
    await apply([school.closes(uuid4(), year=2025)])
    await Editions(database).take_due()
    cells: list[tuple[dict[str, Any], dict[str, str]]] = [
        ({}, {}),
        ({"by": "college"}, {"college": "C0"}),
        ({"by": "major"}, {"major": "M0"}),
        ({"by": "major", "college": "C0"}, {"major": "M0"}),
        ({"by": "college,major"}, {"college": "C0", "major": "M0"}),
        ({"by": "education_level"}, {"education_level": "bachelor"}),
        ({"education_level": "bachelor"}, {}),
        ({"by": "college,education_level"}, {"college": "C0", "education_level": "bachelor"}),
        ({"by": "education_level", "major": "M0"}, {"education_level": "bachelor"}),
    ]
    for asked, group in cells:
        body = await read(client, cycle, "match_gap", year=2025, **asked)
        gap = of_group(body, "match_gap", **group)
        # contract of indicators, 4: gap 34/50 - 24/40
        assert (gap["value"], gap["unit"]) == ("8.00", "points")
        assert gap["interval"] == {"low": "-11.42", "high": "27.07", "method": "newcombe"}
    body = await read(client, cycle, "match_gap", year=2025, by="education_level_code")
    # 17 of 25 and 16 of 26
    assert of_group(body, "match_gap", education_level_code="31")["value"] == "6.46"
    refused = await read(client, cycle, "match_gap", year=2025, by="sex", status=400)
    assert [error["rule"] for error in refused["errors"]] == ["no_such_table"]


def test_what_an_employers_answer_is_about_has_its_level_whatever_release_remembers_it() -> None:
    about = ("junior", "C0", None, "33")
    assert with_level(about) == with_level((*about, None)) == (*about, "bachelor")
    assert with_level((None, None, None, None)) == (None,) * 5


async def get_text(client: Client, path: str, query: dict[str, Any]) -> str:
    async with client("admin") as admin:
        answer = await admin.get(path, params=query)
    assert answer.status_code == 200, answer.text
    return answer.text


async def test_an_edition_keeps_no_values_of_answers(cycle: Cycle, apply: Any, database: Database) -> None:
    await answer(apply, cycle, range(20))
    await close(apply, cycle)
    await Editions(database).take_due()
    async with database.reading() as connection:
        found = await connection.scalar(
            text("SELECT memory::text FROM tracking_editions WHERE school_code = :school"),
            {"school": cycle.school.code},
        )
    assert str(cycle.responses[cycle.people[0]]) in found
    assert str(WAGE) not in found
    assert not any(str(person) in found for person in cycle.people)


async def due(database: Database, cycle: Cycle, monday: datetime) -> list[Due]:
    async with database.reading() as connection:
        found = await storage.due_by_week(connection, monday)
    return [each for each in found if each.series == cycle.series]


async def test_weekly_editions_need_thirty_answers_and_then_five_moves(
    cycle: Cycle, apply: Any, database: Database
) -> None:
    later = now() + timedelta(hours=1)
    await answer(apply, cycle, range(29))
    assert await due(database, cycle, later) == []
    await answer(apply, cycle, range(29, 30))
    (first,) = await due(database, cycle, later)
    assert first.because is Because.WEEKLY
    # who answered after Monday is counted from the next one on
    assert await due(database, cycle, now() - timedelta(hours=1)) == []
    assert await take(database, first)
    assert await due(database, cycle, later) == []
    await answer(apply, cycle, range(4), job_satisfaction=0)
    assert await due(database, cycle, later) == []
    await apply([cycle.says(4, None)])
    assert len(await due(database, cycle, later)) == 1


async def test_of_two_workers_one_takes_the_edition(cycle: Cycle, database: Database) -> None:
    nothing = Counted(rows=[], memory=Memory(people=[], ids=[], groups=[], states={}, shown={}))
    for number in range(1, ROUNDS + 1):
        barrier = asyncio.Barrier(2)

        async def keep(due: Due, unit: Any, *, wait: asyncio.Barrier = barrier, number: int = number) -> bool:
            await wait.wait()
            return await commands.keep(
                unit,
                due=due,
                number=number,
                taken_at=datetime(2026, 11, 30, tzinfo=UTC),
                moved=0,
                tables={},
                counted=nothing,
            )

        # a close may fall on Monday at four
        weekly, closed = Due(cycle.series, Because.WEEKLY), Due(cycle.series, Because.CLOSED, uuid4())
        pair = [(weekly, weekly), (closed, weekly), (closed, closed)][number % 3]
        both = await asyncio.gather(*(database.act(SYSTEM, partial(keep, due)) for due in pair))
        assert sorted(both) == [False, True]


async def test_two_workers_that_look_at_once_take_an_edition_together(
    client: Client, cycle: Cycle, apply: Any, database: Database
) -> None:
    await answer(apply, cycle, range(20))
    await close(apply, cycle)
    assert sorted(await asyncio.gather(*(Editions(database).take_due() for _ in range(2)))) == [0, 1]
    listed = await get(client("admin"), "/v1/editions", school=cycle.school.code, cohort=2024, cycle=1)
    assert [each["number"] for each in listed["items"]] == [1]


@pytest.mark.parametrize(
    ("more", "rule"),
    [
        ({"indicator": "wealth"}, "unknown_indicator"),
        ({"by": "class"}, "unknown_dimension"),
        ({"by": "sex,origin_province"}, "no_such_table"),
        ({"year": 2025}, "respondents"),
    ],
)
async def test_what_cannot_be_asked_is_named(client: Client, cycle: Cycle, more: dict[str, Any], rule: str) -> None:
    body = await read(client, cycle, "salary", status=400, **more)
    assert [error["rule"] for error in body["errors"]] == [rule]


async def test_editions_are_of_one_kind_of_respondents(client: Client, cycle: Cycle) -> None:
    query = {"school": cycle.school.code, "cohort": 2024, "cycle": 1, "year": 2025}
    body = await get(client("admin"), "/v1/editions", 400, **query)
    assert [error["rule"] for error in body["errors"]] == ["respondents"]


async def test_a_college_officer_reads_the_own_college(client: Client, here: Any) -> None:
    query = {"school": here.code, "cohort": 2024, "cycle": 1, "indicator": "salary"}
    own = {"school": here.code, "college": "C1"}
    await get(client("college_officer", **own), "/v1/tracking", 404, **query)
    await get(client("college_officer", **own), "/v1/tracking", **query, by="sex", college="C1")
    await get(client("school_officer", school="99999"), "/v1/tracking", 404, **query)
    await get(client("graduate"), "/v1/tracking", 404, **query)


@pytest.mark.parametrize("role", ["auditor", "ministry"])
async def test_an_auditor_reads_what_the_ministry_reads(client: Client, here: Any, role: str) -> None:
    query = {"school": here.code, "cohort": 2024}
    await get(client(role), "/v1/tracking", **query, cycle=1, indicator="salary")
    await get(client(role), "/v1/editions", **query, cycle=1)
    await get(client(role), "/v1/portraits", **query, college="C1")


@pytest.mark.parametrize(
    ("code", "standing"), [("10", "employed"), ("75", "employed"), ("801", "study"), ("70", "other"), (None, "other")]
)
def test_what_strata_tell_apart(code: str | None, standing: str) -> None:
    assert standing_of(code) == standing
