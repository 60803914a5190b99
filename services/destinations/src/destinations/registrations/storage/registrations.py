"""Registrations as they stand, with their graduates and the content that is effective; cut to a scope in SQL."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, ScalarSelect, Select, select
from sqlalchemy.ext.asyncio import AsyncConnection

from common.auth import RowScope
from common.errors import NotFound
from common.identifiers import ClassCode, Cohort, CollegeCode, GraduateId, MajorCode, RegistrationId, SchoolCode
from destinations.registrations import tables
from destinations.registrations.domain.content import FIELDS, Destination
from destinations.registrations.domain.lifecycle import Action, Confirmation, Stage, State
from destinations.registrations.domain.registration import Effective, Registration, Reviewers, Source
from destinations.roster import storage as roster
from destinations.roster import tables as roster_tables

_REVIEWERS = tuple(vars(Reviewers()))
_COLUMNS = [column.name for column in tables.registrations.columns]
# by place instead of by name: an import reads thousands of these rows
_CONTENT_AT = slice(_COLUMNS.index(FIELDS[0]), _COLUMNS.index(FIELDS[-1]) + 1)
_REVIEWERS_AT = slice(_COLUMNS.index(_REVIEWERS[0]), _COLUMNS.index(_REVIEWERS[-1]) + 1)
_EFFECTIVE_AT = slice(-len(FIELDS), None)


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
    found = query(roster.visible(scope), tables.registrations.c.id == registration_id)
    row = (await connection.execute(found)).one_or_none()
    if row is None:
        raise NotFound
    return to_registration(row)


async def current(connection: AsyncConnection, graduate_id: GraduateId) -> Registration | None:
    """The graduate's registration that is not voided, if there is one."""
    found = query(tables.registrations.c.graduate_id == graduate_id, tables.registrations.c.stage != Stage.VOIDED)
    row = (await connection.execute(found)).one_or_none()
    return to_registration(row) if row else None


async def page(
    connection: AsyncConnection, scope: RowScope, filters: Filters, beyond: RegistrationId | None, limit: int
) -> list[Registration]:
    """Registrations of the scope in the order of their ids, those after `beyond`."""
    rest = [tables.registrations.c.id > beyond] if beyond else []
    found = query(roster.visible(scope), *filters.conditions(), *rest).order_by(tables.registrations.c.id).limit(limit)
    return [to_registration(row) for row in await connection.execute(found)]


def to_registration(row: Row[Any]) -> Registration:
    """The registration of a row of `query`."""
    effective = None
    if row.effective_version is not None:
        effective = Effective(
            row.effective_version,
            Destination(*row[_EFFECTIVE_AT]),
            Source(row.effective_source),
            Confirmation(row.effective_confirmation),
            row.effective_decided_on,
        )
    return Registration(
        id=RegistrationId(row.id),
        graduate=roster.to_graduate(row),
        version=row.version,
        stage=Stage(row.stage),
        confirmation=Confirmation(row.confirmation) if row.confirmation else None,
        source=Source(row.source),
        content=Destination(*row[_CONTENT_AT]),
        incomplete=tuple(row.incomplete),
        reviewers=Reviewers(*row[_REVIEWERS_AT]),
        effective=effective,
        decided_on=row.decided_on,
        recorded_at=row.recorded_at,
    )


def query(*conditions: ColumnElement[bool]) -> Select[Any]:
    """Registrations with their graduates and the content of their effective versions."""
    registrations, graduates, schools = tables.registrations, roster_tables.graduates, roster_tables.schools
    effective = tables.versions
    is_effective = (effective.c.registration_id == registrations.c.id) & (
        effective.c.version == registrations.c.effective_version
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
    joined = (
        registrations.join(graduates, graduates.c.graduate_id == registrations.c.graduate_id)
        .outerjoin(schools, schools.c.school_code == graduates.c.school_code)
        .outerjoin(effective, is_effective)
    )
    return select(*columns).select_from(joined).where(*conditions)


def _announced_confirmation() -> ScalarSelect[Any]:
    """The confirmation of the effective version, or of the answer that the graduate gave to it."""
    later, stands = tables.versions.alias("later").c, tables.registrations.c
    is_answer = (later.version > stands.effective_version) & later.action.in_([Action.CONFIRM, Action.DISPUTE])
    is_announced = (later.registration_id == stands.id) & ((later.version == stands.effective_version) | is_answer)
    return select(later.confirmation).where(is_announced).order_by(later.version.desc()).limit(1).scalar_subquery()
