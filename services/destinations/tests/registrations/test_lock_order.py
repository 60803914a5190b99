"""Every pair of acts that lock the same rows, met 200 times with either of them first: none waits in a circle.

Acts are undone instead of committed, so that every round finds the rows as the round before it did.
"""

import asyncio
import contextlib
import itertools
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from uuid import UUID

import pytest
from acting import COLLEGE, SCHOOL, SEEKING, act, graduate_role, register, stored
from enrolling import Enrolment, roster_entry

from common.auth import SYSTEM, Principal
from common.database import Database, UnitOfWork
from common.errors import Conflict, Versions
from common.identifiers import GraduateId
from destinations.registrations import commands
from destinations.registrations.commands import Recorded
from destinations.registrations.domain import deciding
from destinations.registrations.domain.lifecycle import Action, Party
from destinations.registrations.domain.registration import Person
from destinations.registrations.imports import storage as bulk
from destinations.registrations.imports.planning import Planned
from destinations.registrations.imports.rows import Row
from destinations.roster import storage as roster
from destinations.roster.domain import RosterEntry

ROUNDS = 200
LONGEST_DELAY = 0.004
"""Seconds by which the second act is late at most: about as long as an act takes."""

ANY_VERSION = Versions(any=True)
OFFICER = Person(Party.SCHOOL_OFFICER, SCHOOL.subject)

Act = Callable[[UnitOfWork], Awaitable[object]]


@dataclass(frozen=True)
class Class:
    """Graduates of one class by rising id: one with a registration, one without, one not in the roster yet."""

    registered: Recorded
    entries: tuple[RosterEntry, ...]

    @property
    def news(self) -> list[RosterEntry]:
        """What registry says next, in the order in which no act may lock."""
        return [RosterEntry(each.graduate, each.sequence + 1) for each in reversed(self.entries)]


_SUBMITTED = ((Action.SUBMIT, None),)
_AT_SCHOOL = (*_SUBMITTED, (Action.COLLEGE_APPROVE, COLLEGE))
_DECIDED = (*_AT_SCHOOL, (Action.SCHOOL_APPROVE, SCHOOL))
BEFORE: dict[str, Sequence[tuple[Action, Principal | None]]] = {
    "register": (),
    "edit": (),
    "submit": (),
    "college-approve": _SUBMITTED,
    "return": _SUBMITTED,
    "school-approve": _AT_SCHOOL,
    "confirm": _DECIDED,
    "dispute": _DECIDED,
    "request-void": _DECIDED,
    "void": (*_DECIDED, (Action.REQUEST_VOID, COLLEGE)),
}
"""The acts on one graduate, and what happens before each of them is possible."""


async def a_class(database: Database, first: str) -> Class:
    """A class in which the first of two acts is possible."""
    ids = sorted(GraduateId(UUID(int=random.getrandbits(128), version=4)) for _ in range(3))
    entries = tuple(roster_entry(each) for each in ids)
    for entry in entries[:2]:
        await Enrolment(database).keep(entry)
    recorded = await register(database, SCHOOL, ids[0])
    for action, caller in BEFORE.get(first, ()):
        recorded = await act(database, recorded, action, caller)
    return Class(recorded, entries)


def act_of(name: str, people: Class) -> Act:
    graduate_id = people.registered.registration.graduate.id
    if name == "import":
        return partial(import_chunk, people.news)
    if name == "arrivals":
        return lambda unit: roster.keep_graduates(unit.connection, people.news)
    if name == "register with an entry":
        missing = people.entries[-1]
        return partial(
            commands.register, caller=SCHOOL, graduate_id=missing.graduate.id, content=SEEKING, entry=missing
        )
    if name == "register":
        return partial(commands.register, caller=SCHOOL, graduate_id=graduate_id, content=SEEKING)
    if name == "edit":
        edit = partial(commands.edit, caller=SCHOOL, registration_id=people.registered.id, expected=ANY_VERSION)
        return partial(edit, patch={"reason": "signing"})
    action = Action(name)
    caller = COLLEGE if action in {Action.COLLEGE_APPROVE, Action.RETURN} else SCHOOL
    if action in {Action.CONFIRM, Action.DISPUTE}:
        caller = graduate_role(graduate_id)
    acting = partial(commands.act, caller=caller, registration_id=people.registered.id, expected=ANY_VERSION)
    return partial(acting, action=action, note="因故")


async def import_chunk(entries: Sequence[RosterEntry], unit: UnitOfWork) -> None:
    """Locks, plans and writes as an import does with the rows of one chunk."""
    await bulk.one_at_a_time(unit.connection, "10001", 2024)
    known = await bulk.lock_known(unit.connection, entries[0].graduate.school_code, entries)
    rows = [
        Planned(Row(number), stored, deciding.imported(stored.registration, SEEKING, OFFICER))
        for number, stored in enumerate(known.values())
    ]
    await bulk.write(unit, rows, bulk.Writing("10001", None, "operation"))


async def meet(database: Database, first: Act, second: Act, delay: float) -> None:
    """Lets both begin at once, the second a little later; the state may refuse one, a deadlock may not."""
    start = asyncio.Barrier(2)

    async def undone(act: Act, delay: float) -> None:
        async with database.patient.transaction(SYSTEM) as unit:
            await start.wait()
            await asyncio.sleep(delay)
            with contextlib.suppress(Conflict):
                await act(unit)

    await asyncio.gather(undone(first, 0), undone(second, delay))


SINGLE = tuple(BEFORE)
PAIRS = (
    *itertools.combinations_with_replacement(SINGLE, 2),
    *((name, "import") for name in SINGLE),
    *itertools.combinations_with_replacement(("import", "arrivals", "register with an entry"), 2),
)


@pytest.mark.parametrize(("one", "other"), PAIRS)
async def test_no_pair_of_acts_waits_in_a_circle(database: Database, one: str, other: str) -> None:
    chance = random.Random(f"{one} {other}")
    for first, second in {(one, other), (other, one)}:
        people = await a_class(database, first)
        for _ in range(ROUNDS):
            delay = chance.uniform(0, LONGEST_DELAY)
            await meet(database, act_of(first, people), act_of(second, people), delay)
        assert await stored(database, SCHOOL, people.registered.id) == people.registered.registration
