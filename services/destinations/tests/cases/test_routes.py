"""Cases over HTTP: made, seen, assigned, found, closed; what one may not see does not show."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from books import Book
from desks import SEEKING, UNIT, Desk, Seat, approved, code_of
from enrolling import Enrolment

from common.auth import SYSTEM
from common.database import Database

CASES = "/v1/cases"
ELSEWHERE = UNIT | {"employer_name": "另一公司"}


@pytest.fixture(autouse=True)
async def in_henan(database: Database) -> None:
    async with database.transaction(SYSTEM) as unit:
        await unit.connection.driver.execute(
            "INSERT INTO roster_schools (school_code, province_code, sequence, event_id, event_sequence)"
            " VALUES ('10001', '410000', 1, uuidv7(), 1)"
        )
        await unit.commit()


@pytest.fixture
async def graduate(enrol: Enrolment) -> UUID:
    return await enrol()


@pytest.fixture
def inspector(seat: Seat) -> Desk:
    return seat("school_officer", school="10001", subject="inspector")


@pytest.fixture
def province(seat: Seat) -> Desk:
    return seat("provincial_officer", province="410000")


async def check(desk: Desk, *registrations: str, **given: Any) -> Any:
    body = {"school_code": "10001", "registrations": registrations, "note": "电话核实不符"} | given
    return await desk.post(CASES, body)


async def done(desk: Desk, case: Any, act: str, body: Any = None) -> Any:
    return await desk.post(f"{CASES}/{case.json()['id']}/{act}", body, **{"If-Match": case.headers["etag"]})


async def test_a_check_goes_from_open_to_closed_once_the_record_is_corrected(
    school: Desk, college: Desk, inspector: Desk, graduate: UUID
) -> None:
    record = await approved(school, college, graduate, UNIT)
    case = await check(school, record.json()["id"])
    said = case.json()
    assert (case.status_code, said["kind"], said["handler"], said["state"]) == (201, "check", "school", "open")
    assert (said["registrations"], said["note"], said["cohort"]) == ([record.json()["id"]], "电话核实不符", 2024)
    assert said["allowed_transitions"] == ["assign", "find"]
    found = await done(inspector, case, "find", {"finding": "true", "note": "已离职"})
    assert (found.status_code, found.json()["finding"]) == (200, "true"), found.text
    assert code_of(await done(school, found, "close")) == (409, "not_corrected")
    corrected = await school.patch(record, {"employer_name": "另一公司"})
    assert corrected.json()["state"] == "school_approved"
    closed = await done(school, found, "close")
    assert (closed.status_code, closed.json()["state"]) == (200, "closed")
    assert [each["act"] for each in closed.json()["history"]] == ["open", "find", "close"]


async def test_what_is_not_corrected_is_closed_with_a_reason(
    school: Desk, college: Desk, inspector: Desk, graduate: UUID
) -> None:
    record = await approved(school, college, graduate, UNIT)
    found = await done(inspector, await check(school, record.json()["id"]), "find", {"finding": "true"})
    # other content that is not effective corrects nothing
    author = school.colleague
    drafted = await college.patch(record, {"employer_name": "另一公司"})
    assert (await author.act(drafted, "submit")).status_code == 200
    assert code_of(await done(school, found, "close")) == (409, "not_corrected")
    closed = await done(school, found, "close", {"no_correction": "本人要求保留"})
    assert closed.json()["history"][-1]["note"] == "本人要求保留"


async def test_nobody_who_wrote_or_reviewed_the_content_finds(school: Desk, college: Desk, graduate: UUID) -> None:
    record = await approved(school, college, graduate, UNIT)
    case = await check(school, record.json()["id"])
    assert code_of(await done(school, case, "find", {"finding": "false"})) == (409, "not_independent")
    given = await done(school, case, "assign", {"handler": "college"})
    assert given.json()["college_code"] == "C01"
    assert code_of(await done(college, given, "find", {"finding": "false"})) == (409, "not_independent")
    assert (await done(college.colleague, given, "find", {"finding": "false"})).status_code == 200


async def test_what_one_may_not_see_is_not_found(school: Desk, college: Desk, province: Desk, seat: Seat) -> None:
    case = await check(school)
    for desk in (college, province, seat("school_officer", school="10002")):
        assert code_of(await desk.get(f"{CASES}/{case.json()['id']}")) == (404, "not_found")
        assert (await desk.get(CASES)).json()["items"] == []
        assert code_of(await done(desk, case, "find", {"finding": "true"})) == (404, "not_found")
    for role in ("graduate", "counsellor", "auditor", "survey_manager"):
        desk = seat(role, school="10001", class_="K1", graduate=uuid4())
        assert code_of(await desk.get(CASES)) == (403, "forbidden"), role
    accusing = await check(school, accused="school")
    assert (accusing.status_code, accusing.json()["handler"]) == (201, "province")
    assert code_of(await school.get(f"{CASES}/{accusing.json()['id']}")) == (404, "not_found")
    assert [each["id"] for each in (await province.get(CASES)).json()["items"]] == [accusing.json()["id"]]


async def test_the_province_closes_what_accuses_the_school_whoever_handled_it(
    school: Desk, college: Desk, province: Desk, graduate: UUID
) -> None:
    record = await approved(school, college, graduate, SEEKING)
    case = await check(province, record.json()["id"], accused="school")
    assert code_of(await done(province, case, "assign", {"handler": "school"})) == (409, "not_independent")
    given = await done(province, case, "assign", {"handler": "college"})
    found = await done(college.colleague, given, "find", {"finding": "false"})
    assert found.status_code == 200, found.text
    assert (await done(province, found, "close")).json()["state"] == "closed"


async def test_who_accuses_the_own_school_is_answered_again_what_was_made(school: Desk, province: Desk) -> None:
    body, once = {"school_code": "10001", "accused": "school", "note": "须省级核实"}, {"Idempotency-Key": "accusing"}
    made = await school.post(CASES, body, **once)
    given = {"finding": "true", "note": "属实"}
    assert (await done(province, made, "find", given)).status_code == 200
    again = await school.post(CASES, body, **once)
    assert (again.status_code, again.json()) == (201, made.json()), "and nothing of what became of it since"


async def test_the_province_sees_what_it_made_and_leaves_it_to_the_school(school: Desk, province: Desk) -> None:
    made = await check(province)
    assert (await province.get(f"{CASES}/{made.json()['id']}")).status_code == 200
    assert code_of(await done(province, made, "find", {"finding": "true"})) == (403, "forbidden")
    assert code_of(await done(province, made, "assign", {"handler": "province"})) == (403, "forbidden")
    assigned = await done(school, made, "assign", {"handler": "province"})
    assert (await done(province, assigned, "find", {"finding": "unproven"})).status_code == 200


async def test_what_cannot_be_is_refused_with_its_place(school: Desk, graduate: UUID) -> None:
    wrong = await check(school, str(uuid4()))
    assert code_of(wrong) == (422, "unknown_registration")
    assert wrong.json()["errors"][0]["pointer"] == "/registrations/0"
    assert code_of(await done(school, await check(school), "assign", {"handler": "college"})) == (422, "no_college")
    case = await check(school)
    sent = school.headers | {"If-Match": case.headers["etag"]}
    patched = await school.http.patch(f"{CASES}/{case.json()['id']}", json={"registrations": []}, headers=sent)
    assert code_of(patched) == (409, "not_a_tip_off")
    assert code_of(await school.post(f"{CASES}/{case.json()['id']}/assign", {"handler": "school"})) == (
        428,
        "precondition_required",
    )


async def test_the_list_is_narrowed_and_goes_on(school: Desk, college: Desk, graduate: UUID) -> None:
    record = (await approved(school, college, graduate, SEEKING)).json()["id"]
    cases = [(await check(school, *given)).json()["id"] for given in ((), (record,), ())]
    page = (await school.get(CASES, limit=2)).json()
    assert [each["id"] for each in page["items"]] == cases[:2]
    rest = (await school.get(CASES, limit=2, cursor=page["next_cursor"])).json()["items"]
    assert [each["id"] for each in rest] == cases[2:]
    for query, count in (
        ({"registration": record}, 1),
        ({"cohort": 2024}, 1),
        ({"kind": "check", "state": "open", "school": "10001"}, 3),
        ({"handler": "province"}, 0),
    ):
        assert len((await school.get(CASES, **query)).json()["items"]) == count, query


async def test_who_handles_a_case_is_shown_its_persons_and_the_reading_is_logged(
    school: Desk, college: Desk, graduate: UUID, book: Book
) -> None:
    book.numbers["1"] = (graduate, "张三")
    record = (await approved(school, college, graduate, SEEKING)).json()["id"]
    case = await check(school, record)
    path = f"{CASES}/{case.json()['id']}/persons"
    assert code_of(await school.get(path)) == (422, "purpose_required")
    missing = await school.get(f"{CASES}/{uuid4()}/persons")
    assert code_of(missing) == (404, "not_found"), "what is not there is not found for any purpose"
    asked = {**school.headers, "X-Purpose": "verification"}
    shown = await school.http.get(path, headers=asked)
    assert shown.json()["items"] == [{"graduate_id": str(graduate), "values": {"name": "张三"}, "problem": None}]
    (access,) = (await school.get(f"/v1/graduates/{graduate}/accesses")).json()["items"]
    assert (access["kind"], access["purpose"]) == ("person", "verification")
    review = await school.http.get(path, headers={**school.headers, "X-Purpose": "review"})
    assert code_of(review) == (403, "purpose_not_permitted")
    await done(school, case, "assign", {"handler": "college"})
    assert code_of(await school.http.get(path, headers=asked)) == (403, "forbidden")


async def test_no_college_is_given_what_accuses_it(school: Desk, college: Desk, graduate: UUID) -> None:
    record = (await approved(school, college, graduate, UNIT)).json()["id"]
    accusing = await check(school, record, accused="college:C01")
    assert code_of(await done(school, accusing, "assign", {"handler": "college"})) == (409, "not_independent")
    of_another = await check(school, record, accused="college:C02")
    assert (await done(school, of_another, "assign", {"handler": "college"})).status_code == 200
