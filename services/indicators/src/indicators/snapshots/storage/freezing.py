"""Snapshots are frozen: spans are copied, other rows computed from versions, and all of it is hashed once."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy import DateTime, Uuid, bindparam, text

from common.change_feed.barrier import Waiting
from common.identifiers import GraduateId
from common.sql import Connection
from indicators.snapshots.domain.document import FIELDS, head_of, line_of, lines_of_copy
from indicators.snapshots.domain.snapshots import Moment, SnapshotId
from indicators.snapshots.storage.reading import moment_values
from indicators.snapshots.tables import rows
from indicators.timeline.cells import SPAN_COLUMN_NAMES, span_row
from indicators.timeline.fold import timelines
from indicators.timeline.storage import select_as_known

PART = 5_000
"""Graduates that are held in memory at a time."""

_COLUMNS = tuple(column.name for column in rows.c if column.name != "snapshot_id")
_LISTED = ", ".join(_COLUMNS)
_ID = bindparam("id", type_=Uuid())
_KNOWN_AT = bindparam("known_at", type_=DateTime(timezone=True))

# another worker that holds it is freezing it
_TAKE = text("SELECT true FROM snapshots WHERE id = :id AND state = 'pending' FOR UPDATE SKIP LOCKED").bindparams(_ID)
_WAIT_FOR = text(
    """
    UPDATE snapshots SET waiting_for = CAST(:waiting_for AS jsonb), dead_letters = :dead_letters
     WHERE id = :id AND (waiting_for <> CAST(:waiting_for AS jsonb) OR dead_letters <> :dead_letters)
    """
).bindparams(_ID)
# of whom a version was recorded at the moment or later, or whose spans the release before wrote, is computed apart
_COPY = text(
    f"""
    WITH late AS MATERIALIZED (
        SELECT graduate_id FROM roster_versions WHERE school_code = :school_code AND recorded_at >= :known_at
        UNION SELECT graduate_id FROM destination_versions WHERE school_code = :school_code AND recorded_at >= :known_at
        UNION SELECT graduate_id FROM spans WHERE school_code = :school_code AND roster_generation IS NULL
    ), copied AS (
        INSERT INTO snapshot_rows (snapshot_id, {_LISTED})
        SELECT :id, {_LISTED} FROM spans
         WHERE school_code = :school_code AND cohort = :cohort AND from_day <= :as_of AND to_day > :as_of
           AND NOT EXISTS (SELECT FROM late WHERE late.graduate_id = spans.graduate_id)
    )
    SELECT graduate_id FROM late ORDER BY graduate_id
    """
).bindparams(_ID, _KNOWN_AT)
_ALL_GRADUATES = "SELECT DISTINCT graduate_id FROM roster_versions WHERE school_code = $1 ORDER BY 1"
_SAID = {"flexible": "CASE WHEN destination_code IS NOT NULL THEN CAST(flexible AS integer) END"}
_LINES = text(
    f"""
    SELECT {", ".join(_SAID.get(name, name) for name in FIELDS)} FROM snapshot_rows
     WHERE snapshot_id = :id AND graduate_id > :after ORDER BY graduate_id LIMIT CAST(:limit AS integer)
    """
).bindparams(_ID, bindparam("after", type_=Uuid()))
_SEAL = text(
    """
    WITH ended AS (
        UPDATE snapshots SET state = 'frozen', version = version + 1, waiting_for = '[]', dead_letters = :dead_letters
         WHERE id = :id RETURNING id, school_code
    )
    INSERT INTO snapshot_contents (snapshot_id, school_code, base, hash, definitions, watermark)
    SELECT id, school_code, :base, :hash, CAST(:definitions AS jsonb), :watermark FROM ended
    """
).bindparams(_ID, bindparam("watermark", type_=DateTime(timezone=True)))
_DEAD_LETTERS = text(
    """
    SELECT count(*) FROM dead_letters
     WHERE closed_at IS NULL AND topic = ANY(CAST(:topics AS text[]))
       AND (school_code = :school_code OR (school_code IS NULL AND partition = :partition))
    """
)
BEFORE_ALL = GraduateId(UUID(int=0))
"""Before the graduates of every snapshot."""


async def take(connection: Connection, snapshot_id: SnapshotId) -> bool:
    """Locks a pending one; False where another worker has it, or has frozen it."""
    return bool(await connection.scalar(_TAKE, {"id": snapshot_id}))


async def dead_letters(connection: Connection, topics: Sequence[str], school_code: str, partition: int) -> int:
    """How many messages of these topics are not applied that are, or may be, about the school."""
    values = {"topics": list(topics), "school_code": school_code, "partition": partition}
    return int(await connection.scalar(_DEAD_LETTERS, values))


async def wait_for(
    connection: Connection, snapshot_id: SnapshotId, waiting_for: Sequence[Waiting], letters: int
) -> None:
    """Notes what a snapshot waits for; nothing is written where that stands."""
    said = json.dumps([asdict(each) for each in waiting_for])
    await connection.execute(_WAIT_FOR, {"id": snapshot_id, "waiting_for": said, "dead_letters": letters})


async def fill(connection: Connection, snapshot_id: SnapshotId, moment: Moment) -> None:
    """Stores the rows: spans of the day as they are where nothing was recorded since, the others from versions."""
    late = await connection.scalars(_COPY, {"id": snapshot_id, **moment_values(moment)})
    async for part in _computed(connection.driver, moment, late):
        records = [(snapshot_id, *(each[name] for name in _COLUMNS)) for each in part]
        columns = ("snapshot_id", *_COLUMNS)
        await connection.driver.copy_records_to_table("snapshot_rows", records=records, columns=columns)


async def seal(
    connection: Connection,
    snapshot_id: SnapshotId,
    *,
    base: int,
    digest: bytes,
    definitions: Sequence[Mapping[str, Any]],
    watermark: datetime | None,
    letters: int,
) -> None:
    """Ends a taken one as frozen: from here on it takes no row."""
    values = {
        "id": snapshot_id,
        "base": base,
        "hash": digest,
        "definitions": json.dumps(definitions, ensure_ascii=False),
        "watermark": watermark,
        "dead_letters": letters,
    }
    await connection.execute(_SEAL, values)


async def lines_after(
    connection: Connection, snapshot_id: SnapshotId, after: GraduateId = BEFORE_ALL
) -> tuple[bytes, GraduateId | None]:
    """The text of the next stored rows, and the last graduate in it; None after the last."""
    copied = bytearray()

    async def take(lines: bytes) -> None:
        copied.extend(lines)

    await _copy_lines(connection, snapshot_id, take, after, PART)
    last = copied[copied.rfind(b"\n", 0, -1) + 1 :].partition(b"|")[0]
    return lines_of_copy(bytes(copied)), GraduateId(UUID(last.decode())) if last else None


async def hash_of_rows(connection: Connection, snapshot_id: SnapshotId, moment: Moment) -> tuple[int, bytes]:
    """The number of stored rows, and the hash of their text."""
    digest, base = sha256(head_of(moment).encode()), 0

    async def take(lines: bytes) -> None:
        nonlocal base
        base += lines.count(b"\n")
        digest.update(lines_of_copy(lines))

    await _copy_lines(connection, snapshot_id, take)
    return base, digest.digest()


async def hash_of_versions(connection: Connection, moment: Moment) -> bytes:
    """The hash of the text of the same rows, computed from the versions recorded before the moment."""
    digest = sha256(head_of(moment).encode())
    graduates = [row["graduate_id"] for row in await connection.driver.fetch(_ALL_GRADUATES, moment.school_code)]
    async for part in _computed(connection.driver, moment, graduates):
        for each in part:
            digest.update(line_of([each[name] for name in FIELDS]).encode())
    return digest.digest()


async def _copy_lines(
    connection: Connection,
    snapshot_id: SnapshotId,
    into: Callable[[bytes], Awaitable[None]],
    after: GraduateId = BEFORE_ALL,
    limit: int | None = None,
) -> None:
    values = {"id": snapshot_id, "after": after, "limit": limit}
    await connection.copy_lines(_LINES, values, into, delimiter="|")


async def _computed(
    connection: asyncpg.Connection, moment: Moment, graduates: Sequence[GraduateId]
) -> AsyncIterator[list[dict[str, Any]]]:
    """What the versions say of these graduates on the day, in their order; nothing of who is not in the cohort."""
    for start in range(0, len(graduates), PART):
        chunk = graduates[start : start + PART]
        stored = await select_as_known(connection, chunk, moment.school_code, moment.known_at)
        on_day = {
            key.graduate_id: span
            for key, span in timelines(stored).items()
            if span.from_day <= moment.as_of < span.to_day
            and (span.content.school_code, span.content.cohort) == (moment.school_code, moment.cohort)
        }
        yield [
            dict(zip(SPAN_COLUMN_NAMES, span_row(each, on_day[each]), strict=True)) for each in chunk if each in on_day
        ]
