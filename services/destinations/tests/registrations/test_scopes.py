"""Callers and the registrations they may see, and graduates they may register."""

from uuid import uuid4

import pytest
from acting import COLLEGE, COUNSELLOR, SCHOOL, STRANGER, act, graduate_role, register, registered, stored
from enrolling import Enrolment, roster_entry

from common.auth import Principal, Role
from common.database import Database
from common.errors import Missing, NotFound
from common.identifiers import GraduateId, RegistrationId
from destinations.registrations import storage
from destinations.registrations.domain import refusals
from destinations.registrations.domain.lifecycle import Action
from destinations.registrations.storage import Filters
from destinations.roster import storage as roster


async def test_nothing_is_seen_outside_the_scope(database: Database) -> None:
    recorded = await registered(database)
    for outsider in (
        STRANGER,
        graduate_role(GraduateId(uuid4())),
        Principal("x", Role.COLLEGE_OFFICER, school_code="10001", college_code="C02"),
        Principal("x", Role.COUNSELLOR, school_code="10001", class_codes=frozenset({"K2"})),
        Principal("x", Role.COUNSELLOR, school_code="10001", college_code="C02", class_codes=frozenset({"K1"})),
        Principal("x", Role.MINISTRY),
        Principal("x", Role.SCHOOL_OFFICER),
    ):
        with pytest.raises(NotFound):
            await stored(database, outsider, recorded.registration.id)
        with pytest.raises(NotFound):
            await act(database, recorded, Action.SUBMIT, outsider)
    for insider in (COUNSELLOR, COLLEGE, SCHOOL, Principal("a", Role.ADMIN)):
        assert (await stored(database, insider, recorded.registration.id)).version == 1


async def test_an_older_roster_event_changes_nothing(database: Database) -> None:
    graduate_id = await Enrolment(database)(sequence=5, college_code="C05")
    await Enrolment(database).keep(roster_entry(graduate_id, sequence=4, college_code="C04"))
    async with database.reading() as connection:
        found = await roster.find(connection, graduate_id)
    assert found is not None
    assert found[0].college_code == "C05"


async def test_pages_go_through_all_registrations_once(database: Database) -> None:
    made = [(await registered(database)).registration.id for _ in range(5)]
    await registered(database, school_code="10002")
    seen: list[RegistrationId] = []
    async with database.reading() as connection:
        while page := await storage.page(connection, SCHOOL.row_scope(), Filters(), seen[-1] if seen else None, 2):
            seen += [each.id for each in page]
    assert seen == sorted(made)


async def test_a_graduate_of_another_school_is_refused_as_unknown(database: Database) -> None:
    foreign = await Enrolment(database)(school_code="10002")
    with pytest.raises(refusals.UnknownGraduate):
        await register(database, SCHOOL, foreign)
    described = roster_entry(school_code="10002", sequence=0)
    with pytest.raises(refusals.UnknownGraduate):
        await register(database, SCHOOL, described.graduate.id, entry=described)


async def test_a_graduate_whom_no_event_has_described_is_missing_until_an_entry_comes_along(database: Database) -> None:
    entry = roster_entry(sequence=0)
    graduate_id = entry.graduate.id
    with pytest.raises(Missing) as missing:
        await register(database, SCHOOL, graduate_id)
    assert missing.value.what == graduate_id
    recorded = await register(database, SCHOOL, graduate_id, entry=entry)
    assert recorded.registration.graduate.college_code == "C01"
    await Enrolment(database).keep(roster_entry(graduate_id, sequence=1, college_code="C09"))
    found = await stored(database, SCHOOL, recorded.id)
    assert found.graduate.college_code == "C09"


async def test_an_entry_never_replaces_what_an_event_said(database: Database) -> None:
    graduate_id = await Enrolment(database)(college_code="C05")
    recorded = await register(database, SCHOOL, graduate_id, entry=roster_entry(graduate_id, sequence=0))
    assert recorded.registration.graduate.college_code == "C05"
