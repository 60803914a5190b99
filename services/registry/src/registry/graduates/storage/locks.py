"""Order between an import of a school's cohort and the single writes to it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import text

from common.identifiers import Cohort, SchoolCode
from common.sql import Connection

_SHARE = text("SELECT pg_advisory_xact_lock_shared(hashtextextended(:name, 0))")
_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")
_PLAN_ANEW = text("SET LOCAL plan_cache_mode = force_custom_plan")
_KEEP_PLANS = text("SET LOCAL plan_cache_mode = auto")


async def share_roster(connection: Connection, school_code: SchoolCode, cohort: Cohort) -> None:
    """Keeps imports of this school's cohort out until the transaction ends; raises Busy while one holds the roster."""
    await connection.execute(_SHARE, {"name": roster_name(school_code, cohort)})


async def lock_roster(connection: Connection, school_code: SchoolCode, cohort: Cohort) -> None:
    """Keeps every other writer of this school's cohort out until the end of the transaction."""
    # plans of set-based statements depend on how many rows there are by now
    await connection.execute(_PLAN_ANEW)
    await connection.execute(_LOCK, {"name": roster_name(school_code, cohort)})


@asynccontextmanager
async def plans_kept(connection: Connection) -> AsyncIterator[None]:
    """For inserts by who has locked the roster: planning each row's foreign-key check anew costs more than the insert.

    Joins do not belong here.
    """
    await connection.execute(_KEEP_PLANS)
    yield
    await connection.execute(_PLAN_ANEW)


def roster_name(school_code: SchoolCode, cohort: Cohort) -> str:
    """The name that the writers of a cohort lock."""
    return f"roster {school_code} {cohort}"
