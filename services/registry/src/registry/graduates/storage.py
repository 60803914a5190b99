"""SQL about graduates and their versions. Rows come out as stored; `sealing` opens them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy import Column, ColumnElement, Executable, Select, and_, cast, func, insert, or_, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from common.auth import Owners, RowScope
from common.clock import TODAY_SQL
from common.database import NOW
from registry.graduates.tables import graduate_versions, graduates
from registry.organisation.tables import schools

PATIENCE = "3s"
"""How long a single write waits for an import before the caller is told to come again: it holds a connection."""

IMPORT_PATIENCE = "10min"
"""An import waits for the one before it, and works on its lines between two statements."""

_TODAY = text(f"greatest({TODAY_SQL}, graduates.decided_on)")


Stored = Mapping[str, Any]
"""A row as stored, by column."""


@dataclass(frozen=True)
class Filters:
    """How a list is narrowed; None does not narrow."""

    school_code: str | None = None
    cohort: int | None = None
    college_code: str | None = None
    major_code: str | None = None
    class_code: str | None = None
    status: str | None = None


async def find(connection: AsyncConnection, scope: RowScope, graduate_id: UUID, *, lock: bool = False) -> Stored | None:
    """One graduate in scope; locked until the end of the transaction if it is going to be written."""
    query = _within(scope).where(graduates.c.id == graduate_id)
    if lock:
        query = query.with_for_update(of=graduates)
    rows = await _rows(connection, query)
    return rows[0] if rows else None


async def listed(
    connection: AsyncConnection, scope: RowScope, filters: Filters, *, after: Sequence[Any] | None, limit: int
) -> list[Stored]:
    """A page of graduates by school, cohort and id: a cursor goes into addresses, so nothing personal may order it."""
    order = (graduates.c.school_code, graduates.c.cohort, graduates.c.id)
    query = _within(scope).order_by(*order).limit(limit)
    for field, value in vars(filters).items():
        if value is not None:
            query = query.where(graduates.c[field] == value)
    if after is not None:
        query = query.where(_follows(order, after))
    return await _rows(connection, query)


async def found_by_indexes(
    connection: AsyncConnection,
    scope: RowScope,
    filters: Filters,
    equal: Mapping[str, object],
    *,
    names: Collection[bytes] = (),
    limit: int,
) -> list[Stored]:
    """Graduates in scope whose columns equal the given values; a name's index differs from school to school."""
    query = _within(scope).order_by(graduates.c.cohort.desc(), graduates.c.id).limit(limit)
    for field, value in [*vars(filters).items(), *equal.items()]:
        if value is not None:
            query = query.where(graduates.c[field] == value)
    if names:
        query = query.where(graduates.c.name_index.in_(list(names)))
    return await _rows(connection, query)


def among(
    columns: Sequence[Column[Any]], key: Column[Any], school_code: str, cohort: int, wanted: Collection[object]
) -> Select[Any]:
    """Graduates of a roster whose key is one of many.

    A join, because a prepared `= ANY(…)` is planned without its values from the sixth time on, and then reads the
    whole roster for each key: measured 30 s instead of 0.1 s for 5,000 keys among 25,000 graduates.
    """
    keys = (
        func.unnest(cast(list(dict.fromkeys(wanted)), ARRAY(key.type)))
        .table_valued("key")
        .render_derived(name="wanted")
    )
    same_roster = and_(graduates.c.school_code == school_code, graduates.c.cohort == cohort)
    return select(*columns).join_from(keys, graduates, and_(same_roster, key == keys.c.key))


async def schools_in_scope(connection: AsyncConnection, scope: RowScope) -> list[str]:
    """Codes of the schools that the scope reaches."""
    reached = RowScope(replace(scope.among, college_code=None, class_code=None), scope.everything)
    condition = reached.condition(Owners(school_code=schools.c.code, province_code=schools.c.province_code))
    return list((await connection.scalars(select(schools.c.code).where(condition))).all())


async def add(connection: AsyncConnection, values: Mapping[str, Any]) -> Stored:
    """Stores a new graduate."""
    statement = insert(graduates).values(values).returning(graduates)
    return (await _rows(connection, statement))[0]


async def number_is_taken(connection: AsyncConnection, wanted: Stored) -> bool:
    """True if another graduate of the school and cohort has the student number of a row that is to be stored."""
    same = [graduates.c[column] == wanted[column] for column in ("school_code", "cohort", "student_number")]
    query = select(graduates.c.id).where(*same, graduates.c.id != wanted["id"])
    return await connection.scalar(query) is not None


async def save(connection: AsyncConnection, graduate_id: UUID, values: Mapping[str, Any]) -> Stored:
    """Stores new values of a locked graduate: one version and one event further, from today or the day before's."""
    stated = {
        "version": graduates.c.version + 1,
        "sequence": graduates.c.sequence + 1,
        "decided_on": _TODAY,
        "recorded_at": NOW,
        "line_fingerprint": None,
    }
    statement = update(graduates).where(graduates.c.id == graduate_id).values({**values, **stated}).returning(graduates)
    return (await _rows(connection, statement))[0]


async def keep_version(connection: AsyncConnection, row: Stored, facts: Mapping[str, Any]) -> None:
    """Appends what a graduate's row says now to its history."""
    columns = set(graduate_versions.c.keys()) & set(row.keys())
    values = {column: row[column] for column in columns}
    await connection.execute(insert(graduate_versions).values({**values, "graduate_id": row["id"], **facts}))


async def history(connection: AsyncConnection, graduate_id: UUID, *, after: int | None, limit: int) -> list[Stored]:
    """Versions of a graduate, oldest first."""
    query = select(graduate_versions).where(graduate_versions.c.graduate_id == graduate_id)
    if after is not None:
        query = query.where(graduate_versions.c.version > after)
    ordered = query.order_by(graduate_versions.c.version).limit(limit)
    return await _rows(connection, ordered)


async def share_roster(connection: AsyncConnection, school_code: str, cohort: int) -> None:
    """Waits a little for an import of this school's cohort; keeps the next one out until the transaction ends."""
    await connection.execute(text(f"SET LOCAL lock_timeout = '{PATIENCE}'"))
    statement = text("SELECT pg_advisory_xact_lock_shared(hashtextextended(:name, 0))")
    await connection.execute(statement, {"name": roster_name(school_code, cohort)})


async def lock_roster(connection: AsyncConnection, school_code: str, cohort: int) -> None:
    """Keeps every other writer of this school's cohort out until the end of the transaction."""
    await connection.execute(text(f"SET LOCAL statement_timeout = '{IMPORT_PATIENCE}'"))
    await connection.execute(text(f"SET LOCAL idle_in_transaction_session_timeout = '{IMPORT_PATIENCE}'"))
    # plans of set-based statements depend on how many rows there are by now
    await connection.execute(text("SET LOCAL plan_cache_mode = force_custom_plan"))
    statement = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")
    await connection.execute(statement, {"name": roster_name(school_code, cohort)})


def roster_name(school_code: str, cohort: int) -> str:
    """What the writers of a cohort lock."""
    return f"roster {school_code} {cohort}"


async def _rows(connection: AsyncConnection, statement: Executable) -> list[Stored]:
    return [dict(row) for row in (await connection.execute(statement)).mappings()]


def _within(scope: RowScope) -> Select[Any]:
    condition = scope.condition(
        Owners(
            school_code=graduates.c.school_code,
            college_code=graduates.c.college_code,
            class_code=graduates.c.class_code,
            graduate_id=graduates.c.id,
            province_code=schools.c.province_code,
        )
    )
    return select(graduates).join(schools, schools.c.code == graduates.c.school_code).where(condition)


def _follows(order: Sequence[ColumnElement[Any]], after: Sequence[Any]) -> ColumnElement[bool]:
    """Rows after the given sort values; written out, because school codes are usually fixed by the scope."""
    conditions = []
    for position, column in enumerate(order):
        equal = [earlier == value for earlier, value in zip(order[:position], after, strict=False)]
        conditions.append(and_(*equal, column > after[position]))
    return or_(*conditions)
