"""The row of a graduate in `destination_streams`: locked first by every write about the graduate."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from common.identifiers import RegistrationId
from destinations.roster.domain import Graduate

PATIENCE = "5s"
"""How long one act waits for another, or for an import, of the same graduate. Longer, and a few waiting requests hold
every connection of the pool; the caller is told to try again instead."""

_PATIENCE = f"WITH patience AS MATERIALIZED (SELECT set_config('lock_timeout', '{PATIENCE}', true))"

_LOCK = text(
    f"""
    {_PATIENCE}
    SELECT 1 FROM patience, destination_streams
     WHERE graduate_id = (SELECT graduate_id FROM registrations WHERE id = :id) FOR UPDATE OF destination_streams
    """
)
_OPEN = text(
    f"""
    {_PATIENCE}
    INSERT INTO destination_streams (graduate_id, school_code)
    SELECT CAST(:graduate_id AS uuid), CAST(:school_code AS text) FROM patience
    ON CONFLICT (graduate_id) DO UPDATE SET school_code = EXCLUDED.school_code
    """
)


async def lock(connection: AsyncConnection, registration_id: RegistrationId) -> None:
    """Makes every other write about the same graduate wait; the first statement of a write on what exists."""
    await connection.execute(_LOCK, {"id": registration_id})


async def open_stream(connection: AsyncConnection, graduate: Graduate) -> None:
    """Locks the graduate's stream, which begins here if there is none."""
    await connection.execute(_OPEN, {"graduate_id": graduate.id, "school_code": graduate.school_code})
