"""Waves in SQL."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    DateTime,
    Integer,
    Select,
    Text,
    Update,
    Uuid,
    and_,
    bindparam,
    case,
    func,
    literal_column,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB

from common import rows
from common.auth import Owners, RowScope, ScopeShape
from common.database import NOW
from common.database.pages import page_by_id
from common.identifiers import Cohort, GraduateId, SchoolCode, WaveId
from common.sql import Connection, Row
from surveys.ballots.tables import SENDINGS_OF_WAVE
from surveys.caps import storage as caps
from surveys.ladders.domain import Ladder
from surveys.populations.domain import Population, PopulationKind, Stratum
from surveys.waves.domain import CodeTaken, Wave, WavePlan
from surveys.waves.storage import asking
from surveys.waves.tables import waves

_HAS_PASSED = select(bindparam("instant", type_=DateTime(timezone=True)) <= NOW)
PHASE = case(
    (waves.c.frozen_at.is_not(None), "frozen"),
    (waves.c.closed_at.is_not(None), "closed"),
    # a clock that goes back opens it to no one
    (waves.c.closing_at.is_not(None), "closing"),
    (waves.c.opens_at > NOW, "planned"),
    (waves.c.closes_at > NOW, "open"),
    else_="closing",
)
_WITHDRAWN = literal_column(
    """
    CASE WHEN waves.frozen_at IS NULL THEN 0 ELSE (
        SELECT count(*) FROM frozen_rows AS kept JOIN responses AS response ON response.id = kept.response_id
         WHERE kept.wave_id = waves.id AND response.state = 'withdrawn') + (
        SELECT count(*) FROM ballots
         WHERE wave_id = waves.id AND state = 'withdrawn' AND frozen_digest IS NOT NULL) END
    """,
    Integer,
)
_CAPS = literal_column(caps.CAPS_OF_WAVE, JSONB)
_SENDINGS = literal_column(SENDINGS_OF_WAVE, JSONB)
_SPENT = literal_column("coalesce((SELECT spent_fen FROM contact_spending WHERE wave_id = waves.id), 0)", BigInteger)
_WAVES = select(
    waves,
    PHASE.label("phase"),
    _WITHDRAWN.label("withdrawn_after_freeze"),
    _CAPS.label("caps"),
    _SENDINGS.label("sendings"),
    _SPENT.label("spent_fen"),
)
_CURRENT = _WAVES.where(waves.c.id == bindparam("id"))
_HELD = _CURRENT.with_for_update(read=True)
_LOCK = select(waves.c.id).where(waves.c.id == bindparam("id")).with_for_update()
_BY_CODE = _WAVES.where(func.lower(waves.c.shared_code) == func.lower(bindparam("code", type_=Text)))
_SAVE = update(waves).where(waves.c.id == bindparam("of_id"))
_FREEZE = _SAVE.values(version=waves.c.version + 1, frozen_at=NOW, dataset_hash=bindparam("of_data"))
_IS_DUE = and_(waves.c.closed_at.is_(None), waves.c.closes_at <= NOW)
_DUE = select(waves.c.id).where(_IS_DUE).order_by(waves.c.closes_at, waves.c.id).limit(bindparam("limit"))
_BEGIN_CLOSING = _SAVE.where(_IS_DUE, waves.c.closing_at.is_(None)).values(closing_at=NOW)

_NOTE_CHANGE = text(
    """
    INSERT INTO answer_changes (wave_id, school_code)
    SELECT id, school_code FROM waves WHERE id = :wave_id AND closed_at IS NOT NULL
    """
).bindparams(bindparam("wave_id", type_=Uuid))
_NOTE_ERASED = text(
    """
    INSERT INTO answer_changes (wave_id, school_code)
    SELECT wave.id, wave.school_code
      FROM responses AS response JOIN waves AS wave ON wave.id = response.wave_id
      JOIN graduates AS person ON person.graduate_id = response.graduate_id
     WHERE response.graduate_id = ANY(:ids) AND person.erased AND wave.closed_at IS NOT NULL AND EXISTS (
               SELECT FROM submitted_contents AS content WHERE content.response_id = response.id)
    """
).bindparams(bindparam("ids", type_=ARRAY(Uuid)))


async def has_passed(connection: Connection, instant: datetime) -> bool:
    """Whether the database's clock, by which waves open and close, has reached an instant."""
    return bool(await connection.scalar(_HAS_PASSED, {"instant": instant}))


async def add(connection: Connection, plan: WavePlan) -> Wave:
    """Stores a wave with those whom the roster counts in the cohort's population now, as far as it asks them.

    A wave of employers finds them in the directory. Raises SampleTooLarge or CodeTaken.
    """
    told = _told(plan.population)
    values = asdict(plan) | told | {"year": plan.year, "population": json.dumps(told["population"])}
    values |= {"ladder": json.dumps(_steps(plan.ladder))}
    with _code_must_be_free():
        wave_id = await asking.add(connection, plan, values)
    await caps.add(connection, wave_id, plan.school_code, plan.caps)
    return await current(connection, wave_id)


async def find(connection: Connection, scope: RowScope, wave_id: WaveId) -> Wave | None:
    """The wave, if the scope sees its school."""
    found = await connection.execute(_one(scope.shape), {**scope.values, "id": wave_id})
    return rows.one_or_none(Wave, found, population=to_population)


async def current(connection: Connection, wave_id: WaveId, *, hold: bool = False) -> Wave:
    """A wave that is known to exist, in the phase of this instant; `hold` keeps others from changing it."""
    found = await connection.execute(_HELD if hold else _CURRENT, {"id": wave_id})
    return rows.one(Wave, found, population=to_population)


async def by_code(connection: Connection, code: str) -> Wave | None:
    """The wave with this code of a shared entry, however it is spelt."""
    return rows.one_or_none(Wave, await connection.execute(_BY_CODE, {"code": code}), population=to_population)


async def lock(connection: Connection, wave_id: WaveId) -> Wave:
    """A wave that is known to exist, locked against every act on it and on its answers, in the phase of this instant.

    What a statement selects beside a lock is of the instant before it waited, when the wave may not have been open yet.
    """
    await connection.execute(_LOCK, {"id": wave_id})
    return await current(connection, wave_id)


async def save(connection: Connection, wave: Wave, changes: Mapping[str, Any]) -> Wave:
    """Stores the next version of a locked wave, before it opens also with others whom it asks, as of now.

    Raises SampleTooLarge or CodeTaken.
    """
    after = replace(wave, **changes)
    if wave.asks_others(after):
        await asking.empty(connection, wave.id)
    if "caps" in changes:
        await caps.replace(connection, wave.id, wave.school_code, wave.caps, changes["caps"])
    of_row = {name: value for name, value in changes.items() if name != "caps"}
    of_row |= {"year": after.year}
    of_row |= _told(after.population) if "population" in changes else {}
    of_row |= {"ladder": _steps(changes["ladder"])} if "ladder" in changes else {}
    with _code_must_be_free():
        await connection.execute(_save(tuple(of_row)), {**of_row, "of_id": wave.id})
    if wave.asks_others(after):
        await asking.fill(connection, after)
    return await current(connection, wave.id)


async def due(connection: Connection, limit: int) -> list[WaveId]:
    """Waves whose period is over and that are not closed yet, the longest over first."""
    return [WaveId(each) for each in await connection.scalars(_DUE, {"limit": limit})]


async def begin_closing(connection: Connection, wave_id: WaveId) -> None:
    """Notes that the close of a due wave has begun; waits for those who hold the wave."""
    await connection.execute(_BEGIN_CLOSING, {"of_id": wave_id})


async def freeze(connection: Connection, wave: Wave, dataset_hash: str) -> Wave:
    """Notes that a locked wave is frozen."""
    await connection.execute(_FREEZE, {"of_id": wave.id, "of_data": dataset_hash})
    return await current(connection, wave.id)


async def note_change(connection: Connection, wave_id: WaveId) -> None:
    """Notes that an answer of a wave came, went or changed, if the wave has closed: its figures count anew in time."""
    await connection.execute(_NOTE_CHANGE, {"wave_id": wave_id})


async def note_erased(connection: Connection, graduate_ids: Sequence[GraduateId]) -> None:
    """Does so for each answer of those of these graduates who are erased, before it is destroyed."""
    await connection.execute(_NOTE_ERASED, {"ids": graduate_ids})


async def page(
    connection: Connection,
    scope: RowScope,
    school_code: SchoolCode | None,
    cohort: Cohort | None,
    after: UUID | None,
    limit: int,
) -> list[Wave]:
    """Waves in the order of their creation, cut to the arguments that are given."""
    query = page_by_id(waves, _visible, scope, after, limit, _WAVES, school_code=school_code, cohort=cohort)
    return rows.all(Wave, await connection.execute(*query), population=to_population)


@contextmanager
def _code_must_be_free() -> Iterator[None]:
    try:
        yield
    except asyncpg.UniqueViolationError as taken:
        if taken.constraint_name == "uq_waves_shared_code":
            raise CodeTaken from None
        raise


def to_population(row: Row) -> Population:
    """The population of a wave's row."""
    told = dict(row.population)
    strata = tuple(map(Stratum, told.get("strata", ())))
    panel_of = None if row.panel_of is None else WaveId(row.panel_of)
    given: dict[str, Any] = {name: told.get(name) for name in ("size", "seed", "min_hires")}
    given |= {name: tuple(told.get(name, ())) for name in ("cohorts", "industry_codes")}
    return Population(PopulationKind(told["kind"]), strata=strata, wave_id=panel_of, **given)


def _visible(seen: ScopeShape) -> ColumnElement[bool]:
    return seen.condition(Owners(school_code=waves.c.school_code))


@lru_cache
def _one(seen: ScopeShape) -> Select[Any]:
    return _WAVES.where(waves.c.id == bindparam("id"), _visible(seen))


@lru_cache
def _save(names: tuple[str, ...]) -> Update:
    named: dict[str, Any] = {name: bindparam(name, type_=waves.c[name].type) for name in names}
    return _SAVE.values(version=waves.c.version + 1, **named)


def _steps(ladder: Ladder) -> list[dict[str, Any]]:
    return [asdict(step) for step in ladder]


def _told(asked: Population) -> dict[str, Any]:
    """A population as columns."""
    told = asdict(replace(asked, wave_id=None), dict_factory=_set)
    return {"population": told, "panel_of": asked.wave_id}


def _set(members: list[tuple[str, Any]]) -> dict[str, Any]:
    return {name: value for name, value in members if value not in (None, ())}
