"""Deleting files past their day."""

from common.database import Database
from common.observability import logger
from common.retention import end_in_parts
from destinations.filing import commands

_log = logger(__name__)


async def end_past(database: Database) -> int:
    """Deletes the files of filings that need be kept no longer; how many that were."""
    ended = await end_in_parts(database, commands.end_part, part=1)
    if ended:
        _log.info("Files of filings past their day are deleted", filings=ended)
    return ended
