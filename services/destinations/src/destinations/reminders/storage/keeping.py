"""Reminders stored with their place in the streams of their graduates, of each kind one a day."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Integer, Uuid, bindparam, select, text

from common import rows
from common.clock import NOW_SQL, TODAY_SQL
from common.consuming.counted import newest_counted
from common.identifiers import Cohort, GraduateId, SchoolCode
from common.sql import Connection, array, array_sql
from destinations.reminders.domain import Due, Reminder
from destinations.reminders.tables import reminders

# the streams are locked: of two that remind of the same today the second finds the row of the first
_REMIND = text(
    f"""
    WITH moment AS MATERIALIZED (SELECT {NOW_SQL} AS recorded_at), stored AS (
        INSERT INTO reminders (school_code, cohort, graduate_id, what, due_on, reminded_on, recorded_at)
        SELECT person.school_code, person.cohort, person.graduate_id, given.what, given.due_on,
               (moment.recorded_at AT TIME ZONE 'Asia/Shanghai')::date, moment.recorded_at
          FROM moment
          CROSS JOIN unnest({array_sql("ids", "uuid")}, {array_sql("kinds", "text")}, {array_sql("days", "date")})
                   AS given (graduate_id, what, due_on)
          JOIN roster_graduates person USING (graduate_id)
         WHERE {newest_counted("person")} AND NOT person.erased
         ORDER BY person.graduate_id, given.what
        ON CONFLICT (graduate_id, what, reminded_on) DO NOTHING
        RETURNING id, graduate_id, what, due_on, reminded_on, recorded_at
    ), counted AS (
        SELECT graduate_id, count(*) AS number FROM stored GROUP BY graduate_id
    ), stream AS (
        UPDATE destination_streams moved SET reminder_sequence = moved.reminder_sequence + counted.number
          FROM counted WHERE counted.graduate_id = moved.graduate_id
        RETURNING moved.graduate_id, moved.reminder_sequence - counted.number AS before
    )
    SELECT stored.id, stored.graduate_id, stored.what, stored.due_on, stored.reminded_on, stored.recorded_at,
           stream.before + row_number() OVER (PARTITION BY stored.graduate_id ORDER BY stored.id) AS sequence
      FROM stored JOIN stream USING (graduate_id)
     ORDER BY stored.graduate_id, sequence
    """
)
_END_ROUND = text(
    f"""
    INSERT INTO reminder_rounds (school_code, cohort, day)
    SELECT :school_code, :cohort, :day WHERE :day = {TODAY_SQL} ON CONFLICT DO NOTHING
    """
).bindparams(bindparam("cohort", type_=Integer))
_OF_GRADUATE = (
    select(*(reminders.c[name] for name in ("id", "cohort", "what", "due_on", "reminded_on", "recorded_at")))
    .where(reminders.c.graduate_id == bindparam("id", type_=Uuid))
    .order_by(reminders.c.id)
)


async def remind(connection: Connection, due: Sequence[Due]) -> list[Reminder]:
    """Stores what was not reminded of today, of graduates whose streams are locked and who count.

    Who left N or was erased meanwhile is not reminded.
    """
    values = {
        "ids": array(each.graduate_id for each in due),
        "kinds": array(each.what.value for each in due),
        "days": array(each.due_on for each in due),
    }
    return rows.all(Reminder, await connection.execute(_REMIND, values))


async def end_round(connection: Connection, school_code: SchoolCode, cohort: Cohort, day: date) -> None:
    """Notes that all is sent that was due of a cohort on a day, if that is today."""
    await connection.execute(_END_ROUND, {"school_code": school_code, "cohort": cohort, "day": day})


async def of_graduate(connection: Connection, graduate_id: GraduateId) -> list[dict[str, object]]:
    """All reminders of a graduate, oldest first, for the copy of this person's data."""
    return [dict(row) for row in await connection.execute(_OF_GRADUATE, {"id": graduate_id})]
