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
from destinations.monitoring.domain.reports import Content, Moment, Move, classes_of, content_of
from destinations.monitoring.storage.reports import previous_moment
from destinations.registrations.domain.content import CODE_LISTS
from destinations.registrations.storage import KNOWN, known

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


async def counted(connection: Connection, moment: Moment) -> Content:
    """What the report of a moment says; all that was recorded before the moment must be here."""
    of_cohort: dict[str, Any] = {"school_code": moment.school_code, "cohort": moment.cohort}
    colleges = await coverage(connection, EVERYTHING, Asked(**of_cohort, by=By.COLLEGE, before=moment.at))
    since = await previous_moment(connection, moment) or _NOBODY
    moves = rows.all(Move, await connection.execute(_MOVES, {**of_cohort, "before": moment.at, "since": since}))
    listed = CodeLists.load().get(CODE_LISTS["destination_code"])
    return content_of({each.code: each.counts for each in colleges}, classes_of(moves, listed))
