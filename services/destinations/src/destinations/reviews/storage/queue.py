"""What waits for review at a level, the oldest first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    DateTime,
    Integer,
    Select,
    Uuid,
    and_,
    bindparam,
    literal_column,
    or_,
    select,
    tuple_,
)

from common import clock, rows
from common.auth import RowScope, ScopeShape
from common.clock import day_in_shanghai
from common.identifiers import GraduateId, RegistrationId
from common.reference_tables.storage import working_days
from common.sql import Connection
from destinations.cases import storage as cases
from destinations.cases.domain import Kind
from destinations.evidence import storage as pieces
from destinations.evidence.domain import Standing
from destinations.registrations import storage as registrations_storage
from destinations.registrations.domain.lifecycle import Stage
from destinations.registrations.domain.registration import Registration
from destinations.registrations.tables import IN_REVIEW, registrations
from destinations.reviews.domain import Narrowing
from destinations.reviews.storage.candidates import narrowed
from destinations.roster.tables import graduates
from destinations.seasons.domain import Level

_NO_CASE = RowScope()

_current, _college, _class = registrations.c, graduates.c.college_code, graduates.c.class_code


def _in(*stages: Stage) -> ColumnElement[bool]:
    # written out: a plan for any parameter could not use the index of what waits
    return or_(*(_current.stage == literal_column(f"'{each}'") for each in stages))


_OF_COUNSELLOR = and_(
    _in(Stage.SUBMITTED),
    literal_column(f"coalesce('{Level.COUNSELLOR}' = ANY(registrations.levels), false)"),
    _college.is_not(None),
    _class.is_not(None),
)
_AFTER_COUNSELLOR = or_(
    _in(Stage.COUNSELLOR_APPROVED, Stage.VOID_AT_COLLEGE), and_(_in(Stage.SUBMITTED), ~_OF_COUNSELLOR)
)
AT_LEVEL: Mapping[Level, ColumnElement[bool]] = {
    Level.COUNSELLOR: _OF_COUNSELLOR,
    Level.COLLEGE: and_(_college.is_not(None), _AFTER_COUNSELLOR),
    Level.SCHOOL: or_(_in(Stage.COLLEGE_APPROVED, Stage.VOID_AT_SCHOOL), and_(_college.is_(None), _AFTER_COUNSELLOR)),
}
"""Which registration or requested void waits at a level: who has no class, or no college, skips those above it."""

_WAITING = select(
    _current.id, _current.graduate_id, _current.version, _current.recorded_at.label("waiting_since")
).where(literal_column(IN_REVIEW))


@dataclass(frozen=True)
class Waiting:
    """A registration that waits, at this version since its last act."""

    id: RegistrationId
    graduate_id: GraduateId
    version: int
    waiting_since: datetime


@dataclass(frozen=True)
class InQueue:
    """A registration that waits at a level, since when, and what counts of its evidence."""

    registration: Registration
    level: Level
    waiting_since: datetime
    waiting_working_days: int
    evidence: Standing
    signals: tuple[str, ...] = ()


async def waiting(
    connection: Connection,
    scope: RowScope,
    level: Level,
    narrowing: Narrowing,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> list[Waiting]:
    """Registrations of the scope that wait at the level, the oldest first, those after one."""
    query = _page(scope.shape, level, tuple(narrowing.given), following=after is not None)
    since, last = after or (None, None)
    bound = {**scope.values, **narrowing.given, "since": since, "last": last, "limit": limit}
    return rows.all(Waiting, await connection.execute(query, bound))


async def queued(
    connection: Connection, level: Level, waiting: Sequence[Waiting], seeing: RowScope = _NO_CASE
) -> list[InQueue]:
    """The registrations of a part of the queue; what was decided between the two readings is left out.

    `seeing` are the cases that the reader may see.
    """
    doubts = await cases.standing(connection, seeing, [each.id for each in waiting])
    evidence = await pieces.standing(connection, [each.id for each in waiting])
    standing = await registrations_storage.current(connection, [each.graduate_id for each in waiting], linked=True)
    calendar, today = await working_days(connection), clock.today()
    return [
        InQueue(
            found,
            level,
            each.waiting_since,
            calendar.between(day_in_shanghai(each.waiting_since), today),
            evidence.get(each.id, Standing()),
            tuple(case.rule for case in doubts.get(each.id, ()) if case.kind is Kind.SIGNAL and case.rule),
        )
        for each in waiting
        if (found := standing.get(each.graduate_id)) and (found.id, found.version) == (each.id, each.version)
    ]


@lru_cache(maxsize=256)
def _page(seen: ScopeShape, level: Level, filtered: tuple[str, ...], *, following: bool) -> Select[Any]:
    query = narrowed(_WAITING.where(AT_LEVEL[level]), seen, filtered)
    if following:
        last = tuple_(bindparam("since", type_=DateTime(timezone=True)), bindparam("last", type_=Uuid))
        query = query.where(tuple_(_current.recorded_at, _current.id) > last)
    return query.order_by(_current.recorded_at, _current.id).limit(bindparam("limit", type_=Integer))
