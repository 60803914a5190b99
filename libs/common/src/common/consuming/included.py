"""Which of the changes that callers name are in the tables that events are kept in."""

from collections.abc import Collection, Mapping

from sqlalchemy import TextClause, text

from common.contracts import ChangeToken
from common.sql import Connection


def among(condition: str) -> TextClause:
    """The question for `included_in`: those of the changes `named (key, sequence, school_code)` for which a row exists.

    `condition` is a SELECT that compares the school, too (`NO_SCHOOL` where a topic is about all): the key of another
    school is as good as one that does not exist, so that an answer never shows which it is.
    """
    return text(
        f"""
        SELECT named.key, named.sequence, named.school_code
        FROM unnest(CAST(:keys AS text[]), CAST(:sequences AS bigint[]), CAST(:schools AS text[]))
            AS named (key, sequence, school_code)
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
            named = {
                "keys": [token.key for token in asked],
                "sequences": [token.sequence for token in asked],
                "schools": [token.school_code for token in asked],
            }
            rows = await connection.execute(question, named)
            found |= {ChangeToken(topic, row.school_code, row.key, row.sequence) for row in rows}
    return found
