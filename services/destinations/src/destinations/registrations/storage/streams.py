"""The row of a graduate in `destination_streams`: locked first by every write about the graduate."""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import ARRAY, Select, Uuid, bindparam, select, text

from common.auth import RowScope, ScopeShape
from common.errors import NotFound
from common.identifiers import Cohort, GraduateId, RegistrationId, SchoolCode
from common.sql import Connection, array, array_sql
from destinations.registrations.tables import registrations, streams
from destinations.roster import storage as roster
from destinations.roster.tables import graduates, schools

_OPEN = text(
    f"""
    INSERT INTO destination_streams AS kept (graduate_id, school_code)
    SELECT DISTINCT each, CAST(:school_code AS text) FROM unnest({array_sql("ids", "uuid")}) AS each ORDER BY each
    -- a row that is there is locked, and nothing written
    ON CONFLICT (graduate_id) DO UPDATE SET sequence = kept.sequence WHERE false
    RETURNING graduate_id
    """
)

_LOCK_IMPORTS, _SHARE_IMPORTS = (
    text(f"SELECT {lock}(hashtextextended('import of registrations ' || :cohort_of_school, 0))")
    for lock in ("pg_advisory_xact_lock", "pg_advisory_xact_lock_shared")
)
_LAST_DAYS = text(
    """
    SELECT graduate_id, last_decided_on FROM destination_streams
     WHERE graduate_id = ANY(:ids) AND last_decided_on IS NOT NULL
    """
).bindparams(bindparam("ids", type_=ARRAY(Uuid)))


@lru_cache
def _lock(seen: ScopeShape) -> Select[Any]:
    joined = streams.join(registrations, registrations.c.graduate_id == streams.c.graduate_id)
    joined = joined.join(graduates, graduates.c.graduate_id == streams.c.graduate_id)
    joined = joined.outerjoin(schools, schools.c.school_code == graduates.c.school_code)
    found = select(streams.c.graduate_id).select_from(joined)
    return found.where(roster.visible(seen), registrations.c.id == bindparam("id")).with_for_update(of=streams)


async def lock_imports(
    connection: Connection, school_code: SchoolCode, cohort: Cohort, *, shared: bool = False
) -> None:
    """Makes imports of one school's cohort wait for each other, but those that share it only for the others."""
    lock = _SHARE_IMPORTS if shared else _LOCK_IMPORTS
    await connection.execute(lock, {"cohort_of_school": f"{school_code} {cohort}"})


async def open_streams(
    connection: Connection, school_code: SchoolCode, graduate_ids: Sequence[GraduateId]
) -> list[GraduateId]:
    """Locks the streams of graduates of one school, each of which begins here if there is none; gives those.

    Other writes about these graduates then wait until the transaction ends. One statement locks in the order of the
    ids, so that acts which meet on several graduates never lock in a circle. Raises Busy when another act holds one of
    them for too long.
    """
    return await connection.scalars(_OPEN, {"ids": array(graduate_ids), "school_code": school_code})


async def lock_stream(connection: Connection, scope: RowScope, registration_id: RegistrationId) -> None:
    """Locks the stream of the graduate whom a registration is about.

    Raises NotFound without waiting if there is no such registration, or none in the scope; Busy like `open_streams`.
    """
    if await connection.scalar(_lock(scope.shape), {**scope.values, "id": registration_id}) is None:
        raise NotFound


async def last_days(connection: Connection, graduate_ids: Sequence[GraduateId]) -> dict[GraduateId, date]:
    """The days of the last published events of those graduates who have one."""
    return {row[0]: row[1] for row in await connection.execute(_LAST_DAYS, {"ids": graduate_ids})}
