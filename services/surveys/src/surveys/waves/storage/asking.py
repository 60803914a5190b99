"""Whom a wave asks, in SQL: they are kept as it is made, and may be others until it opens."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import TextClause, Uuid, bindparam, text

from common import rows
from common.identifiers import WaveId
from common.sql import Connection
from surveys.populations import storage as populations
from surveys.populations.domain import STRATA, Population
from surveys.populations.domain import drawn as draw
from surveys.populations.storage import EMPLOYERS, POPULATION
from surveys.waves.domain import Wave, WavePlan

_STRATA = ", ".join(STRATA)
_OF_WAVE = bindparam("wave_id", type_=Uuid)

# one statement, so that the count is that of the rows; foreign keys are checked at its end
_NEW = """
        INSERT INTO waves (school_code, audience, unit, cohort, cycle, year, questionnaire_id, questionnaire_version,
                           opens_at, closes_at, privacy_statement_id, anonymity, edit_hours, population, panel_of,
                           plan_id, plan_year, shared_code, ladder, budget_fen, stop_when_known, eligible)
        VALUES (:school_code, :audience, CAST(:unit AS text), CAST(:cohort AS int), CAST(:cycle AS int),
                CAST(:year AS int), :questionnaire_id, :questionnaire_version, :opens_at, :closes_at,
                :privacy_statement_id, :anonymity, CAST(:edit_hours AS int), CAST(:population AS jsonb),
                CAST(:panel_of AS uuid), CAST(:plan_id AS uuid), CAST(:plan_year AS int),
                :shared_code, CAST(:ladder AS jsonb), CAST(:budget_fen AS bigint), CAST(:stop_when_known AS boolean),
                (SELECT count(*) FROM population))
        RETURNING *
"""
_FILLED = """
        UPDATE waves SET eligible = (SELECT count(*) FROM population) WHERE id = CAST(:wave_id AS uuid)
        RETURNING *
"""


def _keeping(wave: str) -> TextClause:
    """The statement that keeps graduates of the row that another one gives."""
    return text(
        f"""
        WITH everybody AS ({POPULATION}), population AS (
            SELECT * FROM everybody
             WHERE CAST(:drawn AS uuid[]) IS NULL OR graduate_id = ANY(CAST(:drawn AS uuid[]))
        ), wave AS ({wave}), frozen AS (
            INSERT INTO wave_eligible (wave_id, graduate_id, school_code, {_STRATA})
            SELECT wave.id, population.graduate_id, wave.school_code, {_STRATA} FROM wave, population
        )
        SELECT id FROM wave
        """
    )


def _keeping_employers(wave: str) -> TextClause:
    return text(
        f"""
        WITH population AS ({EMPLOYERS}), wave AS ({wave}), frozen AS (
            INSERT INTO wave_employers (wave_id, employer_id, school_code, hires, nature_code, industry_code)
            SELECT wave.id, population.employer_id, wave.school_code, hires, nature_code, industry_code
              FROM wave, population
        )
        SELECT id FROM wave
        """
    )


_ADD, _FILL = _keeping(_NEW), _keeping(_FILLED)
_ADD_OF_EMPLOYERS, _FILL_OF_EMPLOYERS = _keeping_employers(_NEW), _keeping_employers(_FILLED)
_ASKED = text(
    """
    SELECT graduate_id AS subject_id, NULL::int AS hires FROM wave_eligible WHERE wave_id = :wave_id
     UNION ALL SELECT employer_id, hires FROM wave_employers WHERE wave_id = :wave_id
    """
).bindparams(_OF_WAVE)
# the owner's function: who is asked is deleted of no other wave than one that has not opened
_EMPTY = text("SELECT empty_planned_wave(:wave_id)").bindparams(_OF_WAVE)
# before a wave opens nothing was sent with a link, and none was used
_DROP_LINKS = text(
    """
    DELETE FROM invitations AS made
     WHERE made.wave_id = :wave_id AND NOT EXISTS (
               SELECT FROM wave_eligible AS asked
                WHERE asked.wave_id = made.wave_id AND asked.graduate_id = made.graduate_id)
       AND NOT EXISTS (
               SELECT FROM wave_employers AS asked
                WHERE asked.wave_id = made.wave_id AND asked.employer_id = made.employer_id)
    """
).bindparams(_OF_WAVE)


@dataclass(frozen=True)
class Member:
    """Whom a wave asks: a graduate, or an employer with the graduates whom it has hired."""

    subject_id: UUID
    hires: int | None


async def add(connection: Connection, plan: WavePlan, values: Mapping[str, Any]) -> WaveId:
    """Stores the row of a wave and whom it asks; raises SampleTooLarge."""
    statement = _ADD_OF_EMPLOYERS if plan.cohort is None else _ADD
    return WaveId(await connection.scalar(statement, {**values, **await _bound(connection, plan)}))


async def members(connection: Connection, wave_id: WaveId) -> list[Member]:
    """Everybody whom a wave asks."""
    return rows.all(Member, await connection.execute(_ASKED, {"wave_id": wave_id}))


async def empty(connection: Connection, wave_id: WaveId) -> None:
    """Forgets whom a locked wave asks that has not opened."""
    await connection.execute(_EMPTY, {"wave_id": wave_id})


async def fill(connection: Connection, wave: Wave) -> None:
    """Keeps whom an emptied wave asks now; links of others are gone. Raises SampleTooLarge."""
    statement = _FILL_OF_EMPLOYERS if wave.cohort is None else _FILL
    await connection.scalar(statement, {"wave_id": wave.id, **await _bound(connection, wave)})
    await connection.execute(_DROP_LINKS, {"wave_id": wave.id})


async def _bound(connection: Connection, plan: WavePlan) -> dict[str, Any]:
    asked = plan.population
    if plan.cohort is None:
        return populations.bound_of_employers(plan.school_code, asked)
    bound = populations.bound(plan.school_code, plan.cohort, asked.wave_id)
    return bound | {"drawn": await _drawn(connection, asked, bound)}


async def _drawn(connection: Connection, asked: Population, parameters: Mapping[str, Any]) -> list[UUID] | None:
    """Whom a sample takes; None of other populations, which take everybody."""
    if asked.size is None or asked.seed is None:
        return None
    return draw(await populations.candidates(connection, asked.strata, parameters), asked.size, asked.seed)
