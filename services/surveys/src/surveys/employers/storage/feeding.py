"""What registrations say of employers, in SQL, and which cohorts are to be looked at again."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Text, Update, Uuid, bindparam, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert

from common import rows
from common.clock import NOW_SQL
from common.database import NOW
from common.identifiers import Cohort, EmployerId, SchoolCode
from common.sql import Connection
from surveys.employers.domain import FIELDS, Employer, Hired
from surveys.employers.tables import employers

Feed = tuple[SchoolCode, Cohort]
"""Whose registrations are looked at."""

SETTLING_SECONDS = 60
"""So long after a registration destinations may still be linking its employer."""

AGAIN_SECONDS = 15
"""Between two readings while that lasts."""

_HEAR = text(
    f"""
    INSERT INTO employer_feeds AS feed (school_code, cohort, changed_at)
    SELECT heard.school_code, heard.cohort, {NOW_SQL}
      FROM unnest(CAST(:schools AS text[]), CAST(:cohorts AS int[])) AS heard (school_code, cohort)
     ORDER BY heard.school_code, heard.cohort
    ON CONFLICT (school_code, cohort) DO UPDATE SET changed_at = EXCLUDED.changed_at
    """
)
_DUE = text(
    f"""
    SELECT school_code, cohort FROM employer_feeds
     WHERE changed_at IS NOT NULL
       AND (read_from IS NULL OR read_from < changed_at + make_interval(secs => {SETTLING_SECONDS})
                                 AND read_from <= {NOW_SQL} - make_interval(secs => {AGAIN_SECONDS}))
     ORDER BY read_from NULLS FIRST, school_code, cohort LIMIT :limit
    """
)
_SETTLED = text(
    f"""
    SELECT school_code, cohort, changed_at, read_from FROM employer_feeds
     WHERE read_from >= changed_at + make_interval(secs => {SETTLING_SECONDS})
       AND (CAST(:school AS text) IS NULL OR school_code = :school) ORDER BY school_code, cohort
    """
).bindparams(bindparam("school", type_=Text))
_HIRES = text(
    """
    SELECT registered_as, CAST(hires ->> CAST(:cohort AS text) AS int) AS people FROM employers
     WHERE school_code = :school_code AND hires ? CAST(:cohort AS text)
    """
).bindparams(bindparam("cohort", type_=Text))
_OF_SCHOOL = text("SELECT cohort FROM employer_feeds WHERE school_code = :school_code ORDER BY cohort")
_BEGIN = text(
    f"""
    INSERT INTO employer_feeds (school_code, cohort) VALUES (:school_code, :cohort)
    ON CONFLICT (school_code, cohort) DO UPDATE SET cohort = EXCLUDED.cohort
    RETURNING {NOW_SQL} AS began
    """
)
# all of a school: an employer hires several of its cohorts
_HOLD = text("SELECT cohort, read_from FROM employer_feeds WHERE school_code = :school_code ORDER BY cohort FOR UPDATE")
_END = text(
    "UPDATE employer_feeds SET read_from = :began WHERE school_code = :school_code AND cohort = CAST(:cohort AS int)"
)
_LOCK = (
    select(employers)
    .where(employers.c.school_code == bindparam("school_code"))
    .where(
        or_(
            employers.c.registered_as == bindparam("ids", type_=ARRAY(Uuid)).any_(),
            employers.c.uscc == bindparam("usccs", type_=ARRAY(Text)).any_(),
        )
    )
    .order_by(employers.c.id)
    .with_for_update()
)
_ADD = insert(employers).returning(employers.c.id)
_LEFT = text(
    """
    UPDATE employers SET hires = hires - CAST(:cohort AS text)
     WHERE school_code = :school_code AND hires ? CAST(:cohort AS text)
       AND (registered_as IS NULL OR NOT registered_as = ANY(:ids))
    """
).bindparams(bindparam("ids", type_=ARRAY(Uuid)), bindparam("cohort", type_=Text))


async def hear(connection: Connection, feeds: Iterable[Feed]) -> None:
    """Notes that registrations of these cohorts have changed."""
    heard = sorted(feeds)
    await connection.execute(_HEAR, {"schools": [each for each, _ in heard], "cohorts": [each for _, each in heard]})


async def due(connection: Connection, limit: int) -> list[Feed]:
    """The cohorts that are to be read, the longest unread first."""
    found = await connection.execute(_DUE, {"limit": limit})
    return [(SchoolCode(row.school_code), Cohort(row.cohort)) for row in found]


async def settled(connection: Connection, school: SchoolCode | None) -> dict[Feed, tuple[datetime, datetime]]:
    """The cohorts that were read after everything that was heard of them: when that was, and when they were read."""
    found = await connection.execute(_SETTLED, {"school": school})
    return {(SchoolCode(row.school_code), Cohort(row.cohort)): (row.changed_at, row.read_from) for row in found}


async def hires_of(connection: Connection, feed: Feed) -> dict[UUID, int]:
    """How many of a cohort each employer of the directory hires, by its id in destinations."""
    school_code, cohort = feed
    found = await connection.execute(_HIRES, {"school_code": school_code, "cohort": str(cohort)})
    return {row.registered_as: row.people for row in found if row.people}


async def cohorts_of(connection: Connection, school_code: SchoolCode) -> list[Cohort]:
    """The cohorts of a school whose registrations were ever heard of."""
    return [Cohort(each) for each in await connection.scalars(_OF_SCHOOL, {"school_code": school_code})]


async def begin(connection: Connection, feed: Feed) -> datetime:
    """The moment at which a reading begins."""
    school_code, cohort = feed
    began: datetime = await connection.scalar(_BEGIN, {"school_code": school_code, "cohort": cohort})
    return began


async def hold(connection: Connection, feed: Feed, began: datetime) -> bool:
    """Keeps others from writing what registrations of the school say; False where a later reading has ended by now."""
    school_code, cohort = feed
    for row in await connection.execute(_HOLD, {"school_code": school_code}):
        if row.cohort == cohort and row.read_from is not None and row.read_from > began:
            return False
    return True


async def lock_hiring(connection: Connection, school_code: SchoolCode, hired: Sequence[Hired]) -> list[Employer]:
    """Employers of the directory that may be those of registrations, locked in the order of their ids."""
    bound = {
        "school_code": school_code,
        "ids": [each.registered_as for each in hired],
        "usccs": [each.uscc for each in hired if each.uscc],
    }
    return rows.all(Employer, await connection.execute(_LOCK, bound))


async def add_hiring(connection: Connection, feed: Feed, hired: Hired) -> EmployerId:
    """Takes an employer into the directory that a registration names."""
    school_code, cohort = feed
    said: dict[str, Any] = {name: getattr(hired, name) for name in FIELDS}
    said |= {"registered_as": hired.registered_as, "hires": {str(cohort): hired.hires}, "by_hand": []}
    return EmployerId(await connection.scalar(_ADD, {"school_code": school_code, **said}))


async def learn(connection: Connection, employer: Employer, changed: dict[str, Any]) -> None:
    """Stores what registrations change of a locked employer; its version rises with what people may write."""
    is_newer = any(name in FIELDS for name in changed)
    await connection.execute(_learn(tuple(sorted(changed)), is_newer=is_newer), {**changed, "of_id": employer.id})


async def end(connection: Connection, feed: Feed, began: datetime, seen: Collection[UUID]) -> int:
    """Ends a reading: who was not seen in it hires the cohort no more; how many these are."""
    school_code, cohort = feed
    bound = {"school_code": school_code, "cohort": str(cohort), "ids": list(seen)}
    left = await connection.affected(_LEFT, bound)
    await connection.execute(_END, {"school_code": school_code, "cohort": cohort, "began": began})
    return left


@lru_cache
def _learn(names: tuple[str, ...], *, is_newer: bool) -> Update:
    stated: dict[str, Any] = {name: bindparam(name, type_=employers.c[name].type) for name in names}
    if is_newer:
        stated |= {"version": employers.c.version + 1, "recorded_at": NOW}
    return update(employers).where(employers.c.id == bindparam("of_id")).values(stated)
