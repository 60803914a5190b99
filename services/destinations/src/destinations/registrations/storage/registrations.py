"""Registrations as they stand, with their graduates and the content that is effective; cut to a scope in SQL."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Row, Select, Uuid, any_, bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from common import rows
from common.auth import RowScope
from common.errors import NotFound
from common.identifiers import ClassCode, Cohort, CollegeCode, GraduateId, MajorCode, RegistrationId, SchoolCode
from destinations.registrations import tables
from destinations.registrations.domain.content import FIELDS, Destination
from destinations.registrations.domain.lifecycle import Action, Confirmation, Stage, State
from destinations.registrations.domain.registration import Effective, Registration, Source
from destinations.roster import storage as roster
from destinations.roster import tables as roster_tables
from destinations.roster.domain import GRADUATE_FIELDS

_later, _current, _effective = tables.versions.alias("later").c, tables.registrations.c, tables.versions.c
_is_answer = (_later.version > _current.effective_version) & _later.action.in_([Action.CONFIRM, Action.DISPUTE])
_ANNOUNCED_CONFIRMATION = (
    select(_later.confirmation)
    .where(_later.registration_id == _current.id, (_later.version == _current.effective_version) | _is_answer)
    .order_by(_later.version.desc())
    .limit(1)
    .scalar_subquery()
)
"""The confirmation of the effective version, or of the answer that the graduate gave to it."""

_graduates, _schools = roster_tables.graduates, roster_tables.schools
_is_effective = (_effective.registration_id == _current.id) & (_effective.version == _current.effective_version)
_REGISTRATIONS: Select[Any] = (
    select(
        tables.registrations,
        *(_graduates.c[name] for name in GRADUATE_FIELDS if name not in _current),
        _effective.source.label("effective_source"),
        _ANNOUNCED_CONFIRMATION.label("effective_confirmation"),
        *(_effective[name].label(f"effective_{name}") for name in FIELDS),
    )
    .join(_graduates, _graduates.c.graduate_id == _current.graduate_id)
    # a school's first event may come after its graduates
    .outerjoin(_schools, _schools.c.school_code == _graduates.c.school_code)
    .outerjoin(tables.versions, _is_effective)
)
"""Registrations with their graduates and the content of their effective versions; each read narrows it.

Made once, because putting so many columns together takes longer than to read a row.
"""

_EFFECTIVE_AT = slice(-len(FIELDS), None)
"""Where the effective content stands in a row: an import reads thousands of them, by place."""


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

    def conditions(self) -> Iterator[ColumnElement[bool]]:
        """The filters in SQL."""
        registrations, graduates = tables.registrations.c, roster_tables.graduates.c
        wanted = {
            registrations.school_code: self.school,
            registrations.cohort: self.cohort,
            graduates.college_code: self.college,
            graduates.major_code: self.major,
            graduates.class_code: self.class_,
            registrations.destination_code: self.destination,
        }
        yield from (column == value for column, value in wanted.items() if value is not None)
        if self.state is not None:
            yield registrations.stage.in_([stage.value for stage in Stage if stage.state is self.state])


async def get(connection: AsyncConnection, scope: RowScope, registration_id: RegistrationId) -> Registration:
    """The registration; raises NotFound if there is none, or none in the scope."""
    found = await _fetch(
        connection, _REGISTRATIONS.where(roster.visible(scope), tables.registrations.c.id == registration_id)
    )
    if not found:
        raise NotFound
    return found[0]


async def current(connection: AsyncConnection, graduate_ids: Sequence[GraduateId]) -> dict[GraduateId, Registration]:
    """The registrations of these graduates that are not voided; at most one of each graduate."""
    registrations = tables.registrations.c
    is_theirs = registrations.graduate_id == any_(bindparam("ids", list(graduate_ids), type_=ARRAY(Uuid)))
    found = await _fetch(connection, _REGISTRATIONS.where(is_theirs, registrations.stage != Stage.VOIDED))
    return {each.graduate.id: each for each in found}


async def page(
    connection: AsyncConnection, scope: RowScope, filters: Filters, after: UUID | None, limit: int
) -> list[Registration]:
    """Registrations of the scope in the order of their ids, those after `after`."""
    rest = [tables.registrations.c.id > after] if after else []
    query = _REGISTRATIONS.where(roster.visible(scope), *filters.conditions(), *rest).order_by(
        tables.registrations.c.id
    )
    return await _fetch(connection, query.limit(limit))


async def _fetch(connection: AsyncConnection, query: Select[Any]) -> list[Registration]:
    result = await connection.execute(query)
    return rows.all(Registration, result, graduate=roster.to_graduate, effective=_to_effective)


def _to_effective(row: Row[Any]) -> Effective | None:
    if row.effective_version is None:
        return None
    return Effective(
        row.effective_version,
        Destination(*row[_EFFECTIVE_AT]),
        Source(row.effective_source),
        Confirmation(row.effective_confirmation),
        row.effective_decided_on,
    )
