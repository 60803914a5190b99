"""Reading the calendar of monitoring; who may see what."""

from collections.abc import Sequence
from datetime import date

from common.auth import Principal
from common.identifiers import Cohort, SchoolCode
from common.reference_tables.storage import working_days
from common.sql import Connection
from destinations.monitoring.domain.cut_offs import CutOff, cut_offs
from destinations.seasons import commands as seasons


async def calendar(
    connection: Connection, caller: Principal, school_code: SchoolCode, cohort: Cohort, first: date, last: date
) -> Sequence[CutOff]:
    """The cut-offs of these days, both included; none of a cohort without a season.

    Raises NotFound for a cohort out of scope, Forbidden.
    """
    season = await seasons.read(connection, caller, school_code, cohort)
    if season.version == 0:
        return ()
    found = cut_offs(cohort, await working_days(connection))
    return [each for each in found if first <= each.day <= last]
