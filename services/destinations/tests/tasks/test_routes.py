"""Disputes and tasks over HTTP: who sees and answers them, and what each path of a registration does to them."""

from datetime import date, timedelta
from typing import Any

import httpx
import pytest
from acting import rows
from desks import UNIT, Desk, Seat, approved, code_of
from enrolling import Enrolment, erasure
from office import FULL, Office

from common.consuming import Handle
from common.database import Database
from common.reference_tables.storage import working_days

Json = dict[str, Any]
SECRET = "辅导员没有问过我"


@pytest.fixture
async def own(seat: Seat, enrol: Enrolment) -> Desk:
    """A graduate of class K1."""
    graduate_id = await enrol()
    desk = seat("graduate", graduate=graduate_id)
    desk.id = graduate_id  # type: ignore[attr-defined]
    return desk


@pytest.fixture
async def effective(own: Desk, school: Desk, college: Desk) -> httpx.Response:
    return await approved(school, college, own.id, UNIT)  # type: ignore[attr-defined]


@pytest.fixture
def counsellor(seat: Seat) -> Desk:
    return seat("counsellor", school="10001", class_="K1")


async def dispute(own: Desk, before: httpx.Response, **body: str) -> httpx.Response:
    disputed = await own.act(before, "dispute", {"reason": SECRET} | body)
    assert (disputed.status_code, disputed.json()["confirmation"]) == (200, "disputed"), disputed.text
    return disputed


async def tasks(desk: Desk, **query: Any) -> list[Json]:
    listed = await desk.get("/v1/tasks", **query)
    assert listed.status_code == 200, listed.text
    items: list[Json] = listed.json()["items"]
    return items


async def reply(desk: Desk, task: Json, content: str = "已核对合同", **headers: str) -> httpx.Response:
    sent = {"If-Match": f'"{task["version"]}"'} | headers
    return await desk.post(f"/v1/tasks/{task['id']}/answer", {"text": content}, **sent)


async def ended(desk: Desk) -> list[tuple[str, str, str | None]]:
    return [(each["held_by"], each["state"], each["outcome"]) for each in await tasks(desk)]


async def fifth_working_day(database: Database) -> str:
    """Counted day by day from tomorrow."""
    [row] = await rows(database, "SELECT (quxiang_now() AT TIME ZONE 'Asia/Shanghai')::date AS today")
    async with database.reading() as connection:
        calendar = await working_days(connection)
    day: date = row.today
    for _ in range(5):
        day += timedelta(days=1)
        while not calendar.working_day(day):
            day += timedelta(days=1)
    return day.isoformat()


async def test_a_dispute_from_the_graduate_to_the_answer(
    own: Desk, effective: httpx.Response, college: Desk, school: Desk, counsellor: Desk, seat: Seat, database: Database
) -> None:
    disputed = await dispute(own, effective)
    [task] = await tasks(college, state="open", held_by="college", cohort=2024, school="10001")
    assert (task["kind"], task["dispute_kind"], task["reason"]) == ("answer_dispute", "wrong_data", SECRET)
    assert (task["due_on"], task["outcome"], task["answer"]) == (await fifth_working_day(database), None, None)
    assert task["graduate_id"] == disputed.json()["graduate_id"]
    for desk in (own, counsellor, school):
        assert await tasks(desk) == [task]
    assert await tasks(seat("college_officer", school="10001", college="C02")) == []
    assert await tasks(school, state="done") == await tasks(school, held_by="school") == []
    assert code_of(await seat("auditor", school="10001").get("/v1/tasks")) == (403, "forbidden")

    foreign = seat("college_officer", school="10001", college="C02")
    assert code_of(await reply(foreign, task)) == (404, "not_found")
    assert code_of(await reply(own, task)) == code_of(await reply(counsellor, task)) == (403, "forbidden")
    assert code_of(await reply(school, task)) == (409, "transition_not_allowed")
    assert (await college.post(f"/v1/tasks/{task['id']}/answer", {"text": "是"})).status_code == 428
    assert code_of(await reply(college, {**task, "version": 7})) == (412, "precondition_failed")
    assert code_of(await reply(college, task, " ")) == (422, "invalid")

    kept = await reply(college, task, **{"Idempotency-Key": "k1"})
    assert (kept.status_code, kept.headers["etag"]) == (200, '"2"')
    assert await tasks(own) == [kept.json()]
    assert (kept.json()["outcome"], kept.json()["answer"]) == ("kept", "已核对合同")
    assert (await reply(college, task, **{"Idempotency-Key": "k1"})).json() == kept.json()
    assert code_of(await reply(college, kept.json())) == (409, "transition_not_allowed")

    # what the college has kept once, the school answers
    again = await dispute(own, disputed, kind="changed")
    assert await ended(own) == [("college", "done", "kept"), ("school", "open", None)]
    further = (await tasks(school, state="open"))[0]
    assert code_of(await reply(college, further)) == (409, "transition_not_allowed")
    assert (await own.act(again, "confirm")).status_code == 200
    assert await ended(own) == [("college", "done", "kept"), ("school", "done", "withdrawn")]
    for table in ("disputes", "tasks", "registration_versions", "outbox", "audit_entries"):
        assert not any(SECRET in str([*row]) for row in await rows(database, f"SELECT * FROM {table}"))


@pytest.mark.parametrize("kind", ["not_mine", "pressed"])
async def test_what_passes_the_college_by(
    kind: str,
    own: Desk,
    effective: httpx.Response,
    college: Desk,
    school: Desk,
    counsellor: Desk,
    database: Database,
) -> None:
    disputed = await dispute(own, effective, kind=kind)
    path = f"/v1/registrations/{disputed.json()['id']}"
    for desk in (college, counsellor, school, own):
        assert await tasks(desk) == []
        last = (await desk.get(f"{path}/history")).json()["items"][-1]
        reads = desk in (school, own)
        assert (last["action"], last["note"], last["dispute_kind"]) == (
            "dispute",
            SECRET if reads else None,
            kind if reads else None,
        )
        assert (await desk.get(path)).json()["confirmation"] == "disputed"
    opened = "SELECT kind, rule, handler, state, subject FROM cases"
    case = ("dispute", kind, "school", "open", disputed.json()["id"])
    assert [tuple(row) for row in await rows(database, opened)] == [case]
    await dispute(own, disputed, kind=kind)
    assert len(await rows(database, opened)) == 1
    for desk in (college, counsellor):
        for answered in (await desk.get(path), await desk.get(f"{path}/history"), await desk.get("/v1/changes")):
            assert [word for word in (kind, SECRET) if word in answered.text] == []
    # nor can the school give it to the college afterwards
    [seen] = (await school.get("/v1/cases")).json()["items"]
    match = {"If-Match": f'"{seen["version"]}"'}
    given = await school.post(f"/v1/cases/{seen['id']}/assign", {"handler": "college"}, **match)
    assert code_of(given) == (409, "not_independent")


async def test_several_disputes_make_one_task_about_the_newest(
    own: Desk, effective: httpx.Response, college: Desk
) -> None:
    first = await dispute(own, effective)
    [before] = await tasks(college)
    await dispute(own, first, kind="changed", reason="换了单位")
    [after] = await tasks(college)
    assert (after["dispute_kind"], after["reason"], after["version"]) == ("changed", "换了单位", 2)
    assert (after["id"], after["due_on"]) == (before["id"], before["due_on"])


async def test_a_graduate_without_a_college_asks_the_school(
    enrol: Enrolment, seat: Seat, school: Desk, college: Desk
) -> None:
    graduate_id = await enrol(college_code=None, class_code=None)
    own = seat("graduate", graduate=graduate_id)
    submitted = await own.act(await own.register(graduate_id), "submit")
    await dispute(own, await school.act(submitted, "school-approve"))
    [task] = await tasks(school)
    assert (task["held_by"], task["college_code"]) == ("school", None)
    assert code_of(await reply(college, task)) == (404, "not_found")
    assert (await reply(school, task)).json()["outcome"] == "kept"


async def test_a_correction_and_a_void_end_the_task(own: Desk, effective: httpx.Response, school: Desk) -> None:
    corrected = await school.patch(await dispute(own, effective), {"employer_name": "对的公司"})
    assert corrected.status_code == 200, corrected.text
    asked = await school.act(await dispute(own, corrected), "request-void")
    assert (await school.colleague.act(asked, "void")).status_code == 200
    assert await ended(own) == [("college", "done", "corrected")] * 2


async def test_an_imported_row_ends_the_task(office: Office, seat: Seat, school: Desk) -> None:
    row = office.row(**FULL)
    assert (await office.send([row]))["state"] == "succeeded"
    [registration] = await office.registrations()
    own = seat("graduate", graduate=registration["graduate_id"])
    await dispute(own, await own.get(f"/v1/registrations/{registration['id']}"))
    assert (await office.send([row]))["result"]["unchanged"] == 1
    assert await ended(school) == [("college", "open", None)]
    assert (await office.send([{**row, "单位地址": "新路"}]))["result"]["updated"] == 1
    assert await ended(school) == [("college", "done", "corrected")]


@pytest.mark.parametrize("kind", ["not_mine", "pressed"])
async def test_no_case_names_the_subject_of_an_erased_person_who_made_it(
    kind: str, own: Desk, effective: httpx.Response, apply: Handle, database: Database
) -> None:
    await dispute(own, effective, kind=kind)
    hands = "SELECT made_by AS hand FROM cases UNION ALL SELECT by_subject FROM case_events"
    assert all(row.hand for row in await rows(database, hands))
    await apply([erasure(own.id, sequence=2)])  # type: ignore[attr-defined]
    assert {row.hand for row in await rows(database, hands)} == {""}


async def test_of_an_erased_person_no_text_stays_and_nothing_is_to_be_done(
    own: Desk, effective: httpx.Response, college: Desk, school: Desk, apply: Handle, database: Database
) -> None:
    disputed = await dispute(own, effective)
    [task] = await tasks(college)
    kept = await reply(college, task)
    assert kept.status_code == 200
    await dispute(own, disputed)
    for sequence in (2, 3):
        await apply([erasure(own.id, sequence=sequence)])  # type: ignore[attr-defined]
    found = await tasks(school)
    assert [(each["outcome"], each["reason"], each["answer"]) for each in found] == [
        ("kept", None, None),
        ("withdrawn", None, None),
    ]
    assert code_of(await reply(school, found[1])) == (409, "transition_not_allowed")
    assert await rows(database, "SELECT 1 FROM disputes WHERE reason_cipher IS NOT NULL") == []
