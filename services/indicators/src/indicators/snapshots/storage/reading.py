"""Reading snapshots: in scope, in pages, and those that wait."""

from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, Select, and_, bindparam, exists, or_, select

from common import rows
from common.auth import Owners, RowScope, ScopeShape
from common.change_feed.barrier import Waiting, Why
from common.crypto import FieldCipher
from common.database.pages import page_by_id
from common.errors import NotFound
from common.identifiers import Cohort, SchoolCode
from common.sql import Connection, Row
from indicators.organisation.tables import units
from indicators.snapshots.domain.snapshots import Moment, Snapshot, SnapshotId, SnapshotState
from indicators.snapshots.storage.asking import DECISION_REASON, REASON
from indicators.snapshots.tables import contents, snapshots

_ITS = snapshots.c
_OTHERS = snapshots.alias("others")
_OF_SCHOOL = and_(units.c.school_code == _ITS.school_code, units.c.unit_kind == "school")
_ALL = select(
    *(_ITS[name] for name in (
        "id", "version", "school_code", "cohort", "kind", "as_of", "known_at", "revision", "state", "waiting_for",
        "dead_letters", "reason_cipher", "requested_by", "requested_by_role", "decided_by_role",
        "decision_reason_cipher", "recorded_at",
    )),
    _ITS.revises.label("of"),
    exists()
    .where(_OTHERS.c.line_id == _ITS.line_id, _OTHERS.c.revision > _ITS.revision, _OTHERS.c.state == "frozen")
    .label("superseded"),
    exists()
    .where(_OTHERS.c.line_id == _ITS.line_id, or_(_OTHERS.c.state == "open", _OTHERS.c.state == "pending"))
    .label("in_the_making"),
    contents.c.base,
    contents.c.hash,
    contents.c.definitions,
    contents.c.watermark,
    contents.c.recorded_at.label("frozen_at"),
).select_from(
    snapshots.outerjoin(contents, contents.c.snapshot_id == _ITS.id)
    # a school's first event may come after its graduates
    .outerjoin(units, _OF_SCHOOL)
)  # fmt: skip


_MOMENT = [_ITS[name] for name in ("id", "school_code", "cohort", "kind", "as_of", "known_at", "revision")]
_SEALED = (
    select(*_MOMENT, contents.c.base, contents.c.hash)
    .join_from(snapshots, contents, contents.c.snapshot_id == _ITS.id)
    .where(_ITS.id == bindparam("id"))
)


def _following(state: SnapshotState) -> Select[Any]:
    of_state = select(*_MOMENT)
    return (
        of_state.where(_ITS.state == state.value, _ITS.id > bindparam("after"))
        .order_by(_ITS.id)
        .limit(bindparam("limit", type_=Integer))
    )


_PENDING, _FROZEN = _following(SnapshotState.PENDING), _following(SnapshotState.FROZEN)
_BEFORE_ALL = UUID(int=0)


@dataclass(frozen=True, kw_only=True)
class Listed(Moment):
    """A snapshot that is to be worked on."""

    id: SnapshotId


@dataclass(frozen=True, kw_only=True)
class Sealed(Listed):
    """A frozen one, with what it comes to."""

    base: int
    hash: bytes


@dataclass(frozen=True)
class Filters:
    """What a list is narrowed to; None narrows nothing."""

    school_code: SchoolCode | None = None
    cohort: Cohort | None = None
    kind: str | None = None
    state: str | None = None


async def find(connection: Connection, cipher: FieldCipher, scope: RowScope, snapshot_id: SnapshotId) -> Snapshot:
    """A snapshot in scope; raises NotFound."""
    result = await connection.execute(_one(scope.shape), {**scope.values, "id": snapshot_id})
    found = rows.one_or_none(Snapshot, result, **_read(cipher))
    if found is None:
        raise NotFound
    return found


async def page(
    connection: Connection, cipher: FieldCipher, scope: RowScope, filters: Filters, after: UUID | None, limit: int
) -> list[Snapshot]:
    """Snapshots of the scope, in the order in which they were asked for or fell due."""
    query = page_by_id(snapshots, _visible, scope, after, limit, _ALL, **vars(filters))
    return rows.all(Snapshot, await connection.execute(*query), **_read(cipher))


async def next_pending(connection: Connection, after: SnapshotId | None, limit: int) -> list[Listed]:
    """Those that wait to be frozen, in the order in which they were asked for."""
    return rows.all(Listed, await connection.execute(_PENDING, {"after": after or _BEFORE_ALL, "limit": limit}))


async def sealed(connection: Connection, snapshot_id: SnapshotId) -> Sealed:
    """A frozen snapshot, without a look at a caller; raises NoResultFound."""
    return rows.one(Sealed, await connection.execute(_SEALED, {"id": snapshot_id}))


def moment_values(moment: Moment) -> dict[str, object]:
    """What a moment binds in statements about its school, cohort and day."""
    return {name: getattr(moment, name) for name in ("school_code", "cohort", "as_of", "known_at")}


async def next_frozen(connection: Connection, after: SnapshotId | None, limit: int) -> list[Listed]:
    """Those that are frozen, in the same order."""
    return rows.all(Listed, await connection.execute(_FROZEN, {"after": after or _BEFORE_ALL, "limit": limit}))


def _visible(seen: ScopeShape) -> ColumnElement[bool]:
    return seen.condition(Owners(school_code=_ITS.school_code, province_code=units.c.province_code))


@lru_cache
def _one(seen: ScopeShape) -> Select[Any]:
    return _ALL.where(_ITS.id == bindparam("id"), _visible(seen))


@lru_cache
def _read(cipher: FieldCipher) -> dict[str, Any]:
    return {
        "waiting_for": _waiting_for,
        "definitions": lambda row: row["definitions"],
        "reason": partial(_opened, cipher, REASON, "reason_cipher"),
        "decision_reason": partial(_opened, cipher, DECISION_REASON, "decision_reason_cipher"),
    }


def _opened(cipher: FieldCipher, field: str, column: str, row: Row) -> str | None:
    sealed = row[column]
    return None if sealed is None else cipher.decrypt(field, row["id"], sealed)


def _waiting_for(row: Row) -> tuple[Waiting, ...]:
    return tuple(Waiting(each["owner"], each["topic"], Why(each["why"])) for each in row["waiting_for"])
