"""Which of several events consumers get last: not that of the last id where transactions ran side by side."""

from collections.abc import Collection

from sqlalchemy import text

from common.contracts import ChangeToken
from common.sql import Connection

# what has no position yet gets one after all that have, in the order of the ids
_NEWEST = text(
    """
    SELECT o.topic, o.school_code, o.key, o.sequence
      FROM unnest(CAST(:topics AS text[]), CAST(:keys AS text[]), CAST(:sequences AS bigint[]))
           AS named (topic, key, sequence)
      JOIN outbox o USING (topic, key, sequence)
     ORDER BY o.position DESC NULLS FIRST, o.id DESC LIMIT 1
    """
)


async def newest_of(connection: Connection, tokens: Collection[str]) -> ChangeToken:
    """The token of these, of one topic and school, that covers all: its event comes after the others."""
    named = [ChangeToken.decode(token) for token in tokens]
    values = {
        "topics": [each.topic for each in named],
        "keys": [each.key for each in named],
        "sequences": [each.sequence for each in named],
    }
    row = (await connection.execute(_NEWEST, values)).one()
    return ChangeToken(row.topic, row.school_code, row.key, row.sequence)
