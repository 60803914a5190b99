"""Acts on cases: each locks the streams of the linked graduates, then the case."""

from collections.abc import Sequence
from dataclasses import replace

from common.accesses import record_accesses
from common.approvals.domain import TransitionNotAllowed
from common.auth import Principal, Role
from common.crypto import FieldCipher
from common.database import UnitOfWork, new_id
from common.errors import Busy, ExpectedVersion, FieldProblem, Forbidden, must_equal
from common.identifiers import CollegeCode, GraduateId, RegistrationId
from common.purposes import PurposeNotPermitted, purpose_of
from common.sql import Connection
from destinations.cases import storage
from destinations.cases.commands.opening import MAKERS, Seen, people_of, shown
from destinations.cases.domain import (
    ACTS,
    SCHOOL,
    Case,
    CaseId,
    Finding,
    Handler,
    Kind,
    NoCollege,
    NotCorrected,
    NotIndependent,
    NoTipOff,
    State,
    is_accused,
    is_possible,
    must_handle,
    passes_by,
)
from destinations.registrations import storage as registrations

HANDLERS = {
    Role.COLLEGE_OFFICER: Handler.COLLEGE,
    Role.SCHOOL_OFFICER: Handler.SCHOOL,
    Role.PROVINCIAL_OFFICER: Handler.PROVINCE,
}
"""The level at which a role handles cases."""

PURPOSE = "verification"
"""What persons of a case are shown for."""

KIND = "person"
"""Of an access: name and phones were shown."""

SHOWN = ("name", "phone", "home_phone")


async def link(
    unit: UnitOfWork,
    *,
    caller: Principal,
    cipher: FieldCipher,
    case_id: CaseId,
    expected: ExpectedVersion,
    registration_ids: Sequence[RegistrationId],
) -> Seen:
    """Lets a tip-off link these registrations.

    Raises NotFound, Forbidden, PreconditionRequired, PreconditionFailed, NoTipOff, TransitionNotAllowed,
    UnknownRegistration, Busy.
    """
    case = await storage.find(unit.connection, storage.scope_of(caller), case_id)
    caller.must_be(Role.SCHOOL_OFFICER)
    people = await people_of(unit.connection, case.school_code, registration_ids)
    case = await _locked(unit, caller, case_id, expected, list(people))
    if case.kind is not Kind.TIP_OFF:
        raise NoTipOff
    _must_be_possible(case, "link", caller)
    await storage.link(unit.connection, case.id, registration_ids)
    return await _written(unit, cipher, case, "link")


async def assign(
    unit: UnitOfWork,
    *,
    caller: Principal,
    cipher: FieldCipher,
    case_id: CaseId,
    expected: ExpectedVersion,
    handler: Handler,
) -> Seen:
    """Gives an open case to a level.

    Raises NotFound, Forbidden, PreconditionRequired, PreconditionFailed, TransitionNotAllowed, NoCollege, Busy;
    NotIndependent where the school is accused and should handle it, and for a college that the case is to pass by.
    """
    case = await _locked(unit, caller, case_id, expected)
    if caller.role is not _assigner(case):
        raise Forbidden
    _must_be_possible(case, "assign", caller)
    if handler is Handler.SCHOOL and case.accused == SCHOOL:
        raise NotIndependent
    college = case.college_code
    if handler is Handler.COLLEGE and college is None:
        college = await _one_college(unit.connection, case)
    if handler is Handler.COLLEGE and passes_by(case, college):
        raise NotIndependent
    assigned = replace(case, state=State.ASSIGNED, handler=handler, college_code=college)
    return await _written(unit, cipher, assigned, "assign")


async def find(
    unit: UnitOfWork,
    *,
    caller: Principal,
    cipher: FieldCipher,
    case_id: CaseId,
    expected: ExpectedVersion,
    finding: Finding,
    note: str | None,
) -> Seen:
    """Says what was found, at the level that handles the case.

    Raises NotFound, Forbidden, PreconditionRequired, PreconditionFailed, TransitionNotAllowed, NotIndependent, Busy.
    """
    case = await _locked(unit, caller, case_id, expected)
    level = HANDLERS[caller.role]
    must_handle(case, level)
    _must_be_possible(case, "find", caller)
    if is_accused(case, level, caller.college_code):
        raise NotIndependent
    if caller.subject in await storage.hands_of(unit.connection, case.id):
        raise NotIndependent
    return await _written(unit, cipher, replace(case, state=State.FOUND, finding=finding), "find", note)


async def close(
    unit: UnitOfWork,
    *,
    caller: Principal,
    cipher: FieldCipher,
    case_id: CaseId,
    expected: ExpectedVersion,
    no_correction: str | None,
) -> Seen:
    """Closes a case in which something was found.

    Raises NotFound, Forbidden, PreconditionRequired, PreconditionFailed, TransitionNotAllowed, NotCorrected where it
    was found true, a linked registration is unchanged and no reason is given for that; Busy.
    """
    case = await _locked(unit, caller, case_id, expected)
    caller.must_be_in(MAKERS)
    _must_be_possible(case, "close", caller)
    if (
        case.finding is Finding.TRUE
        and no_correction is None
        and await storage.is_uncorrected(unit.connection, case.id)
    ):
        raise NotCorrected
    return await _written(unit, cipher, replace(case, state=State.CLOSED), "close", no_correction)


async def open_persons(
    unit: UnitOfWork, *, caller: Principal, case_id: CaseId, named: str | None
) -> Sequence[GraduateId]:
    """The graduates of a case, to be shown with name and phones to who handles it; notes that they are read.

    Raises NotFound, Forbidden; PurposeRequired, PurposeUnknown or PurposeNotPermitted for the `named` purpose.
    """
    case = await storage.find(unit.connection, storage.scope_of(caller), case_id)
    must_handle(case, HANDLERS[caller.role])
    purpose = purpose_of(named)
    if purpose != PURPOSE:
        raise PurposeNotPermitted
    linked = await storage.links_of(unit.connection, [case.id])
    people = {each.graduate_id: case.school_code for each in linked.get(case.id, ())}
    occasion = await new_id(unit.connection)
    if people:
        await record_accesses(
            unit.connection, caller, people, occasion_id=occasion, kind=KIND, purpose=purpose, fields=SHOWN
        )
    detail = {"case": f"{case.id}", "persons": len(people), "purpose": purpose}
    await unit.audit("case.persons", "reading", occasion, school_code=case.school_code, detail=detail)
    return list(people)


def allowed(case: Case, caller: Principal) -> list[str]:
    """The acts that this caller may do now, as far as role, level and state say."""
    may = {
        "assign": caller.role is _assigner(case),
        "find": HANDLERS.get(caller.role) is case.handler,
        "close": caller.role in MAKERS,
        "link": caller.role is Role.SCHOOL_OFFICER and case.kind is Kind.TIP_OFF,
    }
    return [act for act in ACTS if may[act] and is_possible(case, act)]


def _assigner(case: Case) -> Role:
    return Role.PROVINCIAL_OFFICER if case.accused == SCHOOL else Role.SCHOOL_OFFICER


def _must_be_possible(case: Case, act: str, caller: Principal) -> None:
    if not is_possible(case, act):
        raise TransitionNotAllowed(case.state.value, allowed(case, caller))


async def _one_college(connection: Connection, case: Case) -> CollegeCode:
    """The college that all registrations of the case are of; raises NoCollege."""
    linked = (await storage.links_of(connection, [case.id])).get(case.id, ())
    found = await storage.named(connection, case.school_code, [each.registration_id for each in linked])
    colleges = {college for _, college in found.values()}
    college = colleges.pop() if len(colleges) == 1 else None
    if college is None:
        raise NoCollege([FieldProblem("/handler", NoCollege.code, NoCollege.title)])
    return college


async def _locked(
    unit: UnitOfWork,
    caller: Principal,
    case_id: CaseId,
    expected: ExpectedVersion,
    beside: Sequence[GraduateId] = (),
) -> Case:
    """The case, once the streams of its graduates and of those `beside` are locked, and it itself."""
    scope = storage.scope_of(caller)
    case = await storage.find(unit.connection, scope, case_id)
    before = await _graduates(unit.connection, case_id)
    if people := {*before, *beside}:
        await registrations.open_streams(unit.connection, case.school_code, list(people))
    await storage.lock(unit.connection, case_id)
    # a statement of its own: the act before may have changed the case, or what it links
    case = await storage.find(unit.connection, scope, case_id)
    must_equal(expected, case.version)
    if not await _graduates(unit.connection, case_id) <= people:
        raise Busy
    return case


async def _graduates(connection: Connection, case_id: CaseId) -> set[GraduateId]:
    linked = await storage.links_of(connection, [case_id])
    return {each.graduate_id for each in linked.get(case_id, ())}


async def _written(unit: UnitOfWork, cipher: FieldCipher, case: Case, act: str, note: str | None = None) -> Seen:
    await storage.write(unit.connection, cipher, case, act, unit.actor, note)
    # who gives a case away may not see it any more, but is answered what became of it
    written = await storage.find_any(unit.connection, case.id)
    detail = {"version": written.version, "state": written.state.value, "handler": written.handler.value}
    await unit.audit(f"case.{act}", "case", case.id, school_code=case.school_code, detail=detail)
    return (await shown(unit.connection, cipher, [written]))[0]
