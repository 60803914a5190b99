"""Whose reminders may be due, and who has left something unfinished before a cut-off."""

from collections.abc import Collection
from datetime import date
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ARRAY, Date, Integer, Uuid, bindparam, text

from common import rows
from common.clock import TODAY_SQL
from common.consuming.counted import newest_counted
from common.identifiers import Cohort, SchoolCode
from common.sql import Connection
from destinations.reminders.domain import Cohorted, Due

_SEASONS_DUE = text(
    f"""
    SELECT school_code, cohort, graduation_day, coverage_by FROM seasons
     WHERE closes_on >= {TODAY_SQL}
       AND NOT EXISTS (SELECT FROM reminder_rounds sent
                        WHERE sent.school_code = seasons.school_code AND sent.cohort = seasons.cohort
                          AND sent.day = {TODAY_SQL})
       AND (graduation_day = ANY(:deadlines) OR coverage_by = ANY(:deadlines) OR cohort = ANY(:cohorts))
     ORDER BY school_code, cohort
    """
).bindparams(bindparam("deadlines", type_=ARRAY(Date)), bindparam("cohorts", type_=ARRAY(Integer)))
_OPEN_COHORTS = text(f"SELECT DISTINCT cohort FROM seasons WHERE closes_on >= {TODAY_SQL} ORDER BY cohort")
# a draft is to be submitted, what was returned corrected, what is effective confirmed
_TO_FINISH = text(
    f"""
    SELECT person.graduate_id, unfinished.what, CAST(:due_on AS date) AS due_on
      FROM registrations current
      JOIN roster_graduates person USING (graduate_id)
      CROSS JOIN LATERAL (
           SELECT CASE current.stage WHEN 'draft' THEN 'registered' WHEN 'returned' THEN 'corrected'
                  WHEN 'school_approved' THEN CASE WHEN current.confirmation = 'unconfirmed' THEN 'confirmed' END END
      ) AS unfinished (what)
     WHERE current.school_code = :school_code AND current.cohort = :cohort AND unfinished.what IS NOT NULL
       AND {newest_counted("person")} AND NOT person.erased AND person.graduate_id > :after
     ORDER BY person.graduate_id LIMIT :limit
    """
).bindparams(bindparam("cohort", type_=Integer), bindparam("after", type_=Uuid), bindparam("limit", type_=Integer))


class Place(NamedTuple):
    """The last of what was selected: the graduate and the kind."""

    graduate_id: UUID
    what: str


async def open_cohorts(connection: Connection) -> list[Cohort]:
    """The cohorts of seasons that are not closed."""
    return list(await connection.scalars(_OPEN_COHORTS, {}))


async def seasons_due(
    connection: Connection, deadlines: Collection[date], cohorts: Collection[Cohort]
) -> list[Cohorted]:
    """The open seasons with one of these deadlines or cohorts for which not all was sent today."""
    bound = {"deadlines": list(deadlines), "cohorts": list(cohorts)}
    return rows.all(Cohorted, await connection.execute(_SEASONS_DUE, bound))


async def to_finish(
    school_code: SchoolCode, cohort: Cohort, due_on: date, connection: Connection, *, after: Place | None, limit: int
) -> list[Due]:
    """Drafts, returned and unconfirmed registrations of a cohort, in the order of the graduates, those after one."""
    bound = {
        "school_code": school_code,
        "cohort": cohort,
        "due_on": due_on,
        "after": after.graduate_id if after else UUID(int=0),
        "limit": limit,
    }
    return rows.all(Due, await connection.execute(_TO_FINISH, bound))
