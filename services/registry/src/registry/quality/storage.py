"""Counts of entries that are alike, in SQL: no document is opened for a report."""

from dataclasses import replace
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    bindparam,
    case,
    func,
    literal_column,
    select,
    text,
)

from common import rows
from common.auth import Owners, RowScope, ScopeShape
from common.identifiers import Cohort, GraduateId, SchoolCode
from common.sql import Connection
from registry.graduates.domain.findings import RULE_BITS, RULES_VERSION
from registry.graduates.storage.findings import AMONG_OTHERS, STATUSES, asked_of, breaks, counted
from registry.graduates.tables import graduates
from registry.organisation.tables import schools
from registry.photos.tables import photos
from registry.quality.domain import Alike, Cut, Duplicate
from registry.waivers.storage import covered


async def alike(connection: Connection, scope: RowScope, cut: Cut) -> list[Alike]:
    """How many entries in scope of a cut are alike in what a report looks at."""
    bound = {**scope.values, **vars(cut), **asked_of(cut.school_code, cut.cohort), "rules_version": RULES_VERSION}
    return rows.all(Alike, await connection.execute(_alike(scope.shape, _units(cut)), bound))


async def photo_states(connection: Connection, scope: RowScope, cut: Cut) -> dict[str, int]:
    """How many graduates in N of a cut have a photo in each state."""
    found = await connection.execute(_photos(scope.shape, _units(cut)), {**scope.values, **vars(cut)})
    return {row.state: row.how_many for row in found}


async def size(connection: Connection, school_code: SchoolCode, cohort: Cohort) -> int:
    """N of a whole roster."""
    return int(await connection.scalar(_SIZE, {"school_code": school_code, "cohort": cohort}))


async def sees_school(connection: Connection, scope: RowScope, school_code: SchoolCode) -> bool:
    """True if the scope reaches into the school."""
    reached = RowScope(replace(scope.among, college_code=None, class_code=None), scope.everything)
    found = await connection.scalar(_school(reached.shape), {**reached.values, "school_code": school_code})
    return found is not None


async def duplicates(
    connection: Connection, cohort: Cohort, after: GraduateId | None, limit: int
) -> list[list[Duplicate]]:
    """Graduates of a cohort who count in several schools by one citizen id; ordered by the least id of each group."""
    found = await connection.execute(_DUPLICATES, {"cohort": cohort, "after": after, "limit": limit})
    return [list(map(Duplicate, row.schools, row.ids)) for row in found]


def _units(cut: Cut) -> tuple[str, ...]:
    """By which units a cut is narrowed."""
    return tuple(name for name in ("college_code", "class_code") if getattr(cut, name) is not None)


@lru_cache
def _alike(seen: ScopeShape, units: tuple[str, ...]) -> Select[Any]:
    waived = covered()
    among_others = [
        case((breaks(rule), literal_column(str(RULE_BITS[rule]))), else_=literal_column("0")) for rule in AMONG_OTHERS
    ]
    broken: ColumnElement[Any] = graduates.c.broken
    for bit in among_others:
        broken = broken.bitwise_or(bit)
    looked_at = (
        graduates.c.college_code,
        graduates.c.status,
        (graduates.c.rules_version == bindparam("rules_version", type_=Integer)).label("judged"),
        graduates.c.filled,
        graduates.c.checked,
        broken.label("broken"),
        func.coalesce(waived.c.rules, literal_column("0")).label("covered"),
    )
    each = (
        select(*looked_at)
        .join(schools, _OF_SCHOOL)
        .outerjoin(waived, waived.c.graduate_id == graduates.c.id)
        .where(*_within(seen, units))
        .subquery()
    )
    return select(*each.c, func.count().label("count")).group_by(*each.c)


@lru_cache
def _photos(seen: ScopeShape, units: tuple[str, ...]) -> Select[Any]:
    having = select(photos.c.state, func.count().label("how_many")).join(graduates).join(schools, _OF_SCHOOL)
    return having.where(*_within(seen, units), counted()).group_by(photos.c.state)


def _within(seen: ScopeShape, units: tuple[str, ...]) -> list[ColumnElement[bool]]:
    """The entries in scope of one roster, or of some of its units."""
    owners = Owners[Any](
        school_code=graduates.c.school_code,
        college_code=graduates.c.college_code,
        class_code=graduates.c.class_code,
        province_code=schools.c.province_code,
    )
    return [
        seen.condition(owners),
        *(graduates.c[name] == bindparam(name) for name in ("school_code", "cohort", *units)),
    ]


@lru_cache
def _school(seen: ScopeShape) -> Select[Any]:
    columns = Owners[Any](school_code=schools.c.code, province_code=schools.c.province_code)
    return select(schools.c.code).where(schools.c.code == bindparam("school_code"), seen.condition(columns))


_OF_SCHOOL = schools.c.code == graduates.c.school_code
_DUPLICATES = text(
    f"""
    SELECT ids, schools FROM (
        SELECT array_agg(id ORDER BY id) AS ids, array_agg(school_code ORDER BY id) AS schools
          FROM graduates
         WHERE cohort = :cohort AND citizen_id_index IS NOT NULL AND status IN ({STATUSES})
         GROUP BY citizen_id_index HAVING count(*) > 1
    ) AS shared
     WHERE CAST(:after AS uuid) IS NULL OR ids[1] > :after
     ORDER BY ids[1] LIMIT :limit
    """
)
_SIZE = select(func.count()).where(
    graduates.c.school_code == bindparam("school_code"), graduates.c.cohort == bindparam("cohort"), counted()
)
