"""Asking for a population change, and deciding it: each act takes its locks in the order of docs/architecture.md."""

from collections.abc import Collection, Mapping, Sequence

from common import clock
from common.approvals import storage as requests
from common.approvals.deadlines import due_on
from common.approvals.domain import RequestState, must_be_another, must_be_open, must_have_asked, must_not_identify
from common.auth import EVERYTHING, Principal, Role, RowScope
from common.crypto import FieldCipher
from common.database import UnitOfWork, new_id
from common.errors import ExpectedVersion, must_equal
from common.identifiers import GraduateId
from common.sql import Connection
from registry.graduates import commands as graduates
from registry.graduates.announcements import change_token
from registry.graduates.domain.entry import StoredGraduate
from registry.graduates.storage import locks, roster
from registry.graduates.storage.keys import key_of_roster
from registry.organisation import storage as organisation
from registry.organisation.commands import request_for
from registry.population_changes import storage
from registry.population_changes.domain import (
    KIND,
    ChangeId,
    ChangePlan,
    Member,
    PopulationChange,
    PopulationChangeOpen,
    college_of,
    must_be_complete,
    must_be_fewer,
    must_be_known,
    must_be_possible,
    must_keep_one,
    must_not_be_gone,
    must_still_fit,
    problems_of,
    status_after,
)
from registry.population_changes.tables import population_changes

ASKERS = frozenset({Role.COLLEGE_OFFICER, Role.SCHOOL_OFFICER})
DECIDERS = frozenset({Role.SCHOOL_OFFICER})
READERS = ASKERS | {Role.AUDITOR}


async def ask(unit: UnitOfWork, *, caller: Principal, cipher: FieldCipher, plan: ChangePlan) -> PopulationChange:
    """Asks for a change, which another person decides.

    Raises NotFound for a school out of scope, Forbidden; ChangeRefused and IdentifyingText for what is lacking or
    cannot be; ErasedMembers; TransitionNotAllowed; PopulationChangeOpen.
    """
    await must_be_askable(unit.connection, caller, cipher, plan)
    members = await _members(unit.connection, cipher, caller, plan)
    must_not_be_gone(plan, members)
    must_be_possible(plan, members)
    _must_be_free(plan, await storage.held(unit.connection, members.keys()))
    must_be_known(plan, members)
    return await ask_for(unit, cipher=cipher, plan=plan, members=members)


async def must_be_askable(connection: Connection, caller: Principal, cipher: FieldCipher, plan: ChangePlan) -> None:
    """Raises what `ask` raises for a plan whatever graduates it names."""
    await organisation.require_school(connection, caller, plan.school_code)
    caller.must_be_in(ASKERS)
    must_be_complete(plan, clock.today())
    stays = [plan.duplicate_of] if plan.duplicate_of else []
    must_keep_one(plan, _by_id(await _same_school(connection, cipher, caller, plan, stays)))


async def ask_for(
    unit: UnitOfWork, *, cipher: FieldCipher, plan: ChangePlan, members: Mapping[GraduateId, Member]
) -> PopulationChange:
    """Stores the request for graduates for whom it can be asked; raises PopulationChangeOpen."""
    stays = [plan.duplicate_of] if plan.duplicate_of else []
    await locks.hold_entries(unit.connection, [*plan.graduate_ids, *stays])
    change_id = ChangeId(await new_id(unit.connection))
    data = await key_of_roster(unit.connection, cipher, plan.school_code, plan.cohort)
    values = {
        **{name: getattr(plan, name) for name in ("school_code", "cohort", "ground", "duplicate_of", "effective_on")},
        "id": change_id,
        "change": plan.change.value,
        "college_code": college_of(members.values()),
        "reason_cipher": storage.sealed(data, change_id, "reason", plan.reason),
        "document_number_cipher": plan.document
        and storage.sealed(data, change_id, "document_number", plan.document.number),
        "document_issued_on": plan.document and plan.document.issued_on,
        "requested_by": unit.actor.subject,
        "requested_by_role": unit.actor.role,
        "due_on": due_on(KIND, clock.today()),
    }
    await storage.add(unit.connection, values)
    statuses = [members[each].status for each in plan.graduate_ids]
    free = await storage.name_graduates(unit.connection, change_id, plan.graduate_ids, statuses)
    # another request may have come first since
    _must_be_free(plan, set(plan.graduate_ids) - free)
    return await _recorded(unit, cipher, change_id, "ask")


async def get(connection: Connection, cipher: FieldCipher, caller: Principal, change_id: ChangeId) -> PopulationChange:
    """A change for who asks, decides or audits; raises NotFound, and Forbidden for other roles of its school."""
    return await request_for(
        connection, caller, READERS, lambda scope: storage.find(connection, cipher, scope, change_id)
    )


async def leave_out(
    unit: UnitOfWork,
    *,
    caller: Principal,
    cipher: FieldCipher,
    change_id: ChangeId,
    expected: ExpectedVersion,
    graduate_ids: Sequence[GraduateId],
) -> PopulationChange:
    """Lets an open change name fewer graduates, as who asked wants it; the others are free for another change.

    Raises NotFound, Forbidden, PreconditionRequired, PreconditionFailed, TransitionNotAllowed, Invalid.
    """
    change = await _own(unit, caller, cipher, change_id, expected)
    must_be_fewer(change, graduate_ids)
    await storage.keep_only(unit.connection, change.id, graduate_ids)
    await requests.save(unit.connection, population_changes, change.id, {})
    return await _recorded(unit, cipher, change.id, "leave_out")


async def withdraw(
    unit: UnitOfWork, *, caller: Principal, cipher: FieldCipher, change_id: ChangeId, expected: ExpectedVersion
) -> PopulationChange:
    """Takes an open change back, as who asked for it; raises what `leave_out` raises but Invalid."""
    change = await _own(unit, caller, cipher, change_id, expected)
    await storage.close(unit.connection, change.id)
    await requests.save(unit.connection, population_changes, change.id, {"state": RequestState.WITHDRAWN.value})
    return await _recorded(unit, cipher, change.id, "withdraw")


async def refuse(
    unit: UnitOfWork,
    *,
    caller: Principal,
    cipher: FieldCipher,
    change_id: ChangeId,
    expected: ExpectedVersion,
    reason: str,
) -> PopulationChange:
    """Refuses an open change as another person than who asked.

    Raises NotFound, Forbidden, PreconditionRequired, PreconditionFailed, TransitionNotAllowed, SameReviewer,
    IdentifyingText.
    """
    await get(unit.connection, cipher, caller, change_id)
    caller.must_be_in(DECIDERS)
    change = await _locked(unit, cipher, change_id, expected)
    must_be_another(change, caller.subject)
    must_not_identify("/reason", reason)
    data = await key_of_roster(unit.connection, cipher, change.school_code, change.cohort)
    sealed = {"decision_reason_cipher": storage.sealed(data, change.id, "decision_reason", reason)}
    await storage.close(unit.connection, change.id)
    await requests.decide(unit.connection, population_changes, change.id, RequestState.REFUSED, unit.actor, sealed)
    return await _recorded(unit, cipher, change.id, "refuse")


async def approve(
    unit: UnitOfWork, *, caller: Principal, cipher: FieldCipher, change_id: ChangeId, expected: ExpectedVersion
) -> PopulationChange:
    """Carries an open change out, as another person than who asked: for all of its graduates, or for none.

    Raises NotFound, Forbidden, PreconditionRequired, PreconditionFailed, TransitionNotAllowed, SameReviewer, Outdated.
    """
    found = await get(unit.connection, cipher, caller, change_id)
    caller.must_be_in(DECIDERS)
    # with the entry that stays of duplicates, which another approval could take out of N at the same time
    stays = [found.duplicate_of] if found.duplicate_of else []
    stored = await roster.among(unit.connection, cipher, EVERYTHING, [*found.graduate_ids, *stays], lock=True)
    # by now it may name fewer of those who are locked, never others
    change = await _locked(unit, cipher, change_id, expected)
    must_be_another(change, caller.subject)
    must_still_fit(change, _by_id(stored))
    concerned = [each for each in stored if each.id in set(change.graduate_ids)]
    day = change.effective_on or clock.today()
    statuses = [status_after(change.change, _member(each)) for each in concerned]
    moved = await graduates.move_all(unit, cipher, concerned, statuses=statuses, ground=change.ground, since=day)
    outcome = {
        "effective_on": day,
        "clamped": sum(each.decided_on > day for each in moved),
        # events of one school arrive in the order of their ids: the last one covers all
        "change_token": change_token(moved[-1]).encode(),
    }
    await storage.close(unit.connection, change.id)
    await requests.decide(unit.connection, population_changes, change.id, RequestState.APPROVED, unit.actor, outcome)
    return await _recorded(unit, cipher, change.id, "approve")


async def _own(
    unit: UnitOfWork, caller: Principal, cipher: FieldCipher, change_id: ChangeId, expected: ExpectedVersion
) -> PopulationChange:
    """The locked change, open, of who asked for it."""
    must_have_asked(await get(unit.connection, cipher, caller, change_id), caller.subject)
    change = await _locked(unit, cipher, change_id, expected)
    must_be_open(change)
    return change


async def _locked(
    unit: UnitOfWork, cipher: FieldCipher, change_id: ChangeId, expected: ExpectedVersion
) -> PopulationChange:
    """A change that was found in scope, locked after the graduates that an act moves."""
    change = await storage.find(unit.connection, cipher, EVERYTHING, change_id, lock=True)
    assert change is not None, "population changes are never deleted"
    must_equal(expected, change.version)
    return change


async def _recorded(unit: UnitOfWork, cipher: FieldCipher, change_id: ChangeId, act: str) -> PopulationChange:
    """Writes the audit entry of a stored change, and reads it as it is by now."""
    change = await storage.find(unit.connection, cipher, EVERYTHING, change_id)
    assert change is not None, "it was stored in this transaction"
    detail = {"version": change.version, "graduates": len(change.graduate_ids), "clamped": change.clamped}
    await unit.audit(
        f"population_change.{act}", "population_change", change.id, school_code=change.school_code, detail=detail
    )
    return change


async def _members(
    connection: Connection, cipher: FieldCipher, caller: Principal, plan: ChangePlan
) -> dict[GraduateId, Member]:
    """The graduates of a plan whom the caller sees in its roster."""
    found = await _same_school(connection, cipher, caller, plan, plan.graduate_ids)
    return _by_id([each for each in found if each.cohort == plan.cohort])


async def _same_school(
    connection: Connection,
    cipher: FieldCipher,
    caller: Principal,
    plan: ChangePlan,
    graduate_ids: Collection[GraduateId],
) -> list[StoredGraduate]:
    """Those of the graduates whom the caller sees in the plan's school."""
    found = await roster.among(connection, cipher, caller.row_scope(), graduate_ids)
    return [each for each in found if each.school_code == plan.school_code]


async def members_among(
    connection: Connection, cipher: FieldCipher, scope: RowScope, graduate_ids: Collection[GraduateId]
) -> Mapping[GraduateId, Member]:
    """Those of the graduates who are in a scope."""
    return _by_id(await roster.among(connection, cipher, scope, graduate_ids))


def _by_id(stored: Collection[StoredGraduate]) -> dict[GraduateId, Member]:
    return {each.id: _member(each) for each in stored}


def _member(stored: StoredGraduate) -> Member:
    entry = stored.entry
    return Member(
        stored.id,
        entry.status,
        entry.education_level_code,
        entry.college_code,
        entry.graduated_on,
        is_gone=stored.erased_at is not None,
    )


def _must_be_free(plan: ChangePlan, held: Collection[GraduateId]) -> None:
    if held:
        raise PopulationChangeOpen(problems_of(plan.graduate_ids, held, "population_change_open"))
