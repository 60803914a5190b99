"""Effective registrations whose newest event lacks fields that events have today, and the passes that look for them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from common.announcing import Passes
from common.clock import NOW_SQL
from common.contracts import registration
from common.identifiers import GraduateId, RegistrationId
from common.sql import Connection

ADDED = ("study_level_code", "abroad_country_code")
"""What came to the events after their first release; the versions have it from the beginning."""

PASSES = Passes(
    progress="announced_registrations",
    # one look into the index a roster
    rosters="""
        WITH RECURSIVE found AS (
            (SELECT school_code, cohort FROM registrations ORDER BY school_code, cohort LIMIT 1)
            UNION ALL
            SELECT following.* FROM found CROSS JOIN LATERAL (
                SELECT school_code, cohort FROM registrations
                 WHERE (school_code, cohort) > (found.school_code, found.cohort)
                 ORDER BY school_code, cohort LIMIT 1) AS following
        )
        SELECT school_code, cohort FROM found
    """,
    following="""
        SELECT id FROM registrations WHERE school_code = :school_code AND cohort = :cohort AND id > :after
         ORDER BY id LIMIT :part
    """,
    action="registrations.announce_again",
)
"""Of destinations: over the registrations of a school and cohort."""

# an event of a registration without an effective version is its void, after which nothing stands
_OUTDATED = text(
    f"""
    SELECT current.graduate_id, newest.data, {", ".join(f"said.{name}" for name in ADDED)}
      FROM registrations current
     CROSS JOIN LATERAL (SELECT data FROM outbox
                          WHERE topic = '{registration.TOPIC}' AND key = current.graduate_id::text
                          ORDER BY sequence DESC LIMIT 1) AS newest
      JOIN registration_versions said
        ON said.registration_id = current.id AND said.version = CAST(newest.data ->> 'version' AS int)
     WHERE current.id = ANY(CAST(:ids AS uuid[])) AND current.effective_version IS NOT NULL
       AND newest.data ->> 'registration_id' = current.id::text
       AND NOT newest.data ?& CAST(ARRAY['{"', '".join(ADDED)}'] AS text[])
     ORDER BY current.graduate_id
    """
)
# of whom another act writes, that act announces, or the next pass
_LOCK = text(
    """
    SELECT graduate_id FROM destination_streams
     WHERE graduate_id = ANY(CAST(:ids AS uuid[])) ORDER BY graduate_id FOR UPDATE SKIP LOCKED
    """
)
_NUMBER = text(
    f"""
    UPDATE destination_streams SET sequence = sequence + 1 WHERE graduate_id = ANY(CAST(:ids AS uuid[]))
    RETURNING graduate_id, sequence, {NOW_SQL} AS recorded_at
    """
)


@dataclass(frozen=True)
class Outdated:
    """The data of the newest event about a graduate, and what they lack, as the version says it."""

    graduate_id: GraduateId
    newest_event: Mapping[str, Any]
    lacking: Mapping[str, str | None]


@dataclass(frozen=True)
class Place:
    """The next place in a graduate's stream, with its instant."""

    sequence: int
    recorded_at: datetime


async def outdated(connection: Connection, ids: Sequence[RegistrationId | UUID]) -> list[Outdated]:
    """Those of the registrations that are effective and whose newest event lacks something, by graduate."""
    found = await connection.execute(_OUTDATED, {"ids": ids})
    return [Outdated(row.graduate_id, row.data, {name: row[name] for name in ADDED}) for row in found]


async def lock_free(connection: Connection, graduates: Sequence[GraduateId]) -> set[GraduateId]:
    """Locks the streams of those of the graduates whom no other act has locked."""
    return {GraduateId(each) for each in await connection.scalars(_LOCK, {"ids": graduates})}


async def number(connection: Connection, graduates: Sequence[GraduateId]) -> dict[GraduateId, Place]:
    """Takes the next place in each of these locked streams; their days stay."""
    found = await connection.execute(_NUMBER, {"ids": graduates})
    return {GraduateId(row.graduate_id): Place(row.sequence, row.recorded_at) for row in found}
