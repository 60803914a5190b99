"""Erasing everybody whose day has come, each in one transaction: killed between two of them, it is finished later."""

from functools import partial

from common.auth import SYSTEM
from common.crypto import FieldCipher
from common.database import Database
from common.errors import PermanentError
from common.observability import logger
from registry.erasures import commands, storage
from registry.erasures.domain import NotDue

ERASE_SECONDS = 30.0
"""An erasure that is approved for today is done within a minute."""

PART = 1_000

_log = logger(__name__)


async def erase_due(database: Database, cipher: FieldCipher) -> int:
    """Erases the graduates of approved erasures whose day has come; how many that were."""
    async with database.reading() as connection:
        due = await storage.due(connection, PART)
    count = 0
    for erasure_id in due:
        try:
            await database.act(SYSTEM, partial(commands.erase, cipher=cipher, erasure_id=erasure_id))
            count += 1
        except NotDue:
            _log.info("Another worker has erased, or the erasure was withdrawn", erasure=str(erasure_id))
        except PermanentError as error:
            # the others are erased all the same
            _log.error("Not erased", erasure=str(erasure_id), code=error.code)
    return count
