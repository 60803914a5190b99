"""The counts of coverage in SQL: one statement, by now or as it was known before a moment."""

from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ARRAY,
    Boolean,
    ColumnElement,
    FromClause,
    Integer,
    Select,
    Text,
    Uuid,
    any_,
    bindparam,
    column,
    func,
    literal_column,
    null,
    select,
)

from common import rows
from common.auth import Owners, RowScope, ScopeShape
from common.sql import Connection
from destinations.coverage.domain import Asked, By, Covered, CoveredDestination
from destinations.field_rules.domain import scheme_of
from destinations.registrations.storage import KNOWN, answer_sql, known
from destinations.registrations.tables import registrations
from destinations.roster import storage as roster
from destinations.roster.tables import graduates, schools

_GROUPS = {By.COLLEGE: "college_code", By.MAJOR: "major_code", By.CLASS: "class_code"}
_current, _entry = registrations.c, graduates.c
POPULATION = graduates.outerjoin(schools, schools.c.school_code == _entry.school_code).outerjoin(
    registrations, (_current.graduate_id == _entry.graduate_id) & (_current.stage != literal_column("'voided'"))
)
_THEN = (
    known(KNOWN)
    .columns(
        column("graduate_id", Uuid),
        *(column(name, Text) for name in (*_GROUPS.values(), "state", "source", "destination_code")),
        *(column(name, Text) for name in ("school_code", "effective_destination_code", "effective_confirmation")),
        *(column(name, Boolean) for name in ("counted", "flexible", "evidence_complete")),
        column("effective_version", Integer),
        column("incomplete", ARRAY(Text)),
    )
    .subquery("known")
)
_FLEXIBLE = bindparam("flexible_codes", type_=ARRAY(Text))


_CONFIRMATIONS = ("confirmed", "disputed", "unconfirmed")


def _counts(row: FromClause, state: ColumnElement[Any], answer: ColumnElement[Any]) -> list[ColumnElement[Any]]:
    """The fields of `Counts` over rows of graduates, with the registration or nothing, and their `answer` to it."""
    said = row.c

    def word(name: str) -> ColumnElement[Any]:
        # written out: what is bound would be compared as a parameter, row by row
        return literal_column(f"'{name}'", Text)

    # only a first draft was never submitted
    registered = said.effective_version.is_not(None) | (state != word("draft"))
    effective = func.count(said.effective_version)
    flexible = func.coalesce(said.flexible, said.destination_code == any_(_FLEXIBLE))
    counted = {
        "population": func.count(),
        "registered": func.count().filter(registered),
        "approved": effective,
        **{name: effective.filter(answer == word(name)) for name in _CONFIRMATIONS},
        "self_registered": func.count().filter(registered, said.source == word("graduate")),
        "evidence_complete": func.count().filter(registered, said.evidence_complete),
        "incomplete": func.count().filter(registered, func.cardinality(said.incomplete) > literal_column("0")),
        "flexible": func.count().filter(registered, flexible),
    }
    return [each.label(name) for name, each in counted.items()]


said_of_effective: ColumnElement[Any] = literal_column(answer_sql("registrations"), Text)
"""What the graduate said of the content that counts."""

_LIVE_COUNTS = _counts(registrations, _current.stage, said_of_effective)
_COUNTS_THEN = _counts(_THEN, _THEN.c.state, _THEN.c.effective_confirmation)
_DESTINATIONS = (_THEN.c.college_code, _THEN.c.effective_destination_code)
_BY_DESTINATION = (
    select(_DESTINATIONS[0].label("code"), _DESTINATIONS[1].label("destination_code"), *_COUNTS_THEN)
    .where(_THEN.c.counted)
    .group_by(*_DESTINATIONS)
)
_OF_COHORT = (_entry.school_code == bindparam("school_code"), _entry.cohort == bindparam("cohort"))


@lru_cache
def _live(seen: ScopeShape, by: By | None) -> Select[Any]:
    code = null() if by is None else _entry[_GROUPS[by]]
    counted = select(code.label("code"), *_LIVE_COUNTS).select_from(POPULATION)
    return _grouped(counted.where(roster.visible(seen), roster.STATED["counted"], *_OF_COHORT), code, by)


@lru_cache
def _then(seen: ScopeShape, by: By | None) -> Select[Any]:
    """The groups of then, of the rows of today's scope."""
    code = null() if by is None else _THEN.c[_GROUPS[by]]
    counted = select(code.label("code"), *_COUNTS_THEN).where(_THEN.c.counted)
    if seen.names == {"school_code"}:
        # a graduate is of one school for good
        return _grouped(counted.where(seen.condition(Owners(school_code=_THEN.c.school_code))), code, by)
    joined = _THEN.join(graduates, _entry.graduate_id == _THEN.c.graduate_id)
    joined = joined.outerjoin(schools, schools.c.school_code == _entry.school_code)
    return _grouped(counted.select_from(joined).where(roster.visible(seen)), code, by)


def _grouped(counted: Select[Any], code: ColumnElement[Any], by: By | None) -> Select[Any]:
    return counted if by is None else counted.group_by(code).order_by(code.nulls_last())


async def coverage(connection: Connection, scope: RowScope, asked: Asked) -> list[Covered]:
    """The counts of each group of the scope that has anybody, in the order of codes; without groups of all."""
    bound = _bound(asked)
    if asked.before is None:
        query = _live(scope.shape, asked.by)
    else:
        query = _then(scope.shape, asked.by)
        bound["before"] = asked.before
    return rows.all(Covered, await connection.execute(query, {**scope.values, **bound}))


async def by_destination(connection: Connection, asked: Asked) -> list[CoveredDestination]:
    """The counts of the cohort by college and effective destination, as known before the moment that is asked for.

    They include graduates whom the roster of today lacks still.
    """
    found = await connection.execute(_BY_DESTINATION, _bound(asked) | {"before": asked.before})
    return rows.all(CoveredDestination, found)


def _bound(asked: Asked) -> dict[str, object]:
    flexible = list(scheme_of(asked.cohort).flexible_default)
    return {"school_code": asked.school_code, "cohort": asked.cohort, "flexible_codes": flexible}
