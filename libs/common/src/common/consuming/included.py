"""Which of the changes that callers name are in the tables that events are kept in."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from sqlalchemy import TextClause, text

from common.contracts import ChangeToken
from common.sql import Connection

OF_EVENT = "(named.event_id IS NULL OR stored.event_id = named.event_id)"
"""Part of a condition about `stored`: the row is from the very event, where one is named."""


def among(condition: str) -> TextClause:
    """The question whether changes are stored: those `named (key, sequence, school_code, event_id)` that have a row.

    `condition` is a SELECT that compares the school, too (`NO_SCHOOL` where a topic is about all): the key of another
    school is as good as one that does not exist, so that an answer never shows which it is. `event_id` is null unless
    it matters which event a row is from (`OF_EVENT`).
    """
    return text(
        f"""
        SELECT named.key, named.sequence, named.school_code
        FROM unnest(CAST(:keys AS text[]), CAST(:sequences AS bigint[]), CAST(:schools AS text[]),
                    CAST(:event_ids AS uuid[])) AS named (key, sequence, school_code, event_id)
        WHERE EXISTS ({condition})
        """
    )


async def included_in(
    connection: Connection, stored: Mapping[str, TextClause], tokens: Collection[ChangeToken]
) -> set[ChangeToken]:
    """Those of the changes that are stored, by one question for each topic of `stored`; of other topics none."""
    found: set[ChangeToken] = set()
    for topic, question in stored.items():
        if asked := [token for token in tokens if token.topic == topic]:
            rows = await connection.execute(question, _named(asked, [None] * len(asked)))
            found |= {ChangeToken(topic, row.school_code, row.key, row.sequence) for row in rows}
    return found


async def is_event_included(
    connection: Connection, stored: Mapping[str, TextClause], token: ChangeToken, event_id: UUID
) -> bool:
    """Whether the change is stored as this event says it, not as another one of its sequence."""
    question = stored.get(token.topic)
    return (
        question is not None
        and (await connection.execute(question, _named([token], [event_id]))).one_or_none() is not None
    )


def _named(tokens: Collection[ChangeToken], event_ids: Sequence[UUID | None]) -> dict[str, object]:
    return {
        "keys": [token.key for token in tokens],
        "sequences": [token.sequence for token in tokens],
        "schools": [token.school_code for token in tokens],
        "event_ids": event_ids,
    }
