"""Deleting support plans that are past their day."""

from functools import partial

from common.database import Database
from common.observability import logger
from common.retention import end_in_parts
from destinations.support import commands

PART = 1_000
"""Plans of one transaction."""

_log = logger(__name__)


async def end_past(database: Database, part: int = PART) -> int:
    """Deletes the plans that are past their day; how many that were."""
    ended = await end_in_parts(database, partial(commands.end_part, part=part), part)
    if ended:
        _log.info("Support plans past their day are deleted", plans=ended)
    return ended
