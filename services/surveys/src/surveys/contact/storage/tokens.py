"""Digests of the tokens that messages carry: one opens the link, one can only end contact."""

from collections.abc import Mapping

from sqlalchemy import text

from common.clock import NOW_SQL
from common.identifiers import InvitationId, SchoolCode
from common.sql import Connection
from surveys.invitations.domain import LINK_LIVES

_GIVEN = "unnest(CAST(:digests AS bytea[]), CAST(:ids AS uuid[])) AS given (digest, id)"
_LINKS = text(
    f"""
    INSERT INTO access_entries (token_digest, invitation_id, school_code, expires_at)
    SELECT given.digest, given.id, :school_code, {NOW_SQL} + CAST(:lives AS interval) FROM {_GIVEN}
    """
)
_STOPS = text(
    f"INSERT INTO stop_tokens (token_digest, invitation_id, school_code) SELECT digest, id, :school_code FROM {_GIVEN}"
)


async def keep_links(connection: Connection, school_code: SchoolCode, digests: Mapping[bytes, InvitationId]) -> None:
    """Stores digests of tokens that open a link as its own does, for as long as its answer can be withdrawn."""
    bound = {"digests": [*digests], "ids": [*digests.values()], "school_code": school_code, "lives": LINK_LIVES}
    await connection.execute(_LINKS, bound)


async def keep_stops(connection: Connection, school_code: SchoolCode, digests: Mapping[bytes, InvitationId]) -> None:
    """Stores digests of tokens that can only end contact."""
    bound = {"digests": [*digests], "ids": [*digests.values()], "school_code": school_code}
    await connection.execute(_STOPS, bound)
