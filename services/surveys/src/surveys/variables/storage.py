"""The waves of a school in SQL."""

from functools import lru_cache
from typing import Any

from sqlalchemy import Select, bindparam, select

from common import rows
from common.auth import Owners, RowScope, ScopeShape
from common.identifiers import SchoolCode
from common.sql import Connection
from surveys.variables.domain import AskedWave
from surveys.waves.tables import waves


async def waves_of(connection: Connection, scope: RowScope, school_code: SchoolCode) -> list[AskedWave]:
    """Those that the scope sees, in the order in which they open."""
    bound = {**scope.values, "school": school_code}
    return rows.all(AskedWave, await connection.execute(_waves(scope.shape), bound))


@lru_cache
def _waves(seen: ScopeShape) -> Select[Any]:
    of_school = waves.c.school_code == bindparam("school")
    asked = (waves.c.id, waves.c.cohort, waves.c.cycle, waves.c.questionnaire_id, waves.c.questionnaire_version)
    visible = seen.condition(Owners(school_code=waves.c.school_code))
    return select(*asked).where(of_school, visible).order_by(waves.c.opens_at, waves.c.id)
