"""Registrations as they stand, with their graduates and the content that is effective; cut to a scope in SQL."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Row, ScalarSelect, Select, Uuid, any_, bindparam, select
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


def _announced_confirmation() -> ScalarSelect[Any]:
    """The confirmation of the effective version, or of the answer that the graduate gave to it."""
    later, stands = tables.versions.alias("later").c, tables.registrations.c
    is_answer = (later.version > stands.effective_version) & later.action.in_([Action.CONFIRM, Action.DISPUTE])
    is_announced = (later.registration_id == stands.id) & ((later.version == stands.effective_version) | is_answer)
    return select(later.confirmation).where(is_announced).order_by(later.version.desc()).limit(1).scalar_subquery()


def _registrations() -> Select[Any]:
    """Registrations with their graduates and the content of their effective versions."""
    registrations, graduates, schools = tables.registrations, roster_tables.graduates, roster_tables.schools
    effective = tables.versions
    is_effective = (effective.c.registration_id == registrations.c.id) & (
        effective.c.version == registrations.c.effective_version
    )
    joined = (
        registrations.join(graduates, graduates.c.graduate_id == registrations.c.graduate_id)
        .outerjoin(schools, schools.c.school_code == graduates.c.school_code)
        .outerjoin(effective, is_effective)
    )
    columns: tuple[Any, ...] = (
        registrations,
        graduates.c.college_code,
        graduates.c.major_code,
        graduates.c.class_code,
        graduates.c.education_level_code,
        graduates.c.status,
        effective.c.source.label("effective_source"),
        _announced_confirmation().label("effective_confirmation"),
        *(effective.c[name].label(f"effective_{name}") for name in FIELDS),
    )
    return select(*columns).select_from(joined)


# made once: to put a hundred columns together takes longer than to read a row
_REGISTRATIONS = _registrations()
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
