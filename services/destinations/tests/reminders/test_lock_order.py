"""A part of reminders meets every act that locks the same streams, in both directions, and other parts at once."""

import asyncio
import os
from functools import partial
from typing import Any

import pytest
from acting import CIPHER, SCHOOL, approved, graduate_role, rows
from enrolling import Enrolment, erasure

from common import clock
from common.auth import SYSTEM
from common.database import Database, UnitOfWork
from common.errors import Versions
from common.identifiers import Cohort, GraduateId, SchoolCode
from destinations.registrations import commands
from destinations.registrations.commands import Recorded
from destinations.registrations.domain.lifecycle import Action
from destinations.registrations.subscriptions import erase_registrations
from destinations.reminders import commands as reminders
from destinations.reminders.domain import Due, RemindedOf
from destinations.roster.subscriptions import keep_graduates
from testing.collisions import Act, meet

ROUNDS = 200 if os.environ.get("QUXIANG_SOAK") else 12


def part(*people: GraduateId) -> Act:
    """Reminds of two things each, against the order in which streams are locked."""
    due = [Due(each, what, clock.today()) for each in sorted(people, reverse=True) for what in reversed(RemindedOf)]
    return partial(reminders.remind, school_code=SchoolCode("10001"), cohort=Cohort(2024), due=due)


async def erase(people: list[GraduateId], unit: UnitOfWork) -> None:
    events = [erasure(each) for each in sorted(people, reverse=True)]
    await keep_graduates(unit, events)
    await erase_registrations(unit, events)


def other_act(name: str, registered: list[Recorded]) -> Act:
    first = max(registered, key=lambda each: each.registration.graduate.id)
    people = [each.registration.graduate.id for each in registered]
    meant: dict[str, Any] = {"registration_id": first.id, "expected": Versions(any=True)}
    acts: dict[str, Act] = {
        "another part": part(*people),
        "confirm": partial(
            commands.act, **meant, caller=graduate_role(first.registration.graduate.id), action=Action.CONFIRM
        ),
        "edit": partial(commands.edit, **meant, caller=SCHOOL, patch={"reason": "signing"}, cipher=CIPHER),
        "erase": partial(erase, people),
    }
    return acts[name]


@pytest.mark.parametrize("name", ["another part", "confirm", "edit", "erase"])
async def test_a_part_never_waits_in_a_circle(database: Database, name: str) -> None:
    registered = [await approved(database) for _ in range(2)]
    reminding = part(*(each.registration.graduate.id for each in registered))
    await meet(database, reminding, other_act(name, registered))


async def test_of_several_at_once_one_reminds(database: Database, enrol: Enrolment) -> None:
    """Each round by a barrier: of all that begin together each reminder is one's, and its event has its own place."""

    async def remind(person: GraduateId, barrier: asyncio.Barrier) -> int:
        await barrier.wait()
        async with database.patient.transaction(SYSTEM) as unit:
            sent = await part(person)(unit)
            await unit.commit()
        assert isinstance(sent, int)
        return sent

    for _ in range(ROUNDS):
        person, barrier = await enrol(), asyncio.Barrier(4)
        assert sum(await asyncio.gather(*(remind(person, barrier) for _ in range(4)))) == len(RemindedOf)
        places = await rows(database, "SELECT sequence FROM outbox WHERE key = :key ORDER BY id", key=f"{person}")
        assert [each.sequence for each in places] == [1, 2, 3, 4]
