"""Doubts beside acts on a registration: signals come and go with it, approvals say why, a closed cohort is reopened."""

from typing import Any
from uuid import uuid4

from acting import rows
from desks import UNIT, Desk, Seat, approved, code_of
from doubts import cases_of, decided, set_season
from enrolling import Enrolment

from common.database import Database
from common.operations import OperationRunner

INTERNSHIP = UNIT | {"job_title": "实习生"}
NOTE = {"note": "已电话核实为正式岗位"}


async def submitted(own: Desk, graduate_id: Any, content: dict[str, Any] = INTERNSHIP) -> Any:
    answer = await own.act(await own.register(graduate_id, content), "submit")
    assert answer.status_code == 200, answer.text
    return answer


async def test_a_signal_comes_with_the_submission_and_goes_with_its_facts(
    database: Database, seat: Seat, enrol: Enrolment, school: Desk, college: Desk
) -> None:
    await set_season(database)
    graduate_id = await enrol()
    own = seat("graduate", graduate=graduate_id)
    drafted = await own.register(graduate_id, INTERNSHIP)
    assert await cases_of(school) == [], "a draft says nothing yet"
    record = await own.act(drafted, "submit")
    (case,) = await cases_of(college)
    assert (case["kind"], case["rule"], case["handler"], case["state"]) == (
        "signal",
        "internship_wording",
        "college",
        "open",
    )
    assert (case["registrations"], case["facts"]) == ([record.json()["id"]], {"job_title": ["实习"]})
    (item,) = (await college.get("/v1/review-queue")).json()["items"]
    assert item["signals"] == ["internship_wording"]
    returned = await college.act(record, "return", {"reason": "岗位不实"})
    mended = await own.act(await own.patch(returned, {"job_title": "工程师"}), "submit")
    assert mended.status_code == 200
    (cleared,) = await cases_of(college)
    assert (cleared["state"], cleared["history"][-1]["by_role"]) == ("cleared", "system")
    assert (await college.act(mended, "college-approve")).status_code == 200


async def test_a_correction_is_doubted_at_once_and_a_void_takes_it_back(
    database: Database, enrol: Enrolment, school: Desk, college: Desk
) -> None:
    await set_season(database)
    record = await school.patch(await approved(school, college, await enrol(), UNIT), {"job_title": "见习店长"})
    assert record.json()["state"] == "school_approved"
    (case,) = await cases_of(college)
    assert (case["rule"], case["state"]) == ("internship_wording", "open")
    asked = await college.act(record, "request-void")
    assert (await school.act(asked, "void")).json()["state"] == "voided"
    assert [each["state"] for each in await cases_of(college)] == ["cleared"]


async def test_what_the_figures_say_stays_doubted_until_other_content_takes_its_place(
    database: Database, enrol: Enrolment, school: Desk, college: Desk
) -> None:
    await set_season(database)
    doubted = await school.patch(await approved(school, college, await enrol(), UNIT), {"job_title": "见习店长"})
    reviewer, author = college.colleague, school.colleague
    anew = await author.act(await college.patch(doubted, {"job_title": "店长"}), "submit")
    assert [each["state"] for each in await cases_of(college)] == ["open"]
    returned = await reviewer.act(anew, "return", {"reason": "须再核实"})
    assert returned.status_code == 200, returned.text
    assert [each["state"] for each in await cases_of(college)] == ["open"]
    at_school = await reviewer.act(await author.act(returned, "submit"), "college-approve", NOTE)
    assert [each["state"] for each in await cases_of(college)] == ["open"]
    assert (await school.act(at_school, "school-approve", NOTE)).status_code == 200
    assert [each["state"] for each in await cases_of(college)] == ["cleared"]


async def test_without_a_season_nothing_is_doubted(seat: Seat, enrol: Enrolment, college: Desk, school: Desk) -> None:
    graduate_id = await enrol()
    record = await submitted(seat("graduate", graduate=graduate_id), graduate_id)
    assert await cases_of(school) == []
    assert (await college.act(record, "college-approve")).status_code == 200


async def test_an_approval_says_why_where_the_reviewer_sees_an_open_case(
    database: Database, seat: Seat, enrol: Enrolment, school: Desk, college: Desk
) -> None:
    await set_season(database)
    graduate_id = await enrol()
    record = await submitted(seat("graduate", graduate=graduate_id), graduate_id)
    refused = await college.act(record, "college-approve")
    assert code_of(refused) == (422, "note_required")
    assert refused.json()["errors"][0]["pointer"] == "/note"
    at_school = await college.act(record, "college-approve", NOTE)
    assert at_school.status_code == 200, at_school.text
    assert code_of(await school.act(at_school, "school-approve")) == (422, "note_required")
    (case,) = await cases_of(school)
    await decided(college.colleague, case, "find", {"finding": "false"})
    # what was found is no open case any more
    assert (await school.act(at_school, "school-approve")).status_code == 200
    history = (await school.get(f"/v1/registrations/{record.json()['id']}/history")).json()["items"]
    assert [each["note"] for each in history if each["action"] == "college-approve"] == [NOTE["note"]]


async def test_a_case_that_the_reviewer_does_not_see_asks_for_nothing(
    database: Database, seat: Seat, enrol: Enrolment, school: Desk, college: Desk
) -> None:
    graduate_id = await enrol()
    own = seat("graduate", graduate=graduate_id)
    record = await submitted(own, graduate_id, UNIT)
    made = await school.post("/v1/cases", {"school_code": "10001", "registrations": [record.json()["id"]]})
    assert made.status_code == 201, made.text
    (item,) = (await college.get("/v1/review-queue")).json()["items"]
    assert item["signals"] == []
    at_school = await college.act(record, "college-approve")
    assert at_school.status_code == 200
    assert code_of(await school.act(at_school, "school-approve")) == (422, "note_required")
    accusing = {"school_code": "10001", "registrations": [record.json()["id"]], "accused": "school"}
    assert (await school.post("/v1/cases", accusing)).status_code == 201
    await decided(seat("school_officer", school="10001", subject="x"), made.json(), "find", {"finding": "false"})
    assert (await school.act(at_school, "school-approve")).status_code == 200


async def test_a_bulk_decision_leaves_out_what_an_open_case_doubts(
    database: Database, seat: Seat, enrol: Enrolment, college: Desk, runner: OperationRunner
) -> None:
    await set_season(database)
    for content in (INTERNSHIP, UNIT):
        graduate_id = await enrol()
        await submitted(seat("graduate", graduate=graduate_id), graduate_id, content)
    asked = await college.post("/v1/bulk-decisions", {"act": "college-approve", "note": "本批已逐条核对"})
    assert asked.status_code == 202, asked.text
    await runner.run_once()
    (bulk,) = (await college.get("/v1/bulk-decisions")).json()["items"]
    assert (bulk["selected"], bulk["ready"], bulk["skipped"]) == (2, 1, {"open_case": 1})
    # what a case is opened about after the sealing is left out, too
    (waiting,) = [each for each in (await college.get("/v1/review-queue")).json()["items"] if not each["signals"]]
    made = await seat("school_officer", school="10001").post(
        "/v1/cases", {"school_code": "10001", "registrations": [waiting["id"]]}
    )
    await decided(seat("school_officer", school="10001"), made.json(), "assign", {"handler": "college"})
    applied = await college.post(f"/v1/bulk-decisions/{bulk['id']}/apply", {"except": []})
    assert applied.status_code == 202, applied.text
    await runner.run_once()
    (bulk,) = (await college.get("/v1/bulk-decisions")).json()["items"]
    assert (bulk["done"], bulk["skipped"]) == (0, {"open_case": 2})


async def test_a_closed_cohort_changes_only_for_a_case_that_was_found_true(
    database: Database, seat: Seat, enrol: Enrolment, school: Desk, college: Desk
) -> None:
    record = await approved(school, college, await enrol(), UNIT)
    await set_season(database, -5, -1)
    record = await school.get(f"/v1/registrations/{record.json()['id']}")
    change = {"job_title": "工程师", "late_reason": "check_finding"}
    made = await school.post("/v1/cases", {"school_code": "10001", "registrations": [record.json()["id"]]})
    made_id = made.json()["id"]
    case = {"case_id": made_id}
    for sent in (change, change | case, change | {"case_id": str(uuid4())}):
        assert code_of(await school.patch(record, sent)) == (409, "cohort_closed")
    inspector = seat("school_officer", school="10001", subject="inspector")
    await decided(inspector, made.json(), "find", {"finding": "true"})
    assert code_of(await school.patch(record, change)) == (409, "cohort_closed")
    assert code_of(await school.patch(record, {"job_title": "工程师"} | case)) == (422, "late_reason_required")
    pending = await school.patch(record, change | case)
    assert (pending.status_code, pending.json()["state"], pending.json()["phase"]) == (200, "draft", "closed")
    late = {"late_reason": "check_finding"}
    assert code_of(await school.act(pending, "submit", late)) == (409, "cohort_closed")
    anew = await school.act(pending, "submit", late | case)
    assert (anew.status_code, anew.json()["state"]) == (200, "submitted")
    trail = await rows(
        database, "SELECT action FROM audit_entries WHERE detail ->> 'case' = :id ORDER BY id", id=made_id
    )
    assert [each.action for each in trail] == ["edit", "submit"], "auditors see for which case"
    other = await approved(school, college, await enrol(cohort=2023), UNIT)
    assert other.json()["phase"] == "open"
