"""Snapshots fall due, are asked for, revised and decided."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import DateTime, Uuid, bindparam, text

from common.auth import Actor
from common.clock import NOW_SQL, TODAY_SQL, end_of
from common.crypto import FieldCipher
from common.database import new_id
from common.identifiers import Cohort, SchoolCode
from common.season import season_day
from common.sql import Connection, array, array_sql
from indicators.snapshots.domain.snapshots import (
    OFFICIAL,
    NewSnapshot,
    Snapshot,
    SnapshotId,
    SnapshotKind,
    SnapshotState,
)

REASON, DECISION_REASON = "snapshot_reason", "snapshot_decision_reason"
"""What is sealed of a snapshot, under its id."""

_FIRST_COHORT = 1977

_NOW = text(f"SELECT {NOW_SQL} AS now, {TODAY_SQL} AS today")
# the index of spans is stepped through from cohort to cohort: reading it whole takes as long as counting all graduates
_DUE = text(
    f"""
    WITH RECURSIVE known AS (
        (SELECT school_code, cohort FROM spans ORDER BY school_code, cohort LIMIT 1)
        UNION ALL
        SELECT following.* FROM known, LATERAL (
            SELECT school_code, cohort FROM spans
             WHERE (school_code, cohort) > (known.school_code, known.cohort) ORDER BY school_code, cohort LIMIT 1
        ) AS following
    )
    SELECT school_code, cohort, kind, as_of, known_at
      FROM known
      JOIN unnest({array_sql("cohorts", "int")}, {array_sql("kinds", "text")}, {array_sql("days", "date")},
                  {array_sql("moments", "timestamptz")}) AS official (cohort, kind, as_of, known_at) USING (cohort)
     WHERE known_at <= {NOW_SQL}
       AND NOT EXISTS (SELECT FROM snapshots made WHERE (made.school_code, made.cohort, made.kind)
                                                      = (known.school_code, known.cohort, official.kind))
       AND NOT EXISTS (SELECT FROM snapshots_dismissed no WHERE (no.school_code, no.cohort, no.kind)
                                                             = (known.school_code, known.cohort, official.kind))
     ORDER BY known_at, school_code
    """
)
_IS_KNOWN = text(
    """
    SELECT EXISTS (SELECT FROM roster_versions
                    WHERE school_code = :school_code AND cohort = :cohort AND recorded_at < :known_at)
    """
)
_DISMISS = text(
    """
    INSERT INTO snapshots_dismissed (school_code, cohort, kind) VALUES (:school_code, :cohort, :kind)
    ON CONFLICT DO NOTHING
    """
)
_ADD = text(
    """
    INSERT INTO snapshots (id, line_id, school_code, cohort, kind, as_of, known_at, revision, state,
                           requested_by, requested_by_role)
    VALUES (:id, :id, :school_code, :cohort, :kind, :as_of, :known_at, 0, 'pending', :by_subject, :by_role)
    ON CONFLICT DO NOTHING RETURNING id
    """
).bindparams(bindparam("id", type_=Uuid()), bindparam("known_at", type_=DateTime(timezone=True)))
_REVISE = text(
    """
    INSERT INTO snapshots (id, line_id, revises, school_code, cohort, kind, as_of, known_at, revision, state,
                           reason_cipher, requested_by, requested_by_role)
    SELECT :id, line_id, id, school_code, cohort, kind, as_of, :known_at, revision + 1, 'open',
           :reason_cipher, :by_subject, :by_role
      FROM snapshots WHERE id = :of
    """
).bindparams(bindparam("id", type_=Uuid()), bindparam("of", type_=Uuid()))
_LOCK = text("SELECT FROM snapshots WHERE id = :id FOR UPDATE").bindparams(bindparam("id", type_=Uuid()))
_DECIDE = text(
    """
    UPDATE snapshots SET state = :state, version = version + 1, decided_by = :by_subject, decided_by_role = :by_role,
                         decision_reason_cipher = :reason_cipher
     WHERE id = :id
    """
).bindparams(bindparam("id", type_=Uuid()))


@dataclass(frozen=True)
class Due:
    """An official snapshot whose moment has come and that does not stand yet."""

    school_code: SchoolCode
    cohort: Cohort
    kind: SnapshotKind
    as_of: date
    known_at: datetime


async def now_and_today(connection: Connection) -> tuple[datetime, date]:
    """The present instant and the present day in Shanghai, by the database's clock."""
    row = (await connection.execute(_NOW)).one()
    return row.now, row.today


async def due(connection: Connection) -> Sequence[Due]:
    """The official snapshots whose moment has come, of every cohort that has graduates here, in order of time."""
    _, today = await now_and_today(connection)
    cohorts = [Cohort(year) for year in range(_FIRST_COHORT, today.year + 1)]
    days = [(cohort, kind, season_day(day, cohort)) for cohort in cohorts for kind, day in OFFICIAL.items()]
    values = {
        "cohorts": array(cohort for cohort, _, _ in days),
        "kinds": array(kind.value for _, kind, _ in days),
        "days": array(day for _, _, day in days),
        "moments": array(end_of(day) for _, _, day in days),
    }
    found = await connection.execute(_DUE, values)
    return [Due(row.school_code, row.cohort, SnapshotKind(row.kind), row.as_of, row.known_at) for row in found]


async def is_known(connection: Connection, each: Due) -> bool:
    """Whether a version of the cohort was recorded before the moment, as far as versions have arrived."""
    return bool(await connection.scalar(_IS_KNOWN, vars(each)))


async def dismiss(connection: Connection, each: Due) -> None:
    """Notes that the cohort was not known at the moment, so that no round looks for it again."""
    await connection.execute(_DISMISS, vars(each) | {"kind": each.kind.value})


async def add(
    connection: Connection, asked: Due | NewSnapshot, known_at: datetime, by: Actor | None
) -> SnapshotId | None:
    """Adds a pending one, the first of its line; None where there is one of this official kind."""
    as_of = asked.as_of if isinstance(asked, Due) else asked.day
    values = {
        "id": await new_id(connection),
        "school_code": asked.school_code,
        "cohort": asked.cohort,
        "kind": asked.kind.value,
        "as_of": as_of,
        "known_at": known_at,
        "by_subject": by and by.subject,
        "by_role": by and by.role,
    }
    added = await connection.scalar(_ADD, values)
    return None if added is None else SnapshotId(added)


async def lock(connection: Connection, snapshot_id: SnapshotId) -> None:
    """Locks a snapshot until the transaction ends."""
    await connection.execute(_LOCK, {"id": snapshot_id})


async def revise(
    connection: Connection, cipher: FieldCipher, of: SnapshotId, known_at: datetime, reason: str, by: Actor
) -> SnapshotId:
    """Adds an open revision of a locked snapshot."""
    snapshot_id = SnapshotId(await new_id(connection))
    values = {
        "id": snapshot_id,
        "of": of,
        "known_at": known_at,
        "reason_cipher": cipher.encrypt(REASON, snapshot_id, reason),
        "by_subject": by.subject,
        "by_role": by.role,
    }
    await connection.execute(_REVISE, values)
    return snapshot_id


async def decide(
    connection: Connection,
    cipher: FieldCipher,
    of: Snapshot,
    state: SnapshotState,
    by: Actor,
    reason: str | None = None,
) -> None:
    """Decides a locked revision that is open."""
    values = {
        "id": of.id,
        "state": state.value,
        "by_subject": by.subject,
        "by_role": by.role,
        "reason_cipher": None if reason is None else cipher.encrypt(DECISION_REASON, of.id, reason),
    }
    await connection.execute(_DECIDE, values)
