"""Deleting support plans that are past their day."""

from functools import partial

from common.auth import SYSTEM
from common.database import Database
from common.observability import logger
from destinations.support import commands

RETENTION_SECONDS = 6 * 3600.0
"""What is past its day changes once a day."""

PART = 1_000
"""Plans of one transaction."""

_log = logger(__name__)


async def end_past(database: Database, part: int = PART) -> int:
    """Deletes the plans that are past their day; how many that were."""
    ended, count = 0, part
    while count == part:
        count = await database.act(SYSTEM, partial(commands.end_part, part=part))
        ended += count
    if ended:
        _log.info("Support plans past their day are deleted", plans=ended)
    return ended
