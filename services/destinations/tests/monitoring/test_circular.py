"""A free report tells by college what checks and cases have come to, as it stood at its moment."""

import hashlib
import io
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import openpyxl
import pytest
from acting import rows
from desks import Desk, Seat
from pasts import Past
from rounds import enter, in_second_round, look_again

from common.database import Database
from destinations.settings import Settings
from destinations.verification import verify_reports

NIGHT = datetime(2024, 7, 19, 12, tzinfo=UTC)
REPORTS = "/v1/monitoring-reports"


async def found(case: Any, desk: Desk, *acts: tuple[str, Any]) -> None:
    for act, body in acts:
        match = {"If-Match": f'"{case.json()["version"]}"'}
        case = await desk.post(f"/v1/cases/{case.json()['id']}/{act}", body, **match)
        assert case.status_code == 200, case.text


async def test_a_free_report_counts_the_ledger_and_cases_by_college(
    past: Past,
    school: Desk,
    college: Desk,
    seat: Seat,
    make: Callable[[], Awaitable[int]],
    database: Database,
    settings: Settings,
) -> None:
    people = [await past.enter(NIGHT) for _ in range(3)]
    elsewhere = await past.enter(NIGHT, college_code="C02")
    for person in people[:2]:
        await past.approve(person, NIGHT)
    await in_second_round(database)
    for person, said in zip(people, ({}, {"result": "wrong", "note": "单位不符"}, {}), strict=True):
        assert (await enter(college, person, **said)).status_code == 201
    first = await enter(college, people[0], round=1)
    assert first.status_code == 201
    other = seat("college_officer", school="10001", college="C02")
    assert (await enter(other, elsewhere, result="unreachable")).status_code == 201

    ids = [f"{each[0]}" for each in await rows(database, "SELECT id FROM registrations ORDER BY id")]
    inspector = seat("school_officer", school="10001", subject="inspector")
    cases = [await school.post("/v1/cases", asked(each)) for each in (ids[:1], ids[1:], ids)]
    await found(cases[0], inspector, ("find", {"finding": "true", "note": "属实"}))
    ending = {"finding": "unproven", "note": "无法核实"}
    await found(cases[1], inspector, ("find", ending), ("close", {}))
    # against the school itself: not the school's to tell
    await past.owner.execute("UPDATE cases SET accused = 'school' WHERE id = $1::uuid", cases[2].json()["id"])

    path = (await school.post(REPORTS, {"school_code": "10001", "cohort": 2024})).headers["location"]
    # what comes after the moment is not in it
    assert (await enter(other, elsewhere, round=1)).status_code == 201
    assert (await look_again(college, first, result="unreachable")).status_code == 200
    assert await make() == 1
    report = (await school.get(path)).json()
    assert report["ledger"] == [
        {"college_code": "C01", "round": 1, "result": "correct", "entries": 1},
        {"college_code": "C01", "round": 2, "result": "correct", "entries": 2},
        {"college_code": "C01", "round": 2, "result": "wrong", "entries": 1},
        {"college_code": "C02", "round": 2, "result": "unreachable", "entries": 1},
    ]
    assert report["cases"] == [{"college_code": "C01", "opened": 2, "found_true": 1, "closed": 1}]
    named = ("school_code", "cohort", "kind", "period", "at", "counts", "classes", "colleges", "change")
    sealed = {name: report[name] for name in (*named, "ledger", "cases")}
    text = json.dumps(sealed, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert report["sha256"] == hashlib.sha256(text.encode()).hexdigest()

    sheet = openpyxl.load_workbook(io.BytesIO((await school.get(f"{path}/workbook")).content)).active
    lines = {row[0]: row[1:] for row in sheet.iter_rows(values_only=True)}
    assert lines["核查台账第 2 轮：属实"] == (2, 2, 0)
    assert lines["核查台账第 2 轮：无法联系"] == (1, 0, 1)
    assert lines["疑点与核查事项：立案"] == (2, 2, 0)
    # an entry that is renewed makes no report wrong
    await past.owner.execute("UPDATE ledger_entries SET result = 'correct', recorded_at = now()")
    verified = await verify_reports(database, settings)
    assert (verified.compared, verified.differences) == (1, 0)


@pytest.mark.parametrize("kind", ["dispute", "tip_off"])
async def test_of_what_passes_a_college_by_the_circular_does_not_name_it(
    past: Past, school: Desk, make: Callable[[], Awaitable[int]], kind: str
) -> None:
    await past.approve(await past.enter(NIGHT), NIGHT)
    record = f"{(await rows(past.database, 'SELECT id FROM registrations'))[0][0]}"
    for _ in range(2):
        made = await school.post("/v1/cases", asked([record]))
    await past.owner.execute("UPDATE cases SET kind = $1 WHERE id = $2::uuid", kind, made.json()["id"])
    path = (await school.post(REPORTS, {"school_code": "10001", "cohort": 2024})).headers["location"]
    assert await make() == 1
    assert [(each["college_code"], each["opened"]) for each in (await school.get(path)).json()["cases"]] == [
        ("C01", 1),
        (None, 1),
    ]


async def test_it_waits_for_who_opens_a_case_that_is_about_nobody(
    past: Past, school: Desk, make: Callable[[], Awaitable[int]]
) -> None:
    await past.enter(NIGHT)
    case = (await school.post("/v1/cases", asked([]) | {"accused": "college:C01"})).json()["id"]
    opening = past.owner.transaction()
    await opening.start()
    said = "UPDATE case_events SET recorded_at = recorded_at WHERE case_id = $1::uuid"
    await past.owner.execute(said, case)
    assert (await school.post(REPORTS, {"school_code": "10001", "cohort": 2024})).status_code == 201
    assert await make() == 0
    await opening.commit()
    assert await make() == 1


def asked(registrations: list[str]) -> dict[str, Any]:
    return {"school_code": "10001", "registrations": registrations, "note": "电话核实不符"}
