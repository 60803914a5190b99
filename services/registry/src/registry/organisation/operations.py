"""Completing majors that stood before rosters brought national codes."""

from functools import partial

from common.auth import SYSTEM
from common.database import Database
from registry.organisation import commands, storage

TAKE_SECONDS = 60.0
"""Between two looks for majors that a migration has marked: none are left after the first."""


async def take_national_codes(database: Database) -> int:
    """Takes the own codes of marked majors for their national ones, with their events; how many there were."""
    async with database.reading() as connection:
        schools = await storage.schools_with_due_codes(connection)
    return sum(
        [await database.act(SYSTEM, partial(commands.take_national_codes, school_code=each)) for each in schools]
    )
