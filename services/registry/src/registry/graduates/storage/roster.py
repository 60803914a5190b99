"""Graduates and their versions; every read is cut to a scope in SQL."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ARRAY,
    Column,
    ColumnElement,
    FromClause,
    Integer,
    Label,
    LargeBinary,
    Select,
    Uuid,
    and_,
    any_,
    bindparam,
    literal_column,
    or_,
    select,
)

from common.auth import Owners, RowScope, ScopeShape
from common.crypto import FieldCipher, data_key_of
from common.errors import NotFound
from common.identifiers import GraduateId
from common.sql import Connection, Row
from registry.graduates.domain.entry import CLEAR, Entry, Filters, StoredGraduate
from registry.graduates.domain.photo_state import PhotoState
from registry.graduates.domain.self_check import SelfCheck
from registry.graduates.storage.findings import asked_of, breaks
from registry.graduates.storage.keys import openers
from registry.graduates.storage.sealing import opened
from registry.graduates.storage.self_checks import SELF_CHECK
from registry.graduates.tables import REACHED_SEQUENCE, graduates
from registry.organisation.tables import schools

STAMP = (
    *(graduates.c[name] for name in ("version", "decided_on", "recorded_at")),
    REACHED_SEQUENCE.label("sequence"),
)
_STATED = ("id", "school_code", "cohort", "code_lists_version", "restricted", "erased_at")
# the area of photos rests on this one, so its table is named as text
PHOTO_STATE: ColumnElement[str] = literal_column(
    f"coalesce((SELECT p.state FROM photos p WHERE p.graduate_id = graduates.id), '{PhotoState.NONE.value}')"
)
"""The state of the photo of a row of the roster: a word of `PhotoState`."""

_STATES = {"self_check": SELF_CHECK, "photo_state": PHOTO_STATE}
_COLUMNS = (
    *(graduates.c[name] for name in (*_STATED, *CLEAR, "sealed")),
    *STAMP,
    *(state.label(name) for name, state in _STATES.items()),
)
FILTERED: Mapping[str, ColumnElement[Any]] = {**graduates.c, **_STATES}
"""What a list is narrowed by, by the names of `Filters`."""


async def get(
    connection: Connection, cipher: FieldCipher, scope: RowScope, graduate_id: GraduateId, *, lock: bool = False
) -> StoredGraduate:
    """One graduate, locked until the end of the transaction if `lock`; raises NotFound for one outside the scope."""
    bound = {**scope.values, "id": graduate_id}
    found = await connection.execute(_one(scope.shape, lock=lock), bound)
    if not found:
        raise NotFound
    return (await _opened(connection, cipher, found))[0]


async def require(connection: Connection, scope: RowScope, graduate_id: GraduateId) -> None:
    """Raises NotFound for a graduate outside the scope."""
    if not await connection.execute(_one(scope.shape, lock=False), {**scope.values, "id": graduate_id}):
        raise NotFound


async def listed(
    connection: Connection,
    cipher: FieldCipher,
    scope: RowScope,
    filters: Filters,
    *,
    after: Sequence[Any] | None,
    limit: int,
    rule: str | None = None,
) -> list[StoredGraduate]:
    """A page of graduates by school, cohort and id: a cursor goes into addresses, so nothing personal may order it.

    With a rule those that break it, of one roster, which the filters must name.
    """
    given = _given(vars(filters))
    query = _listed(scope.shape, tuple(given), following=after is not None, rule=rule)
    last = zip(_ORDER, after or (), strict=False)
    bound = {**scope.values, **given, **{f"after_{column.name}": value for column, value in last}, "limit": limit}
    if rule is not None:
        assert filters.school_code is not None, "a rule is broken within a roster"
        assert filters.cohort is not None, "a rule is broken within a roster"
        bound |= asked_of(filters.school_code, filters.cohort)
    return await _opened(connection, cipher, await connection.execute(query, bound))


async def among(
    connection: Connection,
    cipher: FieldCipher,
    scope: RowScope,
    graduate_ids: Collection[GraduateId],
    *,
    lock: bool = False,
) -> list[StoredGraduate]:
    """Those of the graduates that are in scope, sorted by id; locked in this order if `lock`."""
    bound = {**scope.values, "ids": list(graduate_ids)}
    return await _opened(connection, cipher, await connection.execute(_among(scope.shape, lock=lock), bound))


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


def stored_graduate(stated: Mapping[str, Any], entry: Entry, stamp: Row) -> StoredGraduate:
    """The graduate of what a row states, with its entry in clear and the stamp of its newest version."""
    return StoredGraduate(
        id=stated["id"],
        school_code=stated["school_code"],
        cohort=stated["cohort"],
        entry=entry,
        data_key_id=stated["sealed"] and data_key_of(stated["sealed"]),
        version=stamp.version,
        sequence=stamp.sequence,
        decided_on=stamp.decided_on,
        recorded_at=stamp.recorded_at,
        code_lists_version=stated["code_lists_version"],
        continues=stated["continues"],
        self_check=SelfCheck(stated.get("self_check", SelfCheck.UNCONFIRMED)),
        photo_state=PhotoState(stated.get("photo_state", PhotoState.NONE)),
        restricted=stated.get("restricted", False),
        erased_at=stated.get("erased_at"),
        unread=stated.get("unread", {}),
    )


async def _opened(connection: Connection, cipher: FieldCipher, found: Sequence[Row]) -> list[StoredGraduate]:
    stored = []
    for row, key in zip(found, await openers(connection, cipher, found), strict=True):
        entry, unread = opened(key, row)
        stored.append(replace(stored_graduate(row, entry, row), unread=unread))
    return stored


def _within(seen: ScopeShape) -> Select[Any]:
    query = select(*_COLUMNS, _continues(seen)).join(schools, schools.c.code == graduates.c.school_code)
    return query.where(seen.condition(_owners(graduates, schools)))


def _continues(seen: ScopeShape) -> Label[Any]:
    """The earlier entry that a graduate's continues, which may be another school's, if it is in scope."""
    earlier, its_school = graduates.alias("earlier"), schools.alias("its_school")
    query = select(earlier.c.id).join(its_school, its_school.c.code == earlier.c.school_code)
    in_scope = seen.condition(_owners(earlier, its_school))
    return query.where(earlier.c.id == graduates.c.continues, in_scope).scalar_subquery().label("continues")


def _owners(entries: FromClause, of: FromClause) -> Owners[Any]:
    names = ("school_code", "college_code", "class_code")
    owners = {name: entries.c[name] for name in names}
    return Owners(**owners, graduate_id=entries.c.id, province_code=of.c.province_code)


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
def _listed(seen: ScopeShape, filtered: tuple[str, ...], *, following: bool, rule: str | None) -> Select[Any]:
    narrowed = [*_equal(filtered), *([] if rule is None else [breaks(rule)])]
    query = _within(seen).where(*narrowed).order_by(*_ORDER).limit(_LIMIT)
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
    return [FILTERED[name] == bindparam(name) for name in names]


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
