"""Which of the changes that callers name are included already."""

from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType

from sqlalchemy import TextClause, text

from common.code_entries import table as code_entries
from common.consuming.included import OF_EVENT, among, included_in
from common.contracts import ChangeToken, code_list, fact, graduate, organisation, registration, response
from common.database import Database
from common.errors import BadQuery, FieldProblem, Message
from indicators.schema import CODE_ENTRIES

_NOT_FOLLOWED = Message("变更凭证无法识别", "This is no change token of a topic that figures follow")


def _version_in(table: str) -> TextClause:
    return among(
        f"""
        SELECT FROM {table} AS stored
        WHERE stored.graduate_id = CAST(named.key AS uuid) AND stored.sequence = named.sequence
          AND stored.school_code = named.school_code AND {OF_EVENT}
        """
    )


STORED: Mapping[str, TextClause] = MappingProxyType(
    {
        graduate.TOPIC: _version_in("roster_versions"),
        registration.TOPIC: _version_in("destination_versions"),
        response.TOPIC: among(
            " UNION ALL ".join(
                f"""
                SELECT 1 FROM {table} AS stored
                WHERE stored.{key} = CAST(named.key AS uuid) AND stored.sequence = named.sequence
                  AND stored.school_code = named.school_code AND {OF_EVENT}
                """
                for table, key in (
                    ("response_versions", "graduate_id"),
                    ("employer_response_versions", "employer_id"),
                )
            )
        ),
        fact.TOPIC: _version_in("fact_versions"),
        code_list.TOPIC: code_entries.INCLUDED,
        organisation.TOPIC: among(
            f"""
            SELECT FROM units AS stored
            WHERE stored.school_code = named.key AND stored.sequence >= named.sequence
              AND stored.school_code = named.school_code AND {OF_EVENT}
            """
        ),
    }
)
"""Which changes are stored, by topic: each version, or those up to the newest."""

# Registry's event may come after that of the decision, which counts nowhere until the roster entry is there. The token
# of an import names its last graduate only, so all of the school are looked at. They are counted because PostgreSQL
# plans a search for the first one, which as a rule does not exist, ten times slower.
_WITHOUT_ENTRY = text(
    """
    SELECT count(*) FROM destination_versions AS decided
    WHERE decided.school_code = :school AND NOT EXISTS (
        SELECT FROM roster_versions AS entered
        WHERE entered.school_code = :school AND entered.graduate_id = decided.graduate_id)
    """
)


def require_followed(tokens: Sequence[ChangeToken]) -> None:
    """Raises BadQuery for a token of a topic that figures do not follow."""
    if any(token.topic not in STORED for token in tokens):
        raise BadQuery([FieldProblem("min_change", "change_token", _NOT_FOLLOWED)])


async def included_of(database: Database, tokens: Collection[ChangeToken]) -> set[ChangeToken]:
    """Those of the changes that are stored and count; figures move in the same transaction as versions."""
    async with database.reading() as connection:
        found = await included_in(connection, STORED, tokens)
        decided = {token for token in found if token.topic == registration.TOPIC}
        for school_code in {token.school_code for token in decided}:
            if await connection.scalar(_WITHOUT_ENTRY, {"school": school_code}):
                found -= {token for token in decided if token.school_code == school_code}
    if any(token.topic == code_list.TOPIC for token in found):
        # labels come from the lists of this process
        await CODE_ENTRIES.refresh(database)
    return found
