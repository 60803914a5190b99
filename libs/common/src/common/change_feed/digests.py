"""Digests of an outbox: whether a past moment is settled, and hashes by which others find what they lack.

What is hashed is never emptied: key, sequence and id of an event stay when its contents are erased.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from sqlalchemy import TextClause, text

from common import rows
from common.clock import NOW_SQL, OFFSET_SQL
from common.outbox import fence
from common.sql import Connection

DIGITS = "0123456789abcdef"
MAX_PREFIX = 4
"""Digits of a key from which on versions are listed, not hashed: one school has few under one of 65,536."""

# `recorded_at` is taken by the statement that stores the row, and a transaction that stores has an id from then on: so
# what runs since before the moment, or has an id, may still commit a row of before it. A session that this role may not
# look at (all of it is null), or that says nothing, could be one. A database that came back older gets the events back
# that it lacks before it is open.
_SETTLED = text(
    f"""
    SELECT {NOW_SQL} >= :before AND ({fence.IS_OPEN}) AND NOT EXISTS (
        SELECT FROM pg_stat_activity
         WHERE datname = current_database() AND pid <> pg_backend_pid()
           AND coalesce(backend_type NOT IN ('autovacuum worker', 'parallel worker'), true)
           AND (backend_type IS NULL OR state = 'disabled'
                OR (xact_start + {OFFSET_SQL} < :before
                    AND (backend_xid IS NOT NULL
                         OR (NOT starts_with(state, 'idle') AND query_start + {OFFSET_SQL} < :before))))
    )
    """
)
_OF_PREFIX = """
    FROM outbox
    WHERE topic = :topic AND school_code = :school AND recorded_at < :before AND starts_with(key, CAST(:prefix AS text))
"""


def ranges_over(versions: str, key_order: str = 'key COLLATE "C"') -> TextClause:
    """The ranges below a prefix, of versions as FROM and WHERE of a statement with the fields of `Asked`.

    They have `key`, `sequence` and `event_id`; where the key is stored as an id, its column is a faster `key_order`.
    """
    # the digit as a number: it is compared with each version, and as a text it would take a third of all the time
    return text(
        f"""
        SELECT ascii(substr(key, length(CAST(:prefix AS text)) + 1, 1)) AS digit, count(*) AS versions,
               sha256(convert_to(string_agg(concat_ws(':', key, sequence, event_id) || chr(10), ''
                                            ORDER BY {key_order}, sequence), 'UTF8')) AS hash
        {versions} GROUP BY digit
        """
    )


def listed(versions: str) -> TextClause:
    """The same versions as a list."""
    return text(f'SELECT key, sequence, event_id {versions} ORDER BY key COLLATE "C", sequence')


_RANGES = ranges_over(_OF_PREFIX)
_VERSIONS = listed(_OF_PREFIX)


@dataclass(frozen=True)
class Asked:
    """Versions of a topic that are about a school, were recorded before a moment, and whose keys begin so."""

    topic: str
    school: str
    before: datetime
    prefix: str


@dataclass(frozen=True)
class KeyRange:
    """The versions whose keys begin with `prefix`, as one hash in hexadecimal digits."""

    prefix: str
    versions: int
    hash: str


@dataclass(frozen=True)
class KeyVersion:
    """One version: the id of the event under a key and a sequence."""

    key: str
    sequence: int
    event_id: UUID


async def is_settled(connection: Connection, before: datetime) -> bool:
    """Whether everything recorded before the moment can be seen by a statement that begins after this one.

    False for a moment to come, while a transaction may still commit such a row, and while the outbox is not compared
    with its topics in this run of the server. The connection must hold no snapshot.
    """
    return bool(await connection.scalar(_SETTLED, {"before": before}))


async def ranges_of(connection: Connection, asked: Asked, of: TextClause = _RANGES) -> Sequence[KeyRange]:
    """The sixteen ranges below a prefix, by the next digit; an empty one has the hash of nothing.

    `of` is `ranges_over` versions that are kept elsewhere than in the outbox.
    """
    found = {chr(row.digit): row for row in await connection.execute(of, vars(asked))}
    return [
        KeyRange(f"{asked.prefix}{digit}", row.versions, row.hash.hex())
        if (row := found.get(digit))
        else KeyRange(f"{asked.prefix}{digit}", 0, sha256().hexdigest())
        for digit in DIGITS
    ]


async def versions_of(connection: Connection, asked: Asked, of: TextClause = _VERSIONS) -> Sequence[KeyVersion]:
    """The versions themselves, in the order in which they are hashed; `of` is `listed` versions kept elsewhere."""
    return rows.all(KeyVersion, await connection.execute(of, vars(asked)))
