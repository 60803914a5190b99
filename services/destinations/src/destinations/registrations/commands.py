"""Acts on registrations: open the unit of work, load, decide, save, announce, audit, commit."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from common.auth import SYSTEM, Owners, Principal, Role, RowScope
from common.contracts import ChangeToken
from common.database import Database, UnitOfWork
from common.http import Idempotency
from common.identifiers import GraduateId, RegistrationId
from destinations.registrations import announcements, storage
from destinations.registrations.domain import deciding, refusals
from destinations.registrations.domain.content import Destination
from destinations.registrations.domain.lifecycle import Action, Party
from destinations.registrations.domain.registration import Change, Person, Registration
from destinations.registry_client import Registry
from destinations.roster import storage as roster
from destinations.roster.domain import Graduate

EXPLAINED = frozenset({Action.RETURN, Action.DISPUTE})
"""Acts that need a reason."""


@dataclass(frozen=True)
class Outcome:
    """A registration after an act, and the token of what was published, if anything was."""

    registration: Registration
    change_token: ChangeToken | None


@dataclass(frozen=True)
class Target:
    """The registration that is meant, and the check that the caller saw its newest version."""

    id: RegistrationId
    must_equal: Callable[[int], None]


def scope_of(caller: Principal) -> RowScope:
    """The registrations a caller may see; surveys need none of them."""
    return RowScope() if caller.role is Role.SURVEY_MANAGER else caller.row_scope()


def party_of(caller: Principal) -> Party | None:
    """The part that a role has in registrations, if any."""
    return next((party for party in Party if party.value == caller.role.value), None)


def person_of(caller: Principal) -> Person | None:
    """The caller as somebody who takes part in registrations."""
    party = party_of(caller)
    return Person(party, caller.subject) if party else None


def must_be_author(caller: Principal) -> None:
    """Refuses roles that never register anybody."""
    _person(caller, Action.CREATE)


async def register(
    database: Database,
    registry: Registry,
    caller: Principal,
    graduate_id: GraduateId,
    content: Destination,
    once: Idempotency,
) -> Outcome:
    """Creates a draft; refuses an unknown, foreign, withdrawn or registered graduate."""
    outcome = await _register_known(database, caller, graduate_id, content, once)
    if outcome is None:
        await _make_known(database, registry, graduate_id)
        outcome = await _register_known(database, caller, graduate_id, content, once)
    if outcome is None:
        raise refusals.UnknownGraduate
    return outcome


async def edit(
    database: Database, caller: Principal, target: Target, patch: Callable[[], Mapping[str, Any]]
) -> Outcome:
    """Changes the content; `patch` is read when nothing else stands in the way."""
    async with database.transaction(caller.actor) as unit:
        before, person = await _locked_for(unit, caller, target, Action.EDIT)
        change = deciding.edit(before, patch(), person)
        outcome = await _written(unit, before.graduate, before, change)
        await unit.commit()
    return outcome


async def act(
    database: Database,
    caller: Principal,
    target: Target,
    action: Action,
    once: Idempotency,
    note: Callable[[], str | None] = lambda: None,
) -> Outcome:
    """Makes a transition; `note`, the reason where one is needed, is read when nothing else stands in the way."""
    async with database.transaction(caller.actor) as unit:
        await once.claim(unit)
        before, person = await _locked_for(unit, caller, target, action)
        change = deciding.act(before, action, person, note())
        outcome = await _written(unit, before.graduate, before, change)
        await once.remember(unit, target.id, outcome.registration.version)
        await unit.commit()
    return outcome


def _person(caller: Principal, action: Action) -> Person:
    return Person(deciding.must_take_part(action, party_of(caller)), caller.subject)


async def _register_known(
    database: Database, caller: Principal, graduate_id: GraduateId, content: Destination, once: Idempotency
) -> Outcome | None:
    """Registers; None if the graduate is not in the local roster yet."""
    person = _person(caller, Action.CREATE)
    async with database.transaction(caller.actor) as unit:
        await once.claim(unit)
        found = await roster.find(unit.connection, graduate_id)
        if found is None:
            return None
        graduate = await _registrable(unit, caller, found, person)
        outcome = await _written(unit, graduate, None, deciding.create(content, person))
        made = outcome.registration
        await once.remember(unit, made.id, made.version, 201, f"/v1/registrations/{made.id}")
        await unit.commit()
    return outcome


async def _make_known(database: Database, registry: Registry, graduate_id: GraduateId) -> None:
    """Asks registry for a graduate whose first event has not come yet."""
    entry = await registry.graduate(graduate_id)
    if entry is None:
        raise refusals.UnknownGraduate
    async with database.transaction(SYSTEM) as unit:
        await roster.keep_graduates(unit.connection, [entry])
        await unit.commit()


async def _registrable(
    unit: UnitOfWork, caller: Principal, found: tuple[Graduate, str | None], person: Person
) -> Graduate:
    graduate, province_code = found
    if not _sees(caller, graduate, province_code):
        raise refusals.UnknownGraduate
    await storage.open_stream(unit.connection, graduate)
    current = await storage.current(unit.connection, graduate.id)
    if current is not None:
        raise refusals.AlreadyRegistered(current.stage, deciding.allowed_transitions(current, person))
    if not graduate.counted:
        raise refusals.GraduateWithdrawn
    return graduate


def _sees(caller: Principal, graduate: Graduate, province_code: str | None) -> bool:
    return caller.sees_row(
        Owners(
            school_code=graduate.school_code,
            college_code=graduate.college_code,
            class_code=graduate.class_code,
            graduate_id=graduate.id,
            province_code=province_code,
        )
    )


async def _locked_for(
    unit: UnitOfWork, caller: Principal, target: Target, action: Action
) -> tuple[Registration, Person]:
    """The locked registration, once scope, role, version and state allow the act, in this order."""
    # read once without the lock: a caller outside the scope must neither wait for it nor learn by waiting
    await storage.get(unit.connection, scope_of(caller), target.id)
    await storage.lock(unit.connection, target.id)
    registration = await storage.get(unit.connection, scope_of(caller), target.id)
    person = _person(caller, action)
    target.must_equal(registration.version)
    deciding.must_be_possible(registration, action, person)
    return registration, person


async def _written(unit: UnitOfWork, graduate: Graduate, before: Registration | None, change: Change) -> Outcome:
    registration, sequence = await storage.save(unit.connection, graduate, before, change, unit.actor)
    event = announcements.to_event(before, registration, change, sequence)
    token = await unit.announce(event) if event else None
    detail = {"version": registration.version, "state": registration.state.value}
    await unit.audit(
        change.action.value, "registration", registration.id, school_code=graduate.school_code, detail=detail
    )
    return Outcome(registration, token)
