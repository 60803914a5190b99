"""Reading the calendar and the reports, asking for reports, making and publishing them; who may do what."""

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from common.auth import Owners, Principal, Role, RowScope
from common.change_feed.barrier import OwnerDigest, Waiting, Why, reason_to_wait
from common.contracts import graduate, registration
from common.database import UnitOfWork
from common.errors import ExpectedVersion, NotFound, must_equal
from common.identifiers import Cohort, SchoolCode
from common.reference_tables.storage import working_days
from common.sql import Connection
from destinations.monitoring import storage
from destinations.monitoring.announcements import reported
from destinations.monitoring.domain.cut_offs import CutOff, cut_offs
from destinations.monitoring.domain.reports import (
    Moment,
    Report,
    ReportId,
    ReportPending,
    State,
    must_be_publishable,
    sealed,
)
from destinations.monitoring.storage import Filters
from destinations.roster import storage as roster
from destinations.seasons import commands as seasons

SEE_PUBLISHED = frozenset({Role.COUNSELLOR, Role.COLLEGE_OFFICER})
"""Roles that see what the school has published, and nothing else."""

READERS = SEE_PUBLISHED | {Role.SCHOOL_OFFICER, Role.PROVINCIAL_OFFICER, Role.AUDITOR}


async def calendar(
    connection: Connection, caller: Principal, school_code: SchoolCode, cohort: Cohort, first: date, last: date
) -> Sequence[CutOff]:
    """The cut-offs of these days, both included; none of a cohort without a season.

    Raises NotFound for a cohort out of scope, Forbidden.
    """
    season = await seasons.read(connection, caller, school_code, cohort)
    if season.version == 0:
        return ()
    found = cut_offs(cohort, await working_days(connection))
    return [each for each in found if first <= each.day <= last]


async def find(connection: Connection, caller: Principal, report_id: ReportId) -> Report:
    """A report that the caller sees; raises NotFound."""
    return await storage.find(connection, _scope(caller), report_id, published=caller.role in SEE_PUBLISHED)


async def find_made(connection: Connection, caller: Principal, report_id: ReportId) -> Report:
    """The same, once it says something; raises NotFound, ReportPending."""
    report = await find(connection, caller, report_id)
    if report.state is State.PENDING:
        raise ReportPending(waiting_for=[vars(each) for each in report.waiting_for])
    return report


async def page(
    connection: Connection, caller: Principal, filters: Filters, after: UUID | None, limit: int
) -> list[Report]:
    """A page of the reports that the caller sees."""
    published = caller.role in SEE_PUBLISHED
    return await storage.page(connection, _scope(caller), filters, after, limit, published=published)


async def ask(unit: UnitOfWork, *, caller: Principal, school_code: SchoolCode, cohort: Cohort) -> Report:
    """Asks for a report of now, which a worker makes; raises NotFound, Forbidden."""
    if not caller.sees_school(school_code, await roster.province_of(unit.connection, school_code)):
        raise NotFound
    caller.must_be(Role.SCHOOL_OFFICER)
    report_id = await storage.add_free(unit.connection, school_code, cohort)
    detail = {"cohort": cohort}
    await unit.audit("monitoring_report.ask", "monitoring_report", report_id, school_code=school_code, detail=detail)
    return await find(unit.connection, caller, report_id)


async def publish(unit: UnitOfWork, *, caller: Principal, report_id: ReportId, expected: ExpectedVersion) -> Report:
    """Shows a free report to counsellors and colleges, as the circular of the school.

    Raises NotFound, Forbidden, PreconditionRequired, PreconditionFailed or TransitionNotAllowed.
    """
    report = await find(unit.connection, caller, report_id)
    caller.must_be(Role.SCHOOL_OFFICER)
    must_equal(expected, report.version)
    must_be_publishable(report)
    won = await storage.publish(unit.connection, report, unit.actor)
    published = await find(unit.connection, caller, report_id)
    if not won:
        must_equal(expected, published.version)
    await unit.audit("monitoring_report.publish", "monitoring_report", report_id, school_code=report.school_code)
    return published


async def add_due(unit: UnitOfWork) -> int:
    """Adds the reports of the cut-offs that have passed; how many those were."""
    days = await working_days(unit.connection)
    due = {cohort: cut_offs(cohort, days) for cohort in await storage.seasons_of(unit.connection)}
    return await storage.add_due(unit.connection, due)


async def make(unit: UnitOfWork, *, report: Report, registry: OwnerDigest | None) -> bool:
    """Makes a pending report, once all that was recorded before its moment is here; false while it waits.

    `registry` is what registry says of the moment, None where it does not answer.
    """
    waiting_for = [*await _of_registry(unit.connection, report, registry), *await _of_ours(unit.connection, report)]
    if waiting_for:
        await storage.wait_for(unit.connection, report.id, waiting_for)
        return False
    content = {**await storage.counted(unit.connection, report), **await storage.checked(unit.connection, report)}
    sha256 = sealed(report, content)
    if not await storage.make(unit.connection, report.id, content, sha256):
        return False
    sequence, recorded_at = await storage.next_of_stream(unit.connection, report.school_code)
    await unit.announce(reported(report, content, sha256, sequence, recorded_at))
    detail: Mapping[str, object] = {"kind": report.kind.value, "period": report.period, "sha256": sha256.hex()}
    school = report.school_code
    await unit.audit("monitoring_report.make", "monitoring_report", report.id, school_code=school, detail=detail)
    return True


async def _of_registry(connection: Connection, moment: Moment, registry: OwnerDigest | None) -> Sequence[Waiting]:
    settled = registry is not None and registry.is_settled
    ours = await roster.digest_of(connection, moment.school_code, moment.at) if settled else ()
    why = reason_to_wait(registry, ours)
    return () if why is None else (Waiting("registry", graduate.TOPIC, why),)


async def _of_ours(connection: Connection, moment: Moment) -> Sequence[Waiting]:
    if await storage.earlier_writer(connection, moment.at):
        return (Waiting("destinations", registration.TOPIC, Why.NOT_SETTLED),)
    return ()


def _scope(caller: Principal) -> RowScope:
    """The schools whose reports the caller may see; raises Forbidden for a role that sees none."""
    caller.must_be_in(READERS)
    if caller.role in SEE_PUBLISHED:
        return RowScope(Owners(school_code=frozenset({caller.school_code}))) if caller.school_code else RowScope()
    return caller.record_scope()
