"""Deleting what has expired: operations with their files, and remembered answers to repeated requests."""

from collections.abc import Sequence
from functools import partial

import structlog

from common.auth import SYSTEM
from common.database import Database
from common.once import purge_idempotency_keys
from common.operations import purge_operations
from common.periodic import Periodic, Timetable, every
from common.service_process.composition import Background

EVERY_SECONDS = 600.0

_log = structlog.get_logger(__name__)


def timetable(database: Database, work: Sequence[Periodic]) -> Background:
    """All periodic work of a process, with its readiness."""
    made = Timetable(database, work)
    return Background("periodic", made.run, made.not_ready)


def tidying(database: Database) -> Periodic:
    """The deletion of what has expired, as periodic work of a service that takes operations."""
    return every(EVERY_SECONDS, partial(tidy, database))


async def tidy(database: Database) -> None:
    """Deletes what has expired by now."""
    async with database.transaction(SYSTEM) as unit:
        operations = await purge_operations(unit.connection)
        answers = await purge_idempotency_keys(unit.connection)
        await unit.commit()
    _log.info("Tidied", operations=operations, answers=answers)
