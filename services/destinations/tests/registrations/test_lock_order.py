"""Every pair of acts that lock the same rows meets in both directions: one lock order, so no deadlock."""

import itertools
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from uuid import UUID

import pytest
from acting import CIPHER, COLLEGE, OTHER_SCHOOL, SCHOOL, SEEKING, act, graduate_role, register
from enrolling import Enrolment, erasure, roster_entry

from common.auth import SYSTEM, Principal
from common.codes import CodeLists
from common.database import Database, UnitOfWork
from common.errors import Conflict, Forbidden, Versions
from common.identifiers import Cohort, GraduateId
from destinations.registrations import commands
from destinations.registrations.commands import Recorded
from destinations.registrations.domain import deciding
from destinations.registrations.domain.lifecycle import Action, Party
from destinations.registrations.domain.registration import Person, Terms
from destinations.registrations.imports.load import keep_and_lock, read_stored
from destinations.registrations.imports.plan import Plan, Planned
from destinations.registrations.imports.rows import RegistrationRow
from destinations.registrations.imports.write import Writing, write
from destinations.registrations.storage import lock_imports
from destinations.registrations.subscriptions import erase_registrations
from destinations.roster import storage as roster
from destinations.roster.domain import RosterEntry
from destinations.roster.subscriptions import keep_graduates
from destinations.tasks.domain import DisputeKind
from destinations.tasks.subscriptions import erase_tasks
from testing.collisions import Act, meet

_SUBMITTED = ((Action.SUBMIT, None),)
_AT_SCHOOL = (*_SUBMITTED, (Action.COLLEGE_APPROVE, COLLEGE))
_DECIDED = (*_AT_SCHOOL, (Action.SCHOOL_APPROVE, SCHOOL))
BEFORE: dict[Action, Sequence[tuple[Action, Principal | None]]] = {
    Action.EDIT: (),
    Action.SUBMIT: (),
    Action.COLLEGE_APPROVE: _SUBMITTED,
    Action.RETURN: _SUBMITTED,
    Action.SCHOOL_APPROVE: _AT_SCHOOL,
    Action.CONFIRM: _DECIDED,
    Action.DISPUTE: _DECIDED,
    Action.REQUEST_VOID: _DECIDED,
    Action.VOID: (*_DECIDED, (Action.REQUEST_VOID, COLLEGE)),
}
"""The acts on a registration, and what is done before each of them is possible."""

CALLERS = {Action.COLLEGE_APPROVE: COLLEGE, Action.RETURN: COLLEGE}


@dataclass(frozen=True)
class Class:
    """Graduates of one class by rising id: one with a registration, one without, one not in the roster yet."""

    registered: Recorded
    entries: tuple[RosterEntry, ...]

    @property
    def news(self) -> list[RosterEntry]:
        """What registry says next, against the order in which rows are locked."""
        return [RosterEntry(each.graduate, each.sequence + 1) for each in reversed(self.entries)]


async def a_class(database: Database, possible: Action) -> Class:
    """A class in which this act on the registration is possible."""
    ids = sorted(GraduateId(UUID(int=random.getrandbits(128), version=4)) for _ in range(3))
    entries = tuple(roster_entry(each) for each in ids)
    for entry in entries[:2]:
        await Enrolment(database).keep(entry)
    recorded = await register(database, OTHER_SCHOOL, ids[0])
    for action, caller in BEFORE[possible]:
        recorded = await act(database, recorded, action, caller)
    return Class(recorded, entries)


def act_on_registration(people: Class, action: Action) -> Act:
    graduate = graduate_role(people.entries[0].graduate.id)
    caller = graduate if action in {Action.CONFIRM, Action.DISPUTE} else CALLERS.get(action, SCHOOL)
    meant, expected = people.registered.id, Versions(any=True)
    if action is Action.EDIT:
        edit = partial(commands.edit, caller=caller, registration_id=meant, expected=expected)
        return partial(edit, patch={"reason": "signing"}, cipher=CIPHER)
    if action is Action.DISPUTE:
        said = partial(commands.dispute, caller=caller, registration_id=meant, expected=expected)
        return partial(said, kind=DisputeKind.WRONG_DATA, reason=b"sealed")
    transition = partial(commands.act, caller=caller, registration_id=meant, expected=expected)
    return partial(transition, action=action, note="因故")


def other_act(people: Class, name: str) -> Act:
    first, _, missing = people.entries
    if name == "register":
        return partial(commands.register, caller=SCHOOL, graduate_id=first.graduate.id, content=SEEKING)
    if name == "register with an entry":
        known = partial(commands.register, graduate_id=missing.graduate.id, entry=missing)
        return partial(known, caller=SCHOOL, content=SEEKING)
    if name == "arrivals":
        return lambda unit: roster.keep_graduates(unit.connection, people.news)
    return partial(erase if name == "erase" else import_chunk, people.news)


async def erase(entries: Sequence[RosterEntry], unit: UnitOfWork) -> None:
    """What the consumer does with the events that all of these are erased."""
    events = [erasure(each.graduate.id, sequence=each.sequence) for each in entries]
    await keep_graduates(unit, events)
    await erase_registrations(unit, events)
    await erase_tasks(unit, events)


async def import_chunk(entries: Sequence[RosterEntry], unit: UnitOfWork) -> None:
    """Locks, plans and writes as an import does with the rows of one chunk."""
    school_code = entries[0].graduate.school_code
    await lock_imports(unit.connection, school_code, Cohort(2024))
    await keep_and_lock(unit.connection, school_code, [entries])
    known = await read_stored(unit.connection, entries)
    officer = Person(Party.SCHOOL_OFFICER, SCHOOL.subject)
    rows = [
        Planned(
            RegistrationRow(number),
            stored,
            deciding.imported(stored.registration, stored.graduate, SEEKING, officer, Terms()),
        )
        for number, stored in enumerate(known.values())
    ]
    await write(unit, Plan(rows), Writing("10001", None, CodeLists.load()))


async def meet_all(database: Database, pairs: Mapping[str, tuple[Act, Act]]) -> None:
    for names, (one, other) in pairs.items():
        try:
            await meet(database, one, other)
        except Exception as error:
            error.add_note(names)
            raise


async def is_possible(database: Database, wanted: Act) -> bool:
    async with database.transaction(SYSTEM) as unit:
        try:
            await wanted(unit)
        except (Conflict, Forbidden):
            return False
        return True


async def test_acts_on_one_registration_never_wait_in_a_circle(database: Database) -> None:
    """In a class in which both come to their writes, where there is one."""
    classes = {action: await a_class(database, action) for action in BEFORE}
    possible = {
        place: {each for each in BEFORE if await is_possible(database, act_on_registration(people, each))}
        for place, people in classes.items()
    }
    pairs = {}
    for one, other in itertools.combinations_with_replacement(BEFORE, 2):
        people = classes[next((place for place in classes if {one, other} <= possible[place]), one)]
        pairs[f"{one} and {other}"] = act_on_registration(people, one), act_on_registration(people, other)
    await meet_all(database, pairs)


@pytest.mark.parametrize("name", ["register", "import"])
async def test_acts_on_one_registration_and_others_never_wait_in_a_circle(database: Database, name: str) -> None:
    pairs = {}
    for action in BEFORE:
        people = await a_class(database, action)
        pairs[f"{action} and {name}"] = act_on_registration(people, action), other_act(people, name)
    await meet_all(database, pairs)


SEVERAL = ("import", "arrivals", "register with an entry")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        *(("register", "register"), ("register", "import"), ("erase", "erase"), ("erase", "import")),
        *(("erase", "register with an entry"), *itertools.combinations_with_replacement(SEVERAL, 2)),
    ],
)
async def test_acts_on_several_graduates_never_wait_in_a_circle(database: Database, one: str, other: str) -> None:
    people = await a_class(database, Action.SUBMIT)
    await meet(database, other_act(people, one), other_act(people, other))
