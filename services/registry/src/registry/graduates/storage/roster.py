"""Graduates and their versions; every read is cut to a scope in SQL."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ARRAY,
    Column,
    ColumnElement,
    Date,
    Integer,
    LargeBinary,
    Select,
    Uuid,
    and_,
    any_,
    bindparam,
    func,
    insert,
    literal_column,
    or_,
    select,
    text,
    update,
)

from common import rows
from common.auth import Owners, RowScope, ScopeShape
from common.clock import TODAY_SQL
from common.database import NOW
from common.errors import NotFound
from common.identifiers import GraduateId
from common.outbox import Reached, columns_of
from common.sql import Connection
from registry.graduates.domain.entry import Filters, StoredGraduate, StoredVersion
from registry.graduates.tables import graduate_versions, graduates
from registry.organisation.tables import schools

_COLUMNS = tuple(graduates.c[field.name] for field in fields(StoredGraduate))
_VERSION_COLUMNS = tuple(graduate_versions.c[field.name] for field in fields(StoredVersion))
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
    connection: Connection, scope: RowScope, graduate_id: GraduateId, *, lock: bool = False
) -> StoredGraduate:
    """One graduate, locked until the end of the transaction if `lock`; raises NotFound for one outside the scope."""
    bound = {**scope.values, "id": graduate_id}
    found = rows.one_or_none(StoredGraduate, await connection.execute(_one(scope.shape, lock=lock), bound))
    if found is None:
        raise NotFound
    return found


async def among(
    connection: Connection, scope: RowScope, graduate_ids: Collection[GraduateId], *, lock: bool = False
) -> list[StoredGraduate]:
    """Those of the graduates who are in scope, sorted by id; locked in this order if `lock`."""
    bound = {**scope.values, "ids": list(graduate_ids)}
    return rows.all(StoredGraduate, await connection.execute(_among(scope.shape, lock=lock), bound))


async def listed(
    connection: Connection, scope: RowScope, filters: Filters, *, after: Sequence[Any] | None, limit: int
) -> list[StoredGraduate]:
    """A page of graduates by school, cohort and id: a cursor goes into addresses, so nothing personal may order it."""
    given = _given(vars(filters))
    query = _listed(scope.shape, tuple(given), following=after is not None)
    last = zip(_ORDER, after or (), strict=False)
    bound = {**scope.values, **given, **{f"after_{column.name}": value for column, value in last}, "limit": limit}
    return rows.all(StoredGraduate, await connection.execute(query, bound))


async def found_by_indexes(
    connection: Connection,
    scope: RowScope,
    equal: Mapping[str, object],
    *,
    names: Collection[bytes],
    limit: int,
) -> list[StoredGraduate]:
    """Graduates in scope whose columns equal the given values, and whose name has one of the indexes, if any.

    The same name has another index in each school, hence several; None among the values does not narrow.
    """
    given = _given(equal)
    query = _found(scope.shape, tuple(given), named=bool(names))
    bound = {**scope.values, **given, **({"names": list(names)} if names else {}), "limit": limit}
    return rows.all(StoredGraduate, await connection.execute(query, bound))


async def history(
    connection: Connection, graduate_id: GraduateId, *, after: int | None, limit: int
) -> list[StoredVersion]:
    """Versions of a graduate, oldest first."""
    bound = {"id": graduate_id, "after": after or 0, "limit": limit}
    return rows.all(StoredVersion, await connection.execute(_HISTORY, bound))


async def add(connection: Connection, values: Mapping[str, Any]) -> StoredGraduate:
    """Stores a new graduate; raises UniqueViolationError for a number that is taken."""
    return rows.one(StoredGraduate, await connection.execute(_ADD, values))


async def save(
    connection: Connection, graduate_id: GraduateId, values: Mapping[str, Any], since: date | None = None
) -> StoredGraduate:
    """Stores new values of a locked graduate: one version and one event further.

    They count from the day `since`, or from today, never before the day of the version before.
    """
    bound = {**values, "of_id": graduate_id, "since": since}
    return rows.one(StoredGraduate, await connection.execute(_SAVE, bound))


async def keep_version(connection: Connection, stored: StoredGraduate, facts: Mapping[str, Any]) -> None:
    """Appends what a graduate's row says now to its history, with the facts of the act."""
    content = {name: value for name, value in vars(stored).items() if name in graduate_versions.c}
    values = {**content, "graduate_id": stored.id, **facts}
    await connection.execute(_KEEP_VERSION, values)


async def raise_streams(connection: Connection, reached: Sequence[Reached]) -> None:
    """Lets the next event of each graduate follow the last one published; ids of unknown ones are never given again."""
    columns = columns_of(reached)
    await connection.execute(_RAISE_STREAMS, {name: columns[name] for name in ("keys", "sequences", "days")})


async def number_is_taken(connection: Connection, field: str, wanted: Mapping[str, Any]) -> bool:
    """True if another graduate of the school and cohort has the `student_number` or `exam_number` of a row."""
    bound = {name: wanted[name] for name in (*_ROSTER, "id", field)}
    return await connection.scalar(_NUMBER_TAKEN[field], bound) is not None


def _within(seen: ScopeShape) -> Select[Any]:
    condition = seen.condition(
        Owners(
            school_code=graduates.c.school_code,
            college_code=graduates.c.college_code,
            class_code=graduates.c.class_code,
            graduate_id=graduates.c.id,
            province_code=schools.c.province_code,
        )
    )
    return select(*_COLUMNS).join(schools, schools.c.code == graduates.c.school_code).where(condition)


@lru_cache
def _one(seen: ScopeShape, *, lock: bool) -> Select[Any]:
    query = _within(seen).where(graduates.c.id == bindparam("id"))
    # the joined school stays free for other writers
    return query.with_for_update(of=graduates) if lock else query


@lru_cache
def _among(seen: ScopeShape, *, lock: bool) -> Select[Any]:
    named = graduates.c.id == any_(bindparam("ids", type_=ARRAY(Uuid)))
    query = _within(seen).where(named).order_by(graduates.c.id)
    return query.with_for_update(of=graduates) if lock else query


@lru_cache
def _listed(seen: ScopeShape, filtered: tuple[str, ...], *, following: bool) -> Select[Any]:
    query = _within(seen).where(*_equal(filtered)).order_by(*_ORDER).limit(_LIMIT)
    return query.where(_FOLLOWS) if following else query


@lru_cache
def _found(seen: ScopeShape, sought: tuple[str, ...], *, named: bool) -> Select[Any]:
    newest = (graduates.c.cohort.desc(), graduates.c.id)
    query = _within(seen).where(*_equal(sought)).order_by(*newest).limit(_LIMIT)
    is_named = graduates.c.name_index == any_(bindparam("names", type_=ARRAY(LargeBinary)))
    return query.where(is_named) if named else query


def _given(values: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in values.items() if value is not None}


def _equal(names: Sequence[str]) -> list[ColumnElement[bool]]:
    return [graduates.c[name] == bindparam(name) for name in names]


def _follows(order: Sequence[Column[Any]]) -> ColumnElement[bool]:
    """Rows after the last one's sort values; written out, because school codes are usually fixed by the scope."""
    last = [bindparam(f"after_{column.name}", type_=column.type) for column in order]
    conditions = []
    for position, column in enumerate(order):
        equal = [earlier == value for earlier, value in zip(order[:position], last, strict=False)]
        conditions.append(and_(*equal, column > last[position]))
    return or_(*conditions)


_ORDER = (graduates.c.school_code, graduates.c.cohort, graduates.c.id)
_LIMIT = bindparam("limit", type_=Integer)
_FOLLOWS = _follows(_ORDER)
_HISTORY = (
    select(*_VERSION_COLUMNS)
    .where(graduate_versions.c.graduate_id == bindparam("id"), graduate_versions.c.version > bindparam("after"))
    .order_by(graduate_versions.c.version)
    .limit(_LIMIT)
)
_ADD = insert(graduates).returning(*_COLUMNS)
_SAVE = (
    update(graduates)
    .where(graduates.c.id == bindparam("of_id"))
    .values(
        version=graduates.c.version + 1,
        sequence=graduates.c.sequence + 1,
        decided_on=func.greatest(
            func.coalesce(bindparam("since", type_=Date), literal_column(TODAY_SQL)), graduates.c.decided_on
        ),
        recorded_at=NOW,
        # the row no longer says what a file's line said
        line_fingerprint=None,
    )
    .returning(*_COLUMNS)
)
_KEEP_VERSION = insert(graduate_versions)
_ROSTER = ("school_code", "cohort")
_NUMBER_TAKEN = {
    field: select(graduates.c.id).where(*_equal((*_ROSTER, field)), graduates.c.id != bindparam("id")).limit(1)
    for field in ("student_number", "exam_number")
}
