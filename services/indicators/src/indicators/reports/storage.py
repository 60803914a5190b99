"""Storing reports and reading them in scope."""

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, bindparam, select, text

from common import rows
from common.auth import Actor, Owners, RowScope, ScopeShape
from common.database.pages import page_by_id
from common.errors import NotFound
from common.identifiers import Cohort, SchoolCode
from common.sql import Connection, Row
from indicators.reports.domain import Asked, FileFormat, Report, ReportId, SubjectKind
from indicators.reports.tables import report_files, reports

_ITS = reports.c
_ALL = select(*(_ITS[name] for name in Report.__dataclass_fields__))
_ADD = text(
    """
    INSERT INTO reports (school_code, cohort, kind, filters, college_code, snapshot_id, as_of, publication_id,
                         language, base, pdf_sha256, xlsx_sha256, by_subject, by_role)
    VALUES (:school_code, :cohort, :kind, CAST(:filters AS jsonb), :college_code, CAST(:snapshot_id AS uuid),
            CAST(:as_of AS date), CAST(:publication_id AS uuid), :language, :base,
            sha256(CAST(:pdf AS bytea)), sha256(CAST(:xlsx AS bytea)), :by_subject, :by_role)
    RETURNING id
    """
)
_ADD_FILE = text(
    """
    INSERT INTO report_files (report_id, format, school_code, content)
    VALUES (CAST(:id AS uuid), :format, :school_code, CAST(:content AS bytea))
    """
)
_SNAPSHOT = text(
    """
    SELECT kind, revision, known_at, hash FROM snapshots JOIN snapshot_contents ON snapshot_id = snapshots.id
     WHERE snapshots.id = CAST(:id AS uuid)
    """
)


@dataclass(frozen=True)
class Filters:
    """What a list is narrowed to; None narrows nothing."""

    school_code: SchoolCode | None = None
    cohort: Cohort | None = None
    kind: SubjectKind | None = None


async def add(
    connection: Connection, asked: Asked, said: dict[str, Any], files: dict[FileFormat, bytes], by: Actor
) -> ReportId:
    """Stores a report with its files. `said`: kind, filters, as_of and base."""
    values = {
        **vars(asked),
        **said,
        **{each.value: content for each, content in files.items()},
        "filters": json.dumps(said["filters"]),
        "college_code": said["filters"].get("college"),
        "by_subject": by.subject,
        "by_role": by.role,
    }
    report_id = ReportId(await connection.scalar(_ADD, values))
    for each, content in files.items():
        file = {"id": report_id, "format": each.value, "school_code": asked.school_code, "content": content}
        await connection.execute(_ADD_FILE, file)
    return report_id


async def find(connection: Connection, scope: RowScope, report_id: ReportId) -> Report:
    """A report in scope; raises NotFound."""
    found = rows.one_or_none(
        Report, await connection.execute(_one(scope.shape), {**scope.values, "id": report_id}), filters=_filters
    )
    if found is None:
        raise NotFound
    return found


async def page(
    connection: Connection, scope: RowScope, filters: Filters, after: UUID | None, limit: int
) -> list[Report]:
    """Reports in scope, in the order in which they were made."""
    query = page_by_id(reports, _visible, scope, after, limit, _ALL, **vars(filters))
    return rows.all(Report, await connection.execute(*query), filters=_filters)


async def content(connection: Connection, report_id: ReportId, wanted: FileFormat) -> bytes:
    """A file of a report that is there."""
    found: bytes = await connection.scalar(_FILE, {"id": report_id, "format": wanted.value})
    return found


async def snapshot(connection: Connection, snapshot_id: UUID) -> Row:
    """What a report says of the frozen snapshot that it is of: `kind revision known_at hash`."""
    return (await connection.execute(_SNAPSHOT, {"id": snapshot_id})).one()


_FILE = select(report_files.c.content).where(
    report_files.c.report_id == bindparam("id"), report_files.c.format == bindparam("format")
)


def _visible(seen: ScopeShape) -> ColumnElement[bool]:
    return seen.condition(Owners(school_code=_ITS.school_code, college_code=_ITS.college_code))


@lru_cache
def _one(seen: ScopeShape) -> Select[Any]:
    return _ALL.where(_ITS.id == bindparam("id"), _visible(seen))


def _filters(row: Row) -> dict[str, str]:
    return dict(row["filters"])
