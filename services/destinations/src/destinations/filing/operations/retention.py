"""Deleting files past their day."""

from common.auth import SYSTEM
from common.database import Database
from common.observability import logger
from destinations.filing import commands

RETENTION_SECONDS = 6 * 3600.0
"""What is past its day changes once a day."""

_log = logger(__name__)


async def end_past(database: Database) -> int:
    """Deletes the files of filings that need be kept no longer; how many that were."""
    ended = 0
    while await database.act(SYSTEM, commands.end_part):
        ended += 1
    if ended:
        _log.info("Files of filings past their day are deleted", filings=ended)
    return ended
