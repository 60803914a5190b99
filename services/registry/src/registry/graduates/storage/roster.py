"""Graduates and their versions; every read is cut to a scope in SQL."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ARRAY,
    Column,
    ColumnElement,
    Integer,
    LargeBinary,
    Select,
    and_,
    any_,
    bindparam,
    insert,
    or_,
    select,
    text,
    union_all,
    update,
)

from common import rows
from common.auth import Actor, Owners, RowScope, ScopeShape
from common.clock import TODAY_SQL
from common.codes import CodeLists
from common.crypto import FieldCipher, data_key_of
from common.database import NOW
from common.errors import NotFound
from common.identifiers import Cohort, GraduateId, SchoolCode
from common.outbox import Reached, columns_of
from common.sql import Connection, Row
from registry.graduates.domain.entry import (
    CLEAR,
    INDEXED,
    Entry,
    Filters,
    Source,
    StoredGraduate,
    StoredVersion,
    changed_fields,
)
from registry.graduates.domain.population import first_day
from registry.graduates.storage.keys import key_of_roster, keys_of
from registry.graduates.storage.sealing import indexes, opened, sealed, sealed_reason
from registry.graduates.tables import VERSION_COLUMNS, graduate_versions, graduates
from registry.organisation.tables import schools

_STATED = ("id", "school_code", "cohort", "version", "sequence", "decided_on", "recorded_at", "code_lists_version")
_COLUMNS = tuple(graduates.c[name] for name in (*_STATED, *CLEAR, "sealed"))
_STAMP = tuple(graduates.c[name] for name in ("version", "sequence", "decided_on", "recorded_at"))
_RAISE_STREAMS = text(
    """
    UPDATE graduates SET sequence = greatest(graduates.sequence, reached.sequence),
                         decided_on = greatest(graduates.decided_on, reached.day)
      FROM unnest(CAST(:keys AS uuid[]), CAST(:sequences AS bigint[]), CAST(:days AS date[]))
           AS reached (id, sequence, day)
     WHERE graduates.id = reached.id
    """
)


@dataclass(frozen=True)
class Act:
    """What makes a version: the act, by which door, who, and why."""

    action: str
    source: Source
    actor: Actor
    reason: str | None = None


async def get(
    connection: Connection, cipher: FieldCipher, scope: RowScope, graduate_id: GraduateId, *, lock: bool = False
) -> StoredGraduate:
    """One graduate, locked until the end of the transaction if `lock`; raises NotFound for one outside the scope."""
    bound = {**scope.values, "id": graduate_id}
    found = await connection.execute(_one(scope.shape, lock=lock), bound)
    if not found:
        raise NotFound
    return (await _opened(connection, cipher, found))[0]


async def listed(
    connection: Connection,
    cipher: FieldCipher,
    scope: RowScope,
    filters: Filters,
    *,
    after: Sequence[Any] | None,
    limit: int,
) -> list[StoredGraduate]:
    """A page of graduates by school, cohort and id: a cursor goes into addresses, so nothing personal may order it."""
    given = _given(vars(filters))
    query = _listed(scope.shape, tuple(given), following=after is not None)
    last = zip(_ORDER, after or (), strict=False)
    bound = {**scope.values, **given, **{f"after_{column.name}": value for column, value in last}, "limit": limit}
    return await _opened(connection, cipher, await connection.execute(query, bound))


async def found_by_indexes(
    connection: Connection,
    cipher: FieldCipher,
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
    return await _opened(connection, cipher, await connection.execute(query, bound))


async def history(
    connection: Connection, graduate_id: GraduateId, *, after: int | None, limit: int
) -> list[StoredVersion]:
    """Versions of a graduate, oldest first: the superseded ones, and the newest from the roster."""
    bound = {"id": graduate_id, "after": after or 0, "limit": limit}
    return rows.all(StoredVersion, await connection.execute(_HISTORY, bound))


async def add(
    connection: Connection,
    cipher: FieldCipher,
    graduate_id: GraduateId,
    school_code: SchoolCode,
    cohort: Cohort,
    entry: Entry,
    act: Act,
) -> StoredGraduate:
    """Stores a new graduate, who counts from the start of the season; raises UniqueViolationError for a taken number.

    The first writer of a roster makes its data key.
    """
    data = await key_of_roster(connection, cipher, school_code, cohort)
    content = vars(entry)
    values = {
        "id": graduate_id,
        "school_code": school_code,
        "cohort": cohort,
        **indexes(cipher, school_code, content),
        **{field: content[field] for field in CLEAR},
        "sealed": sealed(data, graduate_id, 1, content),
        "sequence": 1,
        "decided_on": first_day(cohort),
        **_made(act, 1, changed_fields({}, content)),
        "sealed_reason": sealed_reason(data, graduate_id, 1, act.reason),
    }
    stamp = (await connection.execute(_ADD, values)).one()
    return _stored(values, entry, stamp)


async def save(
    connection: Connection, cipher: FieldCipher, before: StoredGraduate, after: Entry, act: Act
) -> StoredGraduate:
    """Stores the next version of a locked graduate, and the one before as history; one event further.

    It counts from today, or from the day of the version before if that is later. Raises UniqueViolationError.
    """
    data = (await keys_of(connection, cipher, {before.data_key_id}))[before.data_key_id]
    version, changed = before.version + 1, changed_fields(vars(before.entry), vars(after))
    content = vars(after)
    values = {
        **indexes(cipher, before.school_code, {field: content[field] for field in changed if field in INDEXED}),
        **{field: content[field] for field in changed if field in CLEAR},
        "sealed": sealed(data, before.id, version, content),
        **_made(act, version, changed),
        "sealed_reason": sealed_reason(data, before.id, version, act.reason),
    }
    if "exam_number" in changed:
        # who gives a shared number up may not take it back
        values["shared_exam_number_index"] = None
    await connection.execute(_SUPERSEDE, {"id": before.id})
    stamp = (await connection.execute(_SAVE, {**values, "of_id": before.id})).one()
    return _stored({**vars(before), **values}, after, stamp)


async def raise_streams(connection: Connection, reached: Sequence[Reached]) -> None:
    """Lets the next event of each graduate follow the last one published; ids of unknown ones are never given again."""
    columns = columns_of(reached)
    await connection.execute(_RAISE_STREAMS, {name: columns[name] for name in ("keys", "sequences", "days")})


async def number_is_taken(connection: Connection, field: str, wanted: Mapping[str, Any]) -> bool:
    """True if another graduate of the school and cohort has the `student_number` or `exam_number` of a row.

    `wanted` has the columns of the row by which it is found.
    """
    bound = {name: wanted[name] for name in (*_ROSTER, "id", f"{field}_index")}
    return await connection.scalar(_NUMBER_TAKEN[field], bound) is not None


async def _opened(connection: Connection, cipher: FieldCipher, found: Sequence[Row]) -> list[StoredGraduate]:
    key_ids = [data_key_of(row.sealed) for row in found]
    keys = await keys_of(connection, cipher, set(key_ids))
    return [_stored(row, opened(keys[key_id], row), row) for row, key_id in zip(found, key_ids, strict=True)]


def _stored(stated: Mapping[str, Any], entry: Entry, stamp: Row) -> StoredGraduate:
    return StoredGraduate(
        id=stated["id"],
        school_code=stated["school_code"],
        cohort=stated["cohort"],
        entry=entry,
        data_key_id=data_key_of(stated["sealed"]),
        version=stamp.version,
        sequence=stamp.sequence,
        decided_on=stamp.decided_on,
        recorded_at=stamp.recorded_at,
        code_lists_version=stated["code_lists_version"],
    )


def _made(act: Act, version: int, changed: Sequence[str]) -> dict[str, Any]:
    """The columns that say how a version came about."""
    return {
        "version": version,
        "code_lists_version": CodeLists.load().version,
        "changed_fields": list(changed),
        "action": act.action,
        "source": act.source,
        "subject": act.actor.subject,
        "role": act.actor.role,
    }


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


def _history() -> Select[Any]:
    names = [each.name for each in fields(StoredVersion)]
    after = bindparam("after", type_=Integer)
    past, newest = (
        select(*(table.c[name] for name in names)).where(key == bindparam("id"), table.c.version > after)
        for table, key in ((graduate_versions, graduate_versions.c.graduate_id), (graduates, graduates.c.id))
    )
    every = union_all(past, newest).subquery()
    return select(every).order_by(every.c.version).limit(_LIMIT)


_HISTORY = _history()
_ADD = insert(graduates).returning(*_STAMP)
_SUPERSEDED = ("school_code", "cohort", *VERSION_COLUMNS)
_SUPERSEDE = insert(graduate_versions).from_select(
    ["graduate_id", *_SUPERSEDED],
    select(graduates.c.id, *(graduates.c[name] for name in _SUPERSEDED)).where(graduates.c.id == bindparam("id")),
)
_SAVE = (
    update(graduates)
    .where(graduates.c.id == bindparam("of_id"))
    .values(
        sequence=graduates.c.sequence + 1,
        decided_on=text(f"greatest({TODAY_SQL}, graduates.decided_on)"),
        recorded_at=NOW,
        operation_id=None,
        # the row no longer says what a file's line said
        line_fingerprint=None,
    )
    .returning(*_STAMP)
)
_ROSTER = ("school_code", "cohort")
_NUMBER_TAKEN = {
    field: select(graduates.c.id)
    .where(*_equal((*_ROSTER, f"{field}_index")), graduates.c.id != bindparam("id"))
    .limit(1)
    for field in ("student_number", "exam_number")
}
