"""Acts that meet on one registration: one of them is done, the others learn of it."""

import asyncio

import asyncpg
import pytest
from acting import COLLEGE, OTHER_SCHOOL, SCHOOL, STRANGER, act, approved, edit, register, registered, rows
from enrolling import Enrolment
from meeting import together

from common.database import Database
from common.errors import NotFound, PreconditionFailed
from destinations.registrations.commands import Recorded
from destinations.registrations.domain import refusals
from destinations.registrations.domain.lifecycle import Action
from testing.databases import ServiceDatabase


async def test_two_registrations_of_one_graduate_at_once_leave_one(database: Database) -> None:
    graduate_id = await Enrolment(database)()
    attempts = [register(database, SCHOOL, graduate_id) for _ in range(6)]
    outcomes = await asyncio.gather(*attempts, return_exceptions=True)
    assert sum(isinstance(each, Recorded) for each in outcomes) == 1
    assert sum(isinstance(each, refusals.AlreadyRegistered) for each in outcomes) == 5
    assert len(await rows(database, "SELECT 1 FROM registrations")) == 1


async def test_two_acts_on_one_version_leave_one(database: Database, addresses: ServiceDatabase) -> None:
    submitted = await act(database, await registered(database), Action.SUBMIT)
    approvals = [act(database.patient, submitted, Action.COLLEGE_APPROVE, COLLEGE) for _ in range(4)]
    refused = [act(database.patient, submitted, Action.RETURN, COLLEGE) for _ in range(4)]
    outcomes = await together(addresses, submitted.registration.graduate.id, [*approvals, *refused])
    done = [each for each in outcomes if isinstance(each, Recorded)]
    assert len(done) == 1
    assert all(isinstance(each, Recorded | PreconditionFailed) for each in outcomes), outcomes
    assert done[0].registration.version == 3


async def test_a_correction_and_a_request_on_one_version_leave_one(
    database: Database, addresses: ServiceDatabase
) -> None:
    before = await approved(database)
    corrections = [edit(database.patient, before, SCHOOL, reason="signing") for _ in range(3)]
    requests = [act(database.patient, before, Action.REQUEST_VOID) for _ in range(3)]
    outcomes = await together(addresses, before.registration.graduate.id, [*corrections, *requests])
    assert sum(isinstance(each, Recorded) for each in outcomes) == 1
    assert all(isinstance(each, Recorded | PreconditionFailed) for each in outcomes), outcomes


async def test_two_registrations_that_meet_leave_one(database: Database, addresses: ServiceDatabase) -> None:
    voided = await approved(database)
    voided = await act(database, await act(database, voided, Action.REQUEST_VOID, OTHER_SCHOOL), Action.VOID, SCHOOL)
    graduate_id = voided.registration.graduate.id
    attempts = [register(database.patient, SCHOOL, graduate_id) for _ in range(5)]
    outcomes = await together(addresses, graduate_id, attempts)
    assert sum(isinstance(each, Recorded) for each in outcomes) == 1
    assert sum(isinstance(each, refusals.AlreadyRegistered) for each in outcomes) == 4, outcomes


async def test_a_stranger_does_not_wait_for_a_lock(database: Database, addresses: ServiceDatabase) -> None:
    before = await approved(database)
    holder = await asyncpg.connect(addresses.admin_url)
    async with holder.transaction():
        await holder.execute("SELECT 1 FROM destination_streams FOR UPDATE")
        async with asyncio.timeout(3):
            with pytest.raises(NotFound):
                await act(database, before, Action.REQUEST_VOID, STRANGER)
    await holder.close()


async def test_a_confirmation_is_of_the_version_that_was_seen(database: Database) -> None:
    seen = await approved(database)
    await edit(database, seen, SCHOOL, reason="signing")
    with pytest.raises(PreconditionFailed):
        await act(database, seen, Action.CONFIRM)
