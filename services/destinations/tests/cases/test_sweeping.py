"""Signals over committed rows: where a rule holds and at its edge, once however many look."""

import asyncio
from datetime import timedelta
from typing import Any

import asyncpg
import pytest
from acting import SCHOOL, UNIT, act, approved, edit, graduate_role, rows
from desks import UNIT as CONTENT
from desks import Desk, Seat
from doubts import cases_of, decided, set_season
from enrolling import Enrolment
from proofs import pdf
from sending import delete, send

from common.auth import SYSTEM
from common.database import Database
from destinations.cases.operations import sweep, sweep_all
from destinations.registrations.commands import Recorded
from destinations.registrations.domain.content import Destination
from destinations.registrations.domain.lifecycle import Action
from testing.databases import ServiceDatabase, sessions_at_a_lock

SEEKING = Destination("70", reason="job_seeking")
FREELANCE = Destination("76", freelance_kind="翻译", place_code="410102")
INSERT = "INSERT INTO cases (school_code, kind, rule, subject, facts, handler, state, made_by, made_by_role) VALUES"


@pytest.fixture
async def season(database: Database) -> None:
    await set_season(database)


async def test_one_file_of_two_graduates_is_one_case_of_the_school(
    database: Database, season: None, school: Desk, college: Desk, seat: Seat, enrol: Enrolment
) -> None:
    people = [await enrol() for _ in range(3)]
    records = [await seat("graduate", graduate=each).register(each, CONTENT) for each in people]
    same = pdf(content=b"BT (same) Tj ET")
    pieces = [await send(college, record, same) for record in records[:2]]
    await send(college, records[0], pdf(content=b"BT (other) Tj ET"))
    await sweep_all(database)
    (case,) = await cases_of(school)
    assert (case["rule"], case["handler"], case["facts"]["graduates"]) == ("duplicate_evidence", "school", 2)
    assert {*case["registrations"]} == {each.json()["id"] for each in records[:2]}
    assert await cases_of(college) == [], "the school handles it"
    await send(college, records[2], same)
    assert await sweep_all(database) == 0, "the open case takes the newest facts"
    (case,) = await cases_of(school)
    assert (case["facts"]["graduates"], len(case["registrations"])) == (3, 3)
    await decided(school, case, "find", {"finding": "false"})
    assert await sweep_all(database) == 0, "what was found stays so"
    for piece in pieces:
        assert (await delete(college, piece)).status_code == 204
    await sweep_all(database)
    assert len(await cases_of(school)) == 1


async def test_two_who_look_at_once_open_one_case(database: Database, season: None, enrol: Enrolment) -> None:
    for _ in range(2):
        await approved(database, FREELANCE)
    await asyncio.gather(*(sweep_all(database) for _ in range(6)))
    (found,) = await rows(database, "SELECT count(*) AS cases, min(rule) AS rule FROM cases")
    assert tuple(found) == (1, "share_code_76")
    (audited,) = await rows(database, "SELECT count(*) AS entries FROM audit_entries WHERE action = 'case.open'")
    assert audited.entries == 1


async def test_what_is_found_while_a_round_looks_is_no_case_again(
    database: Database, season: None, addresses: ServiceDatabase, school: Desk
) -> None:
    await set_season(database, cohort=2025)
    await approved(database, FREELANCE)
    await sweep_all(database)
    await run(database, "UPDATE cases SET subject = replace(subject, '2024', '2025'), cohort = 2025")
    await approved(database, FREELANCE, cohort=2025)
    # the round has counted, and waits at the first of the two cases for who opens that one
    holder = await asyncpg.connect(addresses.admin_url)
    holding = holder.transaction()
    await holding.start()
    values = "('10001', 'signal', 'share_code_76', 'college:C01/2024', '{}', 'school', 'open', 's', 's')"
    await holder.execute(f"{INSERT} {values}")
    looking = asyncio.ensure_future(sweep_all(database.patient))
    await sessions_at_a_lock(addresses, 1)
    (case,) = await cases_of(school)
    await decided(school, case, "find", {"finding": "false"})
    await holding.rollback()
    await holder.close()
    assert await looking == 1
    found = await cases_of(school)
    assert sorted((each["cohort"], each["state"]) for each in found) == [(2024, "open"), (2025, "found")]
    (audited,) = await rows(database, "SELECT count(*) AS entries FROM audit_entries WHERE action = 'case.open'")
    assert audited.entries == 2


async def test_what_one_hand_placed_and_the_graduate_has_not_confirmed_for_a_week(
    database: Database, season: None, addresses: ServiceDatabase, school: Desk
) -> None:
    placed = await corrected(database, SEEKING)
    moved = await corrected(database, UNIT)
    young = await corrected(database, SEEKING)
    await recorded_ago(addresses, timedelta(days=7, minutes=1), placed, moved)
    await recorded_ago(addresses, timedelta(days=7, minutes=-5), young)
    await sweep_all(database)
    (case,) = await cases_of(school, rule="single_handed")
    assert (case["registrations"], case["facts"]["action"]) == ([str(placed.id)], "edit")
    await school.http.patch(
        "/v1/signal-rules/single_handed",
        json={"school_code": "10001", "threshold": 8},
        headers=school.headers | {"If-Match": '"0"'},
    )
    await sweep_all(database)
    (case,) = await cases_of(school, rule="single_handed")
    assert case["state"] == "cleared"


async def test_another_correction_of_the_same_hand_takes_nothing_back(
    database: Database, season: None, addresses: ServiceDatabase, school: Desk
) -> None:
    placed, confirmed = await corrected(database, SEEKING), await corrected(database, SEEKING)
    await recorded_ago(addresses, timedelta(days=8), placed, confirmed)
    await edit(database, placed, SCHOOL, employer_address="另一路 2 号")
    await edit(database, await act(database, confirmed, Action.CONFIRM), SCHOOL, employer_address="另一路 2 号")
    await sweep_all(database)
    (case,) = await cases_of(school, rule="single_handed")
    assert case["registrations"] == [str(placed.id)]
    assert case["facts"] == {"version": placed.version, "action": "edit"}


async def test_what_a_graduate_has_confirmed_is_not_doubted_while_a_replacement_is_written(
    database: Database, season: None, addresses: ServiceDatabase, school: Desk
) -> None:
    placed = await corrected(database, SEEKING)
    await recorded_ago(addresses, timedelta(days=8), placed)
    confirmed = await act(database, placed, Action.CONFIRM)
    own = graduate_role(confirmed.registration.graduate.id)
    await edit(database, confirmed, own, employer_address="另一路 2 号")
    await sweep_all(database)
    assert await cases_of(school, rule="single_handed") == []


async def corrected(database: Database, first: Destination) -> Recorded:
    """Approved with one content, and corrected to another employer by one officer alone."""
    record = await approved(database, first)
    return await edit(database, record, SCHOOL, **{**UNIT.values(), "employer_name": "另一公司", "reason": None})


async def recorded_ago(addresses: ServiceDatabase, ago: timedelta, *records: Recorded) -> None:
    """Lets the newest versions lie so far back, and the season before them all."""
    owner = await asyncpg.connect(addresses.admin_url)
    for each in records:
        moved = "UPDATE registration_versions SET recorded_at = quxiang_now() - CAST($1 AS interval)"
        await owner.execute(f"{moved} WHERE (registration_id, version) = ($2, $3)", ago, each.id, each.version)
    await owner.execute("UPDATE season_versions SET recorded_at = quxiang_now() - interval '30 days'")
    await owner.close()


@pytest.mark.parametrize(("others", "is_doubted"), [(9, False), (8, True)])
async def test_a_share_is_doubted_above_its_threshold(
    database: Database, season: None, school: Desk, *, others: int, is_doubted: bool
) -> None:
    await approved(database, FREELANCE)
    for _ in range(others):
        await approved(database, SEEKING)
    await sweep_all(database)
    found = await cases_of(school)
    assert bool(found) is is_doubted
    if found:
        assert (found[0]["rule"], found[0]["college_code"]) == ("share_code_76", "C01")
        assert found[0]["facts"] == {"threshold": 10, "at_least": 10}


async def test_a_cohort_without_a_season_is_doubted_in_nothing(database: Database, school: Desk) -> None:
    await approved(database, FREELANCE)
    assert await sweep_all(database) == 0
    assert await cases_of(school) == []


async def test_evidence_that_is_gone_doubts_nothing(
    database: Database, season: None, seat: Seat, enrol: Enrolment, college: Desk, school: Desk
) -> None:
    graduate_id = await enrol()
    record: Any = await seat("graduate", graduate=graduate_id).register(graduate_id, CONTENT)
    kept = await send(college, record, pdf())
    subjects = (f"evidence:{kept.json()['id']}", "evidence:00000000-0000-0000-0000-000000000000")
    for subject in subjects:
        values = f"('10001', 'signal', 'code_title', '{subject}', '{{}}', 'school', 'open', 's', 's')"
        await run(database, f"{INSERT} {values}")
    assert await sweep(database, {}) == 0
    await sweep_all(database)
    states = {each["subject"]: each["state"] for each in await cases_of(school)}
    assert states == {subjects[0]: "open", subjects[1]: "cleared"}


async def run(database: Database, statement: str) -> None:
    async with database.transaction(SYSTEM) as unit:
        await unit.connection.driver.execute(statement)
        await unit.commit()
