"""How a registration stands in its season: the levels that a submission would pass, and the phase of today."""

from collections.abc import Sequence
from typing import Any, TypeAlias

from sqlalchemy import (
    BindParameter,
    Column,
    ColumnElement,
    Date,
    Integer,
    Text,
    Uuid,
    bindparam,
    literal_column,
    select,
)

from common.clock import TODAY_SQL
from common.sql import Connection, Row
from destinations.registrations import tables
from destinations.registrations.domain.registration import Terms
from destinations.roster.domain import Graduate
from destinations.seasons.domain import ALWAYS, Level, Phase, phase_of
from destinations.seasons.tables import extensions, seasons

_Of: TypeAlias = Column[Any] | BindParameter[Any]

_current = tables.registrations.c
IS_OF_SEASON = (seasons.c.school_code == _current.school_code) & (seasons.c.cohort == _current.cohort)


def _said_of(graduate_id: _Of, school_code: _Of, cohort: _Of) -> tuple[ColumnElement[Any], ...]:
    """What the joined season says of a graduate of that cohort; of several extensions the newest one holds."""
    extended_until = (
        select(extensions.c.until)
        .where(
            extensions.c.graduate_id == graduate_id,
            extensions.c.school_code == school_code,
            extensions.c.cohort == cohort,
        )
        .order_by(extensions.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    return (
        seasons.c.levels.label("season_levels"),
        seasons.c.changes_until.label("season_changes_until"),
        seasons.c.closes_on.label("season_closes_on"),
        extended_until.label("season_extended_until"),
        literal_column(TODAY_SQL, Date).label("season_today"),
    )


COLUMNS = (
    _current.levels.label("fixed_levels"),
    *_said_of(_current.graduate_id, _current.school_code, _current.cohort),
)
"""Columns of a registration joined with its season."""

_graduate_id, _school_code = bindparam("graduate_id", type_=Uuid), bindparam("school_code", type_=Text)
_cohort = bindparam("cohort", type_=Integer)
_TERMS = select(*_said_of(_graduate_id, _school_code, _cohort)).select_from(
    # one row for a cohort without a season, too
    select(literal_column("1"))
    .subquery("always")
    .outerjoin(seasons, (seasons.c.school_code == _school_code) & (seasons.c.cohort == _cohort))
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
