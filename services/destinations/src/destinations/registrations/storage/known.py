"""What was known before a moment: of each graduate and registration the newest version that was recorded by then.

Graduates by registry's instants, registrations by those of this database. For a moment that has just passed, what might
still write before it must have ended first.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import (
    ColumnElement,
    DateTime,
    Integer,
    Select,
    Text,
    TextClause,
    bindparam,
    case,
    func,
    literal_column,
    select,
    text,
    true,
)

from destinations.employers.tables import employers, namings
from destinations.registrations import tables
from destinations.registrations.domain.content import FIELDS
from destinations.registrations.storage import season_terms
from destinations.roster import storage as roster
from destinations.roster import tables as roster_tables
from destinations.roster.storage import ENTRIES_THEN
from destinations.seasons.tables import seasons

SAID_THEN = """
    SELECT * FROM registration_versions
     WHERE registration_id = registration.id AND recorded_at < :before ORDER BY version DESC LIMIT 1
"""
"""The version of one `registration` that stood before a moment, as SQL."""


def answer_sql(row: str, *, key: str = "id", stage: str = "stage") -> str:
    """What the graduate said of the effective content of a `row` of registrations or of versions, as SQL.

    A replacement that is being written, or waits, takes nothing back: it is not in the figures.
    """
    return f"""
        CASE WHEN {row}.{stage} IN ({_STANDS}) THEN {row}.confirmation
             ELSE (SELECT given.confirmation FROM registration_versions given
                    WHERE given.registration_id = {row}.{key}
                      AND given.version BETWEEN {row}.effective_version AND {row}.version
                      AND (given.version = {row}.effective_version OR given.action IN ('confirm', 'dispute'))
                    ORDER BY given.version DESC LIMIT 1) END
    """


_STANDS = "'school_approved', 'void_requested', 'void_at_college', 'void_at_school'"
_ANSWER_THEN = answer_sql("said", key="registration_id", stage="state")

INCOMPLETE_THEN = "CASE WHEN said.version = registration.version THEN registration.incomplete ELSE said.incomplete END"
"""What it lacked; NULL where a release before wrote it, and other versions since."""

KNOWN = f"""
    SELECT entry.graduate_id, entry.school_code, entry.cohort, entry.college_code, entry.major_code, entry.class_code,
           entry.education_level_code, entry.training_mode_code, entry.status, entry.counted, entry.erased,
           said.registration_id, said.version, said.state, said.confirmation, said.source, said.destination_code,
           said.flexible, said.evidence_complete, {INCOMPLETE_THEN} AS incomplete, said.recorded_at,
           said.effective_version, effective.destination_code AS effective_destination_code,
           {_ANSWER_THEN} AS effective_confirmation,
           effective.flexible AS effective_flexible, effective.employer_uscc AS effective_employer_uscc,
           NOT (said.state = 'draft' AND said.effective_version IS NULL) AS registered
      FROM ({ENTRIES_THEN}) entry
      LEFT JOIN (registrations registration CROSS JOIN LATERAL ({SAID_THEN}) said)
             ON registration.graduate_id = entry.graduate_id AND said.state <> 'voided'
      LEFT JOIN registration_versions effective
             ON effective.registration_id = said.registration_id AND effective.version = said.effective_version
"""
"""A school's cohort as it was known before a moment: SQL with `:school_code`, `:cohort`, `:before`, a row a graduate.

`counted` says whom the population N had; the columns from `registration_id` on are NULL of who had no registration that
was not voided, `effective_…` of who had none in the figures. What no statement asks for costs nothing.
"""


def known(statement: str) -> TextClause:
    """A statement over KNOWN, with the types of what it binds."""
    return text(statement).bindparams(
        bindparam("school_code", type_=Text),
        bindparam("cohort", type_=Integer),
        bindparam("before", type_=DateTime(timezone=True)),
    )


_current, _graduates, _schools = tables.registrations.c, roster_tables.graduates, roster_tables.schools
_before = bindparam("before", type_=DateTime(timezone=True))
_history, _entries = tables.versions.alias("history"), roster_tables.versions
_said = (
    select(_history)
    .where(_history.c.registration_id == _current.id, _history.c.recorded_at < _before)
    .order_by(_history.c.version.desc())
    .limit(1)
    .lateral("said")
)
_entry = (
    select(_entries)
    .where(_entries.c.graduate_id == _current.graduate_id, _entries.c.recorded_at < _before)
    .order_by(_entries.c.sequence.desc())
    .limit(1)
    .lateral("entry")
)
_effective = tables.versions.alias("effective")
_is_effective = (_effective.c.registration_id == _current.id) & (_effective.c.version == _said.c.effective_version)
_OF_VERSION = (
    *("graduate_id", "version", "confirmation", "source", *FIELDS, *tables.HANDS, "late_reason", "submitted_at"),
    *("effective_version", "evidence_complete", "decided_on", "recorded_at"),
)
_GROUPS = ("college_code", "major_code", "class_code", "education_level_code", "training_mode_code")
# a version does not say which level holds a void
_asks_void = _said.c.state == literal_column("'void_requested'")
_STAGE = case((_asks_void, literal_column("'void_at_school'", Text)), else_=_said.c.state)
_incomplete = case((_said.c.version == _current.version, _current.incomplete), else_=_said.c.incomplete)
_COHORT = func.coalesce(_entry.c.cohort, _current.cohort)
_names_it = (
    (namings.c.school_code == _current.school_code)
    & (namings.c.employer_name == _said.c.employer_name)
    & (namings.c.employer_uscc == func.coalesce(_said.c.employer_uscc, literal_column("''")))
)

AS_KNOWN: Select[Any] = (
    select(
        _current.id,
        _current.school_code,
        *(_said.c[name] for name in _OF_VERSION),
        _STAGE.label("stage"),
        func.coalesce(_incomplete, literal_column("'{}'::text[]")).label("incomplete"),
        _COHORT.label("cohort"),
        *(_entry.c[name] for name in _GROUPS),
        *(func.coalesce(_entry.c[name], roster.STATED[name]).label(name) for name in ("status", "counted")),
        _graduates.c.erased,
        *season_terms.COLUMNS,
        *(_effective.c[name].label(f"effective_{name}") for name in ("source", "action", "decided_on")),
        *(_effective.c[name].label(f"effective_{name}") for name in (*tables.HANDS, "late_reason")),
        literal_column(_ANSWER_THEN, Text).label("effective_confirmation"),
        *(employers.c[name].label(f"linked_{name}") for name in ("id", "name", "uscc")),
        *(_effective.c[name].label(f"effective_{name}") for name in FIELDS),
    )
    .select_from(tables.registrations)
    .join(_said, true())
    .outerjoin(_entry, true())
    .join(_graduates, _graduates.c.graduate_id == _current.graduate_id)
    .outerjoin(_schools, _schools.c.school_code == _graduates.c.school_code)
    .outerjoin(_effective, _is_effective)
    .outerjoin(seasons, season_terms.IS_OF_SEASON)
    .outerjoin(namings, _names_it)
    .outerjoin(employers, employers.c.id == namings.c.employer_id)
)
"""Registrations `:before` a moment, with the groups of then, in the columns of those that stand."""

FILTERED_THEN: Mapping[str, ColumnElement[Any]] = {
    "school": _current.school_code,
    "cohort": _COHORT,
    "college": _entry.c.college_code,
    "major": _entry.c.major_code,
    "class_": _entry.c.class_code,
    "state": _STAGE,
    "destination": _said.c.destination_code,
    "late": _said.c.late_reason.is_not(None),
    "employer_id": namings.c.employer_id,
}
"""What its lists are narrowed by."""
