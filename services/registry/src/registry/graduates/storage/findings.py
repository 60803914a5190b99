"""Which graduates of a roster break a rule of quality, as conditions over the table of graduates.

`breaks(rule)` is the condition, and `asked_of(school, cohort)` what it is bound to, beside a query's own values:
`select(…).where(breaks(rule), …)`, executed with `{**asked_of(school_code, cohort), …}`. It says of no graduate of
another roster whether a rule is broken: the query is to be cut to the same school and cohort.
"""

from datetime import datetime, time, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    DateTime,
    FromClause,
    and_,
    bindparam,
    exists,
    func,
    literal_column,
    not_,
    or_,
    select,
    tuple_,
)

from common.clock import SHANGHAI
from common.identifiers import Cohort, SchoolCode
from common.season import SeasonDay, season_day
from registry.graduates.domain.findings import OF_ROSTERS, RULE_BITS, RULES_VERSION
from registry.graduates.domain.population import COUNTED
from registry.graduates.tables import graduate_versions, graduates

AMONG_OTHERS = ("counted_twice", "phone_shared", "possible_duplicate", "left_population", "entered_late")
"""Rules that no bit of an entry answers: what else is stored decides."""

STATUSES = ", ".join(f"'{status.value}'" for status in sorted(COUNTED))
"""Those in N, as SQL lists them."""

# the day after the last one on which who has left was in N; NULL of who never was
_IN_N_UNTIL: ColumnElement[Any] = literal_column(
    f"""(
    SELECT max(ends) FROM (
        SELECT status, decided_on AS starts,
               lead(decided_on, 1, graduates.decided_on) OVER (ORDER BY version) AS ends
          FROM graduate_versions WHERE graduate_id = graduates.id
    ) AS spans WHERE status IN ({STATUSES}) AND ends > starts
    )""",
    Date(),
)
_FIRST_RECORDED: ColumnElement[Any] = literal_column(
    "CASE WHEN graduates.version = 1 THEN graduates.recorded_at ELSE"
    " (SELECT recorded_at FROM graduate_versions WHERE graduate_id = graduates.id AND version = 1) END",
    DateTime(timezone=True),
)


def asked_of(school_code: SchoolCode, cohort: Cohort) -> dict[str, object]:
    """What the conditions are bound to, for one roster."""
    last_day = season_day(SeasonDay.CHANGES_UNTIL, cohort)
    return {
        "school_code": school_code,
        "cohort": cohort,
        "since": season_day(SeasonDay.MONITORING_BEGINS, cohort),
        "late_from": datetime.combine(last_day + timedelta(days=1), time(), SHANGHAI),
    }


def counted(table: FromClause = graduates) -> ColumnElement[bool]:
    """True of a graduate in N."""
    return or_(*(table.c.status == literal_column(f"'{status.value}'") for status in sorted(COUNTED)))


@lru_cache
def breaks(rule: str) -> ColumnElement[bool]:
    """The graduates of a roster that break a rule; `KeyError` for one that no graduate breaks."""
    match rule:
        case "left_population":
            return and_(not_(counted()), func.coalesce(_IN_N_UNTIL, _INFINITY) > bindparam("since", type_=Date))
        case "entered_late":
            is_late = and_(graduates.c.recorded_at >= _LATE, graduates.c.erased_at.is_(None))
            return and_(counted(), is_late, _FIRST_RECORDED >= _LATE, _has_begun_before())
        case "counted_twice":
            return and_(counted(), _bit("checked", rule), _counts_elsewhere())
        case "phone_shared":
            return and_(counted(), _bit("checked", rule), _shares("phone_index"))
        case "possible_duplicate":
            return and_(counted(), _bit("checked", rule), _shares("person_index"))
    if rule in OF_ROSTERS:
        raise KeyError(rule)
    return and_(counted(), _bit("broken", rule))


def _bit(column: str, rule: str) -> ColumnElement[bool]:
    """True of a graduate whose bit is set; what earlier rules have found says nothing of today's."""
    bit = graduates.c[column].bitwise_and(literal_column(str(RULE_BITS[rule]))) != literal_column("0")
    return and_(graduates.c.rules_version == literal_column(str(RULES_VERSION)), bit)


def _shares(name: str) -> ColumnElement[bool]:
    """True of a graduate with whom another one in N of the roster has an index in common."""
    other = graduates.alias()
    same_roster = and_(other.c.school_code == bindparam("school_code"), other.c.cohort == bindparam("cohort"))
    shared = select(other.c[name]).where(same_roster, counted(other), other.c[name].is_not(None))
    return graduates.c[name].in_(shared.group_by(other.c[name]).having(func.count() > 1))


def _counts_elsewhere() -> ColumnElement[bool]:
    """True of a graduate whose citizen id and level are in N of another cohort of the school."""
    other = graduates.alias()
    key = ("citizen_id_index", "education_level_code")
    elsewhere = and_(other.c.school_code == bindparam("school_code"), other.c.cohort != bindparam("cohort"))
    found = select(*(other.c[name] for name in key)).where(elsewhere, counted(other))
    return tuple_(*(graduates.c[name] for name in key)).in_(found)


def _has_begun_before() -> ColumnElement[bool]:
    """True if some graduate of the roster was recorded in time."""
    other = graduates.alias()
    same_roster = and_(other.c.school_code == bindparam("school_code"), other.c.cohort == bindparam("cohort"))
    first = and_(graduate_versions.c.graduate_id == other.c.id, graduate_versions.c.version == 1)
    earlier = exists().where(first, graduate_versions.c.recorded_at < _LATE)
    return exists().where(same_roster, or_(other.c.recorded_at < _LATE, earlier))


_LATE = bindparam("late_from", type_=DateTime(timezone=True))
_INFINITY: ColumnElement[Any] = literal_column("CAST('infinity' AS date)")
