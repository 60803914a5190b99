"""Every version of the roster in SQL, insert-only: so that it can be asked what was known of a graduate at a moment."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import starmap
from types import MappingProxyType

from sqlalchemy import BigInteger, TextClause, Uuid, bindparam, text

from common.change_feed.digests import Asked, KeyRange, ranges_of, ranges_over
from common.consuming.forks import Fork
from common.consuming.included import OF_EVENT, among
from common.contracts import graduate
from common.errors import Forked
from common.identifiers import SchoolCode
from common.sql import Connection, array, array_sql
from destinations.roster.domain import RosterVersion

ENTRIES_THEN = """
    SELECT entry.* FROM roster_versions entry
     WHERE entry.school_code = :school_code AND entry.cohort = :cohort AND entry.recorded_at < :before
       -- in any cohort of the school
       AND NOT EXISTS (SELECT FROM roster_versions later
                        WHERE later.graduate_id = entry.graduate_id AND later.school_code = :school_code
                          AND later.sequence > entry.sequence AND later.recorded_at < :before)
"""
"""The roster of a school's cohort by what registry had recorded before a moment, as SQL: one row a graduate."""

_KEPT = {
    "graduate_id": "uuid",
    "sequence": "bigint",
    "event_id": "uuid",
    "recorded_at": "timestamptz",
    "school_code": "text",
    "cohort": "int",
    "college_code": "text",
    "major_code": "text",
    "class_code": "text",
    "education_level_code": "text",
    "status": "text",
    "counted": "boolean",
    "erased": "boolean",
    "training_mode_code": "text",
}
_ARRAYS = ", ".join(starmap(array_sql, _KEPT.items()))
_KEEP = text(
    f"""
    WITH kept AS (
        INSERT INTO roster_versions ({", ".join(_KEPT)}) SELECT * FROM unnest({_ARRAYS}) ON CONFLICT DO NOTHING
        RETURNING 1
    )
    SELECT count(*) FROM kept
    """
)
_FORKED = text(
    f"""
    SELECT EXISTS (
        SELECT FROM roster_versions kept
          JOIN unnest({array_sql("graduate_id", "uuid")}, {array_sql("sequence", "bigint")},
                      {array_sql("event_id", "uuid")}) AS arrived (graduate_id, sequence, event_id)
         USING (graduate_id, sequence)
         WHERE kept.event_id <> arrived.event_id
    )
    """
)
# the application may not delete versions: a function of the owner does, and only such a one
_DROP = text("SELECT drop_roster_version(CAST(:key AS uuid), :sequence, :event_id)").bindparams(
    bindparam("sequence", type_=BigInteger), bindparam("event_id", type_=Uuid)
)
_RANGES = ranges_over(
    """
    FROM (SELECT CAST(graduate_id AS text) AS key, sequence, event_id FROM roster_versions
           WHERE school_code = :school AND recorded_at < :before) AS kept
    WHERE starts_with(key, CAST(:prefix AS text))
    """
)

INCLUDED_VERSIONS: Mapping[str, TextClause] = MappingProxyType(
    {
        graduate.TOPIC: among(
            f"""
            SELECT FROM roster_versions AS stored
            WHERE stored.graduate_id = CAST(named.key AS uuid) AND stored.sequence = named.sequence
              AND stored.school_code = named.school_code AND {OF_EVENT}
            """
        )
    }
)
"""Which changes are versions here: each by itself."""


async def keep_versions(connection: Connection, versions: Sequence[RosterVersion]) -> None:
    """Stores versions, in whatever order; those that are there already stay.

    Raises Forked for another event under a stored sequence.
    """
    columns = zip(*(each.values() for each in versions), strict=True)
    values = {name: array(column) for name, column in zip(_KEPT, columns, strict=True)}
    # what comes for the first time, as nearly all does, takes this one statement
    if await connection.scalar(_KEEP, values) < len(versions):
        arrived = {name: values[name] for name in ("graduate_id", "sequence", "event_id")}
        if await connection.scalar(_FORKED, arrived):
            raise Forked


async def drop_version(connection: Connection, fork: Fork) -> None:
    """Drops what is stored under the key and sequence of an event of the owner, if it is another event."""
    await connection.execute(_DROP, {"key": fork.key, "sequence": fork.sequence, "event_id": fork.event_id})


async def digest_of(
    connection: Connection, school_code: SchoolCode, before: datetime, prefix: str = ""
) -> Sequence[KeyRange]:
    """Hashes of a school's versions recorded before a moment, as registry's `GET /v1/changes/digests` answers them."""
    return await ranges_of(connection, Asked(graduate.TOPIC, school_code, before, prefix), _RANGES)
