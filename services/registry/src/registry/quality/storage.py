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
from registry.graduates.domain.photo_state import PhotoState
from registry.graduates.storage.findings import AMONG_OTHERS, STATUSES, asked_of, breaks, counted
from registry.graduates.storage.self_checks import SELF_CHECK
from registry.graduates.tables import graduates
from registry.organisation import storage as organisation
from registry.organisation.tables import schools
from registry.photos.tables import photos
from registry.quality.domain import Alike, Cut, Duplicate
from registry.waivers.storage import covered


async def alike(connection: Connection, scope: RowScope, cut: Cut) -> list[Alike]:
    """How many entries in scope of a cut are alike in what a report looks at."""
    bound = {**scope.values, **vars(cut), **asked_of(cut.school_code, cut.cohort), "rules_version": RULES_VERSION}
    units = tuple(name for name in ("college_code", "class_code") if getattr(cut, name) is not None)
    query = _alike(scope.shape, ("school_code", "cohort", *units))
    return rows.all(Alike, await connection.execute(query, bound))


async def size(connection: Connection, school_code: SchoolCode, cohort: Cohort) -> int:
    """N of a whole roster."""
    return int(await connection.scalar(_SIZE, {"school_code": school_code, "cohort": cohort}))


async def sees_school(connection: Connection, scope: RowScope, school_code: SchoolCode) -> bool:
    """True if there is such a school, and the scope reaches into it."""
    province = await organisation.province_of(connection, school_code)
    reached = RowScope(replace(scope.among, college_code=None, class_code=None), scope.everything)
    return province is not None and reached.allows(Owners(school_code=school_code, province_code=province))


async def duplicates(
    connection: Connection, cohort: Cohort, after: GraduateId | None, limit: int
) -> list[list[Duplicate]]:
    """Graduates of a cohort who count in several schools by one citizen id; ordered by the least id of each group."""
    found = await connection.execute(_DUPLICATES, {"cohort": cohort, "after": after, "limit": limit})
    return [list(map(Duplicate, row.schools, row.ids)) for row in found]


@lru_cache
def _alike(seen: ScopeShape, narrowed: tuple[str, ...]) -> Select[Any]:
    owners = Owners[Any](
        school_code=graduates.c.school_code,
        college_code=graduates.c.college_code,
        class_code=graduates.c.class_code,
        province_code=schools.c.province_code,
    )
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
        graduates.c.erased_at.is_not(None).label("erased"),
        (graduates.c.rules_version == bindparam("rules_version", type_=Integer)).label("judged"),
        graduates.c.filled,
        graduates.c.checked,
        broken.label("broken"),
        func.coalesce(waived.c.rules, literal_column("0")).label("covered"),
        func.coalesce(photos.c.state, literal_column(f"'{PhotoState.NONE.value}'")).label("photo"),
        SELF_CHECK.label("self_check"),
    )
    each = (
        select(*looked_at)
        .join(schools, schools.c.code == graduates.c.school_code)
        .outerjoin(photos, photos.c.graduate_id == graduates.c.id)
        .outerjoin(waived, waived.c.graduate_id == graduates.c.id)
        .where(seen.condition(owners), *(graduates.c[name] == bindparam(name) for name in narrowed))
        .subquery()
    )
    return select(*each.c, func.count().label("count")).group_by(*each.c)


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
