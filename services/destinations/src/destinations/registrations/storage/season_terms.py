"""How a registration stands in its season: the levels that a submission would pass, and the phase of today."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Date, literal_column, select, text

from common.clock import TODAY_SQL
from common.sql import Connection, Row
from destinations.registrations import tables
from destinations.registrations.domain.registration import Terms
from destinations.roster.domain import Graduate
from destinations.seasons.domain import ALWAYS, Level, Phase, phase_of
from destinations.seasons.tables import extensions, seasons

_current = tables.registrations.c
IS_OF_SEASON = (seasons.c.school_code == _current.school_code) & (seasons.c.cohort == _current.cohort)

_EXTENDED_UNTIL = (
    select(extensions.c.until)
    .where(
        extensions.c.graduate_id == _current.graduate_id,
        extensions.c.school_code == _current.school_code,
        extensions.c.cohort == _current.cohort,
    )
    # the newest one holds
    .order_by(extensions.c.id.desc())
    .limit(1)
    .scalar_subquery()
)
COLUMNS = (
    _current.levels.label("fixed_levels"),
    seasons.c.levels.label("season_levels"),
    seasons.c.changes_until.label("season_changes_until"),
    seasons.c.closes_on.label("season_closes_on"),
    _EXTENDED_UNTIL.label("season_extended_until"),
    literal_column(TODAY_SQL, Date).label("season_today"),
)
"""Columns of a registration joined with its season."""

_TERMS = text(
    f"""
    SELECT season.levels AS season_levels, season.changes_until AS season_changes_until,
           season.closes_on AS season_closes_on, {TODAY_SQL} AS season_today,
           (SELECT until FROM season_extensions extension
             WHERE graduate_id = :graduate_id AND (extension.school_code, extension.cohort) = (:school_code, :cohort)
             ORDER BY extension.id DESC LIMIT 1) AS season_extended_until
      FROM (SELECT 1) AS always
      LEFT JOIN seasons season ON (season.school_code, season.cohort) = (:school_code, :cohort)
    """
)
_LEVELS = {each.value: each for each in Level}


async def terms(connection: Connection, graduate: Graduate) -> Terms:
    """What the season says for a graduate today."""
    values = {"graduate_id": graduate.id, "school_code": graduate.school_code, "cohort": graduate.cohort}
    row = (await connection.execute(_TERMS, values)).one()
    return Terms(to_levels(row.season_levels), to_phase(row))


def to_levels(stored: Sequence[str] | None) -> tuple[Level, ...]:
    """The levels as stored; without them, as of a cohort without season, those that every review has."""
    return ALWAYS if stored is None else tuple([_LEVELS[each] for each in stored])


def to_phase(row: Row) -> Phase:
    """The phase for the graduate of a row with the COLUMNS."""
    closes_on: Any = row["season_closes_on"]
    if closes_on is None:
        return Phase.OPEN
    return phase_of(row["season_today"], row["season_changes_until"], closes_on, row["season_extended_until"])
