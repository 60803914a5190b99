"""Asking for a correction, and deciding it: each act takes its locks in the order of docs/architecture.md."""

from collections.abc import Iterable
from dataclasses import replace

from common import clock
from common.accesses import record_accesses
from common.approvals import storage as requests
from common.approvals.deadlines import due_on
from common.approvals.domain import (
    Outdated,
    RequestState,
    must_be_another,
    must_be_open,
    must_have_asked,
    must_not_identify,
)
from common.auth import EVERYTHING, Principal, Role
from common.codes.rules import rule
from common.crypto import FieldCipher
from common.database import UnitOfWork, new_id
from common.errors import Conflict, ExpectedVersion, FieldProblem, Invalid, NotFound, must_equal
from common.objects import ObjectName, keep
from common.sql import Connection
from registry.corrections import storage
from registry.corrections.domain import (
    KIND,
    MAX_PROOFS,
    Correction,
    CorrectionId,
    CorrectionOpen,
    CorrectionPlan,
    ProofKind,
    TooManyProofs,
    decides,
    must_decide,
    must_have_basis,
    must_need_asking,
)
from registry.corrections.tables import corrections
from registry.graduates import commands as graduates
from registry.graduates.domain.masking import as_seen
from registry.graduates.domain.notices import Notice
from registry.graduates.domain.refusals import UnknownGraduate
from registry.graduates.storage import roster
from registry.graduates.storage.keys import key_of_roster
from registry.graduates.storage.notices import notify
from registry.organisation.commands import request_for
from registry.reveals.domain import KIND as REVEAL

READERS = frozenset({Role.GRADUATE, Role.COLLEGE_OFFICER, Role.SCHOOL_OFFICER, Role.AUDITOR})

PROOF = "proof"
"""Of an access: a proof is read."""


async def ask(unit: UnitOfWork, *, caller: Principal, cipher: FieldCipher, plan: CorrectionPlan) -> Correction:
    """Asks for another value of a field of the own entry, which an officer decides.

    Raises UnknownGraduate, CorrectionNotNeeded, IdentifyingText; what a change of the field raises; CorrectionOpen;
    for other roles NotFound, Forbidden.
    """
    try:
        stored = await roster.get(unit.connection, cipher, caller.row_scope(), plan.graduate_id, lock=True)
    except NotFound:
        if caller.role is not Role.GRADUATE:
            raise
        raise UnknownGraduate([rule("unknown_graduate").problem("/graduate_id")]) from None
    caller.must_be(Role.GRADUATE)
    must_need_asking(plan.field)
    must_not_identify("/reason", plan.reason)
    try:
        after = await graduates.corrected(unit, caller, cipher, stored, {plan.field: plan.value})
    except Invalid as refusal:
        refusal.problems = _about_value(refusal.problems)
        raise
    before, value = getattr(stored.entry, plan.field), getattr(after, plan.field)
    if before == value:
        raise Invalid([rule("same_value").problem("/value")])
    correction_id = CorrectionId(await new_id(unit.connection))
    data = await key_of_roster(unit.connection, cipher, stored.school_code, stored.cohort)
    values = {
        "id": correction_id,
        "school_code": stored.school_code,
        "cohort": stored.cohort,
        "college_code": stored.entry.college_code,
        "graduate_id": stored.id,
        "field": plan.field,
        "content_cipher": storage.sealed_content(data, correction_id, before, value),
        "reason_cipher": storage.sealed(data, correction_id, "reason", plan.reason),
        "requested_by": unit.actor.subject,
        "requested_by_role": unit.actor.role,
        "due_on": due_on(KIND, clock.today()),
    }
    if not await storage.add(unit.connection, values):
        raise CorrectionOpen
    return await _recorded(unit, cipher, correction_id, "ask")


async def get(
    connection: Connection, cipher: FieldCipher, caller: Principal, correction_id: CorrectionId
) -> Correction:
    """A correction for who asks, decides or audits; raises NotFound, and Forbidden for other roles of its school."""
    return await request_for(
        connection, caller, READERS, lambda scope: storage.find(connection, cipher, scope, correction_id)
    )


async def read(
    unit: UnitOfWork, *, caller: Principal, cipher: FieldCipher, correction_id: CorrectionId
) -> tuple[Correction, bool]:
    """A correction as `get` gives it, and whether its value is to be shown in clear: to who could decide it now.

    What others than the graduate read in clear is noted, to be shown after the commit.
    """
    found = await get(unit.connection, cipher, caller, correction_id)
    must_compare = found.state is RequestState.OPEN and decides(caller.role, found.field)
    is_clear = must_compare and caller.subject != found.requested_by
    noted: list[tuple[str, str | None, str]] = []
    if is_clear and as_seen({found.field: found.value}, caller.role)[found.field] != found.value:
        noted.append((REVEAL, KIND, found.field))
    if found.proofs and caller.role is not Role.GRADUATE:
        noted.append((PROOF, None, PROOF))
    if noted:
        occasion = await new_id(unit.connection)
        for kind, purpose, name in noted:
            await record_accesses(
                unit.connection,
                caller,
                {found.graduate_id: found.school_code},
                occasion_id=occasion,
                kind=kind,
                purpose=purpose,
                fields=[name],
            )
        detail = {"correction": str(found.id), "fields": [name for *_, name in noted]}
        await unit.audit("correction.read", "reading", occasion, school_code=found.school_code, detail=detail)
    return found, is_clear


async def may_prove(
    connection: Connection, *, caller: Principal, cipher: FieldCipher, correction_id: CorrectionId
) -> None:
    """Raises what `prove` raises, before a file is stored."""
    _must_take_proof(await get(connection, cipher, caller, correction_id), caller)


async def prove(
    unit: UnitOfWork,
    *,
    caller: Principal,
    cipher: FieldCipher,
    correction_id: CorrectionId,
    kind: ProofKind,
    media_type: str,
    name: ObjectName,
) -> Correction:
    """Adds a stored file to an open correction, as who asked for it.

    Raises NotFound, Forbidden, TransitionNotAllowed, TooManyProofs.
    """
    await get(unit.connection, cipher, caller, correction_id)
    correction = await _locked(unit, cipher, correction_id)
    _must_take_proof(correction, caller)
    await keep(unit, name)
    await storage.add_proof(unit.connection, correction, kind, media_type, name)
    await requests.save(unit.connection, corrections, correction.id, {})
    return await _recorded(unit, cipher, correction.id, "prove")


async def withdraw(
    unit: UnitOfWork, *, caller: Principal, cipher: FieldCipher, correction_id: CorrectionId, expected: ExpectedVersion
) -> Correction:
    """Takes an open correction back, as who asked for it.

    Raises NotFound, Forbidden, PreconditionRequired, PreconditionFailed, TransitionNotAllowed.
    """
    must_have_asked(await get(unit.connection, cipher, caller, correction_id), caller.subject)
    correction = await _locked(unit, cipher, correction_id)
    must_equal(expected, correction.version)
    must_be_open(correction)
    await requests.save(unit.connection, corrections, correction.id, {"state": RequestState.WITHDRAWN.value})
    return await _recorded(unit, cipher, correction.id, "withdraw")


async def refuse(
    unit: UnitOfWork,
    *,
    caller: Principal,
    cipher: FieldCipher,
    correction_id: CorrectionId,
    expected: ExpectedVersion,
    reason: str,
) -> Correction:
    """Refuses an open correction; raises what `approve` raises but BasisRequired and Outdated."""
    must_decide(caller.role, (await get(unit.connection, cipher, caller, correction_id)).field)
    correction = await _locked(unit, cipher, correction_id)
    must_equal(expected, correction.version)
    must_be_another(correction, caller.subject)
    must_not_identify("/reason", reason)
    return await _decided(unit, cipher, correction, RequestState.REFUSED, reason, None)


async def approve(
    unit: UnitOfWork,
    *,
    caller: Principal,
    cipher: FieldCipher,
    correction_id: CorrectionId,
    expected: ExpectedVersion,
    basis: str | None,
) -> Correction:
    """Gives the entry what was asked for, as one version.

    Raises NotFound, Forbidden, PreconditionRequired, PreconditionFailed, TransitionNotAllowed, SameReviewer,
    BasisRequired, IdentifyingText, Outdated.
    """
    found = await get(unit.connection, cipher, caller, correction_id)
    must_decide(caller.role, found.field)
    stored = await roster.get(unit.connection, cipher, EVERYTHING, found.graduate_id, lock=True)
    correction = await _locked(unit, cipher, correction_id)
    must_equal(expected, correction.version)
    must_be_another(correction, caller.subject)
    must_have_basis(correction.field, basis)
    must_not_identify("/basis", basis or "")
    if getattr(stored.entry, correction.field) != correction.before:
        raise Outdated([rule("field_changed").problem("/field")])
    try:
        changed = await graduates.correct(
            unit, caller, cipher, stored, {correction.field: correction.value}, basis=basis
        )
    except Invalid as refusal:
        raise Outdated(_about_value(refusal.problems)) from None
    except Conflict as refusal:
        raise Outdated([rule(refusal.code).problem("/value")]) from None
    token = None if changed.change_token is None else changed.change_token.encode()
    return await _decided(unit, cipher, correction, RequestState.APPROVED, basis, token)


async def _decided(
    unit: UnitOfWork,
    cipher: FieldCipher,
    correction: Correction,
    state: RequestState,
    said: str | None,
    token: str | None,
) -> Correction:
    """Ends a locked correction with what was said, and tells the graduate."""
    data = await key_of_roster(unit.connection, cipher, correction.school_code, correction.cohort)
    reason = None if said is None else storage.sealed(data, correction.id, "decision_reason", said)
    values = {"decision_reason_cipher": reason, "change_token": token}
    await requests.decide(unit.connection, corrections, correction.id, state, unit.actor, values)
    await notify(unit.connection, correction.graduate_id, Notice.CORRECTION_DECIDED)
    return await _recorded(unit, cipher, correction.id, "approve" if state is RequestState.APPROVED else "refuse")


async def _locked(unit: UnitOfWork, cipher: FieldCipher, correction_id: CorrectionId) -> Correction:
    """A correction that was found in scope, locked after the graduate whom it changes."""
    correction = await storage.find(unit.connection, cipher, EVERYTHING, correction_id, lock=True)
    assert correction is not None, "corrections are never deleted"
    return correction


async def _recorded(unit: UnitOfWork, cipher: FieldCipher, correction_id: CorrectionId, act: str) -> Correction:
    """Writes the audit entry of a stored correction, and reads it as it is by now."""
    correction = await storage.find(unit.connection, cipher, EVERYTHING, correction_id)
    assert correction is not None, "it was stored in this transaction"
    detail = {"version": correction.version, "field": correction.field, "proofs": len(correction.proofs)}
    await unit.audit(
        f"correction.{act}", "correction", correction.id, school_code=correction.school_code, detail=detail
    )
    return correction


def _must_take_proof(correction: Correction, caller: Principal) -> None:
    must_have_asked(correction, caller.subject)
    must_be_open(correction)
    if len(correction.proofs) >= MAX_PROOFS:
        raise TooManyProofs


def _about_value(problems: Iterable[FieldProblem]) -> tuple[FieldProblem, ...]:
    """The problems of an entry that would hold the value, which is all that the request says of it."""
    return tuple(replace(each, pointer="/value") for each in problems)
