"""SQL about support plans, cut to a scope by their graduates; what a plan says is one sealed document."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from functools import lru_cache
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy import ARRAY, ColumnElement, Integer, Select, Uuid, bindparam, select, text

from common import rows
from common.auth import RowScope, ScopeShape
from common.clock import NOW_SQL, TODAY_SQL
from common.crypto import FieldCipher
from common.database import Database
from common.errors import NotFound
from common.identifiers import Cohort, CollegeCode, GraduateId, SchoolCode
from common.resealing import by_another_key, reseal_rows
from common.sql import Connection, Row
from destinations.roster import storage as roster
from destinations.roster.domain import Graduate
from destinations.roster.tables import graduates, schools
from destinations.support.domain import (
    KEPT_YEARS,
    By,
    Contact,
    Content,
    Measure,
    PlanId,
    PlanOpen,
    PlanState,
    SupportPlan,
)
from destinations.support.tables import plans

_CONTENT = "content of a support plan"
_PLANS = select(plans, graduates.c.college_code).select_from(
    plans.join(graduates, graduates.c.graduate_id == plans.c.graduate_id).outerjoin(
        schools, schools.c.school_code == graduates.c.school_code
    )
)
_FILTERED: Mapping[str, ColumnElement[Any]] = {
    "school": plans.c.school_code,
    "cohort": plans.c.cohort,
    "college": graduates.c.college_code,
    "graduate_id": plans.c.graduate_id,
    "state": plans.c.state,
}
_GROUPS: Mapping[By, ColumnElement[Any]] = {By.COLLEGE: graduates.c.college_code, By.MAJOR: graduates.c.major_code}
_LOCK = select(plans.c.id).where(plans.c.id == bindparam("id", type_=Uuid)).with_for_update()
_OF_GRADUATE = _PLANS.where(plans.c.graduate_id == bindparam("id", type_=Uuid)).order_by(plans.c.id)
_ADD = text(
    """
    INSERT INTO support_plans (id, school_code, cohort, graduate_id, content_cipher)
    SELECT CAST(:id AS uuid), :school_code, CAST(:cohort AS int), CAST(:graduate_id AS uuid), CAST(:content AS bytea)
    """
)
_SAVE = text(
    f"""
    UPDATE support_plans SET version = version + 1, content_cipher = :content, state = :state, recorded_at = {NOW_SQL}
     WHERE id = :id
    """
)
_ERASE = text(
    """
    DELETE FROM support_plans plan USING roster_graduates person
     WHERE plan.graduate_id = ANY(:ids) AND person.graduate_id = plan.graduate_id AND person.erased
    """
).bindparams(bindparam("ids", type_=ARRAY(Uuid)))
_KEPT_UNTIL = f"""
    (coalesce((SELECT season.closes_on FROM seasons season
                WHERE season.school_code = plan.school_code AND season.cohort = plan.cohort),
              make_date(plan.cohort, 12, 31)) + interval '{KEPT_YEARS} years')::date
"""
_IS_PAST = f"{_KEPT_UNTIL} < {TODAY_SQL}"
_END = text(
    f"""
    DELETE FROM support_plans WHERE id IN (
        SELECT plan.id FROM support_plans plan WHERE {_IS_PAST} ORDER BY plan.id LIMIT :part FOR UPDATE SKIP LOCKED
    ) RETURNING school_code
    """
)
_PAST = text(f"SELECT count(*) AS count, min({_KEPT_UNTIL}) AS oldest FROM support_plans plan WHERE {_IS_PAST}")
_OTHERS = text(
    f"""
    SELECT id, content_cipher FROM support_plans
     WHERE {by_another_key("content_cipher")}
     ORDER BY id LIMIT :part FOR UPDATE
    """
)
_RESEAL = text("UPDATE support_plans SET content_cipher = :content WHERE id = :id")


@dataclass(frozen=True)
class Filters:
    """What a list is narrowed to; None narrows nothing."""

    school: SchoolCode | None = None
    cohort: Cohort | None = None
    college: CollegeCode | None = None
    graduate_id: GraduateId | None = None
    state: PlanState | None = None

    @property
    def given(self) -> Mapping[str, object]:
        """What narrows, by name."""
        return {name: value for name, value in vars(self).items() if value is not None}


async def get(connection: Connection, cipher: FieldCipher, scope: RowScope, plan_id: PlanId) -> SupportPlan:
    """A plan of a graduate of the scope; raises NotFound."""
    found = await connection.execute(_one(scope.shape), {**scope.values, "id": plan_id})
    plan = rows.one_or_none(SupportPlan, found, content=lambda row: _opened(cipher, row))
    if plan is None:
        raise NotFound
    return plan


async def page(
    connection: Connection, cipher: FieldCipher, scope: RowScope, filters: Filters, after: UUID | None, limit: int
) -> list[SupportPlan]:
    """Plans of graduates of the scope in the order in which they were made."""
    query = _page(scope.shape, tuple(filters.given), following=after is not None)
    bound = {**scope.values, **filters.given, "limit": limit} | ({} if after is None else {"after": after})
    return rows.all(SupportPlan, await connection.execute(query, bound), content=lambda row: _opened(cipher, row))


async def of_graduate(connection: Connection, cipher: FieldCipher, graduate_id: GraduateId) -> list[SupportPlan]:
    """All plans of a graduate, oldest first."""
    found = await connection.execute(_OF_GRADUATE, {"id": graduate_id})
    return rows.all(SupportPlan, found, content=lambda row: _opened(cipher, row))


async def causes(
    connection: Connection, cipher: FieldCipher, scope: RowScope, filters: Filters, by: By
) -> Mapping[GraduateId, tuple[str | None, frozenset[str]]]:
    """The causes that plans name of each graduate of the scope, with the group of today."""
    named: dict[GraduateId, tuple[str | None, frozenset[str]]] = {}
    for row in await connection.execute(
        _causes(scope.shape, tuple(filters.given), by), {**scope.values, **filters.given}
    ):
        _, earlier = named.get(row.graduate_id, (None, frozenset()))
        named[row.graduate_id] = (row["group"], earlier | {*_opened(cipher, row).causes})
    return named


async def add(
    connection: Connection, cipher: FieldCipher, plan_id: PlanId, graduate: Graduate, content: Content
) -> None:
    """Stores a new plan; raises PlanOpen where the graduate has one that is open."""
    values = {
        "id": plan_id,
        "school_code": graduate.school_code,
        "cohort": graduate.cohort,
        "graduate_id": graduate.id,
        "content": _sealed(cipher, plan_id, content),
    }
    try:
        await connection.execute(_ADD, values)
    except asyncpg.UniqueViolationError as error:
        raise PlanOpen from error


async def lock(connection: Connection, plan_id: PlanId) -> None:
    """Makes others who would change the plan wait until the transaction ends."""
    await connection.execute(_LOCK, {"id": plan_id})


async def save(
    connection: Connection, cipher: FieldCipher, plan_id: PlanId, content: Content, state: PlanState
) -> None:
    """Stores the next version of a locked plan; raises PlanOpen where another one of the graduate is open."""
    values = {"id": plan_id, "content": _sealed(cipher, plan_id, content), "state": state.value}
    try:
        await connection.execute(_SAVE, values)
    except asyncpg.UniqueViolationError as error:
        raise PlanOpen from error


async def erase(connection: Connection, graduate_ids: Sequence[GraduateId]) -> None:
    """Deletes the plans of graduates who are erased by what the roster says; repeatable."""
    await connection.execute(_ERASE, {"ids": list(graduate_ids)})


async def past(connection: Connection) -> tuple[int, date | None]:
    """How many plans are past their day, and the first of these days."""
    row = (await connection.execute(_PAST)).one()
    return row.count, row.oldest


async def end(connection: Connection, part: int) -> list[str]:
    """Deletes up to so many plans that are past their day; the school of each."""
    return await connection.scalars(_END, {"part": part})


async def reseal_plans(database: Database, cipher: FieldCipher) -> int:
    """Seals plans by the ring's current key; how many it has sealed anew."""

    def anew(row: Row) -> dict[str, object]:
        return {"id": row.id, "content": _sealed(cipher, row.id, _opened(cipher, row))}

    return await reseal_rows(database, cipher, _OTHERS, _RESEAL, anew)


@lru_cache
def _one(seen: ScopeShape) -> Select[Any]:
    return _PLANS.where(roster.visible(seen), plans.c.id == bindparam("id", type_=Uuid))


@lru_cache(maxsize=256)
def _page(seen: ScopeShape, filtered: tuple[str, ...], *, following: bool) -> Select[Any]:
    listed = _PLANS.where(roster.visible(seen), *(_FILTERED[name] == bindparam(name) for name in filtered))
    if following:
        listed = listed.where(plans.c.id > bindparam("after", type_=Uuid))
    return listed.order_by(plans.c.id).limit(bindparam("limit", type_=Integer))


@lru_cache(maxsize=256)
def _causes(seen: ScopeShape, filtered: tuple[str, ...], by: By) -> Select[Any]:
    named = _PLANS.with_only_columns(
        plans.c.id, plans.c.graduate_id, plans.c.content_cipher, _GROUPS[by].label("group")
    )
    return named.where(roster.visible(seen), *(_FILTERED[name] == bindparam(name) for name in filtered))


def _sealed(cipher: FieldCipher, plan_id: PlanId, content: Content) -> bytes:
    return cipher.encrypt(_CONTENT, plan_id, json.dumps(asdict(content), default=date.isoformat, ensure_ascii=False))


def _opened(cipher: FieldCipher, row: Row) -> Content:
    stored = json.loads(cipher.decrypt(_CONTENT, row.id, row.content_cipher))
    days = date.fromisoformat
    return Content(
        causes=tuple(stored["causes"]),
        plan=stored["plan"],
        measures=tuple(Measure(each["kind"], days(each["offered_on"]), each["outcome"]) for each in stored["measures"]),
        contacts=tuple(Contact(days(each["contacted_on"]), each["note"]) for each in stored["contacts"]),
        result=stored["result"],
    )
