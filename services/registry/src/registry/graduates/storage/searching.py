"""The search for one person within a scope."""

from dataclasses import replace
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, select

from common.auth import Owners, RowScope, ScopeShape
from common.crypto import FieldCipher
from common.identifiers import SchoolCode
from common.sql import Connection
from registry.graduates.domain.entry import StoredGraduate
from registry.graduates.domain.searching import Sought
from registry.graduates.storage import roster
from registry.graduates.storage.sealing import NUMBERS, name_indexes, number_indexes
from registry.organisation.tables import schools

FOUND_AT_MOST = 100
"""A search is for one person; more hits than these do not help to find one."""


async def found(connection: Connection, cipher: FieldCipher, scope: RowScope, sought: Sought) -> list[StoredGraduate]:
    """Graduates in scope that fit exactly, those of the newest cohort first."""
    names: list[bytes] = []
    if sought.name:
        # the same name has other indexes in each school
        schools_reached = await _schools(connection, scope)
        names = [index for school in schools_reached for index in name_indexes(cipher, school, sought.name)]
        if not names:
            return []
    numbers = {field: number for field in NUMBERS if (number := getattr(sought, field)) is not None}
    equal = {"school_code": sought.school_code, "cohort": sought.cohort, **number_indexes(cipher, numbers)}
    return await roster.found_by_indexes(connection, cipher, scope, equal, names=names, limit=FOUND_AT_MOST)


async def _schools(connection: Connection, scope: RowScope) -> list[SchoolCode]:
    """Codes of the schools that the scope reaches; none for a graduate, who searches for no one else."""
    if scope.among.graduate_id is not None or scope.nothing:
        return []
    reached = RowScope(replace(scope.among, college_code=None, class_code=None), scope.everything)
    return await connection.scalars(_codes(reached.shape), reached.values)


@lru_cache
def _codes(seen: ScopeShape) -> Select[Any]:
    columns = Owners[Any](school_code=schools.c.code, province_code=schools.c.province_code)
    return select(schools.c.code).where(seen.condition(columns))
