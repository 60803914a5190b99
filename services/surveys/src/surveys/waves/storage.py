"""Waves in SQL."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, case, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from common.auth import Owners, RowScope
from common.clock import NOW_SQL, TODAY_SQL
from common.database import NOW
from surveys.waves.domain import Cycle, Wave, WavePhase, WavePlan
from surveys.waves.tables import waves

_FREEZE_ELIGIBLE = text(
    f"""
    INSERT INTO wave_eligible (wave_id, graduate_id, school_code)
    SELECT :wave_id, graduate_id, school_code
      FROM graduates
     WHERE school_code = :school_code AND cohort = :cohort AND status = ANY(:counted)
       AND {TODAY_SQL} >= make_date(:cohort - 1, 9, 1)  -- before its season a cohort is no population
    """
)

_COUNT_ELIGIBLE = text("UPDATE waves SET eligible = :eligible WHERE id = :wave_id")

_HAS_PASSED = text(f"SELECT CAST(:instant AS timestamptz) <= {NOW_SQL}")


async def has_passed(connection: AsyncConnection, instant: datetime) -> bool:
    """Whether the database's clock, by which waves open and close, is past an instant."""
    return bool(await connection.scalar(_HAS_PASSED, {"instant": instant}))


async def add(connection: AsyncConnection, plan: WavePlan) -> Wave:
    """Stores a wave that nobody is eligible for yet."""
    statement = insert(waves).values(
        school_code=plan.school_code,
        cohort=plan.cohort,
        cycle=plan.cycle.value,
        questionnaire_id=plan.questionnaire_id,
        questionnaire_version=plan.questionnaire_version,
        opens_at=plan.opens_at,
        closes_at=plan.closes_at,
    )
    return _wave((await connection.execute(statement.returning(waves))).mappings().one())


async def freeze_eligible(connection: AsyncConnection, wave: Wave, counted: tuple[str, ...]) -> int:
    """Writes down who belongs to the cohort's population now, and how many they are."""
    plan = wave.plan
    bound: dict[str, Any] = {"wave_id": wave.id, "school_code": plan.school_code, "cohort": plan.cohort}
    eligible = (await connection.execute(_FREEZE_ELIGIBLE, bound | {"counted": list(counted)})).rowcount
    await connection.execute(_COUNT_ELIGIBLE, {"wave_id": wave.id, "eligible": eligible})
    return eligible


async def find(connection: AsyncConnection, scope: RowScope, wave_id: UUID) -> Wave | None:
    """The wave, if the scope sees its school."""
    query = select(waves).where(waves.c.id == wave_id, scope.condition(Owners(school_code=waves.c.school_code)))
    row = (await connection.execute(query)).mappings().one_or_none()
    return _wave(row) if row else None


async def with_phase(connection: AsyncConnection, wave_id: UUID) -> tuple[Wave, WavePhase]:
    """A wave that is known to exist, and where now stands against its period."""
    phase = case((waves.c.opens_at > NOW, "planned"), (waves.c.closes_at > NOW, "open"), else_="closed")
    row = (await connection.execute(select(waves, phase.label("phase")).where(waves.c.id == wave_id))).mappings().one()
    return _wave(row), WavePhase(row["phase"])


async def page(
    connection: AsyncConnection,
    scope: RowScope,
    *,
    school_code: str | None,
    cohort: int | None,
    after: UUID | None,
    limit: int,
) -> list[Wave]:
    """Waves in the order of their creation."""
    query = (
        select(waves).where(scope.condition(Owners(school_code=waves.c.school_code))).order_by(waves.c.id).limit(limit)
    )
    if school_code is not None:
        query = query.where(waves.c.school_code == school_code)
    if cohort is not None:
        query = query.where(waves.c.cohort == cohort)
    if after is not None:
        query = query.where(waves.c.id > after)
    return [_wave(row) for row in (await connection.execute(query)).mappings()]


def _wave(row: RowMapping) -> Wave:
    return Wave(
        id=row["id"],
        version=row["version"],
        plan=WavePlan(
            school_code=row["school_code"],
            cohort=row["cohort"],
            cycle=Cycle(row["cycle"]),
            questionnaire_id=row["questionnaire_id"],
            questionnaire_version=row["questionnaire_version"],
            opens_at=row["opens_at"],
            closes_at=row["closes_at"],
        ),
        eligible=row["eligible"],
        created_at=row["created_at"],
    )
