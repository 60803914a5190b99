"""The one clock of a whole stack, moved by a fortnight: code, databases and tokens of all services agree on the day."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

import asyncpg
import pytest
from campus import Campus, items
from contents import CONTENTS
from format_a import destination_cells, graduate_row, workbook
from survey_team import published_questionnaire

from common.clock import today
from testing.stack import SERVICES, Stack
from testing.waiting import eventually

SCHOOL = "90014"
FORTNIGHT = timedelta(days=14)
READS = {
    "registry": "/v1/graduates",
    "destinations": "/v1/registrations",
    "surveys": "/v1/waves",
    "indicators": "/v1/rates?cohort=2024",
}


@pytest.fixture
def moved() -> Iterator[pytest.MonkeyPatch]:
    with pytest.MonkeyPatch.context() as patch:
        yield patch


def is_moved(instant: datetime) -> bool:
    return abs(instant - datetime.now(UTC) - FORTNIGHT) < timedelta(minutes=5)


async def asked(stack: Stack, service: str, query: str) -> Any:
    connection = await asyncpg.connect(stack.databases[service].owner_url)
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


async def statuses(campus: Campus, headers: dict[str, str]) -> dict[str, int]:
    """How each service answers a reader of the school."""
    found = {}
    for service, path in READS.items():
        address = f"{campus.urls[service]}{path}{'&' if '?' in path else '?'}school={SCHOOL}"
        found[service] = (await campus.http.get(address, headers=headers)).status_code
    return found


async def answered_everywhere(campus: Campus, headers: dict[str, str]) -> bool:
    """Whether all services answer that reader; the figures of a school exist once its first event is folded."""
    return await statuses(campus, headers) == dict.fromkeys(SERVICES, 200)


async def last_success(stack: Stack, campus: Campus, service: str) -> datetime | None:
    text = (await campus.http.get(f"{stack.probes(service)}/metrics")).text
    found = [line for line in text.splitlines() if line.startswith("quxiang_periodic_last_success_seconds{")]
    return datetime.fromtimestamp(float(found[0].split()[-1]), UTC) if found else None


async def test_a_fortnight_passes_in_all_services_at_once(
    stack: Stack, campus: Campus, moved: pytest.MonkeyPatch
) -> None:
    await campus.create_school(SCHOOL)
    rows = [graduate_row(n) | destination_cells("10") for n in range(1, 4)]
    imported = await campus.import_roster(workbook(rows[:2]), SCHOOL)
    assert imported["state"] == "succeeded", imported
    officer = campus.bearer("school_officer", school=SCHOOL, ttl=timedelta(hours=12))
    colleges = f"{campus.urls['registry']}/v1/schools/{SCHOOL}/colleges"
    first_use = officer | {"Idempotency-Key": "key-of-yesterday"}
    once, other = {"code": "Y1", "name": "甲学院"}, {"code": "Y2", "name": "乙学院"}
    assert (await campus.http.post(colleges, json=once, headers=first_use)).status_code == 201
    assert (await campus.http.post(colleges, json=other, headers=first_use)).status_code == 422
    await eventually(partial(answered_everywhere, campus, officer), within=60)

    await stack.run_ahead("+14d")
    moved.setattr("common.clock._ahead", FORTNIGHT)
    stack.mint.service_token_file(stack.folder)
    earliest = today()

    # the token of before has expired, and one of today is accepted
    assert await statuses(campus, officer) == dict.fromkeys(SERVICES, 401)
    officer = campus.officer(SCHOOL)
    await eventually(partial(answered_everywhere, campus, officer), within=60)

    # the key of before is free for another payload, the operation and its upload are gone
    again = await campus.http.post(colleges, json=other, headers=officer | {"Idempotency-Key": "key-of-yesterday"})
    assert again.status_code == 201, again.text
    operation = f"{campus.urls['registry']}/v1/operations/{imported['id']}"
    assert (await campus.http.get(operation, headers=officer)).status_code == 404

    async def nothing_is_kept() -> bool:
        return not await asked(stack, "registry", "SELECT count(*) FROM operations")

    await eventually(nothing_is_kept, within=60)
    for service in SERVICES:
        success = await eventually(partial(last_success, stack, campus, service), within=60)
        assert success is not None
        assert is_moved(success), service

    # what is written now counts from the day of the moved clock
    people = await items(campus, "registry", "/v1/graduates", officer, school=SCHOOL)
    [graduate] = [each for each in people if each["student_number"] == rows[0]["学号"]]
    body = {"graduate_id": graduate["id"], "destination_code": "10", **CONTENTS["10"]}
    made = await campus.http.post(f"{campus.urls['destinations']}/v1/registrations", json=body, headers=officer)
    assert made.status_code == 201, made.text
    assert earliest <= date.fromisoformat(made.json()["decided_on"]) <= today()
    imported = await campus.import_registrations(workbook(rows[1:2]), SCHOOL)
    assert imported["state"] == "succeeded", imported
    manager = campus.bearer("survey_manager", school=SCHOOL)
    await published_questionnaire(campus, manager)

    for service, table in (("registry", "colleges"), ("destinations", "registrations"), ("surveys", "questionnaires")):
        assert is_moved(await asked(stack, service, f"SELECT max(recorded_at) FROM {table}")), table
        assert is_moved(await asked(stack, service, "SELECT max(recorded_at) FROM audit_entries")), service

    # figures are as of that day, and no later one
    figures = await campus.rates(
        officer, school=SCHOOL, cohort=2024, min_change=imported["result"]["change_token"], wait="20s"
    )
    assert figures["min_change_met"] is True
    assert earliest <= date.fromisoformat(figures["as_of"]) <= today()
    assert figures["lag_ms"] < 60_000
    assert is_moved(datetime.fromisoformat(figures["watermark"]))
    tomorrow = today() + timedelta(days=1)
    status = await status_of_day(campus, officer, tomorrow)
    # unless a midnight has passed since
    assert status == 400 or (status == 200 and today() == tomorrow)


async def status_of_day(campus: Campus, headers: dict[str, str], day: date) -> int:
    query = f"school={SCHOOL}&cohort=2024&as_of={day.isoformat()}"
    answer = await campus.http.get(f"{campus.urls['indicators']}/v1/rates?{query}", headers=headers)
    return answer.status_code
