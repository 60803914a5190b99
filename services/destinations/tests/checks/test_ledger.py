"""The ledger over HTTP: entered once, renewed, stale once the effective content is another; its rules; a race."""

import asyncio
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from acting import SCHOOL, UNIT, act, approved, edit, rows
from desks import Desk, Seat, code_of
from enrolling import Enrolment, erasure, roster_entry
from rounds import enter, in_second_round, look_again
from sending import send

from common.consuming import Handle
from common.database import Database
from destinations.registrations.domain.lifecycle import Action
from testing.databases import ServiceDatabase

NOTE = "电话中说单位不对"


@pytest.fixture(autouse=True)
async def season(database: Database) -> None:
    await in_second_round(database)


def rules_of(answer: Any) -> list[tuple[str, str]]:
    assert answer.status_code == 422, answer.text
    return [(each["pointer"], each["rule"]) for each in answer.json()["errors"]]


async def test_an_entry_from_the_first_look_to_the_second(
    database: Database, enrol: Enrolment, college: Desk, school: Desk
) -> None:
    graduate_id = await enrol()
    first = await enter(college, graduate_id, method="phone", outcome="reached", note="核对一致")
    assert first.status_code == 201, first.text
    entry = first.json()
    assert first.headers["location"] == f"/v1/ledger-entries/{entry['id']}"
    assert (entry["version"], entry["stale"], entry["registration_id"]) == (1, False, None)
    assert (entry["cohort"], entry["note"], entry["evidence_ids"]) == (2024, "核对一致", [])
    assert code_of(await enter(college, graduate_id)) == (409, "already_entered")
    assert (await enter(college, graduate_id, round=1)).status_code == 201
    path = f"/v1/ledger-entries/{entry['id']}"
    effective = await approved(database, UNIT, graduate_id=graduate_id)
    assert (await college.get(path)).json()["stale"] is True
    assert (await college.http.patch(path, json={}, headers=college.headers)).status_code == 428
    second = await look_again(college, first)
    assert (second.json()["version"], second.json()["stale"]) == (2, False)
    assert second.json()["registration_id"] == str(effective.id)
    assert second.json()["effective_version"] == effective.version
    assert code_of(await look_again(college, first)) == (412, "precondition_failed")
    cleared = await look_again(college, second, note=None, method="employer", outcome=None)
    assert (cleared.json()["note"], cleared.json()["method"], cleared.json()["outcome"]) == (None, "employer", None)
    [stored] = await rows(database, "SELECT * FROM ledger_entries WHERE round = 2")
    assert stored.hands == ["college_officer:10001:C01"]
    audited = await rows(database, "SELECT action FROM audit_entries WHERE object_kind = 'ledger_entry' ORDER BY id")
    assert [each.action for each in audited] == ["ledger.enter"] * 2 + ["ledger.renew"] * 2


async def test_an_entry_is_stale_by_content_alone(database: Database, enrol: Enrolment, college: Desk) -> None:
    graduate_id = await enrol()
    before = await approved(database, UNIT, graduate_id=graduate_id)
    entry = await enter(college, graduate_id)

    async def is_stale() -> bool:
        [found] = (await college.get("/v1/ledger-entries", graduate=str(graduate_id))).json()["items"]
        return bool(found["stale"])

    confirmed = await act(database, before, Action.CONFIRM)
    await enrol.keep(roster_entry(graduate_id, sequence=2, class_code="K9"))
    assert not await is_stale()
    moved = await edit(database, confirmed, SCHOOL, employer_name="另一公司")
    assert await is_stale()
    # what takes effect again as it stood when it was looked at is no other content
    await edit(database, moved, SCHOOL, employer_name=UNIT.employer_name)
    assert not await is_stale()
    listed = await college.get("/v1/ledger-entries", stale="false", round="2", result="correct", cohort="2024")
    assert [each["id"] for each in listed.json()["items"]] == [entry.json()["id"]]
    assert (await college.get("/v1/ledger-entries", stale="true")).json()["items"] == []


async def test_what_an_entry_may_say(database: Database, enrol: Enrolment, college: Desk, seat: Seat) -> None:
    graduate_id = await enrol()
    assert rules_of(await enter(college, graduate_id, round=3)) == [("/round", "unknown_round")]
    assert rules_of(await enter(college, graduate_id, outcome="reached")) == [("/outcome", "must_be_empty")]
    wrong = await enter(college, graduate_id, result="wrong")
    assert (code_of(wrong), rules_of(wrong)) == ((422, "note_required"), [("/note", "note_required")])
    corrected = await enter(college, graduate_id, result="corrected")
    assert code_of(corrected) == (422, "no_version_in_round")
    foreign = await enter(college, graduate_id, evidence_ids=[str(uuid4())])
    assert rules_of(foreign) == [("/evidence_ids/0", "unknown_evidence")]
    for unknown in (uuid4(), await enrol(college_code="C02"), await enrol(school_code="10002")):
        assert code_of(await enter(college, unknown)) == (422, "unknown_graduate")
    draft = await college.register(graduate_id)
    assert code_of(await enter(college, graduate_id, result="corrected", round=1)) == (422, "no_version_in_round")
    piece = await send(college, draft, kind="other")
    done = await enter(college, graduate_id, result="corrected", evidence_ids=[piece.json()["id"]] * 2)
    assert (done.status_code, done.json()["evidence_ids"]) == (201, [piece.json()["id"]])
    withdrawn = await enrol(status="withdrawn")
    assert code_of(await enter(college, withdrawn)) == (409, "graduate_withdrawn")
    other = seat("college_officer", school="10001", college="C02")
    assert code_of(await other.get(f"/v1/ledger-entries/{done.json()['id']}")) == (404, "not_found")
    assert (await other.get("/v1/ledger-entries", school="10001")).json()["items"] == []


async def test_an_answer_of_the_graduate_corrects_nothing(
    database: Database, addresses: ServiceDatabase, enrol: Enrolment, college: Desk
) -> None:
    graduate_id = await enrol()
    before = await approved(database, UNIT, graduate_id=graduate_id)
    owner = await asyncpg.connect(addresses.owner_url)
    await owner.execute("UPDATE registration_versions SET recorded_at = recorded_at - interval '10 days'")
    await owner.close()
    confirmed = await act(database, before, Action.CONFIRM)
    assert code_of(await enter(college, graduate_id, result="corrected")) == (422, "no_version_in_round")
    await edit(database, confirmed, SCHOOL, employer_name="另一公司")
    assert (await enter(college, graduate_id, result="corrected")).status_code == 201


@pytest.mark.parametrize("role", ["graduate", "counsellor", "school_officer", "provincial_officer", "auditor"])
async def test_the_college_alone_keeps_the_ledger(role: str, enrol: Enrolment, seat: Seat) -> None:
    graduate_id = await enrol()
    desk = seat(role, school="10001", class_="K1", graduate=graduate_id, province="410000")
    assert code_of(await enter(desk, graduate_id)) == (403, "forbidden")
    assert code_of(await desk.get("/v1/ledger-entries")) == (403, "forbidden")


async def test_two_who_enter_at_once_leave_one_entry(database: Database, enrol: Enrolment, college: Desk) -> None:
    for _ in range(12):
        graduate_id = await enrol()
        answers = await asyncio.gather(*(enter(desk, graduate_id) for desk in (college, college.colleague) * 2))
        assert sorted(each.status_code for each in answers) == [201, 409, 409, 409]
        [entry] = await rows(database, "SELECT * FROM ledger_entries WHERE graduate_id = :id", id=graduate_id)
        [winner] = [each for each in answers if each.status_code == 201]
        assert str(entry.id) == winner.json()["id"]


async def test_of_who_is_erased_no_note_stays(
    database: Database, enrol: Enrolment, college: Desk, seat: Seat, apply: Handle
) -> None:
    erased, other = await enrol(), await enrol()
    for each in (erased, other):
        assert (await enter(college, each, result="wrong", note=NOTE)).status_code == 201
    own = await seat("graduate", graduate=erased).get(f"/v1/graduates/{erased}/data")
    [copied] = own.json()["records"]["ledger_entries"]
    assert (copied["result"], copied["note"], copied["round"]) == ("wrong", NOTE, 2)
    assert [(each["version"], each["result"]) for each in copied["results"]] == [(1, "wrong")]
    assert NOTE.encode() not in b"".join(
        each.note_cipher for each in await rows(database, "SELECT note_cipher FROM ledger_entries")
    )
    await apply([erasure(erased)])
    kept = await rows(database, "SELECT graduate_id, note_cipher IS NULL AS empty FROM ledger_entries")
    assert {each.graduate_id: each.empty for each in kept} == {erased: True, other: False}
    assert code_of(await enter(college, erased, round=1)) == (409, "erased_person")
