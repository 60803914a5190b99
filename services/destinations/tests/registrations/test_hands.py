"""Whose hands made something: what the database holds against any writer, and acts that meet."""

import itertools

import asyncpg
import pytest
from acting import COLLEGE, OTHER_SCHOOL, SCHOOL, act, approved, edit, graduate_role, registered, rows
from meeting import together

from common.database import Database
from common.errors import PreconditionFailed
from destinations.registrations.commands import Recorded
from destinations.registrations.domain.lifecycle import Action
from testing.databases import ServiceDatabase

AUTHORS = ("written_by", "submitted_by")
REVIEWERS = ("reviewed_by_class", "reviewed_by_college", "reviewed_by_school")


async def test_the_database_refuses_who_reviews_what_is_their_own(
    database: Database, addresses: ServiceDatabase
) -> None:
    await approved(database)
    owner = await asyncpg.connect(addresses.owner_url)
    for table in ("registrations", "registration_versions"):
        # writer and submitter may be one, of the same or of no review
        await owner.execute(f"UPDATE {table} SET written_by = 'a', submitted_by = 'a', reviewed_by_college = NULL")
        for one, other in itertools.combinations((*AUTHORS, *REVIEWERS), 2):
            if {one, other} == set(AUTHORS):
                continue
            with pytest.raises(asyncpg.CheckViolationError, match="independent_reviewers"):
                await owner.execute(f"UPDATE {table} SET {one} = 'the same', {other} = 'the same'")
    await owner.close()


async def test_what_is_current_says_what_its_last_version_says(database: Database) -> None:
    known = await approved(database)
    own = graduate_role(known.registration.graduate.id)
    pending = await act(database, await edit(database, known, own, reason="signing"), Action.SUBMIT, own)
    asked = await act(database, await approved(database), Action.REQUEST_VOID, SCHOOL)
    refused = await act(database, asked, Action.RETURN, SCHOOL)
    voided = await act(
        database, await act(database, await approved(database), Action.REQUEST_VOID), Action.COLLEGE_APPROVE, COLLEGE
    )
    voided = await act(database, voided, Action.VOID, OTHER_SCHOOL)
    names = ("cohort", "effective_version", "submitted_at", "late_reason", *AUTHORS, *REVIEWERS)
    compared = ", ".join(f"current.{name} IS NOT DISTINCT FROM last.{name}" for name in names)
    same = await rows(
        database,
        f"""
        SELECT {compared} FROM registrations current
          JOIN registration_versions last ON last.registration_id = current.id AND last.version = current.version
        """,
    )
    assert [tuple(row) for row in same] == [(True,) * len(names)] * 3
    assert pending.registration.hands.written_by == own.subject
    # the content that stands again, by the hands that made it
    assert refused.registration.hands.reviewed_by_school == SCHOOL.subject
    assert voided.registration.hands.reviewed_by_school == OTHER_SCHOOL.subject


async def test_a_void_that_is_refused_leaves_what_the_graduate_had_confirmed(database: Database) -> None:
    confirmed = await act(database, await approved(database), Action.CONFIRM)
    drafted = await edit(database, confirmed, graduate_role(confirmed.registration.graduate.id), reason="signing")
    assert drafted.registration.confirmation == "unconfirmed"
    refused = await act(database, await act(database, drafted, Action.REQUEST_VOID, SCHOOL), Action.RETURN, SCHOOL)
    assert (refused.registration.state, refused.registration.confirmation) == ("school_approved", "confirmed")


async def test_of_acts_that_meet_on_one_version_one_is_done(database: Database, addresses: ServiceDatabase) -> None:
    first = await act(database, await registered(database), Action.SUBMIT)
    waiting = await act(database, first, Action.COLLEGE_APPROVE, COLLEGE)
    acts = [
        *(act(database.patient, waiting, Action.SCHOOL_APPROVE, person) for person in (SCHOOL, OTHER_SCHOOL)),
        act(database.patient, waiting, Action.RETURN, SCHOOL),
    ]
    outcomes = await together(addresses, waiting.registration.graduate.id, acts)
    assert sum(isinstance(each, Recorded) for each in outcomes) == 1
    assert all(isinstance(each, Recorded | PreconditionFailed) for each in outcomes), outcomes

    known = await approved(database)
    acts = [
        edit(database.patient, known, SCHOOL, reason="signing"),
        edit(database.patient, known, graduate_role(known.registration.graduate.id), reason="signing"),
        act(database.patient, known, Action.REQUEST_VOID, SCHOOL),
        act(database.patient, known, Action.REQUEST_VOID, COLLEGE),
        act(database.patient, known, Action.CONFIRM),
    ]
    outcomes = await together(addresses, known.registration.graduate.id, acts)
    (done,) = [each for each in outcomes if isinstance(each, Recorded)]
    assert all(isinstance(each, Recorded | PreconditionFailed) for each in outcomes), outcomes
    history = await rows(
        database, "SELECT by_subject FROM registration_versions WHERE registration_id = :id AND version = 5", id=done.id
    )
    assert len(history) == 1
