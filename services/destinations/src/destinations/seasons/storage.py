"""Seasons and extensions in SQL. A cohort without a row has the defaults."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, DateTime, Integer, LargeBinary, Select, Uuid, bindparam, select, text, tuple_

from common import rows
from common.auth import SYSTEM, Actor, RowScope, ScopeShape
from common.crypto import FieldCipher
from common.database import Database, new_id
from common.identifiers import Cohort, GraduateId, SchoolCode
from common.sql import Connection, Row
from destinations.roster import storage as roster
from destinations.roster.tables import graduates, schools
from destinations.seasons import tables
from destinations.seasons.domain import Extension, ExtensionId, ExtensionPlan, Round, Season, Settings, default
from destinations.seasons.tables import SETTINGS

_SEASONS = tables.seasons.c
_ONE = select(tables.seasons).where(
    _SEASONS.school_code == bindparam("school_code"), _SEASONS.cohort == bindparam("cohort")
)
_COLUMNS = ", ".join(SETTINGS)
_SAVE = text(
    f"""
    WITH stored AS (
        INSERT INTO seasons AS kept (school_code, cohort, version, {_COLUMNS})
        SELECT :school_code, CAST(:cohort AS int), 1, CAST(:levels AS text[]), :evidence,
               CAST(:changes_until AS date), CAST(:coverage_by AS date), CAST(:report_by AS date),
               CAST(:closes_on AS date), CAST(:graduation_day AS date), CAST(:rounds AS jsonb)
        ON CONFLICT (school_code, cohort) DO UPDATE
           SET {", ".join(f"{name} = EXCLUDED.{name}" for name in SETTINGS)},
               version = kept.version + 1, recorded_at = EXCLUDED.recorded_at
         -- of two first settings the second finds another version than it was meant for
         WHERE kept.version = :version
        RETURNING *
    ), history AS (
        INSERT INTO season_versions (school_code, cohort, version, {_COLUMNS}, recorded_at, by_role, by_subject)
        SELECT school_code, cohort, version, {_COLUMNS}, recorded_at, :by_role, :by_subject FROM stored
    )
    SELECT * FROM stored
    """
)
KEPT_YEARS = 3
"""Of ledgers, reports and filings, at least; texts and files of theirs are ended then."""

_REASON = "reason of an extension"
_GIVEN = tables.extensions.c
_OF_GRADUATE = select(tables.extensions).where(_GIVEN.graduate_id == bindparam("id")).order_by(_GIVEN.id)
_ERASE = text("SELECT erase_season_extensions(:ids)").bindparams(bindparam("ids", type_=ARRAY(Uuid)))
_BEFORE_ALL = dict.fromkeys(("id", "graduate_id"), UUID(int=0))
_OTHERS = text(
    """
    SELECT id, graduate_id, reason_cipher FROM season_extensions
     WHERE (id, graduate_id) > (:id, :graduate_id)
       AND substring(reason_cipher FROM 1 FOR length(CAST(:beginning AS bytea))) <> :beginning
     ORDER BY id, graduate_id LIMIT :part
    """
).bindparams(bindparam("id", type_=Uuid), bindparam("graduate_id", type_=Uuid))
_RESEAL = text("SELECT reseal_season_extensions(:ids, :graduate_ids, :old, :new)").bindparams(
    *(bindparam(name, type_=ARRAY(Uuid)) for name in ("ids", "graduate_ids")),
    *(bindparam(name, type_=ARRAY(LargeBinary)) for name in ("old", "new")),
)
_EXTEND = text(
    """
    INSERT INTO season_extensions (id, school_code, cohort, graduate_id, until, reason_cipher, by_role, by_subject)
    SELECT CAST(:id AS uuid), CAST(:school_code AS text), CAST(:cohort AS int), given.*,
           CAST(:by_role AS text), CAST(:by_subject AS text)
      FROM (SELECT graduate_id, CAST(:until AS date), reason_cipher
              FROM unnest(CAST(:graduate_ids AS uuid[]), CAST(:reasons AS bytea[])) AS each (graduate_id, reason_cipher)
           ) AS given
    """
)
_EXTENSIONS = text(
    """
    SELECT DISTINCT ON (graduate_id) graduate_id, until
      FROM season_extensions extension
      JOIN roster_graduates graduate USING (graduate_id, school_code, cohort)
     WHERE graduate_id = ANY(:ids) AND (CAST(:at AS timestamptz) IS NULL OR extension.recorded_at <= :at)
     ORDER BY graduate_id, extension.id DESC
    """
).bindparams(bindparam("ids", type_=ARRAY(Uuid)), bindparam("at", type_=DateTime(timezone=True)))


def kept_until_sql(row: str, instant: str) -> str:
    """The last day on which what a `row` of a school's cohort holds is kept, as SQL.

    Counted from the closing day of the season, or from the `instant` of the last act on it if that is later.
    """
    return f"""
        CAST(greatest(coalesce((SELECT season.closes_on FROM seasons season
                                 WHERE (season.school_code, season.cohort) = ({row}.school_code, {row}.cohort)),
                               make_date({row}.cohort, 12, 31)),
                      CAST({instant} AT TIME ZONE 'Asia/Shanghai' AS date)) + interval '{KEPT_YEARS} years' AS date)
    """


@dataclass(frozen=True)
class ExtensionFilters:
    """Which extensions are listed: those of a school's cohort; None narrows nothing. `after` are id and graduate."""

    school_code: SchoolCode
    cohort: Cohort
    id: ExtensionId | None = None
    graduate_id: GraduateId | None = None
    after: tuple[UUID, UUID] | None = None


async def of(connection: Connection, school_code: SchoolCode, cohort: Cohort) -> Season:
    """The season of a school's cohort, or the defaults with version 0."""
    found = await connection.execute(_ONE, {"school_code": school_code, "cohort": cohort})
    return rows.one_or_none(Season, found, rounds=_rounds) or default(school_code, cohort)


async def save(connection: Connection, before: Season, settings: Settings, actor: Actor) -> Season | None:
    """Stores the next version; None where another one than `before` stands by now."""
    values = {name: getattr(settings, name) for name in SETTINGS} | {
        "rounds": json.dumps(
            [{"round": each.number, "from": f"{each.first_day}", "to": f"{each.last_day}"} for each in settings.rounds]
        ),
        "school_code": before.school_code,
        "cohort": before.cohort,
        "version": before.version,
        "by_role": actor.role,
        "by_subject": actor.subject,
    }
    return rows.one_or_none(Season, await connection.execute(_SAVE, values), rounds=_rounds)


async def extensions(
    connection: Connection, graduate_ids: Collection[GraduateId], at: datetime | None = None
) -> Mapping[GraduateId, date]:
    """Until when those of the graduates have leave who were given one in their cohort: each by the newest one.

    What was given after `at` is left out.
    """
    if not graduate_ids:
        return {}
    return dict(tuple(row) for row in await connection.execute(_EXTENSIONS, {"ids": list(graduate_ids), "at": at}))


async def extend(
    connection: Connection,
    cipher: FieldCipher,
    season: Season,
    plan: ExtensionPlan,
    actor: Actor,
) -> ExtensionId:
    """Stores an extension of each of the graduates, under one id."""
    extension_id = ExtensionId(await new_id(connection))
    values = {
        "id": extension_id,
        "school_code": season.school_code,
        "cohort": season.cohort,
        "graduate_ids": list(plan.graduate_ids),
        "reasons": [cipher.encrypt(_REASON, each, plan.reason) for each in plan.graduate_ids],
        "until": plan.until,
        "by_role": actor.role,
        "by_subject": actor.subject,
    }
    await connection.execute(_EXTEND, values)
    return extension_id


async def page(
    connection: Connection, cipher: FieldCipher, scope: RowScope, filters: ExtensionFilters, limit: int
) -> list[Extension]:
    """Extensions of graduates of the scope in the order in which they were given, those of one act together."""
    given = {name: value for name, value in vars(filters).items() if value is not None}
    if filters.after:
        given |= dict(zip(("after", "after_graduate"), filters.after, strict=True))
    found = await connection.execute(_page(scope.shape, tuple(given)), {**scope.values, **given, "limit": limit})
    return rows.all(Extension, found, reason=lambda row: _opened(cipher, row))


async def erase(connection: Connection, graduate_ids: Sequence[GraduateId]) -> None:
    """Empties the reasons of graduates who are erased by what the roster says; repeatable."""
    await connection.execute(_ERASE, {"ids": graduate_ids})


async def reseal_reasons(database: Database, cipher: FieldCipher, part: int = 1_000) -> int:
    """Seals reasons by the ring's current key, each part in a transaction of its own; how many it has read to do so.

    What an erasure holds at the moment is left to it.
    """
    last, count, bound = _BEFORE_ALL, 0, {"beginning": cipher.wrapped_by(cipher.current), "part": part}
    while True:
        async with database.transaction(SYSTEM) as unit:
            found = await unit.connection.execute(_OTHERS, last | bound)
            new = [
                cipher.encrypt(_REASON, row.graduate_id, cipher.decrypt(_REASON, row.graduate_id, row.reason_cipher))
                for row in found
            ]
            values = {"ids": [row.id for row in found], "graduate_ids": [row.graduate_id for row in found]}
            values |= {"old": [row.reason_cipher for row in found], "new": new}
            await unit.connection.execute(_RESEAL, values)
            await unit.commit()
        count += len(found)
        if len(found) < part:
            return count
        last = {name: found[-1][name] for name in last}


async def extensions_of(
    connection: Connection, cipher: FieldCipher, graduate_id: GraduateId
) -> list[dict[str, object]]:
    """All that were given to one graduate, oldest first, for the copy of this person's data."""
    found = await connection.execute(_OF_GRADUATE, {"id": graduate_id})
    named = ("id", "school_code", "cohort", "until", "by_role", "recorded_at")
    return [{**{name: row[name] for name in named}, "reason": _opened(cipher, row)} for row in found]


@lru_cache
def _page(seen: ScopeShape, given: tuple[str, ...]) -> Select[Any]:
    """Extensions of a school's cohort, narrowed to what is given by name."""
    joined = tables.extensions.join(graduates, graduates.c.graduate_id == _GIVEN.graduate_id)
    joined = joined.outerjoin(schools, schools.c.school_code == graduates.c.school_code)
    listed = select(tables.extensions).select_from(joined).where(roster.visible(seen))
    listed = listed.where(*(_GIVEN[name] == bindparam(name) for name in given if name in _GIVEN))
    if "after" in given:
        last = tuple_(bindparam("after", type_=Uuid), bindparam("after_graduate", type_=Uuid))
        listed = listed.where(tuple_(_GIVEN.id, _GIVEN.graduate_id) > last)
    return listed.order_by(_GIVEN.id, _GIVEN.graduate_id).limit(bindparam("limit", type_=Integer))


def _opened(cipher: FieldCipher, row: Row) -> str | None:
    return None if row.reason_cipher is None else cipher.decrypt(_REASON, row.graduate_id, row.reason_cipher)


def _rounds(row: Row) -> tuple[Round, ...]:
    return tuple(
        Round(each["round"], date.fromisoformat(each["from"]), date.fromisoformat(each["to"])) for each in row.rounds
    )
