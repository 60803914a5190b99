"""What a report says, counted of what was known before its moment and before that of the report before."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, bindparam

from common import rows
from common.auth import EVERYTHING
from common.codes import CodeLists
from common.sql import Connection
from destinations.coverage.domain import Asked, By
from destinations.coverage.storage import coverage
from destinations.monitoring.domain.cut_offs import Kind
from destinations.monitoring.domain.reports import Content, Moment, Move, classes_of, content_of
from destinations.monitoring.storage.reports import previous_moment
from destinations.registrations.domain.content import CODE_LISTS
from destinations.registrations.storage import KNOWN, known
from destinations.roster.storage import ENTRIES_THEN

_NOBODY = datetime(1970, 1, 1, tzinfo=UTC)
"""Before the first report of a kind: nothing was recorded then."""

_MOVES = known(
    f"""
    SELECT coalesce(earlier.counted, false) AS before, earlier.effective_destination_code AS before_code,
           coalesce(later.counted, false) AS now, later.effective_destination_code AS now_code, count(*) AS graduates
      FROM ({KNOWN}) later FULL JOIN ({KNOWN.replace(":before", ":since")}) earlier USING (graduate_id)
     WHERE later.counted OR earlier.counted
     GROUP BY 1, 2, 3, 4
    """
).bindparams(bindparam("since", type_=DateTime(timezone=True)))

# an entry is of the college in which the graduate was
_LEDGER = known(
    f"""
    SELECT person.college_code, entry.round, entry.result, count(*) AS entries
      FROM ledger_entries entry JOIN ({ENTRIES_THEN}) person USING (graduate_id)
     WHERE entry.school_code = :school_code AND entry.cohort = :cohort AND entry.recorded_at < :before
     GROUP BY 1, 2, 3 ORDER BY person.college_code NULLS LAST, entry.round, entry.result
    """
)
# those against the school are not the school's to tell
_CASES = known(
    """
    SELECT entry.college_code, count(*) AS opened, count(*) FILTER (WHERE stood.finding = 'true') AS found_true,
           count(*) FILTER (WHERE stood.state = 'closed') AS closed
      FROM cases entry CROSS JOIN LATERAL (
           SELECT state, finding FROM case_events
            WHERE case_id = entry.id AND recorded_at < :before ORDER BY version DESC LIMIT 1) stood
     WHERE entry.school_code = :school_code AND entry.cohort = :cohort AND entry.accused IS DISTINCT FROM 'school'
     GROUP BY 1 ORDER BY entry.college_code NULLS LAST
    """
)


async def counted(connection: Connection, moment: Moment) -> Content:
    """What the report of a moment counts of histories; all that was recorded before the moment must be here."""
    of_cohort: dict[str, Any] = {"school_code": moment.school_code, "cohort": moment.cohort}
    colleges = await coverage(connection, EVERYTHING, Asked(**of_cohort, by=By.COLLEGE, before=moment.at))
    since = await previous_moment(connection, moment) or _NOBODY
    moves = rows.all(Move, await connection.execute(_MOVES, {**of_cohort, "before": moment.at, "since": since}))
    listed = CodeLists.load().get(CODE_LISTS["destination_code"])
    return content_of({each.code: each.counts for each in colleges}, classes_of(moves, listed))


async def checked(connection: Connection, moment: Moment) -> Content:
    """What a free report says of checks beside that, by college; nothing of another one."""
    if moment.kind is not Kind.FREE:
        return {}
    asked = {"school_code": moment.school_code, "cohort": moment.cohort, "before": moment.at}
    found = {"ledger": await connection.execute(_LEDGER, asked), "cases": await connection.execute(_CASES, asked)}
    return {name: [dict(row.items()) for row in listed] for name, listed in found.items()}
