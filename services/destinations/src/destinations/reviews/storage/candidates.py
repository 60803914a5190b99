"""Registrations that wait for an act and that a filter means, cut to a scope."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    DateTime,
    Integer,
    Select,
    Text,
    any_,
    bindparam,
    func,
    literal_column,
    select,
    true,
)

from common.auth import RowScope, ScopeShape
from common.identifiers import GraduateId, RegistrationId
from common.sql import Connection
from destinations.registrations.domain.lifecycle import Stage
from destinations.registrations.domain.targeted import TARGETED_MODES, WITHOUT_EMPLOYER
from destinations.registrations.tables import registrations
from destinations.reviews.domain import BulkDecisionId, Narrowing
from destinations.reviews.tables import bulk_decision_items
from destinations.roster import storage as roster
from destinations.roster.tables import graduates, schools

_current, _graduates = registrations.c, graduates.c
_FILTERED: Mapping[str, ColumnElement[bool]] = {
    "school_code": _current.school_code == bindparam("school_code"),
    "cohort": _current.cohort == bindparam("cohort"),
    "college_code": _graduates.college_code == bindparam("college_code"),
    "major_code": _graduates.major_code == bindparam("major_code"),
    "class_code": _graduates.class_code == bindparam("class_code"),
    "destination_codes": _current.destination_code == any_(bindparam("destination_codes", type_=ARRAY(Text))),
    "source": _current.source == bindparam("source"),
    "submitted_before": bindparam("submitted_before", type_=DateTime(timezone=True)) > _current.submitted_at,
}
_JOINED = registrations.join(graduates, _graduates.graduate_id == _current.graduate_id)
# a school's first event may come after its graduates
_FROM = _JOINED.outerjoin(schools, schools.c.school_code == _graduates.school_code)
_IN_REVIEW = (roster.STATED["counted"], ~_graduates.erased)
_IN_STAGES = _current.stage == any_(bindparam("stages", type_=ARRAY(Text)))
_IDS = select(_current.id, _current.graduate_id).where(_IN_STAGES)
_COUNT = select(func.count()).where(_IN_STAGES)
_TARGETED = any_(literal_column(f"'{{{','.join(sorted(TARGETED_MODES))}}}'::text[]"))
# `targeted.may_be_bound` as SQL
_MAY_BE_BOUND = (
    func.coalesce(roster.STATED["training_mode_code"] == _TARGETED, true()),
    ~_current.destination_code.regexp_match(literal_column(f"'^({'|'.join(WITHOUT_EMPLOYER)})'")),
)
_BOUND = select(_current.graduate_id).where(_IN_STAGES, *_MAY_BE_BOUND)
_items = bulk_decision_items.c
_BOUND_ROWS = (
    select(_current.graduate_id)
    .select_from(_JOINED.join(bulk_decision_items, _items.registration_id == _current.id))
    .where(_items.bulk_decision_id == bindparam("id"), *_MAY_BE_BOUND)
    .where(_items.n > bindparam("after"), _items.n <= bindparam("last"))
)


async def candidates(
    connection: Connection,
    scope: RowScope,
    stages: frozenset[Stage],
    narrowing: Narrowing,
    after: RegistrationId | None,
    limit: int,
) -> list[tuple[RegistrationId, GraduateId]]:
    """Registrations in one of the stages in the order of their ids, those after one, with their graduates."""
    query = _page(scope.shape, tuple(narrowing.given), following=after is not None)
    bound = {**_bound(scope, narrowing, stages), "after": after, "limit": limit}
    return [(row[0], row[1]) for row in await connection.execute(query, bound)]


async def count_candidates(
    connection: Connection, scope: RowScope, stages: frozenset[Stage], narrowing: Narrowing
) -> int:
    """How many these are."""
    query = narrowed(_COUNT, scope.shape, tuple(narrowing.given))
    found: int = await connection.scalar(query, _bound(scope, narrowing, stages))
    return found


async def bound_candidates(
    connection: Connection, scope: RowScope, stages: frozenset[Stage], narrowing: Narrowing
) -> list[GraduateId]:
    """Of these the graduates whose unit must be known."""
    query = narrowed(_BOUND, scope.shape, tuple(narrowing.given))
    return list(await connection.scalars(query, _bound(scope, narrowing, stages)))


async def bound_rows(connection: Connection, decision_id: BulkDecisionId, after: int, last: int) -> list[GraduateId]:
    """Of the rows between two numbers the graduates whose unit must be known."""
    return list(await connection.scalars(_BOUND_ROWS, {"id": decision_id, "after": after, "last": last}))


def _bound(scope: RowScope, narrowing: Narrowing, stages: frozenset[Stage]) -> dict[str, object]:
    return {**scope.values, **narrowing.given, "stages": sorted(stages)}


@lru_cache(maxsize=256)
def _page(seen: ScopeShape, filtered: tuple[str, ...], *, following: bool) -> Select[Any]:
    query = narrowed(_IDS, seen, filtered).order_by(_current.id)
    later = query.where(_current.id > bindparam("after", type_=_current.id.type)) if following else query
    return later.limit(bindparam("limit", type_=Integer))


@lru_cache(maxsize=256)
def narrowed(query: Select[Any], seen: ScopeShape, filtered: tuple[str, ...]) -> Select[Any]:
    """The query over registrations of the scope whose graduates count, cut by what a filter names."""
    conditions = [_FILTERED[name] for name in filtered]
    return query.select_from(_FROM).where(roster.visible(seen), *_IN_REVIEW, *conditions)
