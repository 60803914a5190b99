"""Acts on cases meet the acts that lock the same rows, in both directions: they wait, and never in a circle."""

from functools import partial
from typing import Any, cast

import pytest
from acting import CIPHER, COLLEGE, SCHOOL, UNIT, act, approved, registered
from doubts import set_season
from enrolling import erasure

from common.auth import Principal, Role
from common.database import Database, UnitOfWork
from common.errors import Versions
from common.identifiers import SchoolCode
from destinations.cases import commands as cases
from destinations.cases.domain import CaseId, Finding, Handler, Kind, Opening
from destinations.cases.subscriptions import erase_notes
from destinations.registrations import commands
from destinations.registrations.commands import Recorded
from destinations.registrations.domain.lifecycle import Action
from destinations.registrations.subscriptions import erase_registrations
from destinations.roster.subscriptions import keep_graduates
from testing.collisions import Act, meet

ANY = Versions(any=True)
INSPECTOR = Principal("inspector", Role.SCHOOL_OFFICER, school_code="10001")


async def checked(database: Database, *records: Recorded) -> CaseId:
    opening = Opening(
        kind=Kind.CHECK, school_code=SchoolCode("10001"), registrations=tuple(each.id for each in records)
    )
    return cast("CaseId", await database.act(SCHOOL.actor, partial(cases.open_case, opening=opening)))


async def erase(records: list[Recorded], unit: UnitOfWork) -> None:
    events = [erasure(each.registration.graduate.id, sequence=2) for each in reversed(records)]
    await keep_graduates(unit, events)
    await erase_registrations(unit, events)
    await erase_notes(unit, events)


@pytest.mark.parametrize("name", ["assign", "edit", "erase"])
async def test_a_finding_meets_what_changes_the_case_or_its_records(database: Database, name: str) -> None:
    records = [await approved(database, UNIT) for _ in range(2)]
    on_case: dict[str, Any] = {
        "caller": INSPECTOR,
        "cipher": CIPHER,
        "case_id": await checked(database, *records),
        "expected": ANY,
    }
    record: dict[str, Any] = {"caller": SCHOOL, "registration_id": records[-1].id, "expected": ANY, "cipher": CIPHER}
    others: dict[str, Act] = {
        "assign": partial(cases.assign, **on_case, handler=Handler.COLLEGE),
        "edit": partial(commands.edit, **record, patch={"job_title": "工程师"}),
        "erase": partial(erase, records),
    }
    await meet(database, partial(cases.find, **on_case, finding=Finding.TRUE, note="已核实"), others[name])


async def test_an_approval_meets_the_case_that_asks_for_its_note(database: Database) -> None:
    await set_season(database)
    waiting = await act(database, await registered(database, UNIT), Action.SUBMIT)
    made = partial(
        cases.make,
        caller=INSPECTOR,
        cipher=CIPHER,
        school_code=SchoolCode("10001"),
        registration_ids=[waiting.id],
        accused=None,
        note=None,
    )
    approve = partial(
        commands.act, caller=COLLEGE, registration_id=waiting.id, expected=ANY, action=Action.COLLEGE_APPROVE
    )
    await meet(database, made, approve)
