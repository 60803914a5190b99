"""Asking for an erasure, deciding it, and doing it: each act locks the graduate before the request."""

from collections.abc import Collection, Mapping

from common import clock
from common.approvals import storage as requests
from common.approvals.deadlines import due_on
from common.approvals.domain import (
    RequestState,
    must_be_another,
    must_have_asked,
    must_not_identify,
)
from common.auth import EVERYTHING, Principal, Role
from common.codes.rules import rule
from common.crypto import FieldCipher
from common.database import UnitOfWork, new_id
from common.errors import ExpectedVersion, NotFound, must_equal
from common.identifiers import GraduateId
from common.sql import Connection
from registry.erasures import storage
from registry.erasures.domain import (
    KIND,
    Erasure,
    ErasureId,
    ErasureOpen,
    ErasurePlan,
    Ground,
    erased_on,
    must_be_due,
    must_be_withdrawable,
    must_have_ground,
)
from registry.erasures.tables import erasures
from registry.graduates.announcements import graduate_erased
from registry.graduates.domain.entry import StoredGraduate
from registry.graduates.domain.notices import Notice
from registry.graduates.domain.refusals import UnknownGraduate, must_not_be_erased
from registry.graduates.storage import erasing, roster
from registry.graduates.storage.keys import key_of_roster
from registry.graduates.storage.notices import notify
from registry.organisation.commands import request_for

ASKERS = frozenset({Role.GRADUATE, Role.SCHOOL_OFFICER})
DECIDERS = frozenset({Role.SCHOOL_OFFICER})
READERS = ASKERS | {Role.AUDITOR}


async def ask(unit: UnitOfWork, *, caller: Principal, cipher: FieldCipher, plan: ErasurePlan) -> Erasure:
    """Asks for the erasure of the own entry, or as an officer of one of the school, which another person decides.

    Raises UnknownGraduate, GroundNotPermitted, IdentifyingText, ErasedPerson, ErasureOpen; for other roles NotFound,
    Forbidden.
    """
    try:
        stored = await roster.get(unit.connection, cipher, caller.row_scope(), plan.graduate_id, lock=True)
    except NotFound:
        if caller.role not in ASKERS:
            raise
        raise UnknownGraduate([rule("unknown_graduate").problem("/graduate_id")]) from None
    caller.must_be_in(ASKERS)
    return await _asked(unit, cipher, stored, plan)


async def ask_by_retention(unit: UnitOfWork, graduate_ids: Collection[GraduateId]) -> None:
    """Asks as the service itself for locked graduates whose retention has ended, unless that is asked already."""
    values = {
        "ground": Ground.RETENTION.value,
        "requested_by": unit.actor.subject,
        "requested_by_role": unit.actor.role,
        "due_on": due_on(KIND, clock.today()),
    }
    asked = await storage.add_all(unit.connection, graduate_ids, values)
    for school_code in sorted({row.school_code for row in asked}):
        ids = [str(row.id) for row in asked if row.school_code == school_code]
        details = [{"version": 1, "ground": Ground.RETENTION.value}] * len(ids)
        await unit.audit_all("erasure.ask", "erasure", ids, school_code=school_code, details=details)


async def get(connection: Connection, cipher: FieldCipher, caller: Principal, erasure_id: ErasureId) -> Erasure:
    """An erasure for who asks, decides or audits; raises NotFound, and Forbidden for other roles of its school."""
    return await request_for(
        connection, caller, READERS, lambda scope: storage.find(connection, cipher, scope, erasure_id)
    )


async def withdraw(
    unit: UnitOfWork, *, caller: Principal, cipher: FieldCipher, erasure_id: ErasureId, expected: ExpectedVersion
) -> Erasure:
    """Takes an open erasure back, or an approved one before its day, as who asked for it.

    Raises NotFound, Forbidden, PreconditionRequired, PreconditionFailed, TransitionNotAllowed.
    """
    found = await get(unit.connection, cipher, caller, erasure_id)
    must_have_asked(found, caller.subject)
    stored, erasure = await _locked(unit, cipher, found)
    must_equal(expected, erasure.version)
    must_be_withdrawable(erasure, clock.today())
    values = {"state": RequestState.WITHDRAWN.value, "erase_on": None}
    await requests.save(unit.connection, erasures, erasure.id, values)
    if stored.erased_at is None:
        restricted = await storage.is_approved(unit.connection, stored.id)
        await erasing.restrict(unit.connection, stored.id, restricted=restricted)
    return await _recorded(unit, cipher, erasure.id, "withdraw")


async def refuse(
    unit: UnitOfWork,
    *,
    caller: Principal,
    cipher: FieldCipher,
    erasure_id: ErasureId,
    expected: ExpectedVersion,
    reason: str,
) -> Erasure:
    """Refuses an open erasure as another person than who asked.

    Raises what `approve` raises, IdentifyingText, and ErasedPerson.
    """
    stored, erasure = await _to_decide(unit, caller, cipher, erasure_id, expected)
    must_not_be_erased(stored)
    must_not_identify("/reason", reason)
    data = await key_of_roster(unit.connection, cipher, erasure.school_code, erasure.cohort)
    sealed = {"decision_reason_cipher": storage.sealed(data, erasure.id, "decision_reason", reason)}
    return await _decided(unit, cipher, stored, erasure, RequestState.REFUSED, sealed)


async def approve(
    unit: UnitOfWork, *, caller: Principal, cipher: FieldCipher, erasure_id: ErasureId, expected: ExpectedVersion
) -> Erasure:
    """Lets an open erasure be done on its day, as another person than who asked; until then the entry is restricted.

    Raises NotFound, Forbidden, PreconditionRequired, PreconditionFailed, TransitionNotAllowed, SameReviewer.
    """
    stored, erasure = await _to_decide(unit, caller, cipher, erasure_id, expected)
    await erasing.restrict(unit.connection, erasure.graduate_id, restricted=True)
    today = clock.today()
    # who was erased again after a restore has a request that is open since before
    day = erased_on(erasure.ground, erasure.cohort, today) if stored.erased_at is None else today
    return await _decided(unit, cipher, stored, erasure, RequestState.APPROVED, {"erase_on": day})


async def erase(unit: UnitOfWork, *, cipher: FieldCipher, erasure_id: ErasureId) -> None:
    """Erases the graduate of an approved erasure whose day has come, and announces it; ends each other approved one.

    Raises NotDue for one that was done or withdrawn meanwhile; UndecryptableError, DataKeyGoneError.
    """
    found = await storage.find(unit.connection, cipher, EVERYTHING, erasure_id)
    assert found is not None, "erasures are never deleted"
    stored, erasure = await _locked(unit, cipher, found)
    must_be_due(erasure, clock.today(), is_erased=stored.erased_at is not None)
    if stored.erased_at is None:
        await unit.announce(graduate_erased(await erasing.erase(unit.connection, cipher, stored.id, unit.actor)))
    for done in await storage.end_approved(unit.connection, stored.id):
        await _recorded(unit, cipher, done, "erase")


async def _asked(unit: UnitOfWork, cipher: FieldCipher, stored: StoredGraduate, plan: ErasurePlan) -> Erasure:
    must_have_ground(unit.actor.role, plan.ground)
    if plan.reason is not None:
        must_not_identify("/reason", plan.reason)
    must_not_be_erased(stored)
    erasure_id = ErasureId(await new_id(unit.connection))
    data = await key_of_roster(unit.connection, cipher, stored.school_code, stored.cohort)
    values = {
        "id": erasure_id,
        "school_code": stored.school_code,
        "cohort": stored.cohort,
        "college_code": stored.entry.college_code,
        "graduate_id": stored.id,
        "ground": plan.ground.value,
        "reason_cipher": None if plan.reason is None else storage.sealed(data, erasure_id, "reason", plan.reason),
        "requested_by": unit.actor.subject,
        "requested_by_role": unit.actor.role,
        "due_on": due_on(KIND, clock.today()),
    }
    if not await storage.add(unit.connection, values):
        raise ErasureOpen
    return await _recorded(unit, cipher, erasure_id, "ask")


async def _to_decide(
    unit: UnitOfWork, caller: Principal, cipher: FieldCipher, erasure_id: ErasureId, expected: ExpectedVersion
) -> tuple[StoredGraduate, Erasure]:
    """The locked graduate and the locked erasure, open, which the caller may decide."""
    found = await get(unit.connection, cipher, caller, erasure_id)
    caller.must_be_in(DECIDERS)
    stored, erasure = await _locked(unit, cipher, found)
    must_equal(expected, erasure.version)
    must_be_another(erasure, caller.subject)
    return stored, erasure


async def _locked(unit: UnitOfWork, cipher: FieldCipher, found: Erasure) -> tuple[StoredGraduate, Erasure]:
    stored = await roster.get(unit.connection, cipher, EVERYTHING, found.graduate_id, lock=True)
    erasure = await storage.find(unit.connection, cipher, EVERYTHING, found.id, lock=True)
    assert erasure is not None, "erasures are never deleted"
    return stored, erasure


async def _decided(
    unit: UnitOfWork,
    cipher: FieldCipher,
    stored: StoredGraduate,
    erasure: Erasure,
    state: RequestState,
    values: Mapping[str, object],
) -> Erasure:
    """Ends the locked request, or lets it wait for its day, and notes that for the graduate, unless erased."""
    await requests.decide(unit.connection, erasures, erasure.id, state, unit.actor, values)
    if stored.erased_at is None:
        await notify(unit.connection, erasure.graduate_id, Notice.ERASURE_DECIDED)
    return await _recorded(unit, cipher, erasure.id, "approve" if state is RequestState.APPROVED else "refuse")


async def _recorded(unit: UnitOfWork, cipher: FieldCipher, erasure_id: ErasureId, act: str) -> Erasure:
    """Writes the audit entry of a stored erasure, and reads it as it is by now."""
    erasure = await storage.find(unit.connection, cipher, EVERYTHING, erasure_id)
    assert erasure is not None, "it was stored in this transaction"
    detail = {"version": erasure.version, "ground": erasure.ground}
    await unit.audit(f"erasure.{act}", "erasure", erasure.id, school_code=erasure.school_code, detail=detail)
    return erasure
