"""Seasons in SQL. A cohort without a row has the defaults."""

import json
from collections.abc import Collection, Mapping
from datetime import date

from sqlalchemy import ARRAY, Uuid, bindparam, select, text

from common import rows
from common.auth import Actor
from common.crypto import FieldCipher
from common.identifiers import Cohort, GraduateId, SchoolCode
from common.sql import Connection, Row
from destinations.seasons import tables
from destinations.seasons.domain import Round, Season, Settings, default
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
_REASON = "reason of an extension"
_OF_GRADUATE = (
    select(tables.extensions).where(tables.extensions.c.graduate_id == bindparam("id")).order_by(tables.extensions.c.id)
)
_EXTENSIONS = text(
    """
    SELECT DISTINCT ON (graduate_id) graduate_id, until
      FROM season_extensions extension
      JOIN roster_graduates graduate USING (graduate_id, school_code, cohort)
     WHERE graduate_id = ANY(:ids)
     ORDER BY graduate_id, extension.id DESC
    """
).bindparams(bindparam("ids", type_=ARRAY(Uuid)))


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


async def extensions(connection: Connection, graduate_ids: Collection[GraduateId]) -> Mapping[GraduateId, date]:
    """Until when those of the graduates have leave who were given one in their cohort: each by the newest one."""
    if not graduate_ids:
        return {}
    return dict(tuple(row) for row in await connection.execute(_EXTENSIONS, {"ids": list(graduate_ids)}))


async def extensions_of(
    connection: Connection, cipher: FieldCipher, graduate_id: GraduateId
) -> list[dict[str, object]]:
    """All that were given to one graduate, oldest first, for the copy of this person's data."""
    found = await connection.execute(_OF_GRADUATE, {"id": graduate_id})
    named = ("id", "school_code", "cohort", "until", "by_role", "recorded_at")
    return [
        {**{name: row[name] for name in named}, "reason": opened(cipher, graduate_id, row.reason_cipher)}
        for row in found
    ]


def sealed(cipher: FieldCipher, graduate_id: GraduateId, reason: str) -> bytes:
    """The reason as it is stored of the graduate."""
    return cipher.encrypt(_REASON, graduate_id, reason)


def opened(cipher: FieldCipher, graduate_id: GraduateId, stored: bytes | None) -> str | None:
    """The reason again; None once the person is erased."""
    return None if stored is None else cipher.decrypt(_REASON, graduate_id, stored)


def _rounds(row: Row) -> tuple[Round, ...]:
    return tuple(
        Round(each["round"], date.fromisoformat(each["from"]), date.fromisoformat(each["to"])) for each in row.rounds
    )
