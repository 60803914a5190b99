"""Samples over HTTP: drawn so that anybody can draw them again, decided once and by who is independent."""

import asyncio
import hashlib
import re
from collections import Counter
from typing import Any
from uuid import UUID

import httpx
import pytest
from acting import UNIT, approved, rows
from books import Book
from desks import Desk, Seat, code_of
from enrolling import Enrolment, erasure
from rounds import draw, enter, in_province

from common.consuming import Handle
from common.database import Database

Json = dict[str, Any]
VERIFICATION = {"X-Purpose": "verification"}
CORRECT = {"result": "correct", "method": "phone", "outcome": "reached"}


async def items(desk: Desk, sample: httpx.Response) -> list[Json]:
    found = await desk.get(f"/v1/samples/{sample.json()['id']}/items", limit=500)
    assert found.status_code == 200, found.text
    listed: list[Json] = found.json()["items"]
    return listed


async def decide(desk: Desk, sample: httpx.Response, n: int = 1, **given: Any) -> httpx.Response:
    return await desk.post(f"/v1/samples/{sample.json()['id']}/items/{n}/decide", CORRECT | given)


async def person(desk: Desk, sample: httpx.Response, n: int = 1, **headers: Any) -> httpx.Response:
    path = f"/v1/samples/{sample.json()['id']}/items/{n}/person"
    return await desk.http.get(path, headers=desk.headers | VERIFICATION | headers)


@pytest.fixture
def province(seat: Seat) -> Desk:
    return seat("provincial_officer", province="410000")


@pytest.fixture
def auditor(seat: Seat) -> Desk:
    return seat("auditor")


async def test_a_sample_is_drawn_again_from_what_is_answered(
    database: Database, enrol: Enrolment, school: Desk
) -> None:
    versions: dict[str, int] = {}
    college: dict[str, str] = {}
    for number, code in enumerate(["C01"] * 5 + ["C02"] * 3 + ["C03"] * 2):
        graduate_id = await enrol(college_code=code)
        versions[str(graduate_id)], college[str(graduate_id)] = 0, code
        if number % 3 == 0:
            drafted = await school.register(graduate_id)
            versions[str(graduate_id)] = drafted.json()["version"]
    await enrol(status="withdrawn")
    await enrol(cohort=2023)
    drawn = await draw(school, 4, strata="college")
    assert drawn.status_code == 201, drawn.text
    sample = drawn.json()
    assert (sample["draw"], sample["frame_size"], sample["by_role"]) == (1, 10, "school_officer")
    frame = "\n".join(f"{each},{versions[each]}" for each in sorted(versions))
    assert sample["frame_hash"] == hashlib.sha256(frame.encode()).hexdigest()
    assert re.fullmatch("[0-9a-f]{32}", sample["seed"])
    # 4 of 5, 3, 2: 2.0, 1.2, 0.8
    expected = []
    for code, wanted in (("C01", 2), ("C02", 1), ("C03", 1)):
        keyed = sorted(
            (hashlib.sha256(f"{sample['seed']}:{each}".encode()).hexdigest(), each)
            for each in college
            if college[each] == code
        )
        expected += [(each, versions[each], code) for _, each in keyed[:wanted]]
    found = await items(school, drawn)
    assert [(each["graduate_id"], each["version"], each["stratum"]) for each in found] == expected
    assert [each["n"] for each in found] == [1, 2, 3, 4]
    again = await draw(school, 4, strata="college")
    assert (again.json()["draw"], again.json()["frame_hash"]) == (2, sample["frame_hash"])
    assert again.json()["seed"] != sample["seed"]
    listed = (await school.get("/v1/samples", school="10001", cohort="2024")).json()["items"]
    assert [each["id"] for each in listed] == [sample["id"], again.json()["id"]]
    assert sample["results"] == [
        {"key": code, "population": of, "size": size, "checked": 0, "wrong": 0, "at_most": of}
        for code, of, size in (("C01", 5, 2), ("C02", 3, 1), ("C03", 2, 1))
    ]


async def test_what_can_be_drawn(enrol: Enrolment, school: Desk, seat: Seat, database: Database) -> None:
    for _ in range(3):
        await enrol()
    assert code_of(await draw(school, 4)) == (422, "sample_too_large")
    assert code_of(await draw(school, 1, cohort=2023)) == (422, "nothing_to_draw")
    assert code_of(await draw(school, 1, filter={"college_code": "C09"})) == (422, "nothing_to_draw")
    assert code_of(await draw(school, 1, checked_by="next_college")) == (422, "one_college")
    assert (await draw(school, 1, seed="0" * 32)).status_code == 422
    assert code_of(await draw(school, 1, school_code="10002")) == (404, "not_found")
    assert code_of(await draw(seat("college_officer", school="10001", college="C01"))) == (403, "forbidden")
    assert code_of(await draw(seat("counsellor", school="10001", class_="K1"))) == (403, "forbidden")
    assert code_of(await draw(seat("provincial_officer", province="410000"))) == (404, "not_found")
    await in_province(database)
    assert (await draw(seat("provincial_officer", province="410000"))).status_code == 201
    assert (await draw(seat("auditor"))).json()["draw"] == 2
    assert code_of(await draw(seat("auditor", school="10002"))) == (404, "not_found")


async def test_an_item_is_decided_once_and_says_how_many_may_be_wrong(
    database: Database, enrol: Enrolment, school: Desk
) -> None:
    graduates = [await enrol() for _ in range(6)]
    for each in graduates:
        await approved(database, UNIT, graduate_id=each)
    other = school.colleague
    drawn = await draw(school, 5)
    assert (await decide(other, drawn, 1)).json()["decision"]["result"] == "correct"
    assert code_of(await decide(other, drawn, 1)) == (409, "already_decided")
    assert code_of(await decide(other, drawn, 6)) == (404, "not_found")
    wrong = await decide(other, drawn, 2, result="wrong", note="单位不存在")
    assert wrong.json()["decision"]["note"] == "单位不存在"
    await decide(other, drawn, 3, result="unreachable", outcome="no_answer")
    refused = await decide(other, drawn, 4, method="document")
    assert (code_of(refused), refused.json()["errors"][0]["pointer"]) == ((422, "must_be_empty"), "/outcome")
    [result] = (await school.get(f"/v1/samples/{drawn.json()['id']}")).json()["results"]
    # of 6, 2 checked, 1 wrong: 5 wrong ones would leave at most one of two wrong with 1 - C(5,2)/C(6,2) = 1/3
    assert result == {"key": None, "population": 6, "size": 5, "checked": 2, "wrong": 1, "at_most": 5}
    [case] = await rows(database, "SELECT * FROM cases")
    item = (await items(school, drawn))[1]
    assert (case.kind, case.handler, case.state, case.rule) == ("check", "school", "open", None)
    assert case.facts == {"sample_id": drawn.json()["id"], "n": 2, "graduate_id": item["graduate_id"]}
    linked = await rows(database, "SELECT registration_id FROM case_registrations")
    assert [str(each.registration_id) for each in linked] == [item["registration_id"]]


async def test_who_had_a_hand_in_the_content_does_not_decide(
    database: Database, enrol: Enrolment, school: Desk, college: Desk, seat: Seat
) -> None:
    author = school.colleague
    for number in range(3):
        graduate_id = await enrol(class_code=f"X{number}")
        drafted = await author.register(graduate_id)
        submitted = await author.act(drafted, "submit")
        done = await college.act(submitted, "college-approve")
        assert (await school.act(done, "school-approve")).status_code == 200
    drawn = await draw(school, 3)
    for desk in (school, author):
        assert code_of(await decide(desk, drawn, 1)) == (409, "not_independent")
        assert code_of(await person(desk, drawn, 1)) == (403, "forbidden")
    third = seat("school_officer", school="10001", subject="a third")
    assert (await decide(third, drawn, 1)).status_code == 200
    # of another version than the one that was drawn, the hands do not count
    [second] = [each for each in await items(school, drawn) if each["n"] == 2]
    assert second["version"] == 4


async def test_a_requested_void_hides_no_hand(enrol: Enrolment, school: Desk, college: Desk, seat: Seat) -> None:
    author = school.colleague
    answer = await author.register(await enrol())
    for desk, action in ((author, "submit"), (college, "college-approve"), (school, "school-approve")):
        answer = await desk.act(answer, action)
    asked = await college.act(answer, "request-void")
    assert asked.json()["state"] == "void_requested", asked.text
    drawn = await draw(school)
    for desk in (school, author):
        assert code_of(await decide(desk, drawn)) == (409, "not_independent")
    assert (await decide(seat("school_officer", school="10001", subject="a third"), drawn)).status_code == 200


async def test_colleges_decide_for_the_one_before_and_see_just_these(
    database: Database, enrol: Enrolment, school: Desk, seat: Seat
) -> None:
    for code in ("C01", "C02", "C03"):
        for _ in range(2):
            await enrol(college_code=code)
    drawn = await draw(school, 6, checked_by="next_college", strata="college")
    for own, checked in (("C01", "C03"), ("C02", "C01"), ("C03", "C02")):
        desk = seat("college_officer", school="10001", college=own)
        seen = await items(desk, drawn)
        assert Counter(each["college_code"] for each in seen) == {checked: 2}
        foreign = next(each["n"] for each in await items(school, drawn) if each["college_code"] == own)
        assert code_of(await decide(desk, drawn, foreign)) == (404, "not_found")
        assert (await decide(desk, drawn, seen[0]["n"])).status_code == 200
        listed = (await desk.get("/v1/samples")).json()["items"]
        assert [(each["id"], each["results"]) for each in listed] == [(drawn.json()["id"], [])]
    assert code_of(await decide(school, drawn, 2)) == (403, "forbidden")
    stranger = seat("college_officer", school="10001", college="C09")
    assert code_of(await stranger.get(f"/v1/samples/{drawn.json()['id']}")) == (404, "not_found")


async def test_who_entered_it_in_the_ledger_does_not_decide_for_the_next_college(
    enrol: Enrolment, school: Desk, seat: Seat
) -> None:
    first, _ = await enrol(college_code="C01"), await enrol(college_code="C02")
    keeper = seat("college_officer", school="10001", college="C01", subject="moved")
    assert (await enter(keeper, first, round=1)).status_code == 201
    drawn = await draw(school, 2, checked_by="next_college", strata="college")
    moved = seat("college_officer", school="10001", college="C02", subject="moved")
    assert code_of(await decide(moved, drawn, 1)) == (409, "not_independent")
    assert (await decide(moved.colleague, drawn, 1)).status_code == 200


async def test_the_province_decides_where_nobody_is_independent(
    database: Database, enrol: Enrolment, school: Desk, college: Desk, province: Desk
) -> None:
    for _ in range(2):
        await enrol()
    await in_province(database)
    drawn = await draw(school, 2)
    path = f"/v1/samples/{drawn.json()['id']}/items/1/assign"
    assert code_of(await province.get(f"/v1/samples/{drawn.json()['id']}")) == (404, "not_found")
    assert code_of(await college.post(path, {"handler": "province"})) == (404, "not_found")
    assert (await school.post(path, {"handler": "college"})).status_code == 422
    given = await school.post(path, {"handler": "province"})
    assert (given.status_code, given.json()["handler"]) == (200, "provincial_officer")
    assert code_of(await school.post(path, {"handler": "province"})) == (409, "already_assigned")
    assert code_of(await decide(school, drawn, 1)) == (403, "forbidden")
    assert [each["n"] for each in await items(province, drawn)] == [1]
    assert code_of(await decide(province, drawn, 2)) == (404, "not_found")
    assert (await decide(province, drawn, 1)).status_code == 200
    assert code_of(await school.post(path, {"handler": "province"})) == (409, "already_decided")


async def test_a_person_is_shown_to_who_may_decide_and_every_reading_is_noted(
    database: Database, enrol: Enrolment, school: Desk, auditor: Desk, seat: Seat, book: Book
) -> None:
    graduate_id = await enrol()
    drawn = await draw(auditor)
    assert code_of(await person(auditor, drawn, 1, **{"X-Purpose": "review"})) == (403, "purpose_not_permitted")
    bare = await auditor.get(f"/v1/samples/{drawn.json()['id']}/items/1/person")
    assert code_of(bare) == (422, "purpose_required")
    assert code_of(await person(seat("auditor", subject="another"), drawn)) == (404, "not_found")
    assert code_of(await person(school, drawn)) == (404, "not_found")
    shown = await person(auditor, drawn)
    assert shown.status_code == 200, shown.text
    assert shown.json()["graduate_id"] == str(graduate_id)
    own = seat("graduate", graduate=graduate_id)
    [access] = (await own.get("/v1/accesses")).json()["items"]
    assert (access["kind"], access["role"], access["purpose"]) == ("person", "auditor", "verification")


async def test_two_who_decide_at_once_leave_one_decision(database: Database, enrol: Enrolment, school: Desk) -> None:
    for _ in range(12):
        await enrol()
    drawn = await draw(school, 12)
    said = [(desk, result) for result in ("correct", "wrong") for desk in (school, school.colleague)]
    for n in range(1, 13):
        answers = await asyncio.gather(*(decide(desk, drawn, n, result=result) for desk, result in said))
        assert sorted(each.status_code for each in answers) == [200, 409, 409, 409]
        [winner] = [each for each in answers if each.status_code == 200]
        [stored] = await rows(database, "SELECT result FROM sample_decisions WHERE n = :n", n=n)
        assert stored.result == winner.json()["decision"]["result"]
    wrong = await rows(database, "SELECT 1 FROM sample_decisions WHERE result = 'wrong'")
    assert len(await rows(database, "SELECT 1 FROM cases")) == len(wrong)


async def test_two_who_draw_at_once_number_their_samples(enrol: Enrolment, school: Desk) -> None:
    await enrol()
    answers = await asyncio.gather(*(draw(school) for _ in range(6)))
    assert sorted(each.json()["draw"] for each in answers) == [1, 2, 3, 4, 5, 6]


async def test_of_who_is_erased_no_note_of_a_decision_stays(
    database: Database, enrol: Enrolment, school: Desk, apply: Handle, seat: Seat
) -> None:
    erased, kept = await enrol(), await enrol()
    drawn = await draw(school, 2)
    for n in (1, 2):
        assert (await decide(school.colleague, drawn, n, note="手机号有误")).status_code == 200
    own = await seat("graduate", graduate=erased).get(f"/v1/graduates/{erased}/data")
    [record] = own.json()["records"]["samples"]
    assert (record["decision"]["note"], record["sample_id"]) == ("手机号有误", drawn.json()["id"])
    await apply([erasure(erased)])
    found = {UUID(each["graduate_id"]): each["decision"] for each in await items(school, drawn)}
    assert (found[erased]["note"], found[kept]["note"]) == (None, "手机号有误")
    assert found[erased]["result"] == "correct"
