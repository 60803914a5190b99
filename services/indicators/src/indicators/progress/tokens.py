"""Whether the changes that a caller names are included already."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection

from common.contracts import ChangeToken, graduate, organisation, registration, response
from common.database import Database
from common.errors import BadQuery, FieldProblem, Message

_NOT_FOLLOWED = Message("变更凭证无法识别", "This is no change token of a topic that figures follow")


def _version_in(table: str) -> TextClause:
    # the key of another school is as good as one that does not exist: nobody learns whether it does
    return text(
        f"""
        SELECT true FROM {table}
        WHERE graduate_id = CAST(:key AS uuid) AND sequence = :sequence AND school_code = :school
        """
    )


_STORED: Mapping[str, TextClause] = MappingProxyType(
    {
        graduate.TOPIC: _version_in("roster_versions"),
        registration.TOPIC: _version_in("destination_versions"),
        response.TOPIC: _version_in("response_versions"),
        organisation.TOPIC: text(
            """
            SELECT true FROM units
            WHERE school_code = :key AND sequence >= :sequence AND school_code = :school LIMIT 1
            """
        ),
    }
)

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
    if any(token.topic not in _STORED for token in tokens):
        raise BadQuery([FieldProblem("min_change", "change_token", _NOT_FOLLOWED)])


async def all_included(database: Database, tokens: Sequence[ChangeToken]) -> bool:
    """True as soon as every named change is stored and counts; figures move in the same transaction."""
    async with database.reading() as connection:
        for token in tokens:
            if not await _is_stored(connection, token):
                return False
        for school_code in {token.school_code for token in tokens if token.topic == registration.TOPIC}:
            if await connection.scalar(_WITHOUT_ENTRY, {"school": school_code}):
                return False
    return True


async def _is_stored(connection: AsyncConnection, token: ChangeToken) -> bool:
    named = {"school": token.school_code, "key": token.key, "sequence": token.sequence}
    return bool(await connection.scalar(_STORED[token.topic], named))
