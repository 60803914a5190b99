"""The next versions of many registrations: what `saving` writes of one, through COPY and a few statements.

Rows go straight to their tables: what the database has to say about them is asked before.
"""

import asyncio
from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

import asyncpg
from sqlalchemy import ARRAY, Date, Integer, Uuid, bindparam, text

from common.auth import Actor
from common.clock import NOW_SQL, day_in_shanghai
from common.codes import CodeLists
from common.identifiers import RegistrationId
from common.sql import Connection
from destinations.registrations.domain.content import FIELDS
from destinations.registrations.domain.lifecycle import Stage
from destinations.registrations.domain.registration import Change, Registration, Reviewers
from destinations.registrations.storage.lines import Line
from destinations.registrations.storage.saving import code_list_versions
from destinations.registrations.tables import LINE_COLUMNS
from destinations.roster.domain import Graduate

_OWNED = ("graduate_id", "school_code", "version")
_SAID = ("confirmation", "source", *FIELDS, "code_lists")
_DATED = ("decided_on", "recorded_at")
_CURRENT = (
    *("id", *_OWNED, "cohort", "stage", *_SAID, "incomplete", *vars(Reviewers())),
    *("effective_version", "effective_decided_on", *LINE_COLUMNS, *_DATED),
)
_VERSION = (
    *("registration_id", *_OWNED, "state", *_SAID),
    *("by_role", "by_subject", "action", "note", "changed_fields", *_DATED),
)

_MOMENT = text(
    f"SELECT {NOW_SQL} AS recorded_at, ARRAY(SELECT uuidv7() FROM generate_series(1, :created)) AS ids"
).bindparams(bindparam("created", type_=Integer))
_WRITE_STREAMS = text(
    """
    UPDATE destination_streams stream SET sequence = stream.sequence + 1, last_decided_on = written.day
      FROM unnest(:ids, :days) AS written (graduate_id, day) WHERE written.graduate_id = stream.graduate_id
    RETURNING stream.graduate_id, stream.sequence
    """
).bindparams(bindparam("ids", type_=ARRAY(Uuid)), bindparam("days", type_=ARRAY(Date)))
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

    What is not announced has no place there.
    """

    unsaved: Unsaved
    id: RegistrationId
    version: int
    day: date
    sequence: int | None


async def stamp_many(
    connection: Connection, rows: Sequence[Unsaved], effective_on: date | None, asked_on: date | None = None
) -> tuple[list[Stamped], datetime]:
    """Moves the streams of announced changes on; gives the rows with their stamps, and the instant of all of them.

    Without a day that is given a version counts from the day on which the work was asked for, by default today, and
    never before that of the version before.
    """
    created = sum(each.before is None for each in rows)
    moment = (await connection.execute(_MOMENT, {"created": created})).one()
    today = asked_on or day_in_shanghai(moment.recorded_at)
    earlier = ((row.before.decided_on if row.before else today, row.last_decided_on or today) for row in rows)
    days = [effective_on or max(today, *each) for each in earlier]
    announced = [(row.graduate.id, day) for row, day in zip(rows, days, strict=True) if row.change.announcement]
    values = {"ids": [each for each, _ in announced], "days": [day for _, day in announced]}
    sequences = {row[0]: row[1] for row in await connection.execute(_WRITE_STREAMS, values)} if announced else {}
    new_ids = iter(moment.ids)
    stamped = [
        Stamped(
            row,
            row.before.id if row.before else next(new_ids),
            row.before.version + 1 if row.before else 1,
            day,
            sequences.get(row.graduate.id),
        )
        for row, day in zip(rows, days, strict=True)
    ]
    return stamped, moment.recorded_at


async def save_many(
    connection: Connection, rows: Sequence[Stamped], recorded_at: datetime, actor: Actor, lists: CodeLists
) -> None:
    """Writes the versions and their history."""
    created, updated, versions = await asyncio.to_thread(_records, rows, recorded_at, actor, lists)
    if updated:
        await connection.execute(_STAGE)
        await copy_rows(connection.driver, "staged", _CURRENT, updated)
        await connection.execute(_UPDATE_CURRENT)
        await connection.execute(_UNSTAGE)
    await copy_rows(connection.driver, "registrations", _CURRENT, created)
    await copy_rows(connection.driver, "registration_versions", _VERSION, versions)


async def copy_rows(
    driver: asyncpg.Connection, table: str, columns: Sequence[str], rows: Sequence[tuple[object, ...]]
) -> None:
    """Adds the rows to the table."""
    if rows:
        await driver.copy_records_to_table(table, columns=columns, records=rows)


def _records(
    rows: Sequence[Stamped], recorded_at: datetime, actor: Actor, lists: CodeLists
) -> tuple[list[tuple[object, ...]], ...]:
    """New registrations, changed ones, and the versions of both, as rows of their tables."""
    created: list[tuple[object, ...]] = []
    updated: list[tuple[object, ...]] = []
    versions: list[tuple[object, ...]] = []
    for (graduate, before, change, _, line), registration_id, version, day, _ in rows:
        owned = (registration_id, graduate.id, graduate.school_code, version)
        content = vars(change.content).values()
        said = (change.confirmation, change.source, *content, code_list_versions(change.content, lists))
        noted = (line.fingerprint, version, line.sequence) if line else (None, None, None)
        reviewers, dated = vars(change.reviewers).values(), (day, recorded_at)
        effective = (version, day) if change.takes_effect else _kept_effective(before, change)
        (updated if before else created).append(
            (*owned, graduate.cohort, change.stage, *said, change.incomplete, *reviewers, *effective, *noted, *dated)
        )
        by = (actor.role, actor.subject, change.action, change.note, change.changed)
        versions.append((*owned, change.stage.state, *said, *by, *dated))
    return created, updated, versions


def _kept_effective(before: Registration | None, change: Change) -> tuple[int | None, date | None]:
    """Version and day of the content that stays effective beside a change that does not take effect."""
    effective = before.effective if before and change.stage is not Stage.VOIDED else None
    return (effective.version, effective.decided_on) if effective else (None, None)
