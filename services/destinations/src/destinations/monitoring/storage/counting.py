"""What a report says, counted of what was known before its moment and before that of the report before."""

from datetime import datetime

from sqlalchemy import DateTime, bindparam

from common import rows
from common.codes import CodeLists
from common.sql import Connection
from destinations.coverage.domain import Asked
from destinations.coverage.storage import by_destination
from destinations.monitoring.domain.cut_offs import Kind
from destinations.monitoring.domain.reports import Content, Moment, Move, content_of
from destinations.monitoring.storage.reports import previous_moment
from destinations.registrations.domain.content import CODE_LISTS
from destinations.registrations.storage import SAID_THEN, known
from destinations.roster.storage import ENTRIES_THEN


def _stood(moment: str, entry: str) -> str:
    """The effective destination at a moment of a `written` graduate, if the population had this person, as SQL."""
    # each is looked for by itself: joined as a whole, the registrations of all schools would be read
    return f"""
        SELECT CASE said.effective_version WHEN said.version THEN said.destination_code ELSE (
               SELECT destination_code FROM registration_versions effective
                WHERE effective.registration_id = said.registration_id AND effective.version = said.effective_version
               ) END AS code
          FROM registrations registration CROSS JOIN LATERAL ({SAID_THEN.replace(":before", moment)}) said
         WHERE {entry}.counted AND registration.graduate_id = written.graduate_id AND said.state <> 'voided'
        OFFSET 0
    """


# who was not written about between the moments has not moved
_MOVES = known(
    f"""
    WITH written AS MATERIALIZED (
        SELECT graduate_id FROM registration_versions
         WHERE school_code = :school_code AND recorded_at >= :since AND recorded_at < :before
        UNION
        SELECT graduate_id FROM roster_versions
         WHERE school_code = :school_code AND recorded_at >= :since AND recorded_at < :before
    )
    SELECT coalesce(before.counted, false) AS before, earlier.code AS before_code,
           coalesce(now.counted, false) AS now, later.code AS now_code, count(*) AS graduates
      FROM written
      LEFT JOIN ({ENTRIES_THEN.replace(":before", ":since")}) before USING (graduate_id)
      LEFT JOIN ({ENTRIES_THEN}) now USING (graduate_id)
      LEFT JOIN LATERAL ({_stood(":since", "before")}) earlier ON true
      LEFT JOIN LATERAL ({_stood(":before", "now")}) later ON true
     WHERE before.counted OR now.counted
     GROUP BY 1, 2, 3, 4
    """
).bindparams(bindparam("since", type_=DateTime(timezone=True)))

# an entry is of the college in which the graduate was, and says what it said: it may have been renewed since
_LEDGER = known(
    f"""
    SELECT person.college_code, entry.round, stood.result, count(*) AS entries
      FROM ledger_entries entry JOIN ({ENTRIES_THEN}) person USING (graduate_id)
      CROSS JOIN LATERAL (
           SELECT result FROM ledger_results
            WHERE entry_id = entry.id AND recorded_at < :before ORDER BY version DESC LIMIT 1) stood
     WHERE entry.school_code = :school_code AND entry.cohort = :cohort
     GROUP BY 1, 2, 3 ORDER BY person.college_code NULLS LAST, entry.round, stood.result
    """
)
# Those against the school are not the school's to tell. Colleges read what is published: of disputes that pass them by,
# and of tip-offs, it must not name the college.
_CASES = known(
    """
    SELECT CASE WHEN entry.kind NOT IN ('dispute', 'tip_off') THEN entry.college_code END
           AS college_code,
           count(*) AS opened, count(*) FILTER (WHERE stood.finding = 'true') AS found_true,
           count(*) FILTER (WHERE stood.state = 'closed') AS closed
      FROM cases entry CROSS JOIN LATERAL (
           SELECT state, finding FROM case_events
            WHERE case_id = entry.id AND recorded_at < :before ORDER BY version DESC LIMIT 1) stood
     WHERE entry.school_code = :school_code AND entry.cohort = :cohort AND entry.accused IS DISTINCT FROM 'school'
     GROUP BY 1 ORDER BY 1 NULLS LAST
    """
)


async def counted(connection: Connection, moment: Moment) -> Content:
    """What the report of a moment counts of histories; all that was recorded before the moment must be here."""
    stand = await by_destination(connection, Asked(moment.school_code, moment.cohort, before=moment.at))
    since = await previous_moment(connection, moment)
    moves = None if since is None else await _moves(connection, moment, since)
    return content_of(stand, moves, CodeLists.load().get(CODE_LISTS["destination_code"]))


async def _moves(connection: Connection, moment: Moment, since: datetime) -> list[Move]:
    """Who stands elsewhere than at an earlier moment, or might."""
    bound = {"school_code": moment.school_code, "cohort": moment.cohort, "since": since, "before": moment.at}
    return rows.all(Move, await connection.execute(_MOVES, bound))


async def checked(connection: Connection, moment: Moment) -> Content:
    """What a free report says of checks beside that, by college; nothing of another one."""
    if moment.kind is not Kind.FREE:
        return {}
    asked = {"school_code": moment.school_code, "cohort": moment.cohort, "before": moment.at}
    found = {"ledger": await connection.execute(_LEDGER, asked), "cases": await connection.execute(_CASES, asked)}
    return {name: [dict(row.items()) for row in listed] for name, listed in found.items()}
