"""Acts on registrations: load, decide, save, announce, audit, within a unit of work that others commit."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from common.auth import Owners, Principal, Role, RowScope
from common.codes import CodeLists
from common.contracts import ChangeToken
from common.contracts.registration import TOPIC
from common.copying import copy_rows
from common.crypto import FieldCipher
from common.database import UnitOfWork
from common.errors import ExpectedVersion, Missing, must_equal
from common.identifiers import GraduateId, RegistrationId
from destinations.cases import storage as cases
from destinations.cases.commands import clear_signals, must_note, signal, subject_of
from destinations.cases.domain import CaseId, Rule
from destinations.evidence import storage as evidence
from destinations.evidence.domain import Kind
from destinations.registrations import announcements, storage
from destinations.registrations.domain import deciding, permitting, refusals, targeted
from destinations.registrations.domain.content import PROVED, SEALED, Destination
from destinations.registrations.domain.lifecycle import Action, Party
from destinations.registrations.domain.registration import Change, LateReason, Person, Registration
from destinations.registrations.domain.signals import is_judged
from destinations.registrations.domain.targeted import TrainedFor
from destinations.registrations.storage import Stamped, Unsaved
from destinations.roster import storage as roster
from destinations.roster.domain import Graduate, RosterEntry
from destinations.seasons.domain import Level
from destinations.tasks import commands as tasks
from destinations.tasks.domain import DisputeKind

_PARTIES = {party.value: party for party in Party}


@dataclass(frozen=True)
class Recorded:
    """A registration as an act left it, and the token of the event that the act published, if it published one."""

    registration: Registration
    change_token: ChangeToken | None

    @property
    def id(self) -> RegistrationId:
        """The registration's id."""
        return self.registration.id

    @property
    def version(self) -> int:
        """The version that the act made."""
        return self.registration.version


def scope_of(caller: Principal) -> RowScope:
    """The registrations a caller may see; surveys need none of them."""
    return RowScope() if caller.role is Role.SURVEY_MANAGER else caller.row_scope()


def person_of(caller: Principal) -> Person | None:
    """The caller as a party to registrations, if the role is one."""
    party = _PARTIES.get(caller.role.value)
    return None if party is None else Person(party, caller.subject)


async def register(
    unit: UnitOfWork,
    *,
    caller: Principal,
    graduate_id: GraduateId,
    content: Destination,
    entry: RosterEntry | None = None,
) -> Recorded:
    """Creates a draft. `entry` is registry's answer about a graduate whom no event has described yet.

    Raises RoleMayNotAct; Missing with the graduate's id where neither the roster nor `entry` knows the graduate;
    UnknownGraduate for one outside the caller's scope; AlreadyRegistered, ErasedPerson, GraduateWithdrawn,
    ContentRefused.
    """
    person = permitting.must_take_part(Action.CREATE, person_of(caller))
    if entry is not None:
        # before the stream is locked: an import keeps its entries and locks in this order, too
        await roster.keep_graduates(unit.connection, [entry])
    found = await roster.find(unit.connection, graduate_id)
    if found is None:
        raise Missing(graduate_id)
    graduate, province_code = found
    owners = Owners[object](
        school_code=graduate.school_code,
        college_code=graduate.college_code,
        class_code=graduate.class_code,
        graduate_id=graduate.id,
        province_code=province_code,
    )
    # refused before the stream is locked, like an unknown graduate: the caller must not learn who is registered
    if not scope_of(caller).allows(owners):
        raise refusals.UnknownGraduate
    await storage.open_streams(unit.connection, graduate.school_code, [graduate.id])
    current = await storage.current_of(unit.connection, graduate.id)
    if current is not None:
        raise refusals.AlreadyRegistered(current.stage, permitting.allowed_transitions(current, person))
    # once more, under the lock: an erasure that came first has nothing left to empty
    locked = (await roster.entries(unit.connection, [graduate_id]))[graduate_id].graduate
    permitting.must_not_be_frozen(locked)
    terms = await storage.terms(unit.connection, locked)
    return await _record(unit, locked, None, deciding.create(content, person, locked.cohort, terms))


async def edit(
    unit: UnitOfWork,
    *,
    caller: Principal,
    registration_id: RegistrationId,
    expected: ExpectedVersion,
    patch: Mapping[str, Any],
    cipher: FieldCipher,
    late_reason: LateReason | None = None,
    case_id: CaseId | None = None,
) -> Recorded:
    """Changes the content by a merge patch, which is in clear: absent keeps, None clears.

    Raises NotFound, RoleMayNotAct, PreconditionRequired, PreconditionFailed, what `deciding.edit` raises, and Busy.
    """
    before, person = await _locked_for(unit, Action.EDIT, caller, registration_id, expected, case_id)
    if not patch.keys().isdisjoint(SEALED):
        # under the lock: a value that stands keeps the ciphertext that it has by now
        patch = storage.sealed(cipher, before.graduate.id, patch, before.content)
    change = deciding.edit(before, patch, person, late_reason)
    return await _record_judged(unit, before, change, cipher)


async def act(
    unit: UnitOfWork,
    *,
    caller: Principal,
    registration_id: RegistrationId,
    expected: ExpectedVersion,
    action: Action,
    note: str | None = None,
    late_reason: LateReason | None = None,
    trained_for: TrainedFor | None = None,
    case_id: CaseId | None = None,
    cipher: FieldCipher | None = None,
) -> Recorded:
    """Makes a transition but a dispute; `note` is the reason of a return or the note of an approval, `late_reason`
    that of a late change, `case_id` the case for which a closed cohort is changed. Pay is judged with the `cipher`.

    Raises NotFound, RoleMayNotAct, PreconditionRequired, PreconditionFailed, what `deciding` raises, and Busy; of an
    approval NoteRequired, of the last one Missing with the graduate's id where `trained_for` must be known, and
    TargetedUnitMismatch.
    """
    before, person = await _locked_for(unit, action, caller, registration_id, expected, case_id)
    if action is Action.SUBMIT:
        # only that level asks who wrote
        asks = Level.COUNSELLOR in before.course.levels
        written_by = await storage.written_by(unit.connection, before) if asks else None
        judged = await storage.judged(unit.connection, before.id)
        change = deciding.submit(before, person, late_reason, written_by=written_by, demand=judged.demand)
        recorded = await _record(unit, before.graduate, before, change)
        await signal(unit, cipher, recorded.registration, judged)
        return recorded
    if permitting.judges_content(before, action):
        await must_note(unit.connection, caller, before.id, note)
        demand = await storage.demand(unit.connection, before.id)
        change = deciding.act(before, action, person, note, demand=demand)
        asks_unit = action is Action.SCHOOL_APPROVE and Kind.TARGETED_RELEASE not in demand.standing.accepted
        if asks_unit and targeted.may_be_bound(before.graduate, before.content):
            _must_be_at_unit(before, person, trained_for)
        if action is Action.SCHOOL_APPROVE and before.graduate.training_mode_code in targeted.TARGETED_MODES:
            # it is at the unit, or the graduate was released
            signals = [Rule.TARGETED_UNIT.value]
            await clear_signals(unit, before.graduate.school_code, signals, [subject_of(before.id)])
    else:
        change = deciding.act(before, action, person, note, late_reason)
    return await _record_judged(unit, before, change, cipher)


async def dispute(
    unit: UnitOfWork,
    *,
    caller: Principal,
    registration_id: RegistrationId,
    expected: ExpectedVersion,
    kind: DisputeKind,
    reason: bytes,
) -> Recorded:
    """Says as the graduate that what is effective is wrong; `reason` is sealed, and stands in no version.

    Raises NotFound, RoleMayNotAct, PreconditionRequired, PreconditionFailed, what `deciding.act` raises, and Busy.
    """
    before, person = await _locked_for(unit, Action.DISPUTE, caller, registration_id, expected)
    recorded = await _record(unit, before.graduate, before, deciding.act(before, Action.DISPUTE, person))
    await tasks.disputed(unit, recorded.registration, kind, reason)
    return recorded


def _must_be_at_unit(before: Registration, person: Person, trained_for: TrainedFor | None) -> None:
    if trained_for is None:
        raise Missing(before.graduate.id)
    if targeted.is_elsewhere(before.graduate, before.content, trained_for.unit):
        raise refusals.TargetedUnitMismatch(before.stage, permitting.allowed_transitions(before, person))


async def record_many(
    unit: UnitOfWork,
    changes: Sequence[Unsaved],
    lists: CodeLists,
    *,
    effective_on: date | None = None,
    asked_on: date | None = None,
) -> tuple[list[Stamped], ChangeToken | None]:
    """Stores changes of graduates of one school, whose streams are locked, with versions and events, but unaudited.

    Gives them in the order of the graduates' ids, and the token of the last event. `lists` are those that judged the
    contents; `asked_on` is the day on which the work was asked for.
    """
    if not changes:
        return [], None
    ordered = sorted(changes, key=lambda each: each.graduate.id.int)
    stamped, recorded_at = await storage.stamp_many(unit.connection, ordered, effective_on, asked_on)
    await storage.save_many(unit.connection, stamped, recorded_at, unit.actor, lists)
    await _follow(unit, [(each.id, each.unsaved.before, each.unsaved.change) for each in stamped])
    events = await asyncio.to_thread(announcements.to_rows, stamped, unit.correlation_id, recorded_at)
    await copy_rows(unit.driver, "outbox", announcements.OUTBOX_COLUMNS, events)
    published = [each for each in stamped if each.sequence is not None]
    return stamped, _token(published[-1]) if published else None


async def _follow(unit: UnitOfWork, changes: Sequence[tuple[RegistrationId, Registration | None, Change]]) -> None:
    """What follows from changes of registrations: evidence shows another destination, disputes are settled."""
    outdated = [each for each, before, change in changes if before and not PROVED.isdisjoint(change.changed)]
    if outdated:
        await evidence.outdate(unit.connection, outdated)
    await tasks.follow(unit.connection, changes)


def _token(last: Stamped) -> ChangeToken:
    assert last.sequence is not None, "it is announced"
    graduate = last.unsaved.graduate
    return ChangeToken(TOPIC, graduate.school_code, str(graduate.id), last.sequence)


async def _locked_for(
    unit: UnitOfWork,
    action: Action,
    caller: Principal,
    registration_id: RegistrationId,
    expected: ExpectedVersion,
    case_id: CaseId | None = None,
) -> tuple[Registration, Person]:
    """The locked registration, once scope, role, version and state allow the act, in this order."""
    scope = scope_of(caller)
    # within the scope: a caller outside must neither wait for the lock nor learn from waiting
    await storage.lock_stream(unit.connection, scope, registration_id)
    # a statement of its own: the act before may have changed the registration, or an event the graduate's scope
    registration = await storage.get(unit.connection, scope, registration_id)
    person = permitting.must_take_part(action, person_of(caller), registration.course.levels)
    must_equal(expected, registration.version)
    if case_id is not None and await cases.is_found_true(unit.connection, case_id, registration.id):
        registration = replace(registration, by_case=case_id)
    permitting.must_be_possible(registration, action, person)
    return registration, person


async def _record_judged(
    unit: UnitOfWork, before: Registration, change: Change, cipher: FieldCipher | None
) -> Recorded:
    """Stores the change, with what rules doubt of it where it says something to reviewers."""
    recorded = await _record(unit, before.graduate, before, change)
    stood = before.effective.content if change.takes_effect and before.effective else change.content
    if is_judged(change, written_anew=change.content != before.content or change.content != stood):
        await signal(unit, cipher, recorded.registration, await storage.judged(unit.connection, before.id))
    return recorded


async def _record(unit: UnitOfWork, graduate: Graduate, before: Registration | None, change: Change) -> Recorded:
    """Stores the change with its version, event and audit entry."""
    registration, sequence = await storage.save(unit.connection, graduate, before, change, unit.actor)
    await _follow(unit, [(registration.id, before, change)])
    event = announcements.to_event(before, registration, change, sequence)
    token = await unit.announce(event) if event else None
    detail = {"version": registration.version, "state": registration.state.value}
    if before is not None and before.by_case is not None:
        detail["case"] = str(before.by_case)
    await unit.audit(
        change.action.value, "registration", registration.id, school_code=graduate.school_code, detail=detail
    )
    return Recorded(registration, token)
