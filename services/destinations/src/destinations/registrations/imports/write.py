"""Many registrations at once, written through COPY and a few statements.

`write` does for each row what `registrations.storage.save` and `announcements.to_event` do for one registration; a test
compares the two.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID

from sqlalchemy import text

from common.clock import NOW_SQL, TODAY_SQL
from common.codes import CodeLists
from common.contracts import ChangeToken
from common.contracts import registration as contract
from common.database import UnitOfWork
from common.identifiers import RegistrationId
from destinations.registrations import announcements, storage
from destinations.registrations.domain.content import FIELDS
from destinations.registrations.domain.registration import Reviewers, Stamp, after
from destinations.registrations.imports.plan import Planned

_CONTENT = ", ".join(FIELDS)
_MAIN = (
    "graduate_id, school_code, cohort, version, stage, confirmation, source, "
    f"{_CONTENT}, code_lists, incomplete, {', '.join(vars(Reviewers()))}"
)
_STAGED = ("id", *_MAIN.split(", "), "previous_day", "changed_fields", "type", "data")
_STAGE = text(
    f"""
    CREATE TEMPORARY TABLE staged ON COMMIT DROP AS
    SELECT id, {_MAIN},
           r.decided_on AS previous_day, r.incomplete AS changed_fields, r.stage AS type, r.code_lists AS data,
           r.decided_on AS day, r.recorded_at, CAST(0 AS bigint) AS sequence
      FROM registrations r WITH NO DATA
    """
)
_PREPARE = text(
    f"""
    UPDATE staged
       SET id = coalesce(staged.id, uuidv7()), sequence = stream.sequence + 1, recorded_at = now.instant,
           day = coalesce(CAST(:effective_on AS date),
                          greatest({TODAY_SQL}, staged.previous_day, stream.last_decided_on))
      FROM destination_streams stream, (SELECT {NOW_SQL} AS instant) AS now
     WHERE stream.graduate_id = staged.graduate_id
    """
)
_WRITE_CURRENT = text(
    f"""
    INSERT INTO registrations AS kept (id, {_MAIN}, effective_version, effective_decided_on, decided_on, recorded_at)
    SELECT id, {_MAIN}, version, day, day, recorded_at FROM staged ORDER BY graduate_id
    ON CONFLICT (id) DO UPDATE
       SET {", ".join(f"{name} = EXCLUDED.{name}" for name in _MAIN.split(", "))},
           effective_version = EXCLUDED.effective_version, effective_decided_on = EXCLUDED.effective_decided_on,
           decided_on = EXCLUDED.decided_on, recorded_at = EXCLUDED.recorded_at
    """
)
_WRITE_VERSIONS = text(
    f"""
    INSERT INTO registration_versions
           (registration_id, version, graduate_id, school_code, state, confirmation, source, {_CONTENT}, code_lists,
            by_role, by_subject, action, decided_on, recorded_at, changed_fields)
    SELECT id, version, graduate_id, school_code, stage, confirmation, source, {_CONTENT}, code_lists,
           :by_role, :by_subject, 'import', day, recorded_at, changed_fields
      FROM staged
    """
)
_WRITE_STREAMS = text(
    """
    UPDATE destination_streams stream SET sequence = staged.sequence, last_decided_on = staged.day
      FROM staged WHERE staged.graduate_id = stream.graduate_id
    """
)
_WRITE_OUTBOX = text(
    """
    WITH written AS (
        INSERT INTO outbox (topic, key, sequence, type, school_code, decided_on, recorded_at, data, correlation_id)
        SELECT :topic, CAST(graduate_id AS text), sequence, type, school_code, day, recorded_at,
               data || jsonb_build_object('registration_id', id, 'decided_on', day, 'recorded_at', recorded_at),
               :correlation_id
          FROM staged ORDER BY graduate_id
        RETURNING id, key, sequence
    )
    SELECT key, sequence FROM written ORDER BY id DESC LIMIT 1
    """
)
_WRITE_AUDIT = text(
    """
    INSERT INTO audit_entries (subject, role, action, object_kind, object_id, school_code, correlation_id, detail)
    SELECT :by_subject, :by_role, 'import', 'registration', CAST(id AS text), school_code, :correlation_id,
           jsonb_build_object('version', version, 'operation_id', CAST(:operation_id AS text))
      FROM staged
    """
)
_UNSTAGE = text("DROP TABLE staged")

_UNSTAMPED = Stamp(RegistrationId(UUID(int=0)), date.max, datetime.max.replace(tzinfo=UTC))
_SAID_BY_DATABASE = {"registration_id", "decided_on", "recorded_at"}


@dataclass(frozen=True)
class Writing:
    """What all rows of one write have in common; the code lists are those that they were read with."""

    school_code: str
    effective_on: date | None
    operation_id: str
    lists: CodeLists


async def write(unit: UnitOfWork, rows: Sequence[Planned], writing: Writing) -> ChangeToken | None:
    """Stores the rows with history, events and audit entries; gives the token of the last event."""
    if not rows:
        return None
    connection = unit.connection
    common = {
        "effective_on": writing.effective_on,
        "by_role": unit.actor.role,
        "by_subject": unit.actor.subject,
        "topic": contract.TOPIC,
        "correlation_id": unit.correlation_id,
        "operation_id": writing.operation_id,
    }
    await connection.execute(_STAGE)
    records = await asyncio.to_thread(lambda: [_record(row, writing.lists) for row in rows])
    await unit.driver.copy_records_to_table("staged", columns=_STAGED, records=records)
    for statement in (_PREPARE, _WRITE_CURRENT, _WRITE_VERSIONS, _WRITE_STREAMS, _WRITE_AUDIT):
        await connection.execute(statement, common)
    last = (await connection.execute(_WRITE_OUTBOX, common)).one()
    await connection.execute(_UNSTAGE)
    return ChangeToken(contract.TOPIC, writing.school_code, last.key, last.sequence)


def _record(planned: Planned, lists: CodeLists) -> tuple[object, ...]:
    change, before, graduate = planned.change, planned.known.registration, planned.known.graduate
    values: dict[str, object] = {
        **change.content.values(),
        **vars(change.reviewers),
        "id": before.id if before else None,
        "graduate_id": graduate.id,
        "school_code": graduate.school_code,
        "cohort": graduate.cohort,
        "version": before.version + 1 if before else 1,
        "stage": change.stage.value,
        "confirmation": change.confirmation and change.confirmation.value,
        "source": change.source.value,
        "code_lists": storage.code_list_versions(change.content, lists),
        "incomplete": list(change.incomplete),
        "previous_day": before.decided_on if before else None,
        "changed_fields": list(change.changed),
        "type": change.announcement and announcements.TYPES[change.announcement],
        "data": _data(planned),
    }
    return tuple(values[name] for name in _STAGED)


def _data(planned: Planned) -> str:
    """The event's data but for what only the database can say."""
    before, change, graduate = planned.known.registration, planned.change, planned.known.graduate
    unstamped = after(graduate, before, change, _UNSTAMPED)
    return announcements.to_data(before, unstamped).model_dump_json(exclude=_SAID_BY_DATABASE)
