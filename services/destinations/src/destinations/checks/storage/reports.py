"""Self-check reports in SQL: sealed, signed, submitted; and what has changed since the draft."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, LargeBinary, Select, Text, Uuid, bindparam, select, text

from common import rows
from common.auth import Owners, RowScope, ScopeShape
from common.clock import NOW_SQL
from common.consuming.counted import newest_counted
from common.identifiers import Cohort, CollegeCode, SchoolCode
from common.objects import ObjectName
from common.sql import Connection, array, array_sql
from destinations.checks.domain.ledger import CheckResult
from destinations.checks.domain.reports import (
    STANDING,
    Changed,
    Line,
    Office,
    Report,
    ReportId,
    ReportState,
    Sealed,
    Signature,
    counted,
)
from destinations.checks.storage.contents import stale
from destinations.checks.tables import self_check_reports
from destinations.roster.tables import schools

_reports = self_check_reports.c
_LINES = text(
    f"""
    SELECT graduate.graduate_id, entry.id AS entry_id, entry.version AS entry_version, entry.registration_id,
           entry.effective_version, entry.method, entry.outcome, entry.result, {stale("entry", "current")} AS stale
      FROM roster_graduates graduate
           LEFT JOIN ledger_entries entry
                  ON (entry.graduate_id, entry.cohort, entry.round) = (graduate.graduate_id, graduate.cohort, :round)
           LEFT JOIN registrations current
                  ON current.graduate_id = graduate.graduate_id AND current.stage <> 'voided'
     WHERE graduate.school_code = :school_code AND graduate.cohort = :cohort AND graduate.college_code = :college_code
       AND {newest_counted("graduate")} AND NOT graduate.erased
     ORDER BY graduate.graduate_id
    """
)
_ADD = text(
    """
    INSERT INTO self_check_reports (school_code, cohort, college_code, round, state, graduates, results, methods,
                                    by_subject)
    VALUES (:school_code, :cohort, :college_code, :round, 'draft', :graduates, CAST(:results AS jsonb),
            CAST(:methods AS jsonb), :by_subject)
    RETURNING id
    """
)
_SEALED = {
    "graduate_id": "uuid",
    "entry_id": "uuid",
    "entry_version": "int",
    "registration_id": "uuid",
    "effective_version": "int",
    "method": "text",
    "outcome": "text",
    "result": "text",
}
_SEAL = text(
    f"""
    INSERT INTO self_check_items (report_id, school_code, {", ".join(_SEALED)})
    SELECT CAST(:report_id AS uuid), CAST(:school_code AS text), line.*
      FROM unnest({", ".join(array_sql(name, kind) for name, kind in _SEALED.items())}) AS line
    """
)
_ITEMS = text(
    f"""
    SELECT {", ".join(_SEALED)} FROM self_check_items
     WHERE report_id = :id AND graduate_id > :after AND (CAST(:result AS text) IS NULL OR result = :result)
     ORDER BY graduate_id LIMIT :limit
    """
).bindparams(bindparam("after", type_=Uuid), bindparam("result", type_=Text))
_CHANGED = text(
    f"""
    SELECT * FROM (
        SELECT item.graduate_id, {stale("item", "current")} AS content,
               entry.version IS DISTINCT FROM item.entry_version AS entry
          FROM self_check_items item
               LEFT JOIN ledger_entries entry ON entry.id = item.entry_id
               LEFT JOIN registrations current
                      ON current.graduate_id = item.graduate_id AND current.stage <> 'voided'
         WHERE item.report_id = :id
    ) compared WHERE content OR entry ORDER BY graduate_id
    """
)
_SIGNATURES = text(
    "SELECT office, by_subject, recorded_at FROM self_check_signatures WHERE report_id = :id ORDER BY recorded_at"
)
_SIGN = text(
    """
    INSERT INTO self_check_signatures (report_id, school_code, office, by_subject)
    VALUES (:id, :school_code, :office, :by_subject)
    """
)
_MOVE = text("UPDATE self_check_reports SET version = version + 1, state = :state, reason = :reason WHERE id = :id")
_SUBMIT = text(
    f"""
    UPDATE self_check_reports
       SET version = version + 1, state = 'submitted', late = :late, submitted_at = {NOW_SQL}, file = :file,
           file_sha256 = :sha256
     WHERE id = :id
    """
).bindparams(bindparam("file", type_=Uuid), bindparam("sha256", type_=LargeBinary))
_STANDING = text(
    """
    SELECT EXISTS (SELECT FROM self_check_reports
                    WHERE (school_code, cohort, college_code, round) = (:school_code, :cohort, :college_code, :round)
                      AND state = ANY(:states))
    """
)
_LOCK = text("SELECT 1 FROM self_check_reports WHERE id = :id FOR NO KEY UPDATE")
_LOCK_COLLEGE = text("SELECT pg_advisory_xact_lock(hashtextextended('reports of ' || :college, 0))")
_OF_GRADUATE = text(
    """
    SELECT report.id AS report_id, report.round, report.college_code, report.state, item.effective_version, item.method,
           item.outcome, item.result, report.recorded_at
      FROM self_check_items item JOIN self_check_reports report ON report.id = item.report_id
     WHERE item.graduate_id = :id ORDER BY report.id
    """
)
_ALL = select(self_check_reports).outerjoin(schools, schools.c.school_code == _reports.school_code)


@dataclass(frozen=True)
class Round:
    """Whose report it is: a college's, of one round."""

    school_code: SchoolCode
    cohort: Cohort
    college_code: CollegeCode
    round: int


async def lines(connection: Connection, of: Round) -> list[Line]:
    """The counted graduates of the college with their entries, as of one moment."""
    return rows.all(Line, await connection.execute(_LINES, vars(of)))


async def add(connection: Connection, of: Round, sealed: Sequence[Line], subject: str) -> ReportId:
    """Stores a draft with what it seals."""
    values = {
        **vars(of),
        "graduates": len(sealed),
        "results": json.dumps(counted(each.result for each in sealed)),
        "methods": json.dumps(counted(each.method for each in sealed)),
        "by_subject": subject,
    }
    report_id = ReportId(await connection.scalar(_ADD, values))
    columns = {name: array(getattr(each, name) for each in sealed) for name in _SEALED}
    await connection.execute(_SEAL, {"report_id": report_id, "school_code": of.school_code, **columns})
    return report_id


async def lock_college(connection: Connection, of: Round) -> None:
    """Makes acts wait for each other that make or submit reports of a college's round."""
    await connection.execute(_LOCK_COLLEGE, {"college": " ".join(f"{each}" for each in vars(of).values())})


async def is_standing(connection: Connection, of: Round) -> bool:
    """Whether a report of the round is submitted or accepted."""
    found: bool = await connection.scalar(_STANDING, {**vars(of), "states": list(STANDING)})
    return found


async def find(connection: Connection, scope: RowScope, report_id: ReportId, *, lock: bool = False) -> Report | None:
    """A report of the scope, locked until the end of the transaction if `lock`."""
    if lock:
        await connection.execute(_LOCK, {"id": report_id})
    return rows.one_or_none(Report, await connection.execute(_one(scope.shape), {**scope.values, "id": report_id}))


async def page(
    connection: Connection, scope: RowScope, given: Mapping[str, object], after: UUID, limit: int
) -> list[Report]:
    """Reports of the scope in the order in which they were made; `given` are values of columns."""
    values = {**scope.values, **given, "after": after, "limit": limit}
    return rows.all(Report, await connection.execute(_page(scope.shape, tuple(given)), values))


async def items(
    connection: Connection, report_id: ReportId, result: CheckResult | None, after: UUID, limit: int
) -> list[Sealed]:
    """What the draft has sealed, by graduate; with a `result` what says so."""
    bound = {"id": report_id, "result": result and result.value, "after": after, "limit": limit}
    return rows.all(Sealed, await connection.execute(_ITEMS, bound))


async def changed_since(connection: Connection, report_id: ReportId) -> list[Changed]:
    """What is another by now than what the draft has sealed."""
    return rows.all(Changed, await connection.execute(_CHANGED, {"id": report_id}))


async def signatures(connection: Connection, report_id: ReportId) -> list[Signature]:
    """Who has signed, in their order."""
    return rows.all(Signature, await connection.execute(_SIGNATURES, {"id": report_id}))


async def sign(connection: Connection, report: Report, office: Office, subject: str) -> None:
    """Stores a signature of a locked report."""
    values = {"id": report.id, "school_code": report.school_code, "office": office.value, "by_subject": subject}
    await connection.execute(_SIGN, values)


async def move(connection: Connection, report: Report, state: ReportState, reason: str | None = None) -> None:
    """Leads a locked report to a state, with the reason of a return."""
    await connection.execute(_MOVE, {"id": report.id, "state": state.value, "reason": reason})


async def submit(connection: Connection, report: Report, file: ObjectName, sha256: bytes, *, late: bool) -> None:
    """Leads a locked report to `submitted`, with its sealed scan."""
    await connection.execute(_SUBMIT, {"id": report.id, "file": file, "sha256": sha256, "late": late})


async def of_graduate(connection: Connection, graduate_id: UUID) -> list[dict[str, Any]]:
    """What reports have sealed about a graduate."""
    return [dict(row) for row in await connection.execute(_OF_GRADUATE, {"id": graduate_id})]


def _visible(seen: ScopeShape) -> ColumnElement[bool]:
    return seen.condition(
        Owners(
            school_code=_reports.school_code,
            college_code=_reports.college_code,
            province_code=schools.c.province_code,
        )
    )


@lru_cache
def _one(seen: ScopeShape) -> Select[Any]:
    return _ALL.where(_visible(seen), _reports.id == bindparam("id", type_=Uuid))


@lru_cache(maxsize=256)
def _page(seen: ScopeShape, given: tuple[str, ...]) -> Select[Any]:
    conditions = [_reports[name] == bindparam(name, type_=_reports[name].type) for name in given]
    listed = _ALL.where(_visible(seen), *conditions, _reports.id > bindparam("after", type_=Uuid))
    return listed.order_by(_reports.id).limit(bindparam("limit"))
