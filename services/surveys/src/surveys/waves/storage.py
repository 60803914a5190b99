"""Waves in SQL."""

from dataclasses import asdict
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, DateTime, Select, bindparam, case, select, text

from common import rows
from common.auth import Owners, RowScope, ScopeShape
from common.clock import TODAY_SQL
from common.consuming.counted import newest_counted
from common.database import NOW
from common.database.pages import page_by_id
from common.identifiers import Cohort, SchoolCode, WaveId
from common.season import SeasonDay, season_day
from common.sql import Connection
from surveys.waves.domain import CurrentWave, Wave, WavePlan
from surveys.waves.tables import waves

# one statement, so that the count is that of the rows; foreign keys are checked at its end
_ADD = text(
    f"""
    WITH population AS (
        SELECT graduate_id FROM graduates
         WHERE school_code = :school_code AND cohort = :cohort AND {newest_counted("graduates")}
           AND {TODAY_SQL} >= CAST(:season AS date)  -- before its season a cohort is no population
    ), wave AS (
        INSERT INTO waves (school_code, cohort, cycle, questionnaire_id, questionnaire_version, opens_at, closes_at,
                           privacy_statement_id, anonymity, edit_hours, eligible)
        VALUES (:school_code, :cohort, :cycle, :questionnaire_id, :questionnaire_version, :opens_at, :closes_at,
                :privacy_statement_id, :anonymity, CAST(:edit_hours AS int), (SELECT count(*) FROM population))
        RETURNING *
    ), frozen AS (
        INSERT INTO wave_eligible (wave_id, graduate_id, school_code)
        SELECT wave.id, population.graduate_id, wave.school_code FROM wave, population
    )
    SELECT * FROM wave
    """
)

_HAS_PASSED = select(bindparam("instant", type_=DateTime(timezone=True)) <= NOW)
_PHASE = case(
    (waves.c.closed_at.is_not(None), "closed"),
    (waves.c.opens_at > NOW, "planned"),
    (waves.c.closes_at > NOW, "open"),
    else_="closed",
)
_CURRENT = select(waves, _PHASE.label("phase")).where(waves.c.id == bindparam("id"))
_HELD = _CURRENT.with_for_update(read=True)


async def has_passed(connection: Connection, instant: datetime) -> bool:
    """Whether the database's clock, by which waves open and close, has reached an instant."""
    return bool(await connection.scalar(_HAS_PASSED, {"instant": instant}))


async def add(connection: Connection, plan: WavePlan) -> Wave:
    """Stores a wave with those whom the roster counts in the cohort's population now."""
    season = {"season": season_day(SeasonDay.BEGINS, plan.cohort)}
    return rows.one(Wave, await connection.execute(_ADD, asdict(plan) | season))


async def find(connection: Connection, scope: RowScope, wave_id: WaveId) -> Wave | None:
    """The wave, if the scope sees its school."""
    return rows.one_or_none(Wave, await connection.execute(_one(scope.shape), {**scope.values, "id": wave_id}))


async def current(connection: Connection, wave_id: WaveId, *, hold: bool = False) -> CurrentWave:
    """A wave that is known to exist, in the phase of this instant; `hold` keeps others from changing it."""
    return rows.one(CurrentWave, await connection.execute(_HELD if hold else _CURRENT, {"id": wave_id}))


async def page(
    connection: Connection,
    scope: RowScope,
    school_code: SchoolCode | None,
    cohort: Cohort | None,
    after: UUID | None,
    limit: int,
) -> list[Wave]:
    """Waves in the order of their creation, cut to the arguments that are given."""
    query = page_by_id(waves, _visible, scope, after, limit, school_code=school_code, cohort=cohort)
    return rows.all(Wave, await connection.execute(*query))


def _visible(seen: ScopeShape) -> ColumnElement[bool]:
    return seen.condition(Owners(school_code=waves.c.school_code))


@lru_cache
def _one(seen: ScopeShape) -> Select[Any]:
    return select(waves).where(waves.c.id == bindparam("id"), _visible(seen))
