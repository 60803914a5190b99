"""Asking for a waiver, and deciding it."""

from collections.abc import Mapping
from dataclasses import replace

from common import clock
from common.approvals import storage as requests
from common.approvals.deadlines import due_on
from common.approvals.domain import RequestState, must_be_another, must_be_open, must_have_asked, must_not_identify
from common.auth import EVERYTHING, Owners, Principal, Role
from common.crypto import FieldCipher
from common.database import UnitOfWork, new_id
from common.errors import ExpectedVersion, NotFound, must_equal
from common.identifiers import CollegeCode, GraduateId
from common.sql import Connection
from registry.graduates.domain.refusals import UnknownUnit
from registry.graduates.storage import locks, roster
from registry.graduates.storage.keys import key_of_roster
from registry.organisation import storage as organisation
from registry.organisation.commands import request_for
from registry.organisation.domain import Kind, Place
from registry.waivers import storage
from registry.waivers.domain import (
    KIND,
    Waiver,
    WaiverId,
    WaiverPlan,
    must_be_complete,
    must_be_known,
    must_still_hold,
)
from registry.waivers.tables import waivers

ASKERS = frozenset({Role.COLLEGE_OFFICER, Role.SCHOOL_OFFICER})
DECIDERS = frozenset({Role.SCHOOL_OFFICER})
READERS = ASKERS | {Role.AUDITOR}


async def ask(unit: UnitOfWork, *, caller: Principal, cipher: FieldCipher, plan: WaiverPlan) -> Waiver:
    """Asks for a waiver, which another person decides; graduates of a college officer's are those of the own college.

    Raises NotFound for a school or college out of scope, Forbidden; Invalid, IdentifyingText, UnknownUnit and
    UnknownGraduate.
    """
    province = await organisation.require_school(unit.connection, caller, plan.school_code)
    caller.must_be_in(ASKERS)
    if plan.college_code is None and plan.graduate_ids is not None and caller.college_code is not None:
        plan = replace(plan, college_code=CollegeCode(caller.college_code))
    owners: Owners[object] = Owners(
        school_code=plan.school_code, college_code=plan.college_code, province_code=province
    )
    if not caller.sees_row(owners):
        raise NotFound
    today = clock.today()
    must_be_complete(plan, today)
    if plan.college_code is not None:
        college = Place(Kind.COLLEGE, plan.school_code, plan.college_code)
        if await organisation.find(unit.connection, college) is None:
            raise UnknownUnit("college_code")
    must_be_known(plan, await _colleges(unit.connection, cipher, caller, plan))
    graduate_ids = plan.graduate_ids or ()
    await locks.hold_entries(unit.connection, graduate_ids)
    waiver_id = WaiverId(await new_id(unit.connection))
    data = await key_of_roster(unit.connection, cipher, plan.school_code, plan.cohort)
    stated = ("school_code", "cohort", "college_code", "rule_id", "tolerance", "expires_on")
    values = {
        **{name: getattr(plan, name) for name in stated},
        "id": waiver_id,
        "reason_cipher": storage.sealed(data, waiver_id, "reason", plan.reason),
        "requested_by": unit.actor.subject,
        "requested_by_role": unit.actor.role,
        "due_on": due_on(KIND, today),
    }
    await storage.add(unit.connection, values, graduate_ids)
    return await _recorded(unit, cipher, waiver_id, "ask")


async def get(connection: Connection, cipher: FieldCipher, caller: Principal, waiver_id: WaiverId) -> Waiver:
    """A waiver for who asks, decides or audits; raises NotFound, and Forbidden for other roles of its school."""
    return await request_for(
        connection, caller, READERS, lambda scope: storage.find(connection, cipher, scope, waiver_id)
    )


async def withdraw(
    unit: UnitOfWork, *, caller: Principal, cipher: FieldCipher, waiver_id: WaiverId, expected: ExpectedVersion
) -> Waiver:
    """Takes an open waiver back, as who asked for it.

    Raises NotFound, Forbidden, PreconditionRequired, PreconditionFailed, TransitionNotAllowed.
    """
    must_have_asked(await get(unit.connection, cipher, caller, waiver_id), caller.subject)
    waiver = await _locked(unit, cipher, waiver_id, expected)
    must_be_open(waiver)
    await requests.save(unit.connection, waivers, waiver.id, {"state": RequestState.WITHDRAWN.value})
    return await _recorded(unit, cipher, waiver.id, "withdraw")


async def refuse(
    unit: UnitOfWork,
    *,
    caller: Principal,
    cipher: FieldCipher,
    waiver_id: WaiverId,
    expected: ExpectedVersion,
    reason: str,
) -> Waiver:
    """Refuses an open waiver as another person than who asked.

    Raises NotFound, Forbidden, PreconditionRequired, PreconditionFailed, TransitionNotAllowed, SameReviewer,
    IdentifyingText.
    """
    waiver = await _to_decide(unit, caller, cipher, waiver_id, expected)
    must_not_identify("/reason", reason)
    data = await key_of_roster(unit.connection, cipher, waiver.school_code, waiver.cohort)
    sealed = {"decision_reason_cipher": storage.sealed(data, waiver.id, "decision_reason", reason)}
    await requests.decide(unit.connection, waivers, waiver.id, RequestState.REFUSED, unit.actor, sealed)
    return await _recorded(unit, cipher, waiver.id, "refuse")


async def approve(
    unit: UnitOfWork, *, caller: Principal, cipher: FieldCipher, waiver_id: WaiverId, expected: ExpectedVersion
) -> Waiver:
    """Lets an open waiver hold, as another person than who asked.

    Raises NotFound, Forbidden, PreconditionRequired, PreconditionFailed, TransitionNotAllowed, SameReviewer, Outdated.
    """
    waiver = await _to_decide(unit, caller, cipher, waiver_id, expected)
    must_still_hold(waiver, await _colleges(unit.connection, cipher, caller, waiver), clock.today())
    await requests.decide(unit.connection, waivers, waiver.id, RequestState.APPROVED, unit.actor, {})
    return await _recorded(unit, cipher, waiver.id, "approve")


async def _to_decide(
    unit: UnitOfWork, caller: Principal, cipher: FieldCipher, waiver_id: WaiverId, expected: ExpectedVersion
) -> Waiver:
    """The locked waiver, open, which the caller may decide."""
    await get(unit.connection, cipher, caller, waiver_id)
    caller.must_be_in(DECIDERS)
    waiver = await _locked(unit, cipher, waiver_id, expected)
    must_be_another(waiver, caller.subject)
    return waiver


async def _locked(unit: UnitOfWork, cipher: FieldCipher, waiver_id: WaiverId, expected: ExpectedVersion) -> Waiver:
    waiver = await storage.find(unit.connection, cipher, EVERYTHING, waiver_id, lock=True)
    assert waiver is not None, "waivers are never deleted"
    must_equal(expected, waiver.version)
    return waiver


async def _recorded(unit: UnitOfWork, cipher: FieldCipher, waiver_id: WaiverId, act: str) -> Waiver:
    """Writes the audit entry of a stored waiver, and reads it as it is by now."""
    waiver = await storage.find(unit.connection, cipher, EVERYTHING, waiver_id)
    assert waiver is not None, "it was stored in this transaction"
    detail = {"version": waiver.version, "rule": waiver.rule_id, "graduates": len(waiver.graduate_ids or ())}
    await unit.audit(f"waiver.{act}", "waiver", waiver.id, school_code=waiver.school_code, detail=detail)
    return waiver


async def _colleges(
    connection: Connection, cipher: FieldCipher, caller: Principal, plan: WaiverPlan | Waiver
) -> Mapping[GraduateId, CollegeCode | None]:
    """The graduates of a waiver whom the caller sees in its roster, with their colleges."""
    found = await roster.among(connection, cipher, caller.row_scope(), plan.graduate_ids or ())
    return {
        each.id: each.entry.college_code
        for each in found
        if (each.school_code, each.cohort) == (plan.school_code, plan.cohort)
    }
