"""Emptying rows that came back and are past their day."""

from functools import partial

from common.database import Database
from common.retention import end_in_parts
from destinations.reconciliations import commands

PART = 1_000
"""Rows of one transaction."""


async def end_past(database: Database, part: int = PART) -> int:
    """Empties the rows that need be kept no longer; how many those were."""
    return await end_in_parts(database, partial(commands.end_part, part=part), part)
