"""Graduates and their versions; every read is cut to a scope in SQL."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, insert, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from common import rows
from common.auth import Owners, RowScope
from common.clock import TODAY_SQL
from common.database import NOW
from common.errors import NotFound
from common.identifiers import GraduateId
from common.outbox import Reached, columns_of
from registry.graduates.domain.entry import Filters, StoredGraduate, StoredVersion
from registry.graduates.tables import graduate_versions, graduates
from registry.organisation.tables import schools

_COLUMNS = tuple(graduates.c[field.name] for field in fields(StoredGraduate))
_VERSION_COLUMNS = tuple(graduate_versions.c[field.name] for field in fields(StoredVersion))
_TODAY = text(f"greatest({TODAY_SQL}, graduates.decided_on)")
_RAISE_STREAMS = text(
    """
    UPDATE graduates SET sequence = greatest(graduates.sequence, reached.sequence),
                         decided_on = greatest(graduates.decided_on, reached.day)
      FROM unnest(CAST(:keys AS uuid[]), CAST(:sequences AS bigint[]), CAST(:days AS date[]))
           AS reached (id, sequence, day)
     WHERE graduates.id = reached.id
    """
)


async def get(
    connection: AsyncConnection, scope: RowScope, graduate_id: GraduateId, *, lock: bool = False
) -> StoredGraduate:
    """One graduate, locked until the end of the transaction if `lock`; raises NotFound for one outside the scope."""
    query = _within(scope).where(graduates.c.id == graduate_id)
    if lock:
        # the joined school stays free for other writers
        query = query.with_for_update(of=graduates)
    found = rows.one_or_none(StoredGraduate, await connection.execute(query))
    if found is None:
        raise NotFound
    return found


async def listed(
    connection: AsyncConnection, scope: RowScope, filters: Filters, *, after: Sequence[Any] | None, limit: int
) -> list[StoredGraduate]:
    """A page of graduates by school, cohort and id: a cursor goes into addresses, so nothing personal may order it."""
    order = (graduates.c.school_code, graduates.c.cohort, graduates.c.id)
    query = _within(scope).where(*_equal(vars(filters))).order_by(*order).limit(limit)
    if after is not None:
        query = query.where(_follows(order, after))
    return rows.all(StoredGraduate, await connection.execute(query))


async def found_by_indexes(
    connection: AsyncConnection,
    scope: RowScope,
    equal: Mapping[str, object],
    *,
    names: Collection[bytes],
    limit: int,
) -> list[StoredGraduate]:
    """Graduates in scope whose columns equal the given values, and whose name has one of the indexes, if any.

    The same name has another index in each school, hence several; None among the values does not narrow.
    """
    query = _within(scope).where(*_equal(equal)).order_by(graduates.c.cohort.desc(), graduates.c.id).limit(limit)
    if names:
        query = query.where(graduates.c.name_index.in_(list(names)))
    return rows.all(StoredGraduate, await connection.execute(query))


async def history(
    connection: AsyncConnection, graduate_id: GraduateId, *, after: int | None, limit: int
) -> list[StoredVersion]:
    """Versions of a graduate, oldest first."""
    query = select(*_VERSION_COLUMNS).where(graduate_versions.c.graduate_id == graduate_id)
    if after is not None:
        query = query.where(graduate_versions.c.version > after)
    ordered = query.order_by(graduate_versions.c.version).limit(limit)
    return rows.all(StoredVersion, await connection.execute(ordered))


async def add(connection: AsyncConnection, values: Mapping[str, Any]) -> StoredGraduate:
    """Stores a new graduate; raises IntegrityError for a number that is taken."""
    statement = insert(graduates).values(values).returning(*_COLUMNS)
    return rows.one(StoredGraduate, await connection.execute(statement))


async def save(connection: AsyncConnection, graduate_id: GraduateId, values: Mapping[str, Any]) -> StoredGraduate:
    """Stores new values of a locked graduate: one version and one event further, from today or the day before's."""
    stated = {
        "version": graduates.c.version + 1,
        "sequence": graduates.c.sequence + 1,
        "decided_on": _TODAY,
        "recorded_at": NOW,
        # the row no longer says what a file's line said
        "line_fingerprint": None,
    }
    statement = update(graduates).where(graduates.c.id == graduate_id).values({**values, **stated})
    return rows.one(StoredGraduate, await connection.execute(statement.returning(*_COLUMNS)))


async def keep_version(connection: AsyncConnection, stored: StoredGraduate, facts: Mapping[str, Any]) -> None:
    """Appends what a graduate's row says now to its history, with the facts of the act."""
    content = {name: value for name, value in vars(stored).items() if name in graduate_versions.c}
    values = {**content, "graduate_id": stored.id, **facts}
    await connection.execute(insert(graduate_versions).values(values))


async def raise_streams(connection: AsyncConnection, reached: Sequence[Reached]) -> None:
    """Lets the next event of each graduate follow the last one published; ids of unknown ones are never given again."""
    columns = columns_of(reached)
    await connection.execute(_RAISE_STREAMS, {name: columns[name] for name in ("keys", "sequences", "days")})


async def number_is_taken(connection: AsyncConnection, wanted: Mapping[str, Any]) -> bool:
    """True if another graduate of the school and cohort has the student number of a row that is to be stored."""
    same = [graduates.c[column] == wanted[column] for column in ("school_code", "cohort", "student_number")]
    query = select(graduates.c.id).where(*same, graduates.c.id != wanted["id"])
    return await connection.scalar(query) is not None


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
    return select(*_COLUMNS).join(schools, schools.c.code == graduates.c.school_code).where(condition)


def _equal(values: Mapping[str, object]) -> list[ColumnElement[bool]]:
    return [graduates.c[field] == value for field, value in values.items() if value is not None]


def _follows(order: Sequence[ColumnElement[Any]], after: Sequence[Any]) -> ColumnElement[bool]:
    """Rows after the given sort values; written out, because school codes are usually fixed by the scope."""
    conditions = []
    for position, column in enumerate(order):
        equal = [earlier == value for earlier, value in zip(order[:position], after, strict=False)]
        conditions.append(and_(*equal, column > after[position]))
    return or_(*conditions)
