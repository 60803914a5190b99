"""A commit that fails is never answered as success, on any way to write (architecture.md, invariant 9)."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import httpx
import pytest
from campus import Campus, population_change
from contents import CONTENTS
from format_a import graduate_row, workbook
from histories import query

from testing.stack import Stack

Json = dict[str, Any]

FAILURES: Mapping[str, str] = {
    "refused": "RAISE EXCEPTION 'the commit fails'",
    "connection lost": "PERFORM pg_terminate_backend(pg_backend_pid())",
}
"""What happens when the transaction commits: the server says no, or is gone without a word."""

_QUESTIONNAIRE: Json = {
    "title": {"zh": "问卷", "en": "Questionnaire"},
    "pages": [
        {
            "id": "p1",
            "questions": [
                {
                    "id": "q1",
                    "type": "scale",
                    "required": True,
                    "text": {"zh": "满意吗", "en": "Satisfied?"},
                    "scale": {"min": 1, "max": 5},
                }
            ],
        }
    ],
}


@asynccontextmanager
async def failing_commits(stack: Stack, service: str, failure: str) -> AsyncIterator[None]:
    """Make every transaction that writes an audit entry fail at its commit."""
    connection = await asyncpg.connect(stack.databases[service].admin_url)
    try:
        await connection.execute(
            f"""
            CREATE FUNCTION fail_at_commit() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS
            $body$ BEGIN {FAILURES[failure]}; RETURN NULL; END $body$;
            CREATE CONSTRAINT TRIGGER fails_at_commit AFTER INSERT ON audit_entries
                DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION fail_at_commit()
            """
        )
        yield
    finally:
        await connection.execute("DROP FUNCTION fail_at_commit() CASCADE")
        await connection.close()


async def facts(stack: Stack, service: str) -> list[int]:
    """How many entries the audit trail and the outbox have."""
    [row] = await query(stack, service, "SELECT (SELECT count(*) FROM audit_entries), (SELECT count(*) FROM outbox)")
    return list(row)


def is_failure(answer: httpx.Response) -> bool:
    """An honest answer to a request whose commit failed."""
    return answer.status_code in (500, 503) and answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("failure", FAILURES)
async def test_registry_answers_no_failed_commit_as_success(
    stack: Stack, campus: Campus, new_school: str, failure: str
) -> None:
    url, officer = campus.urls["registry"], campus.officer(new_school)
    roster = workbook([graduate_row(1)])
    await campus.import_roster(roster, new_school)
    [graduate] = (await campus.http.get(f"{url}/v1/graduates?school={new_school}", headers=officer)).json()["items"]
    address, seen = f"{url}/v1/graduates/{graduate['id']}", officer | {"If-Match": f'"{graduate["version"]}"'}
    school = {"code": "90999", "name": "某大学", "name_en": None, "province_code": "410000"}
    before = await facts(stack, "registry")
    async with failing_commits(stack, "registry", failure):
        answers = [
            await campus.http.post(f"{url}/v1/schools", json=school, headers=campus.bearer("admin")),
            await campus.http.post(
                f"{url}/v1/schools/{new_school}/colleges", json={"code": "C9", "name": "学院"}, headers=officer
            ),
            await campus.http.patch(address, json={"sex_code": "9", "change_reason": "更正"}, headers=seen),
            await campus.http.post(
                f"{url}/v1/population-changes",
                json=population_change(new_school, [graduate["id"]], "withdraw"),
                headers=officer,
            ),
            await campus.http.post(
                f"{url}/v1/imports/graduates",
                headers=officer,
                data={"school_code": new_school, "cohort": "2024"},
                files={"file": ("file.xlsx", workbook([graduate_row(2)]))},
            ),
        ]
    assert [answer.status_code for answer in answers if not is_failure(answer)] == []
    assert await facts(stack, "registry") == before


@pytest.mark.parametrize("failure", FAILURES)
async def test_destinations_answers_no_failed_commit_as_success(
    stack: Stack, campus: Campus, new_school: str, failure: str
) -> None:
    url, number = campus.urls["destinations"], 10 + list(FAILURES).index(failure) * 2
    rows = [graduate_row(number), graduate_row(number + 1)]
    await campus.import_roster(workbook(rows), new_school)
    registry = campus.urls["registry"]
    listed = await campus.http.get(f"{registry}/v1/graduates?school={new_school}", headers=campus.officer(new_school))
    numbers = {row["学号"] for row in rows}
    first, second = (item["id"] for item in listed.json()["items"] if item["student_number"] in numbers)
    drafted = await _draft(campus, first)
    assert drafted.status_code == 201, drafted.text
    before = await facts(stack, "destinations")
    async with failing_commits(stack, "destinations", failure):
        own = campus.bearer("graduate", graduate=first)
        patch = {"destination_code": "70", **CONTENTS["70"]}
        answers = [
            await _draft(campus, second),
            await _draft(campus, second, key="once"),
            await campus.act(drafted.json(), "submit", own),
            await campus.http.patch(
                f"{url}/v1/registrations/{drafted.json()['id']}", json=patch, headers=own | {"If-Match": '"1"'}
            ),
        ]
    assert [answer.status_code for answer in answers if not is_failure(answer)] == []
    assert await facts(stack, "destinations") == before
    again = await _draft(campus, second, key="once")
    assert again.status_code == 201
    assert "Idempotency-Replayed" not in again.headers


async def _draft(campus: Campus, graduate: str, key: str | None = None) -> httpx.Response:
    body = {"graduate_id": graduate, "destination_code": "70", **CONTENTS["70"]}
    headers = campus.bearer("graduate", graduate=graduate) | ({"Idempotency-Key": key} if key else {})
    return await campus.http.post(f"{campus.urls['destinations']}/v1/registrations", json=body, headers=headers)


@pytest.mark.parametrize("failure", FAILURES)
async def test_surveys_answers_no_failed_commit_as_success(
    stack: Stack, campus: Campus, new_school: str, failure: str
) -> None:
    url, manager = f"{campus.urls['surveys']}/v1/questionnaires", campus.bearer("survey_manager", school=new_school)
    made = await campus.http.post(url, json=_QUESTIONNAIRE, headers=manager)
    assert made.status_code == 201, made.text
    before = await facts(stack, "surveys")
    async with failing_commits(stack, "surveys", failure):
        answers = [
            await campus.http.post(url, json=_QUESTIONNAIRE, headers=manager),
            await campus.http.post(
                f"{url}/{made.json()['id']}/publish", headers=manager | {"If-Match": made.headers["ETag"]}
            ),
        ]
    assert [answer.status_code for answer in answers if not is_failure(answer)] == []
    assert await facts(stack, "surveys") == before
