"""Asking for exports of a wave, deciding those with the persons, and fetching a file."""

from typing import Any

from common import clock
from common.approvals import storage as approvals
from common.approvals.deadlines import due_on
from common.approvals.domain import RequestState, must_be_another, must_be_open, must_have_asked, must_not_identify
from common.auth import EVERYTHING, Principal, Role
from common.crypto import FieldCipher
from common.database import UnitOfWork, new_id
from common.errors import ExpectedVersion, Forbidden, NotFound, must_equal
from common.identifiers import OperationId, WaveId
from common.operations import submit
from common.operations.files import OperationFile
from common.operations.storage import read
from common.operations.submitting import NewOperation
from common.purposes import PurposeNotPermitted
from common.sql import Connection
from surveys.answers.domain import NotIdentified
from surveys.exports.domain.layout import Layout, layout_of
from surveys.exports.domain.leading import leading_columns
from surveys.exports.domain.plan import (
    KIND,
    MAX_SHEET_COLUMNS,
    PURPOSES,
    Export,
    ExportId,
    ExportPlan,
    ExportState,
    FileGone,
    FileNotReady,
    ReasonRequired,
    TooManyColumns,
    UnknownWeighting,
)
from surveys.exports.storage import requests as storage
from surveys.exports.storage.answers import versions_of
from surveys.exports.tables import exports
from surveys.results.storage import weightings
from surveys.waves import storage as waves
from surveys.waves.commands import MANAGERS, of_own_school
from surveys.waves.domain import Anonymity, NotClosed, Wave, WavePhase

EXPORTERS = MANAGERS | {Role.COLLEGE_OFFICER}
"""Who has answers written without the persons: managers of all, an officer of a college of the own college."""

ASKERS = frozenset({Role.SURVEY_MANAGER, Role.SCHOOL_OFFICER})
"""Who asks for answers with the persons."""

DECIDERS = frozenset({Role.SCHOOL_OFFICER})
READERS = EXPORTERS | {Role.AUDITOR}


async def exportable(connection: Connection, caller: Principal, wave_id: WaveId) -> Wave:
    """A wave whose answers the caller may have; raises NotFound, Forbidden, or NotClosed before it has closed."""
    wave = await of_own_school(connection, caller, wave_id)
    caller.must_be_in(EXPORTERS)
    caller.own_college()
    if wave.phase not in (WavePhase.CLOSED, WavePhase.FROZEN):
        raise NotClosed(wave.phase)
    return wave


async def export(
    unit: UnitOfWork,
    operation: OperationId,
    *,
    caller: Principal,
    cipher: FieldCipher,
    export_id: ExportId,
    wave_id: WaveId,
    plan: ExportPlan,
) -> None:
    """Notes an export without the persons that the operation is to write.

    Raises what `exportable` raises, UnknownWeighting and TooManyColumns.
    """
    wave = await exportable(unit.connection, caller, wave_id)
    await _must_fit(unit.connection, wave, plan)
    state = {"state": ExportState.UNRESTRICTED.value, "operation_id": operation, "college_code": caller.own_college()}
    await _added(unit, cipher, _new(caller, wave, plan, export_id) | state)


async def ask(
    unit: UnitOfWork,
    *,
    caller: Principal,
    cipher: FieldCipher,
    wave_id: WaveId,
    plan: ExportPlan,
    purpose: str,
    reason: str | None,
) -> Export:
    """Asks for a file with the persons, which another person decides.

    Raises what `exportable` raises, Forbidden, PurposeNotPermitted, NotIdentified for a wave that shows no person,
    ReasonRequired, IdentifyingText, UnknownWeighting, TooManyColumns.
    """
    wave = await exportable(unit.connection, caller, wave_id)
    caller.must_be_in(ASKERS)
    if purpose not in PURPOSES:
        raise PurposeNotPermitted
    if wave.anonymity is not Anonymity.IDENTIFIED:
        raise NotIdentified
    if reason is None:
        raise ReasonRequired
    must_not_identify("/reason", reason)
    await _must_fit(unit.connection, wave, plan)
    export_id = ExportId(await new_id(unit.connection))
    sealed = storage.sealed(cipher, storage.REASON_FIELD, export_id, reason)
    values = _new(caller, wave, plan, export_id) | {"purpose": purpose, "reason_cipher": sealed}
    return await _added(unit, cipher, values)


async def get(connection: Connection, cipher: FieldCipher, caller: Principal, export_id: ExportId) -> Export:
    """An export for those who read them; raises NotFound, and Forbidden for other roles of its school."""
    reads = caller.role in READERS
    found = await storage.find(connection, cipher, caller.record_scope() if reads else EVERYTHING, export_id)
    if found is None or not (reads or caller.sees_school(found.school_code)):
        raise NotFound
    if not reads:
        raise Forbidden
    return found


async def withdraw(
    unit: UnitOfWork, *, caller: Principal, cipher: FieldCipher, export_id: ExportId, expected: ExpectedVersion
) -> Export:
    """Takes an open request back, as who asked.

    Raises NotFound, Forbidden, PreconditionRequired, PreconditionFailed, TransitionNotAllowed.
    """
    must_have_asked(await get(unit.connection, cipher, caller, export_id), caller.subject)
    must_be_open(await _locked(unit, cipher, export_id, expected))
    await approvals.save(unit.connection, exports, export_id, {"state": RequestState.WITHDRAWN.value})
    return await _recorded(unit, cipher, export_id, "withdraw")


async def refuse(
    unit: UnitOfWork,
    *,
    caller: Principal,
    cipher: FieldCipher,
    export_id: ExportId,
    expected: ExpectedVersion,
    reason: str,
) -> Export:
    """Refuses an open request as another person than who asked.

    Raises NotFound, Forbidden, PreconditionRequired, PreconditionFailed, TransitionNotAllowed, SameReviewer,
    IdentifyingText.
    """
    await _to_decide(unit, caller, cipher, export_id, expected)
    must_not_identify("/reason", reason)
    values = {"decision_reason_cipher": storage.sealed(cipher, storage.DECISION_FIELD, export_id, reason)}
    await approvals.decide(unit.connection, exports, export_id, RequestState.REFUSED, unit.actor, values)
    return await _recorded(unit, cipher, export_id, "refuse")


async def approve(
    unit: UnitOfWork, *, caller: Principal, cipher: FieldCipher, export_id: ExportId, expected: ExpectedVersion
) -> Export:
    """Has the file made, as another person than who asked.

    Raises NotFound, Forbidden, PreconditionRequired, PreconditionFailed, TransitionNotAllowed, SameReviewer.
    """
    asked = await _to_decide(unit, caller, cipher, export_id, expected)
    new = NewOperation(OperationId(await new_id(unit.connection)))
    about = {"export_id": str(export_id)}
    await submit(unit, new, KIND, about, school_code=asked.school_code, asked_by=approvals.asked_by(asked))
    values = {"operation_id": new.id}
    await approvals.decide(unit.connection, exports, export_id, RequestState.APPROVED, unit.actor, values)
    return await _recorded(unit, cipher, export_id, "approve")


async def must_have_file(connection: Connection, cipher: FieldCipher, caller: Principal, export_id: ExportId) -> Export:
    """An export whose file the caller may fetch once it is there; raises NotFound, Forbidden, FileNotReady."""
    found = await get(connection, cipher, caller, export_id)
    caller.must_be_in(EXPORTERS)
    if found.plan.identified:
        must_have_asked(found, caller.subject)
    making = None if found.operation_id is None else await read(connection, found.operation_id)
    if found.operation_id is None or (making is not None and making.state in {"queued", "running"}):
        raise FileNotReady(state=found.state, allowed_transitions=[])
    return found


async def fetch(
    unit: UnitOfWork, *, caller: Principal, cipher: FieldCipher, export_id: ExportId
) -> tuple[Export, OperationFile]:
    """Lets the caller have the file, one with the persons once; raises what `must_have_file` raises, and FileGone."""
    found = await must_have_file(unit.connection, cipher, caller, export_id)
    operation_id = await storage.take(unit.connection, found)
    made_by = None if operation_id is None else await read(unit.connection, operation_id)
    if made_by is None or made_by.file is None:
        raise FileGone
    await unit.audit("export.fetch", "export", export_id, school_code=found.school_code)
    return found, OperationFile.of(made_by.file)


async def fetched(unit: UnitOfWork, *, export: Export, whole: bool) -> None:
    """Deletes a file with the persons that was sent; one whose sending was broken off can be fetched again."""
    if not export.plan.identified:
        return
    if whole:
        assert export.operation_id is not None, "it had a file"
        await storage.delete_file(unit.connection, export.id, export.operation_id)
        return
    await storage.give_back(unit.connection, export.id)
    await unit.audit("export.break_off", "export", export.id, school_code=export.school_code)


async def described(
    connection: Connection, cipher: FieldCipher, caller: Principal, export_id: ExportId
) -> tuple[Export, Wave, Layout]:
    """An export with its wave and its columns, before the file is made those of now; raises NotFound or Forbidden."""
    found = await get(connection, cipher, caller, export_id)
    wave = await waves.current(connection, found.wave_id)
    versions = await versions_of(connection, wave)
    known = [each for each in versions if found.versions is None or each.number in found.versions]
    identified = found.plan.identified
    leading = leading_columns(wave, found.plan)
    return found, wave, layout_of(leading, known, identified=identified)


async def _must_fit(connection: Connection, wave: Wave, plan: ExportPlan) -> None:
    """Raises UnknownWeighting or TooManyColumns."""
    if plan.weighting_id is not None and await weightings.find(connection, wave.id, plan.weighting_id) is None:
        raise UnknownWeighting
    if plan.format == "xlsx":
        versions = await versions_of(connection, wave)
        leading = leading_columns(wave, plan)
        count = len(layout_of(leading, versions, identified=plan.identified).columns)
        if count > MAX_SHEET_COLUMNS:
            raise TooManyColumns(count)


def _new(caller: Principal, wave: Wave, plan: ExportPlan, export_id: ExportId) -> dict[str, Any]:
    return {
        "id": export_id,
        "school_code": wave.school_code,
        "wave_id": wave.id,
        "cohort": wave.cohort,
        "format": plan.format,
        "labelled": plan.values == "labelled",
        "language": plan.language,
        "identified": plan.identified,
        "weighting_id": plan.weighting_id,
        "requested_by": caller.subject,
        "requested_by_role": caller.role.value,
        "due_on": due_on(KIND, clock.today()),
    }


async def _added(unit: UnitOfWork, cipher: FieldCipher, values: dict[str, Any]) -> Export:
    await storage.add(unit.connection, values)
    return await _recorded(unit, cipher, values["id"], "ask")


async def _to_decide(
    unit: UnitOfWork, caller: Principal, cipher: FieldCipher, export_id: ExportId, expected: ExpectedVersion
) -> Export:
    await get(unit.connection, cipher, caller, export_id)
    caller.must_be_in(DECIDERS)
    found = await _locked(unit, cipher, export_id, expected)
    must_be_another(found, caller.subject)
    return found


async def _locked(unit: UnitOfWork, cipher: FieldCipher, export_id: ExportId, expected: ExpectedVersion) -> Export:
    """An export that was found in scope."""
    found = await storage.find(unit.connection, cipher, EVERYTHING, export_id, lock=True)
    assert found is not None, "exports are never deleted"
    must_equal(expected, found.version)
    return found


async def _recorded(unit: UnitOfWork, cipher: FieldCipher, export_id: ExportId, act: str) -> Export:
    """Writes the audit entry of a stored export, and reads it as it is by now."""
    found = await storage.find(unit.connection, cipher, EVERYTHING, export_id)
    assert found is not None, "it was stored in this transaction"
    plan = {"format": found.plan.format, "values": found.plan.values, "identified": found.plan.identified}
    detail = {"version": found.version, "wave_id": str(found.wave_id), **plan}
    await unit.audit(f"export.{act}", "export", export_id, school_code=found.school_code, detail=detail)
    return found
