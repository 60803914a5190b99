"""Asking for a clear export, deciding it, and fetching its file."""

from common import clock
from common.approvals import storage as requests
from common.approvals.deadlines import due_on
from common.approvals.domain import RequestState, must_be_another, must_be_open, must_have_asked, must_not_identify
from common.auth import EVERYTHING, Principal, Role
from common.crypto import FieldCipher
from common.database import UnitOfWork, new_id
from common.errors import ExpectedVersion, must_equal
from common.identifiers import OperationId
from common.operations import submit
from common.operations.files import OperationFile
from common.operations.storage import read
from common.operations.submitting import NewOperation
from common.sql import Connection
from registry.exports import storage
from registry.exports.domain.clear import (
    KIND,
    ClearExport,
    ClearExportId,
    FileGone,
    FileNotReady,
    clear_columns,
    must_be_in_force,
)
from registry.exports.domain.plan import ExportPlan, must_be_columns
from registry.exports.tables import clear_exports
from registry.graduates.storage.keys import key_of_roster
from registry.organisation import storage as organisation
from registry.organisation.commands import request_for

EXPORTERS = frozenset({Role.COLLEGE_OFFICER, Role.SCHOOL_OFFICER})
"""Who has exports made, of what they see as they see it."""

ASKERS = DECIDERS = frozenset({Role.SCHOOL_OFFICER})
READERS = ASKERS | {Role.AUDITOR}


async def must_export(connection: Connection, caller: Principal, plan: ExportPlan) -> None:
    """Raises NotFound for a school out of scope, Forbidden, Invalid for the columns."""
    await organisation.require_school(connection, caller, plan.school_code)
    caller.must_be_in(EXPORTERS)
    must_be_columns(plan.columns)


async def ask(
    unit: UnitOfWork, *, caller: Principal, cipher: FieldCipher, plan: ExportPlan, purpose: str, reason: str
) -> ClearExport:
    """Asks for a clear export, which another person decides.

    Raises NotFound for a school out of scope, Forbidden, PurposeNotPermitted; Invalid and FieldNotForPurpose for the
    columns; IdentifyingText.
    """
    await organisation.require_school(unit.connection, caller, plan.school_code)
    caller.must_be_in(ASKERS)
    must_be_columns(plan.columns)
    clear_columns(plan, purpose)
    must_not_identify("/reason", reason)
    export_id = ClearExportId(await new_id(unit.connection))
    data = await key_of_roster(unit.connection, cipher, plan.school_code, plan.cohort)
    values = {
        **plan.to_json(),
        "id": export_id,
        "college_code": plan.filters.college_code,
        "purpose": purpose,
        "reason_cipher": storage.sealed(data, export_id, "reason", reason),
        "requested_by": unit.actor.subject,
        "requested_by_role": unit.actor.role,
        "due_on": due_on(KIND, clock.today()),
    }
    await storage.add(unit.connection, values)
    return await _recorded(unit, cipher, export_id, "ask")


async def get(connection: Connection, cipher: FieldCipher, caller: Principal, export_id: ClearExportId) -> ClearExport:
    """A clear export for who asks, decides or audits; raises NotFound, and Forbidden for other roles of its school."""
    return await request_for(
        connection, caller, READERS, lambda scope: storage.find(connection, cipher, scope, export_id)
    )


async def withdraw(
    unit: UnitOfWork, *, caller: Principal, cipher: FieldCipher, export_id: ClearExportId, expected: ExpectedVersion
) -> ClearExport:
    """Takes an open request back, as who asked.

    Raises NotFound, Forbidden, PreconditionRequired, PreconditionFailed, TransitionNotAllowed.
    """
    must_have_asked(await get(unit.connection, cipher, caller, export_id), caller.subject)
    must_be_open(await _locked(unit, cipher, export_id, expected))
    await requests.save(unit.connection, clear_exports, export_id, {"state": RequestState.WITHDRAWN.value})
    return await _recorded(unit, cipher, export_id, "withdraw")


async def refuse(
    unit: UnitOfWork,
    *,
    caller: Principal,
    cipher: FieldCipher,
    export_id: ClearExportId,
    expected: ExpectedVersion,
    reason: str,
) -> ClearExport:
    """Refuses an open request as another person than who asked.

    Raises NotFound, Forbidden, PreconditionRequired, PreconditionFailed, TransitionNotAllowed, SameReviewer,
    IdentifyingText.
    """
    export = await _to_decide(unit, caller, cipher, export_id, expected)
    must_not_identify("/reason", reason)
    data = await key_of_roster(unit.connection, cipher, export.plan.school_code, export.plan.cohort)
    values = {"decision_reason_cipher": storage.sealed(data, export_id, "decision_reason", reason)}
    await requests.decide(unit.connection, clear_exports, export_id, RequestState.REFUSED, unit.actor, values)
    return await _recorded(unit, cipher, export_id, "refuse")


async def approve(
    unit: UnitOfWork, *, caller: Principal, cipher: FieldCipher, export_id: ClearExportId, expected: ExpectedVersion
) -> ClearExport:
    """Has the file made, as another person than who asked.

    Raises NotFound, Forbidden, PreconditionRequired, PreconditionFailed, TransitionNotAllowed, SameReviewer, Outdated.
    """
    export = await _to_decide(unit, caller, cipher, export_id, expected)
    must_be_in_force(export.purpose)
    new = NewOperation(OperationId(await new_id(unit.connection)))
    about, school = {"clear_export_id": str(export_id)}, export.plan.school_code
    await submit(unit, new, KIND, about, school_code=school, asked_by=requests.asked_by(export))
    values = {"operation_id": new.id}
    await requests.decide(unit.connection, clear_exports, export_id, RequestState.APPROVED, unit.actor, values)
    return await _recorded(unit, cipher, export_id, "approve")


async def must_have_file(
    connection: Connection, cipher: FieldCipher, caller: Principal, export_id: ClearExportId
) -> ClearExport:
    """A clear export whose file the caller may fetch once it is there; raises NotFound, Forbidden, FileNotReady."""
    export = await get(connection, cipher, caller, export_id)
    must_have_asked(export, caller.subject)
    making = None if export.operation_id is None else await read(connection, export.operation_id)
    if export.operation_id is None or (making is not None and making.state in {"queued", "running"}):
        raise FileNotReady(state=export.state, allowed_transitions=[])
    return export


async def fetch(
    unit: UnitOfWork, *, caller: Principal, cipher: FieldCipher, export_id: ClearExportId
) -> tuple[ClearExport, OperationFile]:
    """Lets who asked have the file, and no one after; raises what `must_have_file` raises, and FileGone."""
    export = await must_have_file(unit.connection, cipher, caller, export_id)
    operation_id = await storage.take(unit.connection, export_id)
    made_by = None if operation_id is None else await read(unit.connection, operation_id)
    if made_by is None or made_by.file is None:
        raise FileGone
    await unit.audit("clear_export.fetch", "clear_export", export_id, school_code=export.plan.school_code)
    return export, OperationFile.of(made_by.file)


async def fetched(unit: UnitOfWork, *, export: ClearExport, whole: bool) -> None:
    """Deletes a file that was sent; one whose sending was broken off can be fetched again."""
    if whole:
        assert export.operation_id is not None, "it had a file"
        await storage.delete_file(unit.connection, export.id, export.operation_id)
        return
    await storage.give_back(unit.connection, export.id)
    await unit.audit("clear_export.break_off", "clear_export", export.id, school_code=export.plan.school_code)


async def _to_decide(
    unit: UnitOfWork, caller: Principal, cipher: FieldCipher, export_id: ClearExportId, expected: ExpectedVersion
) -> ClearExport:
    await get(unit.connection, cipher, caller, export_id)
    caller.must_be_in(DECIDERS)
    export = await _locked(unit, cipher, export_id, expected)
    must_be_another(export, caller.subject)
    return export


async def _locked(
    unit: UnitOfWork, cipher: FieldCipher, export_id: ClearExportId, expected: ExpectedVersion
) -> ClearExport:
    """A request that was found in scope."""
    export = await storage.find(unit.connection, cipher, EVERYTHING, export_id, lock=True)
    assert export is not None, "clear exports are never deleted"
    must_equal(expected, export.version)
    return export


async def _recorded(unit: UnitOfWork, cipher: FieldCipher, export_id: ClearExportId, act: str) -> ClearExport:
    """Writes the audit entry of a stored request, and reads it as it is by now."""
    export = await storage.find(unit.connection, cipher, EVERYTHING, export_id)
    assert export is not None, "it was stored in this transaction"
    detail = {"version": export.version, "purpose": export.purpose, "columns": list(export.plan.named)}
    await unit.audit(
        f"clear_export.{act}", "clear_export", export_id, school_code=export.plan.school_code, detail=detail
    )
    return export
