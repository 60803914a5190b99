"""Registrations in SQL: lists, load for an act, save the next version with its history. Decides nothing."""

import json
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Row, ScalarSelect, Select, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from common.auth import Actor, RowScope
from common.clock import NOW_SQL, TODAY_SQL
from common.codes import CodeLists
from common.identifiers import GraduateId, RegistrationId
from destinations.registrations import tables
from destinations.registrations.domain.content import CODE_LISTS, FIELDS, Destination
from destinations.registrations.domain.lifecycle import Action, Confirmation, Stage
from destinations.registrations.domain.registration import (
    Change,
    Effective,
    Registration,
    Reviewers,
    Source,
    Written,
    after,
)
from destinations.roster import storage as roster
from destinations.roster import tables as roster_tables
from destinations.roster.domain import Graduate

_CONTENT = ", ".join(FIELDS)
_REVIEWERS = tuple(vars(Reviewers()))
_WRITTEN = ("stage", "confirmation", "source", *FIELDS, "code_lists", "incomplete", *_REVIEWERS, "effective_version")
_CASTS = {
    "flexible": "boolean",
    "signed_on": "date",
    "code_lists": "jsonb",
    "incomplete": "text[]",
    "effective_version": "int",
}

_COLUMNS = [column.name for column in tables.registrations.columns]
# by place instead of by name: an import reads thousands of these rows
_CONTENT_AT = slice(_COLUMNS.index(FIELDS[0]), _COLUMNS.index(FIELDS[-1]) + 1)
_REVIEWERS_AT = slice(_COLUMNS.index(_REVIEWERS[0]), _COLUMNS.index(_REVIEWERS[-1]) + 1)
_EFFECTIVE_AT = slice(-len(FIELDS), None)


def _bound(name: str) -> str:
    return f"CAST(:{name} AS {_CASTS.get(name, 'text')})"


_SAVE = text(
    f"""
    WITH moment AS (
        SELECT {NOW_SQL} AS recorded_at, greatest({TODAY_SQL}, CAST(:previous_day AS date), last_decided_on) AS day
          FROM destination_streams WHERE graduate_id = :graduate_id
    ), stream AS (
        UPDATE destination_streams
           SET sequence = sequence + CASE WHEN :published THEN 1 ELSE 0 END,
               last_decided_on = CASE WHEN :published THEN moment.day ELSE last_decided_on END
          FROM moment WHERE graduate_id = :graduate_id
        RETURNING sequence
    ), stored AS (
        INSERT INTO registrations AS kept
               (id, graduate_id, school_code, cohort, version, {", ".join(_WRITTEN)},
                effective_decided_on, decided_on, recorded_at)
        SELECT coalesce(CAST(:id AS uuid), uuidv7()), :graduate_id, :school_code, :cohort, :version,
               {", ".join(_bound(name) for name in _WRITTEN)},
               CASE WHEN :takes_effect THEN day ELSE CAST(:effective_day AS date) END, day, recorded_at
          FROM moment
        ON CONFLICT (id) DO UPDATE
           SET version = EXCLUDED.version, {", ".join(f"{name} = EXCLUDED.{name}" for name in _WRITTEN)},
               effective_decided_on = EXCLUDED.effective_decided_on,
               decided_on = EXCLUDED.decided_on, recorded_at = EXCLUDED.recorded_at
        RETURNING id
    ), history AS (
        INSERT INTO registration_versions
               (registration_id, version, graduate_id, school_code, state, confirmation, source, {_CONTENT}, code_lists,
                by_role, by_subject, action, note, decided_on, recorded_at, changed_fields)
        SELECT stored.id, :version, :graduate_id, :school_code, :state, {_bound("confirmation")}, {_bound("source")},
               {", ".join(_bound(name) for name in FIELDS)}, {_bound("code_lists")},
               :by_role, :by_subject, :action, CAST(:note AS text), day, recorded_at, CAST(:changed_fields AS text[])
          FROM stored, moment
    )
    SELECT stored.id, moment.day, moment.recorded_at, stream.sequence FROM stored, moment, stream
    """
)

PATIENCE = "5s"
"""How long one act waits for another, or for an import, of the same graduate. Longer, and a few waiting requests hold
every connection of the pool; the caller is told to try again instead."""

_PATIENCE = f"WITH patience AS MATERIALIZED (SELECT set_config('lock_timeout', '{PATIENCE}', true))"

_LOCK = text(
    f"""
    {_PATIENCE}
    SELECT 1 FROM patience, destination_streams
     WHERE graduate_id = (SELECT graduate_id FROM registrations WHERE id = :id) FOR UPDATE OF destination_streams
    """
)
_OPEN = text(
    f"""
    {_PATIENCE}
    INSERT INTO destination_streams (graduate_id, school_code)
    SELECT CAST(:graduate_id AS uuid), CAST(:school_code AS text) FROM patience
    ON CONFLICT (graduate_id) DO UPDATE SET school_code = EXCLUDED.school_code
    """
)


async def find(connection: AsyncConnection, scope: RowScope, registration_id: RegistrationId) -> Registration | None:
    """The registration, if the caller may see it."""
    found = query(roster.visible(scope), tables.registrations.c.id == registration_id)
    row = (await connection.execute(found)).one_or_none()
    return to_registration(row) if row else None


async def lock(connection: AsyncConnection, registration_id: RegistrationId) -> None:
    """Makes every other write about the same graduate wait; the first statement of a write on what exists."""
    await connection.execute(_LOCK, {"id": registration_id})


async def open_stream(connection: AsyncConnection, graduate: Graduate) -> None:
    """Locks the graduate's stream, which begins here if there is none."""
    await connection.execute(_OPEN, {"graduate_id": graduate.id, "school_code": graduate.school_code})


async def current(connection: AsyncConnection, graduate_id: GraduateId) -> Registration | None:
    """The graduate's registration that is not voided."""
    found = query(tables.registrations.c.graduate_id == graduate_id, tables.registrations.c.stage != Stage.VOIDED)
    row = (await connection.execute(found)).one_or_none()
    return to_registration(row) if row else None


async def page(
    connection: AsyncConnection,
    scope: RowScope,
    filters: Sequence[ColumnElement[bool]],
    beyond: RegistrationId | None,
    limit: int,
) -> list[Registration]:
    """Registrations of the scope in the order of their ids, after one of them."""
    rest = [tables.registrations.c.id > beyond] if beyond else []
    found = query(roster.visible(scope), *filters, *rest).order_by(tables.registrations.c.id).limit(limit)
    return [to_registration(row) for row in await connection.execute(found)]


async def save(
    connection: AsyncConnection, graduate: Graduate, before: Registration | None, change: Change, actor: Actor
) -> tuple[Registration, int]:
    """Writes the next version with its history; gives it with the sequence that an announcement of it has."""
    effective = before.effective if before and change.stage is not Stage.VOIDED else None
    version = before.version + 1 if before else 1
    values = {
        **_change_values(change),
        "id": before.id if before else None,
        "graduate_id": graduate.id,
        "school_code": graduate.school_code,
        "cohort": graduate.cohort,
        "version": version,
        "previous_day": before.decided_on if before else None,
        "effective_version": version if change.takes_effect else effective and effective.version,
        "effective_day": effective and effective.decided_on,
        "by_role": actor.role,
        "by_subject": actor.subject,
    }
    row = (await connection.execute(_SAVE, values)).one()
    written = Written(RegistrationId(row.id), row.day, row.recorded_at)
    return after(graduate, before, change, written), row.sequence


def code_list_versions(content: Destination) -> str:
    """The versions of the code lists that the content's codes are of, as a JSON object."""
    return _versions(frozenset(CODE_LISTS[name] for name in CODE_LISTS.keys() & content.filled()))


@lru_cache(maxsize=256)
def _versions(names: frozenset[str]) -> str:
    lists = CodeLists.load()
    return json.dumps({name: lists.get(name).version for name in sorted(names)})


def to_registration(row: Row[Any]) -> Registration:
    """The registration of a row of `query`."""
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
        effective=_effective(row),
        decided_on=row.decided_on,
        recorded_at=row.recorded_at,
    )


def _effective(row: Row[Any]) -> Effective | None:
    if row.effective_version is None:
        return None
    return Effective(
        row.effective_version,
        Destination(*row[_EFFECTIVE_AT]),
        Source(row.effective_source),
        Confirmation(row.effective_confirmation),
        row.effective_decided_on,
    )


def _change_values(change: Change) -> dict[str, Any]:
    return {
        **change.content.values(),
        **vars(change.reviewers),
        "stage": change.stage.value,
        "state": change.stage.state.value,
        "confirmation": change.confirmation and change.confirmation.value,
        "source": change.source.value,
        "code_lists": code_list_versions(change.content),
        "incomplete": list(change.incomplete),
        "takes_effect": change.takes_effect,
        "published": change.announcement is not None,
        "action": change.action.value,
        "note": change.note,
        "changed_fields": list(change.changed),
    }


def query(*conditions: ColumnElement[bool]) -> Select[Any]:
    """Registrations with their graduates and the content of their effective versions."""
    graduates = roster_tables.graduates.c
    effective = tables.versions.c
    columns: tuple[Any, ...] = (
        tables.registrations,
        graduates.college_code,
        graduates.major_code,
        graduates.class_code,
        graduates.education_level_code,
        graduates.status,
        effective.source.label("effective_source"),
        _announced_confirmation().label("effective_confirmation"),
        *(effective[name].label(f"effective_{name}") for name in FIELDS),
    )
    return select(*columns).select_from(_joined()).where(*conditions)


def _announced_confirmation() -> ScalarSelect[Any]:
    """The confirmation of the effective version, or of the answer that the graduate gave to it."""
    told, current = tables.versions.alias("told").c, tables.registrations.c
    is_answer = (told.version > current.effective_version) & told.action.in_([Action.CONFIRM, Action.DISPUTE])
    is_told = (told.registration_id == current.id) & ((told.version == current.effective_version) | is_answer)
    return select(told.confirmation).where(is_told).order_by(told.version.desc()).limit(1).scalar_subquery()


def _joined() -> FromClause:
    registrations, graduates, schools = tables.registrations, roster_tables.graduates, roster_tables.schools
    is_effective = (tables.versions.c.registration_id == registrations.c.id) & (
        tables.versions.c.version == registrations.c.effective_version
    )
    return (
        registrations.join(graduates, graduates.c.graduate_id == registrations.c.graduate_id)
        .outerjoin(schools, schools.c.school_code == graduates.c.school_code)
        .outerjoin(tables.versions, is_effective)
    )
