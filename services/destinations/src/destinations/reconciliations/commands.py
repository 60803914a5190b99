"""Beginning a reconciliation, keeping what it has found, showing it, and deciding whose row holds."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from common.accesses import record_accesses
from common.auth import Principal, Role, RowScope
from common.codes.rules import rule
from common.crypto import FieldCipher
from common.database import UnitOfWork, new_id
from common.errors import RulesBroken
from common.identifiers import GraduateId, OperationId
from common.imports import Fault
from common.purposes import PurposeNotPermitted
from common.sql import Connection
from destinations.cases.commands import open_case
from destinations.cases.domain import Kind, Maker, Opening
from destinations.evidence.domain import AlreadyDecided
from destinations.filing import storage as filings
from destinations.filing.domain.filing import KIND as FILING
from destinations.filing.domain.filing import Filing, FilingId, FilingWithoutFile
from destinations.reconciliations import storage
from destinations.reconciliations.domain import (
    KIND,
    Counts,
    Decision,
    Item,
    NothingToTake,
    Reconciliation,
    ReconciliationId,
)
from destinations.reconciliations.storage import Found
from destinations.registrations import storage as registrations
from destinations.registrations.domain.permitting import must_not_be_frozen
from destinations.registrations.domain.refusals import CohortClosed, LateReasonRequired
from destinations.registrations.domain.registration import LateReason
from destinations.registrations.imports.columns import COLUMNS
from destinations.registrations.imports.load import read_stored
from destinations.registrations.imports.plan import Asked, Plan, StoredRegistration, doubt, plan_rows
from destinations.registrations.imports.rows import RegistrationRow, RowReader
from destinations.registrations.imports.write import Writing, write
from destinations.roster import storage as roster
from destinations.seasons.domain import Phase


async def filing_of(connection: Connection, caller: Principal, filing_id: FilingId) -> Filing:
    """The filing with which a school officer compares a file; raises NotFound, Forbidden, FilingWithoutFile."""
    filing = await filings.find(connection, caller.record_scope(), filing_id)
    caller.must_be(Role.SCHOOL_OFFICER)
    if filing.manifest is None or not await filings.parts_of(connection, filing_id):
        raise FilingWithoutFile(state=filing.state.value, allowed_transitions=[])
    return filing


async def work_under_way(unit: UnitOfWork, filing_id: FilingId, sha256: bytes) -> OperationId | None:
    """The work that compares the same file, or has done so; others that begin wait until the act ends."""
    await filings.lock(unit.connection, filing_id)
    return await storage.under_way(unit.connection, filing_id, sha256)


async def begin(
    unit: UnitOfWork, *, filing: Filing, sha256: bytes, terms: Mapping[str, Any], operation: OperationId
) -> None:
    """Begins a reconciliation, so that long work can compare."""
    values = {
        "id": await new_id(unit.connection),
        "filing_id": filing.id,
        "school_code": filing.asked.school_code,
        "cohort": filing.asked.cohort,
        "sha256": sha256,
        "terms": terms,
        "operation_id": operation,
        "made_by": unit.actor.subject,
        "made_by_role": unit.actor.role,
    }
    await storage.add(unit.connection, values)


async def keep_part(
    unit: UnitOfWork, *, cipher: FieldCipher, reconciliation: Reconciliation, first: int, found: Sequence[Found]
) -> None:
    """Stores differences; one that is found after the cohort was closed opens a case.

    The streams of their graduates are locked.
    """
    await storage.keep_items(unit.connection, cipher, reconciliation.id, reconciliation.school_code, first, found)
    if not is_closed(reconciliation):
        return
    for n, each in enumerate(found, first):
        if each.registration_id is not None:
            opening = Opening(
                kind=Kind.CHECK,
                school_code=reconciliation.school_code,
                cohort=reconciliation.cohort,
                facts={"reconciliation_id": f"{reconciliation.id}", "n": n, "fields": [*each.fields]},
                registrations=(each.registration_id,),
                by=Maker(subject=unit.actor.subject, role=unit.actor.role),
            )
            await open_case(unit, opening)


def is_closed(reconciliation: Reconciliation) -> bool:
    """Whether the cohort was closed when the file was sent."""
    asked_on, closes_on = (reconciliation.terms.get(name) for name in ("asked_on", "closes_on"))
    return bool(asked_on and closes_on and date.fromisoformat(f"{asked_on}") > date.fromisoformat(f"{closes_on}"))


async def end(unit: UnitOfWork, *, reconciliation: Reconciliation, counts: Counts) -> None:
    """Notes what was found."""
    await storage.compared(unit.connection, reconciliation.id, counts)
    await unit.audit(
        "reconciliation.compare",
        "reconciliation",
        reconciliation.id,
        school_code=reconciliation.school_code,
        detail={"filing": f"{reconciliation.filing_id}", "ours": counts.ours, "theirs": counts.theirs},
    )


async def get(connection: Connection, caller: Principal, reconciliation_id: ReconciliationId) -> Reconciliation:
    """A reconciliation of the own school; raises NotFound, Forbidden."""
    found = await storage.find(connection, _scope(caller), reconciliation_id)
    caller.must_be(Role.SCHOOL_OFFICER)
    return found


async def open_items(
    unit: UnitOfWork,
    *,
    caller: Principal,
    cipher: FieldCipher,
    reconciliation_id: ReconciliationId,
    after: int,
    limit: int,
    purpose: str,
) -> list[Item]:
    """Differences with what came back in clear, and one more, which tells that the list goes on.

    Notes the access to everybody shown. Raises NotFound, Forbidden, PurposeNotPermitted.
    """
    reconciliation = await get(unit.connection, caller, reconciliation_id)
    if purpose != FILING:
        raise PurposeNotPermitted
    found = await storage.page_of_items(unit.connection, cipher, reconciliation_id, after, limit + 1)
    opened = (each.graduate_id for each in found[:limit] if each.graduate_id and each.theirs)
    shown = dict.fromkeys(opened, reconciliation.school_code)
    if shown:
        occasion = await new_id(unit.connection)
        await record_accesses(
            unit.connection, caller, shown, occasion_id=occasion, kind=FILING, purpose=purpose, fields=["filing"]
        )
        detail = {"reconciliation": f"{reconciliation_id}", "people": len(shown), "purpose": purpose}
        await unit.audit(
            "reconciliation.read", "reading", occasion, school_code=reconciliation.school_code, detail=detail
        )
    return found


async def decide(
    unit: UnitOfWork,
    *,
    caller: Principal,
    cipher: FieldCipher,
    reconciliation_id: ReconciliationId,
    n: int,
    decision: Decision,
    late_reason: LateReason | None,
    units: Mapping[GraduateId, str | None],
) -> Item:
    """Keeps our row, or takes theirs as a row of an import; `units` are those that graduates were trained for.

    Raises NotFound, Forbidden, NothingToTake, AlreadyDecided, CohortClosed, LateReasonRequired, RulesBroken,
    ErasedPerson, GraduateWithdrawn.
    """
    reconciliation = await get(unit.connection, caller, reconciliation_id)
    item = await storage.item(unit.connection, cipher, reconciliation_id, n)
    if item.graduate_id is not None:
        await registrations.open_streams(unit.connection, reconciliation.school_code, [item.graduate_id])
    item = await storage.item(unit.connection, cipher, reconciliation_id, n, lock=True)
    if item.decision is not None:
        raise AlreadyDecided(item.decision)
    if decision is Decision.TAKE_THEIRS:
        asked = Asked.of(reconciliation.terms, caller.subject)
        asked = replace(asked, late_reason=late_reason or asked.late_reason)
        await _take(unit, cipher, reconciliation, item, asked, units)
    await storage.decide(unit.connection, reconciliation_id, n, decision, unit.actor)
    detail = {"n": n, "decision": decision.value}
    await unit.audit(
        "reconciliation.decide",
        "reconciliation",
        reconciliation_id,
        school_code=reconciliation.school_code,
        detail=detail,
    )
    return await storage.item(unit.connection, cipher, reconciliation_id, n)


async def _take(
    unit: UnitOfWork,
    cipher: FieldCipher,
    reconciliation: Reconciliation,
    item: Item,
    asked: Asked,
    units: Mapping[GraduateId, str | None],
) -> None:
    """Writes their row as the row of a file would be written."""
    stored = await _stored(unit.connection, item, asked)
    if item.theirs is None:
        raise NothingToTake(state=None, allowed_transitions=[])
    if "name" in item.fields:
        # their row is about another person of this number: an import would refuse it, too
        raise RulesBroken([rule("name_mismatch").problem("/theirs/name")])
    phase = asked.terms(stored.extended_until).phase
    if phase is Phase.CLOSED:
        raise CohortClosed
    if phase is Phase.LATE and asked.late_reason is None:
        raise LateReasonRequired
    cells = [*item.theirs.values()]
    header = COLUMNS.find([[*item.theirs], cells])
    if header is None:
        raise NothingToTake(state=None, allowed_transitions=[])
    reader = RowReader(header, reconciliation.school_code, reconciliation.cohort, cipher)
    row = RegistrationRow(item.n, cells)
    reader.read([row])
    before = stored.registration.effective_or_newest if stored.registration else None
    row.given = registrations.sealed(cipher, stored.graduate.id, row.given, before)
    plan = plan_rows([row], {row.number: stored}, asked)
    _must_be_good(row.faults)
    doubt(plan, asked, units, {})
    await _written(unit, reconciliation, plan, asked, reader)


async def _written(
    unit: UnitOfWork, reconciliation: Reconciliation, plan: Plan, asked: Asked, reader: RowReader
) -> None:
    in_season = asked.closes_on is not None
    writing = Writing(reconciliation.school_code, None, reader.lists, asked.asked_on, in_season=in_season)
    await write(unit, plan, writing)


async def _stored(connection: Connection, item: Item, asked: Asked) -> StoredRegistration:
    """What stands of the difference's graduate; raises NothingToTake, ErasedPerson, GraduateWithdrawn."""
    entries = await roster.entries(connection, [item.graduate_id]) if item.graduate_id else {}
    if item.graduate_id is None or item.graduate_id not in entries:
        raise NothingToTake(state=None, allowed_transitions=[])
    in_season = asked.closes_on is not None
    known = await read_stored(connection, [*entries.values()], in_season=in_season, asked_at=asked.asked_at)
    stored = known[item.graduate_id]
    must_not_be_frozen(stored.graduate, stored.registration.stage if stored.registration else None)
    return stored


def _must_be_good(faults: Sequence[Fault]) -> None:
    if faults:
        raise RulesBroken([rule(each.rule).problem(f"/theirs/{each.column}") for each in faults])


def _scope(caller: Principal) -> RowScope:
    return caller.record_scope()


async def end_part(unit: UnitOfWork, *, part: int) -> int:
    """Empties up to so many of their rows that are past their day; how many. Counts, kinds and decisions stay."""
    ended = await storage.end(unit.connection, part)
    for school_code, count in sorted(Counter(ended).items()):
        await unit.audit("retention.end", "retention", KIND, school_code=school_code, detail={"count": count})
    return len(ended)
