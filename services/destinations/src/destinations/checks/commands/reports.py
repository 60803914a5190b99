"""Acts on self-check reports: sealing a draft, two signatures, the sealed scan, and what the school says of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from common.approvals.domain import must_not_identify
from common.auth import Principal, Role, RowScope
from common.database import UnitOfWork, today
from common.errors import ExpectedVersion, NotFound, must_equal
from common.objects import ObjectName, keep
from common.sql import Connection
from destinations.checks.domain.ledger import CheckResult, round_of
from destinations.checks.domain.reports import (
    Changed,
    Office,
    Report,
    ReportAct,
    ReportExists,
    ReportId,
    ReportState,
    Sealed,
    Signature,
    must_allow,
    must_be_complete,
    must_sign,
)
from destinations.checks.storage import reports
from destinations.checks.storage.reports import Round
from destinations.seasons import storage as seasons

MAKERS = frozenset({Role.COLLEGE_OFFICER})
"""Who makes, signs and submits a report."""

READERS = MAKERS | {Role.SCHOOL_OFFICER, Role.PROVINCIAL_OFFICER, Role.AUDITOR}

ROW_READERS = READERS - {Role.AUDITOR}
"""Who sees rows about persons: an auditor sees those of the own samples alone."""

_ENDS = {ReportAct.ACCEPT: ReportState.ACCEPTED, ReportAct.RETURN: ReportState.RETURNED}


@dataclass(frozen=True)
class Seen:
    """A report with its signatures, and what has changed since its draft; None where no list of persons is shown."""

    report: Report
    signatures: Sequence[Signature]
    changed_since: Sequence[Changed] | None

    @property
    def id(self) -> ReportId:
        """The report's id."""
        return self.report.id

    @property
    def version(self) -> int:
        """The report's version."""
        return self.report.version


async def make(unit: UnitOfWork, *, caller: Principal, of: Round) -> Seen:
    """Seals what the ledger says of each counted graduate of the college.

    Raises NotFound for another college, LedgerRefused for a round that the season does not have, ReportExists,
    LedgerIncomplete.
    """
    if (caller.school_code, caller.own_college()) != (of.school_code, of.college_code):
        raise NotFound
    round_of(await seasons.of(unit.connection, of.school_code, of.cohort), of.round)
    await _must_be_first(unit.connection, of)
    lines = await reports.lines(unit.connection, of)
    must_be_complete(lines)
    report_id = await reports.add(unit.connection, of, lines, caller.subject)
    return await _recorded(unit, caller, report_id, "draft")


async def get(connection: Connection, caller: Principal, report_id: ReportId, *, lock: bool = False) -> Seen:
    """A report of the caller's scope; raises NotFound."""
    report = await reports.find(connection, scope_of(caller), report_id, lock=lock)
    if report is None:
        raise NotFound
    changed = None if caller.role not in ROW_READERS else await reports.changed_since(connection, report_id)
    return Seen(report, await reports.signatures(connection, report_id), changed)


async def items(
    connection: Connection,
    caller: Principal,
    report_id: ReportId,
    *,
    result: CheckResult | None,
    after: UUID,
    limit: int,
) -> list[Sealed]:
    """What a report of the caller's scope has sealed about each graduate; raises NotFound."""
    if await reports.find(connection, scope_of(caller), report_id) is None:
        raise NotFound
    return await reports.items(connection, report_id, result, after, limit)


def scope_of(caller: Principal) -> RowScope:
    """The reports that a caller sees."""
    return caller.record_scope()


async def sign(
    unit: UnitOfWork, *, caller: Principal, report_id: ReportId, expected: ExpectedVersion, office: Office
) -> Seen:
    """Signs for an office; the second signature, of another person, makes it `signed`.

    Raises NotFound, Forbidden, ScopeMissing, PreconditionRequired, PreconditionFailed, AlreadySigned, SameSigner,
    TransitionNotAllowed.
    """
    seen = await _held(unit.connection, caller, report_id, MAKERS)
    caller.must_hold(office.scope)
    must_equal(expected, seen.version)
    is_last = must_sign(seen.report, seen.signatures, office, caller.subject)
    await reports.sign(unit.connection, seen.report, office, caller.subject)
    await reports.move(unit.connection, seen.report, ReportState.SIGNED if is_last else ReportState.DRAFT)
    return await _recorded(unit, caller, report_id, f"sign-{office.value}")


async def may_submit(
    connection: Connection,
    *,
    caller: Principal,
    report_id: ReportId,
    expected: ExpectedVersion,
    lock: bool = False,
) -> Report:
    """The report, before its scan is stored; raises what `submit` raises."""
    seen = await get(connection, caller, report_id, lock=lock)
    caller.must_be_in(MAKERS)
    must_equal(expected, seen.version)
    must_allow(seen.report, ReportAct.SUBMIT)
    return seen.report


async def submit(
    unit: UnitOfWork,
    *,
    caller: Principal,
    report_id: ReportId,
    expected: ExpectedVersion,
    file: ObjectName,
    sha256: bytes,
) -> Seen:
    """Hands a signed report in with its sealed scan, which is stored already; `late` after the season's last day.

    Raises NotFound, Forbidden, PreconditionRequired, PreconditionFailed, TransitionNotAllowed, ReportExists.
    """
    report = await may_submit(unit.connection, caller=caller, report_id=report_id, expected=expected)
    await _must_be_first(unit.connection, _round_of(report))
    report = await may_submit(unit.connection, caller=caller, report_id=report_id, expected=expected, lock=True)
    season = await seasons.of(unit.connection, report.school_code, report.cohort)
    late = await today(unit.connection) > season.report_by
    await keep(unit, file)
    await reports.submit(unit.connection, report, file, sha256, late=late)
    return await _recorded(unit, caller, report_id, "submit")


async def end(
    unit: UnitOfWork,
    *,
    caller: Principal,
    report_id: ReportId,
    expected: ExpectedVersion,
    act: ReportAct,
    reason: str | None = None,
) -> Seen:
    """Accepts a submitted report, or returns it with a reason.

    Raises NotFound, Forbidden, PreconditionRequired, PreconditionFailed, TransitionNotAllowed, IdentifyingText.
    """
    seen = await _held(unit.connection, caller, report_id, frozenset({Role.SCHOOL_OFFICER}))
    must_equal(expected, seen.version)
    must_allow(seen.report, act)
    must_not_identify("/reason", reason or "")
    await reports.move(unit.connection, seen.report, _ENDS[act], reason)
    return await _recorded(unit, caller, report_id, act.value)


async def _must_be_first(connection: Connection, of: Round) -> None:
    await reports.lock_college(connection, of)
    if await reports.is_standing(connection, of):
        raise ReportExists


async def _held(connection: Connection, caller: Principal, report_id: ReportId, roles: frozenset[Role]) -> Seen:
    """The report for who may act on it, once it is locked; raises NotFound, Forbidden without waiting."""
    await get(connection, caller, report_id)
    caller.must_be_in(roles)
    return await get(connection, caller, report_id, lock=True)


def _round_of(report: Report) -> Round:
    return Round(report.school_code, report.cohort, report.college_code, report.round)


async def _recorded(unit: UnitOfWork, caller: Principal, report_id: ReportId, act: str) -> Seen:
    seen = await get(unit.connection, caller, report_id)
    report = seen.report
    detail = {"version": report.version, "state": report.state, "round": report.round, "college": report.college_code}
    await unit.audit(
        f"self-check-report.{act}", "self_check_report", report.id, school_code=report.school_code, detail=detail
    )
    return seen
