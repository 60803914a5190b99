"""Self-check reports over HTTP: sealed when the ledger is complete, signed by two, submitted, accepted or returned."""

import asyncio
import io
from typing import Any

import asyncpg
import docx
import httpx
import pytest
from acting import SCHOOL, UNIT, approved, edit, rows
from desks import Desk, Seat, code_of
from enrolling import Enrolment
from proofs import pdf
from rounds import closed_ago, enter, in_province, in_second_round, look_again

from common.database import Database
from destinations.checks.operations import end_past
from destinations.settings import Settings
from destinations.verification import verify_files
from testing.databases import ServiceDatabase

Json = dict[str, Any]
PATH = "/v1/self-check-reports"
SIGNED = {"party": "sign:party", "administration": "sign:administration"}


@pytest.fixture(autouse=True)
async def season(database: Database) -> None:
    await in_second_round(database)


async def draft(desk: Desk, **given: Any) -> httpx.Response:
    return await desk.post(PATH, {"school_code": "10001", "cohort": 2024, "college_code": "C01", "round": 2} | given)


async def on(desk: Desk, report: httpx.Response, act: str, body: Any = None) -> httpx.Response:
    headers = {"If-Match": report.headers["etag"]}
    return await desk.post(f"{PATH}/{report.json()['id']}/{act}", body, **headers)


async def submit(desk: Desk, report: httpx.Response, content: bytes | None = None) -> httpx.Response:
    return await desk.http.post(
        f"{PATH}/{report.json()['id']}/submit",
        files={"file": ("盖章扫描件.pdf", pdf() if content is None else content)},
        headers=desk.headers | {"If-Match": report.headers["etag"]},
    )


def signer(seat: Seat, office: str, subject: str | None = None, college: str = "C01") -> Desk:
    scopes = SIGNED.get(office, office).split()
    return seat(
        "college_officer", school="10001", college=college, subject=subject or f"person of {office}", scopes=scopes
    )


async def signed(seat: Seat, report: httpx.Response) -> httpx.Response:
    for office in SIGNED:
        report = await on(signer(seat, office), report, "sign", {"office": office})
        assert report.status_code == 200, report.text
    return report


async def test_a_report_from_the_ledger_to_its_end(
    database: Database, enrol: Enrolment, college: Desk, school: Desk, seat: Seat
) -> None:
    first, second = await enrol(), await enrol()
    await enrol(college_code="C02")
    await enrol(status="withdrawn")
    effective = await approved(database, UNIT, graduate_id=first)
    entry = await enter(college, first, method="phone", outcome="reached")
    incomplete = await draft(college)
    assert code_of(incomplete) == (409, "ledger_incomplete")
    assert (incomplete.json()["missing"], incomplete.json()["stale"]) == (1, 0)
    assert (await enter(college, second, result="wrong", note="未找到本人")).status_code == 201
    corrected = await edit(database, effective, SCHOOL, employer_name="另一公司")
    incomplete = await draft(college)
    assert (incomplete.json()["missing"], incomplete.json()["stale"]) == (0, 1)
    entry = await look_again(college, entry, result="corrected")
    report = await draft(college)
    assert report.status_code == 201, report.text
    made = report.json()
    assert (made["state"], made["graduates"], made["changed_since"]) == ("draft", 2, [])
    assert (made["results"], made["methods"]) == ({"corrected": 1, "wrong": 1}, {"document": 1, "phone": 1})
    sealed = await rows(database, "SELECT * FROM self_check_items ORDER BY graduate_id")
    assert {each.graduate_id: (each.effective_version, each.entry_version, each.result) for each in sealed} == {
        first: (corrected.version, 2, "corrected"),
        second: (None, 1, "wrong"),
    }
    # what changes later is listed and blocks nothing
    await edit(database, corrected, SCHOOL, employer_name="第三家公司")
    listed = (await college.get(f"{PATH}/{made['id']}")).json()["changed_since"]
    assert listed == [{"graduate_id": str(first), "content": True, "entry": False}]
    await look_again(college, entry)
    listed = (await school.get(f"{PATH}/{made['id']}")).json()["changed_since"]
    assert listed == [{"graduate_id": str(first), "content": True, "entry": True}]
    done = await signed(seat, report)
    assert (done.json()["state"], done.json()["allowed_transitions"]) == ("signed", ["submit"])
    assert [each["office"] for each in done.json()["signatures"]] == ["party", "administration"]
    sent = await submit(college, done)
    assert (sent.status_code, sent.json()["state"], sent.json()["late"]) == (200, "submitted", False)
    link = await school.post(f"{PATH}/{made['id']}/link")
    assert (await school.http.get(link.json()["url"])).content == pdf()
    accepted = await on(school, sent, "accept")
    assert (accepted.json()["state"], accepted.json()["allowed_transitions"]) == ("accepted", [])
    assert code_of(await draft(college)) == (409, "report_exists")
    assert "person of" not in (await college.get(PATH)).text


async def test_the_school_reads_what_a_report_has_sealed_whatever_the_ledger_says_by_now(
    database: Database, enrol: Enrolment, college: Desk, school: Desk, seat: Seat
) -> None:
    await in_province(database)
    first, second = sorted([await enrol(), await enrol()], key=str)
    effective = await approved(database, UNIT, graduate_id=first)
    entry = await enter(college, first, method="phone", outcome="reached")
    await enter(college, second, result="wrong", note="未找到本人")
    path = f"{PATH}/{(await draft(college)).json()['id']}/items"
    await look_again(college, entry, result="unreachable")
    province = seat("provincial_officer", province="410000")
    for desk in (school, college, province):
        answer = await desk.get(path)
        assert answer.status_code == 200, answer.text
        one, other = answer.json()["items"]
        assert one == {
            "graduate_id": str(first),
            "registration_id": str(effective.id),
            "effective_version": effective.version,
            "entry_id": entry.json()["id"],
            "entry_version": 1,
            "method": "phone",
            "outcome": "reached",
            "result": "correct",
        }
        assert (other["graduate_id"], other["registration_id"], other["result"]) == (str(second), None, "wrong")
        assert "未找到本人" not in answer.text
    wrong = (await school.get(path, result="wrong", limit=1)).json()
    assert ([each["graduate_id"] for each in wrong["items"]], wrong["next_cursor"]) == ([str(second)], None)
    page = (await school.get(path, limit=1)).json()
    assert (await school.get(path, limit=1, cursor=page["next_cursor"])).json()["items"] == [other]
    refused = [seat("auditor"), seat("counsellor", school="10001", class_="K1"), seat("graduate", graduate=first)]
    assert [(await desk.get(path)).status_code for desk in refused] == [403, 403, 403]
    elsewhere = [seat("school_officer", school="10002"), seat("college_officer", school="10001", college="C02")]
    assert [(await desk.get(path)).status_code for desk in elsewhere] == [404, 404]


async def test_a_scan_is_deleted_three_years_after_the_later_of_closing_day_and_submission(
    database: Database, enrol: Enrolment, college: Desk, school: Desk, seat: Seat, addresses: ServiceDatabase
) -> None:
    await enter(college, await enrol())
    sent = await submit(college, await signed(seat, await draft(college)))
    assert sent.status_code == 200, sent.text
    await at_closing(addresses, "3 years 1 day")
    assert await end_past(database) == 0, "it was submitted today"
    await submitted_at(addresses, "quxiang_now() - interval '3 years 2 days'")
    await at_closing(addresses, "3 years")
    assert await end_past(database) == 0, "the last day is included"
    await at_closing(addresses, "3 years 1 day")
    assert await end_past(database) == 1
    assert await end_past(database) == 0
    shown = (await school.get(f"{PATH}/{sent.json()['id']}")).json()
    assert (shown["state"], shown["file_sha256"]) == ("submitted", sent.json()["file_sha256"])
    gone = await school.post(f"{PATH}/{sent.json()['id']}/link")
    assert code_of(gone) == (409, "transition_not_allowed")
    assert [each.state for each in await rows(database, "SELECT state FROM objects")] == ["dropped"]
    # the school may still say what it thinks of it
    assert (await on(school, sent, "accept")).json()["state"] == "accepted"


async def at_closing(addresses: ServiceDatabase, ago: str) -> None:
    await _moved(addresses, closed_ago(ago))


async def submitted_at(addresses: ServiceDatabase, instant: str) -> None:
    await _moved(addresses, f"UPDATE self_check_reports SET submitted_at = {instant}")


async def _moved(addresses: ServiceDatabase, statement: str) -> None:
    owner = await asyncpg.connect(addresses.admin_url)
    await owner.execute(statement)
    await owner.close()


async def test_verify_reads_the_sealed_scan(
    database: Database, enrol: Enrolment, college: Desk, seat: Seat, settings: Settings, addresses: ServiceDatabase
) -> None:
    assert (await enter(college, await enrol())).status_code == 201
    sent = await submit(college, await signed(seat, await draft(college)))
    assert sent.status_code == 200, sent.text
    clean = await verify_files(database, settings)
    assert (clean.compared, clean.differences) == (1, 0)
    owner = await asyncpg.connect(addresses.admin_url)
    await owner.execute("UPDATE self_check_reports SET file_sha256 = sha256('another scan')")
    await owner.close()
    assert (await verify_files(database, settings)).named == [sent.json()["id"]]


async def test_each_office_signs_once_by_a_person_of_its_own(
    enrol: Enrolment, college: Desk, school: Desk, seat: Seat
) -> None:
    await enter(college, await enrol())
    report = await draft(college)
    assert code_of(await on(college, report, "sign", {"office": "party"})) == (403, "scope_missing")
    wrong = signer(seat, "administration")
    assert code_of(await on(wrong, report, "sign", {"office": "party"})) == (403, "scope_missing")
    assert code_of(await on(school, report, "sign", {"office": "party"})) == (403, "forbidden")
    both = signer(seat, "sign:party sign:administration", "both")
    assert code_of(await submit(college, report)) == (409, "transition_not_allowed")
    once = await on(both, report, "sign", {"office": "party"})
    assert (once.json()["state"], once.json()["version"]) == ("draft", 2)
    assert code_of(await on(both, report, "sign", {"office": "administration"})) == (412, "precondition_failed")
    assert code_of(await on(both, once, "sign", {"office": "administration"})) == (409, "same_signer")
    assert code_of(await on(signer(seat, "party"), once, "sign", {"office": "party"})) == (409, "already_signed")
    twice = await on(signer(seat, "administration"), once, "sign", {"office": "administration"})
    assert twice.json()["state"] == "signed"
    assert code_of(await on(both, twice, "sign", {"office": "party"})) == (409, "already_signed")


async def test_a_report_after_its_day_is_late_and_can_be_returned(
    enrol: Enrolment, college: Desk, school: Desk, seat: Seat
) -> None:
    graduate_id = await enrol(cohort=2023)
    await enter(college, graduate_id, round=1)
    # of a cohort without a season the default days hold, which have passed
    done = await signed(seat, await draft(college, cohort=2023, round=1))
    assert code_of(await on(school, done, "accept")) == (409, "transition_not_allowed")
    assert (await submit(college, done, b"MZ\x90\x00")).status_code == 422
    sent = await submit(college, done)
    assert (sent.json()["state"], sent.json()["late"]) == ("submitted", True)
    assert code_of(await on(college, sent, "accept")) == (403, "forbidden")
    assert (await on(school, sent, "return", {})).status_code == 422
    returned = await on(school, sent, "return", {"reason": "缺少党委签字"})
    assert (returned.json()["state"], returned.json()["reason"]) == ("returned", "缺少党委签字")
    # what was returned makes room for another one
    assert (await draft(college, cohort=2023, round=1)).status_code == 201


async def test_who_drafts_and_who_reads(enrol: Enrolment, college: Desk, school: Desk, seat: Seat) -> None:
    await enter(college, await enrol())
    assert code_of(await draft(college, round=3)) == (422, "unknown_round")
    for foreign in ({"college_code": "C02"}, {"school_code": "10002"}):
        assert code_of(await draft(college, **foreign)) == (404, "not_found")
    report = await draft(college)
    place = f"{PATH}/{report.json()['id']}"
    for role in ("school_officer", "auditor", "provincial_officer"):
        assert code_of(await draft(seat(role, school="10001", province="410000"))) == (403, "forbidden")
    for role in ("graduate", "counsellor"):
        desk = seat(role, school="10001", class_="K1", graduate=await enrol())
        assert code_of(await desk.get(PATH)) == (403, "forbidden")
    assert (await seat("auditor").get(place)).json()["changed_since"] is None
    for elsewhere in (
        seat("auditor", school="10002"),
        seat("provincial_officer", province="210000"),
        seat("college_officer", school="10001", college="C02"),
    ):
        assert code_of(await elsewhere.get(place)) == (404, "not_found")
        assert (await elsewhere.get(PATH)).json()["items"] == []
    assert len((await school.get(PATH, state="draft", college="C01")).json()["items"]) == 1
    assert (await school.get(PATH, state="signed")).json()["items"] == []


async def test_the_document_has_the_counts_and_nobodys_name(enrol: Enrolment, college: Desk, seat: Seat) -> None:
    for result in ("correct", "correct", "unreachable"):
        await enter(college, await enrol(), result=result)
    report = await signed(seat, await draft(college))
    answer = await college.get(f"{PATH}/{report.json()['id']}/document")
    assert answer.status_code == 200
    made = docx.Document(io.BytesIO(answer.content))
    cells = [[cell.text for cell in row.cells] for table in made.tables for row in table.rows]
    assert cells[:5] == [["核查结果", "人数"], ["属实", "2"], ["已更正", "0"], ["不属实", "0"], ["无法联系", "1"]]
    assert ["材料", "3"] in cells
    said = "\n".join(each.text for each in made.paragraphs)
    assert "2024 届毕业生毕业去向第 2 轮自查报告" in said
    assert said.count("在系统中签署") == 2
    assert "尚未" not in said


async def test_two_who_sign_at_once_leave_one_signature(
    database: Database, enrol: Enrolment, college: Desk, seat: Seat
) -> None:
    await enter(college, await enrol())
    for _ in range(12):
        report = await draft(college)
        desks = [signer(seat, "sign:party sign:administration", subject) for subject in ("one", "two")]
        answers = await asyncio.gather(
            *(on(desk, report, "sign", {"office": office}) for desk in desks for office in SIGNED)
        )
        assert sorted(each.status_code for each in answers) == [200, 412, 412, 412]
        stored = await rows(
            database, "SELECT 1 FROM self_check_signatures WHERE report_id = :id", id=report.json()["id"]
        )
        assert len(stored) == 1
