"""Reminders as they are asked for and as they send themselves: whom they reach, once a day, with their events."""

import asyncio
from datetime import date, timedelta
from functools import partial
from typing import Any

import asyncpg
import httpx
import pytest
from acting import COLLEGE, SCHOOL, act, graduate_role, register, reviewed, rows
from desks import Desk, Seat, code_of
from enrolling import Enrolment, erasure

from common import clock
from common.auth import SYSTEM
from common.consuming import Handle
from common.contracts.task import REMINDED, TOPIC, TaskRemindedData
from common.database import Database
from common.identifiers import Cohort, GraduateId, SchoolCode
from common.operations import OperationRunner
from destinations.registrations.domain.lifecycle import Action
from destinations.reminders.commands import remind
from destinations.reminders.domain import Cohorted, Due, RemindedOf
from destinations.reminders.operations import remind_cohort, remind_due

Json = dict[str, Any]
NEXT = clock.today().year + 1
"""A cohort whose deadlines are all to come."""

PATH = "/v1/reminders"
KINDS = "SELECT graduate_id, what, due_on FROM reminders ORDER BY graduate_id, what"


async def put(school: Desk, **days: Any) -> Json:
    """The season of the cohort with these settings."""
    place = f"/v1/seasons/10001/{NEXT}"
    before = await school.get(place)
    sent = school.headers | {"If-Match": before.headers["etag"]}
    answer: httpx.Response = await school.http.put(place, json=before.json() | days, headers=sent)
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()
    return found


async def ask(desk: Desk, what: str, **given: Any) -> httpx.Response:
    return await desk.post(PATH, {"what": what, "filter": {"cohort": NEXT} | given})


async def result_of(desk: Desk, runner: OperationRunner, accepted: httpx.Response) -> Json:
    assert accepted.status_code == 202, accepted.text
    assert await runner.run_once()
    found: Json = (await desk.get(accepted.headers["location"])).json()
    assert found["state"] == "succeeded", found
    result: Json = found["result"]
    return result


@pytest.fixture
async def people(database: Database, enrol: Enrolment) -> dict[str, GraduateId]:
    """One graduate for each thing that can be left to do."""
    names = ("nothing", "draft", "returned", "unconfirmed", "confirmed")
    found = {name: await enrol(cohort=NEXT) for name in names}
    for name in names[1:]:
        recorded = await register(database, graduate_role(found[name]), found[name])
        if name == "returned":
            await act(database, await act(database, recorded, Action.SUBMIT), Action.RETURN, COLLEGE)
        elif name != "draft":
            recorded = await reviewed(database, recorded)
        if name == "confirmed":
            await act(database, recorded, Action.CONFIRM)
    return found


def reached(people: dict[str, GraduateId], found: list[Any]) -> set[tuple[str, str]]:
    names = {graduate_id: name for name, graduate_id in people.items()}
    return {(names[each.graduate_id], each.what) for each in found}


async def test_who_misses_it_is_reminded_once_a_day_and_seen_in_the_list(
    people: dict[str, GraduateId], school: Desk, seat: Seat, runner: OperationRunner, database: Database
) -> None:
    season = await put(school)
    college = seat("college_officer", school="10001", college="C01")
    accepted = await ask(college, "corrected")
    assert await result_of(college, runner, accepted) == {"reminded": 1, "skipped": 0}
    assert await result_of(school, runner, await ask(school, "corrected")) == {"reminded": 0, "skipped": 1}
    assert await result_of(school, runner, await ask(school, "registered")) == {"reminded": 2, "skipped": 0}
    found = await rows(database, KINDS)
    assert reached(people, found) == {("returned", "corrected"), ("nothing", "registered"), ("draft", "registered")}
    assert {f"{each.due_on}" for each in found} == {season["coverage_by"]}

    listed = await school.get("/v1/coverage/missing", school="10001", cohort=NEXT, limit=100)
    seen = {(each["graduate_id"], each["what"]): each["reminded_on"] for each in listed.json()["items"]}
    today = f"{clock.today()}"
    assert {each for each, day in seen.items() if day} == {(f"{each.graduate_id}", each.what) for each in found}
    assert {day for day in seen.values() if day} == {today}

    events = await rows(database, f"SELECT * FROM outbox WHERE topic = '{TOPIC}' ORDER BY id")
    stored = {each.id: each for each in await rows(database, "SELECT * FROM reminders")}
    for event in events:
        assert event.type == REMINDED
        data = TaskRemindedData.model_validate(event.data)
        reminder = stored.pop(data.reminder_id)
        assert (event.key, data.what, data.cohort) == (f"{reminder.graduate_id}", reminder.what, NEXT)
        assert (data.due_on, data.decided_on, event.sequence) == (reminder.due_on, reminder.reminded_on, 1)
        assert event.data.keys() == {
            *("school_code", "decided_on", "recorded_at", "changed_fields"),
            *("graduate_id", "reminder_id", "cohort", "what", "due_on"),
        }
    assert stored == {}
    audited = await rows(database, "SELECT role, detail FROM audit_entries WHERE action = 'reminder.send' ORDER BY id")
    assert [(each.role, each.detail["reminded"]) for each in audited] == [
        ("college_officer", 1),
        ("school_officer", 2),
    ]
    own = await seat("graduate", graduate=people["draft"]).get(f"/v1/graduates/{people['draft']}/data")
    assert [each["what"] for each in own.json()["records"]["reminders"]] == ["registered"]


async def test_the_sequence_goes_on_without_a_gap(
    people: dict[str, GraduateId], school: Desk, runner: OperationRunner, database: Database
) -> None:
    await put(school, evidence="submit")
    for what in ("registered", "evidence", "confirmed"):
        await result_of(school, runner, await ask(school, what))
    query = f"SELECT sequence FROM outbox WHERE topic = '{TOPIC}' AND key = :key ORDER BY id"
    assert [each.sequence for each in await rows(database, query, key=f"{people['nothing']}")] == [1, 2]
    [stream] = await rows(database, "SELECT * FROM destination_streams WHERE graduate_id = :id", id=people["nothing"])
    assert (stream.sequence, stream.last_decided_on, stream.reminder_sequence) == (0, None, 2)


async def test_each_reminds_the_own_scope(
    enrol: Enrolment, seat: Seat, school: Desk, runner: OperationRunner, database: Database
) -> None:
    await put(school)
    mine = await enrol(cohort=NEXT)
    for given in ({"class_code": "K2"}, {"college_code": "C02"}, {"cohort": NEXT + 1}, {"counted": False}):
        await enrol(**{"cohort": NEXT} | given)
    counsellor = seat("counsellor", school="10001", class_="K1", college="C01")
    assert await result_of(counsellor, runner, await ask(counsellor, "registered")) == {"reminded": 1, "skipped": 0}
    assert [each.graduate_id for each in await rows(database, KINDS)] == [mine]
    narrowed = await result_of(school, runner, await ask(school, "registered", college_code="C01", class_code="K2"))
    assert narrowed == {"reminded": 1, "skipped": 0}


async def test_what_is_refused(school: Desk, seat: Seat) -> None:
    assert code_of(await ask(school, "registered")) == (409, "season_not_set")
    await put(school)
    assert code_of(await ask(school, "registered", school_code="10002")) == (404, "not_found")
    for role, scope in {"graduate": {"graduate": "0" * 8 + "-0000-4000-8000-" + "0" * 12}, "auditor": {}}.items():
        assert code_of(await ask(seat(role, **scope), "registered")) == (403, "forbidden")
    for body in ({"what": "approved", "filter": {"cohort": NEXT}}, {"what": "registered", "filter": {}}):
        assert code_of(await school.post(PATH, body)) == (422, "invalid")


LEFT = {
    ("nothing", "registered"),
    ("draft", "registered"),
    ("returned", "corrected"),
    ("unconfirmed", "confirmed"),
}
"""RemindedOf is left to do."""


def cohorted(graduation_day: date, coverage_by: date) -> Cohorted:
    return Cohorted(SchoolCode("10001"), Cohort(NEXT), graduation_day, coverage_by)


async def test_before_a_cut_off_drafts_returned_and_unconfirmed_are_reminded(
    people: dict[str, GraduateId], database: Database, apply: Handle, enrol: Enrolment
) -> None:
    gone = await enrol(cohort=NEXT)
    await register(database, SCHOOL, gone)
    await apply([erasure(gone, cohort=NEXT)])
    today = clock.today()
    season = cohorted(today + timedelta(days=100), today + timedelta(days=100))
    ahead = today + timedelta(days=2)
    assert await remind_cohort(database, season, today, ahead, part=2) == 3
    found = await rows(database, KINDS)
    assert reached(people, found) == {("draft", "registered"), ("returned", "corrected"), ("unconfirmed", "confirmed")}
    assert {each.due_on for each in found} == {ahead}
    assert await remind_cohort(database, season, today, ahead, part=2) == 0
    # whoever was selected before the erasure
    due = [Due(gone, RemindedOf.REGISTERED, ahead)]
    reminding = partial(remind, school_code=SchoolCode("10001"), cohort=Cohort(NEXT), due=due)
    assert await database.act(SYSTEM, reminding) == 0


async def test_before_a_deadline_all_who_miss_something_are_reminded_of_the_nearest(
    people: dict[str, GraduateId], database: Database
) -> None:
    today = clock.today()
    near, far = today + timedelta(days=3), today + timedelta(days=7)
    assert await remind_cohort(database, cohorted(far, near), today, far, part=2) == len(LEFT)
    found = await rows(database, KINDS)
    assert reached(people, found) == LEFT
    assert {each.due_on for each in found} == {near}


async def test_workers_at_once_send_a_day_s_reminders_once(
    people: dict[str, GraduateId], school: Desk, database: Database
) -> None:
    today = clock.today()
    # no cut-off is nearer
    near = today + timedelta(days=1)
    await put(school, graduation_day=f"{near}")
    assert sum(await asyncio.gather(*(remind_due(database, part=2) for _ in range(3)))) == len(LEFT)
    found = await rows(database, KINDS)
    assert (reached(people, found), {each.due_on for each in found}) == (LEFT, {near})
    assert [tuple(each) for each in await rows(database, "SELECT cohort, day FROM reminder_rounds")] == [(NEXT, today)]
    assert await remind_due(database) == 0


async def test_on_any_other_day_nothing_is_sent(people: dict[str, GraduateId], database: Database) -> None:
    today = clock.today()
    season = cohorted(today + timedelta(days=5), today + timedelta(days=2))
    assert await remind_cohort(database, season, today, None) == 0
    assert people


async def test_a_reminder_cannot_be_changed(database: Database) -> None:
    for statement in ("UPDATE reminders SET what = 'evidence'", "DELETE FROM reminders", "DELETE FROM reminder_rounds"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await rows(database, statement)
