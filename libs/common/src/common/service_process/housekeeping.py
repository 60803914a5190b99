"""Deleting what has expired: operations with their files, and remembered answers to repeated requests."""

import asyncio
from functools import partial

import structlog

from common.auth import SYSTEM
from common.database import Database
from common.errors import TransientError
from common.once import purge_idempotency_keys
from common.operations import purge_operations
from common.service_process.composition import Background

EVERY_SECONDS = 600.0

_log = structlog.get_logger(__name__)


def housekeeping(database: Database) -> Background:
    """Work for a worker of a service that takes operations; several workers do not disturb each other."""
    return Background("housekeeping", partial(_for_ever, database))


async def tidy(database: Database) -> None:
    """Deletes what has expired by now."""
    async with database.transaction(SYSTEM) as unit:
        operations = await purge_operations(unit.connection)
        answers = await purge_idempotency_keys(unit.connection)
        await unit.commit()
    _log.info("Tidied", operations=operations, answers=answers)


async def _for_ever(database: Database) -> None:
    while True:
        try:
            await tidy(database)
        except TransientError as error:
            _log.warning("Tidying waits", error=type(error).__name__)
        await asyncio.sleep(EVERY_SECONDS)
