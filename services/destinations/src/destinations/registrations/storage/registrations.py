"""Registrations as they stand, with their graduates and the content that is effective; cut to a scope in SQL."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from operator import itemgetter
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Integer, Select, Text, Uuid, any_, bindparam, func, literal_column, select

from common import rows
from common.auth import RowScope, ScopeShape
from common.errors import NotFound
from common.identifiers import ClassCode, Cohort, CollegeCode, GraduateId, MajorCode, RegistrationId, SchoolCode
from common.sql import Connection, Row
from destinations.employers.domain import EmployerId, Linked
from destinations.employers.tables import employers, namings
from destinations.registrations import tables
from destinations.registrations.domain.content import FIELDS, Destination
from destinations.registrations.domain.lifecycle import WRITTEN_ANEW, Action, Confirmation, Stage, State
from destinations.registrations.domain.registration import Effective, Hands, LateReason, Registration, Source
from destinations.registrations.storage import season_terms
from destinations.registrations.storage.filed import FILED, to_filed
from destinations.registrations.storage.known import AS_KNOWN, FILTERED_THEN
from destinations.roster import storage as roster
from destinations.roster import tables as roster_tables
from destinations.seasons.domain import Level
from destinations.seasons.tables import seasons

_later, _current, _effective = tables.versions.alias("later").c, tables.registrations.c, tables.versions.c
# an IN of a list would be written out anew for every execution
_is_answer = (_later.version > _current.effective_version) & (
    (_later.action == Action.CONFIRM.value) | (_later.action == Action.DISPUTE.value)
)
_ANNOUNCED_CONFIRMATION = (
    select(_later.confirmation)
    .where(_later.registration_id == _current.id, (_later.version == _current.effective_version) | _is_answer)
    .order_by(_later.version.desc())
    .limit(1)
    .scalar_subquery()
)
"""The confirmation of the effective version, or of the answer that the graduate gave to it."""

_OF_THE_RELEASE_BEFORE = {"approved_by_college", "approved_by_school", "void_by_college", "void_by_school"}
_NOT_READ = {"code_lists", "levels", *tables.LINE_COLUMNS, *_OF_THE_RELEASE_BEFORE}
"""The versions of the code lists are for history, and lines are recognised by `lines`."""

_graduates, _schools = roster_tables.graduates, roster_tables.schools
_is_effective = (_effective.registration_id == _current.id) & (_effective.version == _current.effective_version)


def _registrations(*beside: ColumnElement[Any]) -> Select[Any]:
    return (
        select(
            *(column for column in _current if column.name not in _NOT_READ),
            *(stated for name, stated in roster.STATED.items() if name not in _current),
            *season_terms.COLUMNS,
            _effective.source.label("effective_source"),
            *(_effective[name].label(f"effective_{name}") for name in ("action", *tables.HANDS, "late_reason")),
            _ANNOUNCED_CONFIRMATION.label("effective_confirmation"),
            *beside,
            *(_effective[name].label(f"effective_{name}") for name in FIELDS),
        )
        .join(_graduates, _graduates.c.graduate_id == _current.graduate_id)
        # a school's first event may come after its graduates
        .outerjoin(_schools, _schools.c.school_code == _graduates.c.school_code)
        .outerjoin(tables.versions, _is_effective)
        .outerjoin(seasons, season_terms.IS_OF_SEASON)
    )


_REGISTRATIONS = _registrations()
"""Registrations with their graduates and the content of their effective versions; each read narrows it.

Made once, because putting so many columns together takes longer than to read a row.
"""

_VOIDED: ColumnElement[str] = literal_column(f"'{Stage.VOIDED.value}'")
_names_it = (
    (namings.c.school_code == _current.school_code)
    & (namings.c.employer_name == _current.employer_name)
    & (namings.c.employer_uscc == func.coalesce(_current.employer_uscc, literal_column("''")))
    & (_current.stage != _VOIDED)
)
_LINKED = (
    _registrations(*(employers.c[name].label(f"linked_{name}") for name in ("id", "name", "uscc")), FILED)
    .outerjoin(namings, _names_it)
    .outerjoin(employers, employers.c.id == namings.c.employer_id)
)
"""The same with the employers of their newest contents and what was filed of them, for people who look at them."""

_EFFECTIVE_AT = slice(-len(FIELDS), None)
"""Where the effective content stands in a row: an import reads thousands of them, by place."""

_content = rows.builder(Destination)
_effective_facts = itemgetter(
    *("effective_version", "effective_source", "effective_confirmation", "effective_decided_on"),
    *("effective_action", "effective_late_reason"),
)
_effective_hands = itemgetter(*(f"effective_{name}" for name in tables.HANDS))
_hands = rows.builder(Hands)


@dataclass(frozen=True)
class Filters:
    """What a list is narrowed to; None narrows nothing."""

    school: SchoolCode | None = None
    cohort: Cohort | None = None
    college: CollegeCode | None = None
    major: MajorCode | None = None
    class_: ClassCode | None = None
    state: State | None = None
    destination: str | None = None
    late: bool | None = None
    employer_id: EmployerId | None = None

    @property
    def values(self) -> dict[str, object]:
        """What the given ones are compared with, by their names."""
        given = {name: value for name, value in vars(self).items() if value is not None}
        if self.state is not None:
            given["state"] = _STAGES[self.state]
        return given


_FILTERED: Mapping[str, ColumnElement[Any]] = {
    "school": _current.school_code,
    "cohort": _current.cohort,
    "college": _graduates.c.college_code,
    "major": _graduates.c.major_code,
    "class_": _graduates.c.class_code,
    "state": _current.stage,
    "destination": _current.destination_code,
    "late": _current.late_reason.is_not(None),
    "employer_id": namings.c.employer_id,
}
_ACTIONS = {each.value: each for each in Action}
_SOURCES, _CONFIRMATIONS = {each.value: each for each in Source}, {each.value: each for each in Confirmation}
_STAGES = {state: [stage.value for stage in Stage if stage.state is state] for state in State}
# written out: a plan for any parameter could not use the index of those that stand
_STANDING = _REGISTRATIONS.where(_current.stage != _VOIDED)
_THEIRS = _STANDING.where(_current.graduate_id == any_(bindparam("ids", type_=ARRAY(Uuid))))
_THEIRS_LINKED = _LINKED.where(
    _current.stage != _VOIDED, _current.graduate_id == any_(bindparam("ids", type_=ARRAY(Uuid)))
)
# of a list the server would expect ten, and plan anew for every one
_ITS = _STANDING.where(_current.graduate_id == bindparam("id"))


@lru_cache
def _one(seen: ScopeShape, *, then: bool) -> Select[Any]:
    return (AS_KNOWN if then else _LINKED).where(roster.visible(seen), _current.id == bindparam("id"))


@lru_cache
def _page(seen: ScopeShape, filtered: tuple[str, ...], *, following: bool, then: bool) -> Select[Any]:
    """A page of a list with these filters; the first, or one that follows a row."""
    columns = FILTERED_THEN if then else _FILTERED
    conditions = [
        columns[name] == any_(bindparam(name, type_=ARRAY(Text)))
        if name == "state"
        else columns[name] == bindparam(name)
        for name in filtered
    ]
    if following:
        conditions.append(_current.id > bindparam("after"))
    listed = (AS_KNOWN if then else _LINKED).where(roster.visible(seen), *conditions).order_by(_current.id)
    return listed.limit(bindparam("limit", type_=Integer))


async def get(
    connection: Connection, scope: RowScope, registration_id: RegistrationId, before: datetime | None = None
) -> Registration:
    """The registration, or what was known of it before a moment.

    Raises NotFound if there is none, none in the scope, or none was known.
    """
    query = _one(scope.shape, then=before is not None)
    found = await _fetch(connection, query, {**scope.values, "id": registration_id, "before": before})
    if not found:
        raise NotFound
    return found[0]


async def current(
    connection: Connection, graduate_ids: Sequence[GraduateId], *, linked: bool = False
) -> dict[GraduateId, Registration]:
    """The registrations of these graduates that are not voided, one of each at most; `linked` with their employers."""
    found = await _fetch(connection, _THEIRS_LINKED if linked else _THEIRS, {"ids": list(graduate_ids)})
    return {each.graduate.id: each for each in found}


async def current_of(connection: Connection, graduate_id: GraduateId) -> Registration | None:
    """The registration of this graduate that is not voided, if there is one."""
    found = await _fetch(connection, _ITS, {"id": graduate_id})
    return found[0] if found else None


async def page(
    connection: Connection,
    scope: RowScope,
    filters: Filters,
    after: UUID | None,
    limit: int,
    before: datetime | None = None,
) -> list[Registration]:
    """Registrations of the scope in the order of their ids, those after `after`; or as known before a moment.

    Then the filters are about what was known, the scope is that of now.
    """
    given = filters.values
    query = _page(scope.shape, tuple(given), following=after is not None, then=before is not None)
    return await _fetch(connection, query, {**scope.values, **given, "limit": limit, "after": after, "before": before})


async def _fetch(connection: Connection, query: Select[Any], bound: Mapping[str, object]) -> list[Registration]:
    result = await connection.execute(query, bound)
    return rows.all(
        Registration,
        result,
        graduate=roster.to_graduate,
        effective=_to_effective,
        levels=_to_levels,
        phase=season_terms.to_phase,
        employer=_to_linked,
        filed=to_filed,
    )


def _to_effective(row: Row) -> Effective | None:
    version, source, confirmation, decided_on, action, late_reason = _effective_facts(row)
    if version is None:
        return None
    said = (_content(row[_EFFECTIVE_AT]), _SOURCES[source], _CONFIRMATIONS[confirmation], decided_on)
    reason = late_reason and LateReason(late_reason)
    return Effective(version, *said, _ACTIONS[action], _hands(_effective_hands(row)), reason)


def _to_linked(row: Row) -> Linked | None:
    employer_id = row.get("linked_id")
    return None if employer_id is None else Linked(EmployerId(employer_id), row["linked_name"], row["linked_uscc"])


def _to_levels(row: Row) -> tuple[Level, ...]:
    """Those of the last submission; while the content is being written anew, those of the season."""
    return season_terms.to_levels(row["season_levels"] if row["stage"] in WRITTEN_ANEW else row["fixed_levels"])
