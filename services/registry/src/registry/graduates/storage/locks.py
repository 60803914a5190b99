"""Order among the imports of a school's cohort, and among those who refer to its graduates.

A single write locks no more than the graduates it is about.
"""

from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager

from sqlalchemy import Uuid, any_, bindparam, select, text
from sqlalchemy.dialects.postgresql import ARRAY

from common.identifiers import Cohort, GraduateId, SchoolCode
from common.sql import Connection
from registry.graduates.tables import graduates

_SHARE = text("SELECT pg_advisory_xact_lock_shared(hashtextextended(:name, 0))")
_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")
_LOCK_GRADUATES = text(
    """
    SELECT count(*) FROM (
        SELECT FROM graduates WHERE id = ANY(CAST(:ids AS uuid[])) ORDER BY id FOR UPDATE
    ) AS locked
    """
)
_PLAN_ANEW = text("SET LOCAL plan_cache_mode = force_custom_plan")
# what foreign keys lock, in the order in which others lock the same rows
_HOLD = (
    select(graduates.c.id)
    .where(graduates.c.id == any_(bindparam("graduate_ids", type_=ARRAY(Uuid))))
    .order_by(graduates.c.id)
    .with_for_update(key_share=True, read=True)
)
_KEEP_PLANS = text("SET LOCAL plan_cache_mode = auto")


async def share_roster(connection: Connection, school_code: SchoolCode, cohort: Cohort) -> None:
    """For a part of a file: keeps whole files of this school's cohort out until the end of the transaction."""
    # plans of set-based statements depend on how many rows there are by now
    await connection.execute(_PLAN_ANEW)
    await connection.execute(_SHARE, {"name": roster_name(school_code, cohort)})


async def lock_roster(connection: Connection, school_code: SchoolCode, cohort: Cohort) -> None:
    """For a whole file: keeps every other import of this school's cohort out until the end of the transaction."""
    await connection.execute(_PLAN_ANEW)
    await connection.execute(_LOCK, {"name": roster_name(school_code, cohort)})


async def hold_entries(connection: Connection, graduate_ids: Collection[GraduateId]) -> None:
    """Locks the entries that a new row will refer to, sorted by id; who only changes them need not wait."""
    await connection.execute(_HOLD, {"graduate_ids": list(graduate_ids)})


async def lock_graduates(connection: Connection, graduate_ids: Collection[GraduateId]) -> None:
    """Locks them in the order of their ids until the end of the transaction."""
    await connection.execute(_LOCK_GRADUATES, {"ids": list(graduate_ids)})


@asynccontextmanager
async def plans_kept(connection: Connection) -> AsyncIterator[None]:
    """For inserts by imports: planning each row's foreign-key check anew costs more than the insert.

    Joins do not belong here.
    """
    await connection.execute(_KEEP_PLANS)
    yield
    await connection.execute(_PLAN_ANEW)


def roster_name(school_code: SchoolCode, cohort: Cohort) -> str:
    """The name that the imports of a cohort lock."""
    return f"roster {school_code} {cohort}"
