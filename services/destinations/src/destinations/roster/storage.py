"""The roster in SQL: the highest sequence of a key wins, whatever the order of delivery."""

from collections.abc import Iterable, Mapping, Sequence
from types import SimpleNamespace
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Row, Uuid, any_, bindparam, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from common.auth import Owners, RowScope
from common.identifiers import ClassCode, Cohort, CollegeCode, GraduateId, MajorCode, SchoolCode
from destinations.roster import tables
from destinations.roster.domain import Graduate

_KEEP_GRADUATES = text(
    """
    INSERT INTO roster_graduates AS kept
           (graduate_id, school_code, cohort, college_code, major_code, class_code, education_level_code, status,
            sequence)
    SELECT told.* FROM unnest(CAST(:graduate_id AS uuid[]), CAST(:school_code AS text[]), CAST(:cohort AS int[]),
                              CAST(:college_code AS text[]), CAST(:major_code AS text[]), CAST(:class_code AS text[]),
                              CAST(:education_level_code AS text[]), CAST(:status AS text[]),
                              CAST(:sequence AS bigint[]))
                  AS told (graduate_id, school_code, cohort, college_code, major_code, class_code,
                           education_level_code, status, sequence)
     -- what is known already need not be locked: an import tells mostly that
     WHERE NOT EXISTS (SELECT 1 FROM roster_graduates known
                        WHERE known.graduate_id = told.graduate_id AND known.sequence >= told.sequence)
    ON CONFLICT (graduate_id) DO UPDATE
       SET school_code = EXCLUDED.school_code, cohort = EXCLUDED.cohort, college_code = EXCLUDED.college_code,
           major_code = EXCLUDED.major_code, class_code = EXCLUDED.class_code,
           education_level_code = EXCLUDED.education_level_code, status = EXCLUDED.status,
           sequence = EXCLUDED.sequence
     WHERE EXCLUDED.sequence > kept.sequence
    """
)

_KEEP_SCHOOLS = text(
    """
    INSERT INTO roster_schools AS kept (school_code, province_code, sequence)
    SELECT * FROM unnest(CAST(:school_code AS text[]), CAST(:province_code AS text[]), CAST(:sequence AS bigint[]))
    ON CONFLICT (school_code) DO UPDATE SET province_code = EXCLUDED.province_code, sequence = EXCLUDED.sequence
     WHERE EXCLUDED.sequence > kept.sequence
    """
)

OWNERS_OF_EVENTS = {
    "province_code": "school_code IN (SELECT school_code FROM roster_schools WHERE province_code = :province_code)",
    "college_code": "key IN (SELECT CAST(graduate_id AS text) FROM roster_graduates"
    " WHERE school_code = :school_code AND college_code = :college_code)",
    "class_code": "key IN (SELECT CAST(graduate_id AS text) FROM roster_graduates"
    " WHERE school_code = :school_code AND class_code = ANY(:class_code))",
}
"""Owners of our events by now: an event carries neither the school's province nor where a graduate has moved since."""

GRADUATE_COLUMNS = tuple(column.name for column in tables.graduates.columns)
SCHOOL_COLUMNS = tuple(column.name for column in tables.schools.columns)

Values = Mapping[str, Any]


async def keep_graduates(connection: AsyncConnection, rows: Iterable[Values]) -> None:
    """Stores the state of graduates; a row that is not newer than what is known changes nothing."""
    newest = _newest(rows, "graduate_id")
    if newest:
        await connection.execute(_KEEP_GRADUATES, _columns(newest, GRADUATE_COLUMNS))


async def keep_schools(connection: AsyncConnection, rows: Iterable[Values]) -> None:
    """Stores the provinces of schools in the same way."""
    newest = _newest(rows, "school_code")
    if newest:
        await connection.execute(_KEEP_SCHOOLS, _columns(newest, SCHOOL_COLUMNS))


async def graduate(connection: AsyncConnection, graduate_id: GraduateId) -> tuple[Graduate, str | None] | None:
    """The graduate with the province of the school, or None if it is not known here (yet)."""
    joined = tables.graduates.outerjoin(tables.schools, tables.schools.c.school_code == tables.graduates.c.school_code)
    query = (
        select(tables.graduates, tables.schools.c.province_code)
        .select_from(joined)
        .where(tables.graduates.c.graduate_id == graduate_id)
    )
    row = (await connection.execute(query)).one_or_none()
    return (to_graduate(row), row.province_code) if row else None


async def graduates(connection: AsyncConnection, told: Iterable[Values]) -> dict[GraduateId, Graduate]:
    """Graduates as stored, or as told where that is newer; what `keep_graduates` would leave, without storing it."""
    newest = {row["graduate_id"]: row for row in _newest(told, "graduate_id")}
    ids = bindparam("ids", list(newest), type_=ARRAY(Uuid))
    found = await connection.execute(select(tables.graduates).where(tables.graduates.c.graduate_id == any_(ids)))
    stored = {row.graduate_id: row for row in found if row.sequence >= newest[row.graduate_id]["sequence"]}
    return {GraduateId(each): to_graduate(stored.get(each) or SimpleNamespace(**newest[each])) for each in newest}


def visible(scope: RowScope) -> ColumnElement[bool]:
    """The caller's rows as a condition over `roster_graduates` and `roster_schools`."""
    columns = tables.graduates.c
    return scope.condition(
        Owners(
            school_code=columns.school_code,
            college_code=columns.college_code,
            class_code=columns.class_code,
            graduate_id=columns.graduate_id,
            province_code=tables.schools.c.province_code,
        )
    )


def to_graduate(row: Row[Any] | SimpleNamespace) -> Graduate:
    """The graduate of a row that has the roster's columns."""
    return Graduate(
        id=GraduateId(row.graduate_id),
        school_code=SchoolCode(row.school_code),
        cohort=Cohort(row.cohort),
        college_code=CollegeCode(row.college_code) if row.college_code else None,
        major_code=MajorCode(row.major_code) if row.major_code else None,
        class_code=ClassCode(row.class_code) if row.class_code else None,
        education_level_code=row.education_level_code,
        status=row.status,
    )


def _newest(rows: Iterable[Values], key: str) -> list[Values]:
    """One row per key, the newest, in the order in which locks are taken."""
    found: dict[Any, Values] = {}
    for row in rows:
        known = found.get(row[key])
        if known is None or row["sequence"] > known["sequence"]:
            found[row[key]] = row
    return [found[each] for each in sorted(found)]


def _columns(rows: Sequence[Values], names: Sequence[str]) -> dict[str, list[Any]]:
    return {name: [row[name] for row in rows] for name in names}
