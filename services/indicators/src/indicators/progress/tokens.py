"""Whether the changes that a caller names are included already."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from common.contracts import ChangeToken, graduate, organisation, registration, response
from common.database import Database
from common.errors import BadQuery, FieldProblem, Text

_MALFORMED = Text("变更凭证无法识别", "This is no change token of a topic that figures follow")

_STORED: Mapping[str, str] = MappingProxyType(
    {
        graduate.TOPIC: "SELECT true FROM roster_versions WHERE graduate_id = :key AND sequence = :sequence",
        # registry's event may come after: until the roster entry is there, the decision counts nowhere
        registration.TOPIC: """
            SELECT true FROM destination_versions WHERE graduate_id = :key AND sequence = :sequence
               AND EXISTS (SELECT FROM roster_versions WHERE graduate_id = :key)
        """,
        response.TOPIC: "SELECT true FROM response_versions WHERE graduate_id = :key AND sequence = :sequence",
        organisation.TOPIC: "SELECT true FROM units WHERE school_code = :key AND sequence >= :sequence LIMIT 1",
    }
)


def require_followed(tokens: Sequence[ChangeToken]) -> None:
    """Raises BadQuery for a token of a topic that figures do not follow, or with a key that no event of it has."""
    if any(token.topic not in _STORED or _key(token) is None for token in tokens):
        raise BadQuery([FieldProblem("min_change", "change_token", _MALFORMED)])


async def all_included(database: Database, tokens: Sequence[ChangeToken]) -> bool:
    """True as soon as every named change is stored; figures move in the same transaction."""
    async with database.reading() as connection:
        for token in tokens:
            if not await _is_included(connection, token):
                return False
    return True


async def _is_included(connection: AsyncConnection, token: ChangeToken) -> bool:
    parameters = {"key": _key(token), "sequence": token.sequence}
    return bool(await connection.scalar(text(_STORED[token.topic]), parameters))


def _key(token: ChangeToken) -> str | UUID | None:
    if token.topic == organisation.TOPIC:
        return token.key if token.key == token.school_code else None
    try:
        return UUID(token.key)
    except ValueError:
        return None
