"""Reading reports: in scope, in pages, and those that wait."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, Select, bindparam, select, text, true

from common import rows
from common.auth import Owners, RowScope, ScopeShape
from common.change_feed.barrier import Waiting, Why
from common.database.pages import page_by_id
from common.errors import NotFound
from common.identifiers import Cohort, SchoolCode
from common.sql import Connection, Row
from destinations.monitoring.domain.cut_offs import Kind
from destinations.monitoring.domain.reports import Moment, Report, ReportId
from destinations.monitoring.tables import contents, publications, reports, waiting
from destinations.roster.tables import schools

_REPORTS = reports.c
_JOINED = (
    reports.outerjoin(contents, contents.c.report_id == _REPORTS.id)
    .outerjoin(waiting, waiting.c.report_id == _REPORTS.id)
    .outerjoin(publications, publications.c.report_id == _REPORTS.id)
    # a school's first event may come after its season
    .outerjoin(schools, schools.c.school_code == _REPORTS.school_code)
)
_ALL = select(
    *(_REPORTS[name] for name in ("id", "school_code", "cohort", "kind", "period", "at")),
    waiting.c.waiting_for,
    contents.c.content,
    contents.c.sha256,
    contents.c.recorded_at.label("made_at"),
    publications.c.recorded_at.label("published_at"),
).select_from(_JOINED)
_PUBLISHED = _ALL.where(publications.c.report_id.is_not(None))
_PENDING = (
    _ALL.where(waiting.c.report_id.is_not(None), _REPORTS.id > bindparam("after"))
    .order_by(_REPORTS.id)
    .limit(bindparam("limit", type_=Integer))
)
_MADE = (
    _ALL.where(contents.c.report_id.is_not(None), _REPORTS.id > bindparam("after"))
    .order_by(_REPORTS.id)
    .limit(bindparam("limit", type_=Integer))
)
_PREVIOUS = text(
    """
    SELECT at FROM monitoring_reports
     WHERE school_code = :school_code AND cohort = :cohort AND kind = :kind AND at < :at ORDER BY at DESC LIMIT 1
    """
)
_BEFORE_ALL = UUID(int=0)


@dataclass(frozen=True)
class Filters:
    """What a list is narrowed to; None narrows nothing."""

    school_code: SchoolCode | None = None
    cohort: Cohort | None = None
    kind: Kind | None = None
    period: str | None = None


async def find(connection: Connection, scope: RowScope, report_id: ReportId, *, published: bool = False) -> Report:
    """A report in scope, perhaps only if it is published; raises NotFound."""
    query = _one(scope.shape, published=published)
    found = rows.one_or_none(Report, await connection.execute(query, {**scope.values, "id": report_id}), **_READ)
    if found is None:
        raise NotFound
    return found


async def page(
    connection: Connection, scope: RowScope, filters: Filters, after: UUID | None, limit: int, *, published: bool
) -> list[Report]:
    """Reports of the scope in the order in which they were asked for or fell due, perhaps only those published."""
    selected = _PUBLISHED if published else _ALL
    query = page_by_id(reports, _visible, scope, after, limit, selected, **vars(filters))
    return rows.all(Report, await connection.execute(*query), **_READ)


async def next_pending(connection: Connection, after: ReportId | None, limit: int) -> list[Report]:
    """Reports that are not made yet, in the order in which they fell due."""
    found = await connection.execute(_PENDING, {"after": after or _BEFORE_ALL, "limit": limit})
    return rows.all(Report, found, **_READ)


async def next_made(connection: Connection, after: ReportId | None, limit: int) -> list[Report]:
    """Reports that are made, in the order in which they fell due."""
    found = await connection.execute(_MADE, {"after": after or _BEFORE_ALL, "limit": limit})
    return rows.all(Report, found, **_READ)


async def previous_moment(connection: Connection, moment: Moment) -> datetime | None:
    """The moment of the report of the same kind before, made or not; None of the first one."""
    values = {name: getattr(moment, name) for name in ("school_code", "cohort", "kind", "at")}
    found: datetime | None = await connection.scalar(_PREVIOUS, values)
    return found


def _visible(seen: ScopeShape) -> ColumnElement[bool]:
    return seen.condition(Owners(school_code=_REPORTS.school_code, province_code=schools.c.province_code))


@lru_cache
def _one(seen: ScopeShape, *, published: bool) -> Select[Any]:
    only = publications.c.report_id.is_not(None) if published else true()
    return _ALL.where(_REPORTS.id == bindparam("id"), _visible(seen), only)


def _waiting_for(row: Row) -> tuple[Waiting, ...]:
    return tuple(Waiting(each["owner"], each["topic"], Why(each["why"])) for each in row["waiting_for"] or ())


_READ = {"waiting_for": _waiting_for, "content": lambda row: row["content"]}
