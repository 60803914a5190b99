"""The next versions of many registrations: what `saving` writes of one, through COPY and a few statements.

Rows go straight to their tables: what the database has to say about them is asked before.
"""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from itertools import compress, repeat
from operator import not_
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text

from common import copying
from common.auth import Actor
from common.clock import NOW_SQL, day_in_shanghai
from common.codes import CodeLists
from common.copying import copy_rows
from common.identifiers import RegistrationId
from common.sql import Connection, array, array_sql, uuids_like
from destinations.registrations.domain.content import FIELDS
from destinations.registrations.domain.lifecycle import Stage
from destinations.registrations.domain.registration import Change, Registration
from destinations.registrations.storage.lines import Line
from destinations.registrations.storage.saving import code_list_versions
from destinations.registrations.tables import HANDS, LINE_COLUMNS, registrations, versions
from destinations.roster.domain import Graduate

_OWNED = ("graduate_id", "school_code", "version")
_SAID = ("confirmation", "source", *FIELDS, "code_lists")
_JUDGED = (*HANDS, "late_reason", "submitted_at")
_DATED = ("decided_on", "recorded_at")
_CURRENT = (
    *("id", *_OWNED, "cohort", "stage", *_SAID, "incomplete", "levels", *_JUDGED, "evidence_complete"),
    *("effective_version", "effective_decided_on", *LINE_COLUMNS, *_DATED),
)
_VERSION = (
    *("registration_id", *_OWNED, "state", *_SAID),
    *("by_role", "by_subject", "action", "note", "changed_fields", "cohort", *_JUDGED),
    *("effective_version", "evidence_complete", "incomplete", *_DATED),
)
_TYPES = {column.name: column.type for column in (*registrations.c, *versions.c)}
_UNLINED = (None,) * len(LINE_COLUMNS)

_MOMENT = text(f"SELECT {NOW_SQL} AS recorded_at, uuidv7() AS id")
_WRITE_STREAMS = text(
    f"""
    UPDATE destination_streams stream SET sequence = stream.sequence + 1, last_decided_on = written.day
      FROM unnest({array_sql("ids", "uuid")}, {array_sql("days", "date")}) AS written (graduate_id, day)
     WHERE written.graduate_id = stream.graduate_id
    RETURNING stream.graduate_id, stream.sequence
    """
)
_STAGE = text(
    f"CREATE TEMPORARY TABLE staged ON COMMIT DROP AS SELECT {', '.join(_CURRENT)} FROM registrations WITH NO DATA"
)
_UPDATE_CURRENT = text(
    f"""
    UPDATE registrations current SET {", ".join(f"{name} = staged.{name}" for name in _CURRENT[1:])}
      FROM staged WHERE staged.id = current.id
    """
)
_UNSTAGE = text("DROP TABLE staged")


class Unsaved(NamedTuple):
    """A change of a graduate whose stream is locked; `line` is that of the file which the change comes from."""

    graduate: Graduate
    before: Registration | None
    change: Change
    last_decided_on: date | None
    line: Line | None = None


class Stamped(NamedTuple):
    """What the database says of a change: the registration's id and version, the day, the place in the stream.

    What is not announced has no place there, and no event with that id.
    """

    unsaved: Unsaved
    id: RegistrationId
    version: int
    day: date
    sequence: int | None
    event_id: UUID


async def stamp_many(
    connection: Connection, rows: Sequence[Unsaved], effective_on: date | None, asked_on: date | None = None
) -> tuple[list[Stamped], datetime]:
    """Moves the streams of announced changes on; gives the rows with their stamps, and the instant of all of them.

    Without a day that is given a version counts from the day on which the work was asked for, by default today, and
    never before that of the version before.
    """
    moment = (await connection.execute(_MOMENT)).one()
    today = asked_on or day_in_shanghai(moment.recorded_at)
    earlier = ((row.before.decided_on if row.before else today, row.last_decided_on or today) for row in rows)
    days = [effective_on or max(today, *each) for each in earlier]
    announced = [(row.graduate.id, day) for row, day in zip(rows, days, strict=True) if row.change.announcement]
    values = {"ids": array(each for each, _ in announced), "days": array(day for _, day in announced)}
    sequences = {row[0]: row[1] for row in await connection.execute(_WRITE_STREAMS, values)} if announced else {}
    new_ids = iter(uuids_like(moment.id, sum(each.before is None for each in rows)))
    event_ids = uuids_like(moment.id, len(rows))
    stamped = [
        Stamped(
            row,
            row.before.id if row.before else RegistrationId(next(new_ids)),
            row.before.version + 1 if row.before else 1,
            day,
            sequences.get(row.graduate.id),
            event_id,
        )
        for row, day, event_id in zip(rows, days, event_ids, strict=True)
    ]
    return stamped, moment.recorded_at


async def save_many(
    connection: Connection, rows: Sequence[Stamped], recorded_at: datetime, actor: Actor, lists: CodeLists
) -> None:
    """Writes the versions and their history."""
    current, versions = await asyncio.to_thread(_records, rows, recorded_at, actor, lists)
    known = [row.unsaved.before is not None for row in rows]
    if any(known):
        await connection.execute(_STAGE)
        await copy_rows(connection.driver, "staged", _CURRENT, compress(current, known))
        await connection.execute(_UPDATE_CURRENT)
        await connection.execute(_UNSTAGE)
    await copy_rows(connection.driver, "registrations", _CURRENT, compress(current, map(not_, known)))
    await copy_rows(connection.driver, "registration_versions", _VERSION, versions)


def _records(
    rows: Sequence[Stamped], recorded_at: datetime, actor: Actor, lists: CodeLists
) -> tuple[list[bytes], list[bytes]]:
    """The registrations and their versions as rows of their tables; column by column, since most values repeat."""
    unsaved, ids, numbers, days, *_ = zip(*rows, strict=True)
    graduates, before, changes, _, lines = zip(*unsaved, strict=True)
    effective = [
        (number, day) if change.takes_effect else _kept_effective(earlier, change)
        for number, day, earlier, change in zip(numbers, days, before, changes, strict=True)
    ]
    lined = [
        (line.fingerprint, number, line.sequence) if line else _UNLINED
        for line, number in zip(lines, numbers, strict=True)
    ]
    values: dict[str, Iterable[object]] = {
        "id": ids,
        "graduate_id": [each.id for each in graduates],
        "school_code": [each.school_code for each in graduates],
        "cohort": [each.cohort for each in graduates],
        "version": numbers,
        "stage": [each.stage for each in changes],
        "state": [each.stage.state for each in changes],
        "confirmation": [each.confirmation for each in changes],
        "source": [each.source for each in changes],
        "code_lists": [code_list_versions(each.content, lists) for each in changes],
        "incomplete": [each.incomplete for each in changes],
        "note": [each.note for each in changes],
        "decided_on": days,
        "action": [each.action for each in changes],
        "changed_fields": [each.changed for each in changes],
        "recorded_at": repeat(recorded_at, len(rows)),
        "by_role": repeat(actor.role, len(rows)),
        "by_subject": repeat(actor.subject, len(rows)),
        **dict(zip(FIELDS, _columns(change.content for change in changes), strict=True)),
        **_judged(before, changes, recorded_at),
        **dict(zip(("effective_version", "effective_decided_on"), zip(*effective, strict=True), strict=True)),
        **dict(zip(LINE_COLUMNS, zip(*lined, strict=True), strict=True)),
    }
    fields = {name: copying.fields_of(_TYPES[name], column) for name, column in values.items()}
    fields["registration_id"] = fields["id"]
    return copying.joined(fields, _CURRENT), copying.joined(fields, _VERSION)


def _judged(
    before: Sequence[Registration | None], changes: Sequence[Change], recorded_at: datetime
) -> dict[str, Iterable[object]]:
    """By whose hands, under which levels, when and why so late."""
    return {
        "levels": [each.levels for each in changes],
        "late_reason": [each.late_reason for each in changes],
        "submitted_at": [
            recorded_at if each.submits else earlier and earlier.submitted_at
            for each, earlier in zip(changes, before, strict=True)
        ],
        "evidence_complete": [each.evidence_complete for each in changes],
        **dict(zip(HANDS, _columns(each.hands for each in changes), strict=True)),
    }


def _columns(values: Iterable[object]) -> Iterable[tuple[object, ...]]:
    """The values of each field of many equal things."""
    return zip(*(vars(each).values() for each in values), strict=True)


def _kept_effective(before: Registration | None, change: Change) -> tuple[int | None, date | None]:
    """Version and day of the content that stays effective beside a change that does not take effect."""
    effective = before.effective if before and change.stage is not Stage.VOIDED else None
    return (effective.version, effective.decided_on) if effective else (None, None)
