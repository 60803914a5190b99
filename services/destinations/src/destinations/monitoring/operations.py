"""Reports fall due, and are made once what was recorded before their moments is here."""

import time
from functools import partial

from common.auth import SYSTEM
from common.change_feed.barrier import OwnerDigest
from common.contracts import graduate
from common.database import Database
from common.errors import TransientError
from common.observability import exception_summary, logger
from destinations.monitoring import commands, storage
from destinations.monitoring.domain.reports import Moment
from destinations.registry_client import Registry, RegistryUnavailable
from destinations.settings import Settings

DUE_SECONDS = 20.0
"""How soon after a cut-off its report is there, pending."""

MAKE_SECONDS = 5.0
"""How soon a worker sees that a report need not wait any longer."""

ROUND_SECONDS = 300.0
"""A round begins no other report after these, and the next one goes on."""

PART = 500
"""Pending reports of one statement."""

_log = logger(__name__)


async def add_due(database: Database) -> int:
    """Adds the reports of cut-offs that have passed, of those long ago, too; how many those were."""
    added = await database.act(SYSTEM, commands.add_due)
    if added:
        _log.info("Monitoring reports are due", reports=added)
    return added


async def make_reports(database: Database, settings: Settings) -> int:
    """Makes the reports that need not wait; how many those were. Registry is asked only while one waits."""
    async with database.reading() as connection:
        if not await storage.next_pending(connection, None, 1):
            return 0
    async with Registry.connected(settings) as registry:
        return await make_pending(database, registry)


async def make_pending(database: Database, registry: Registry) -> int:
    """The same, with a client of registry; raises what went wrong with one of them after the others are made."""
    deadline, made = time.monotonic() + ROUND_SECONDS, 0
    ask, after, count = _Asking(registry), None, PART
    missed: Exception | None = None
    while count == PART and time.monotonic() < deadline:
        async with database.reading() as connection:
            pending = await storage.next_pending(connection, after, PART)
        for report in pending:
            after = report.id
            try:
                act = partial(commands.make, report=report, registry=await ask.about(report))
                made += await database.act(SYSTEM, act)
            except TransientError:
                raise
            except Exception as error:
                # the fault of one report holds no other school up
                _log.error("Monitoring report cannot be made", report=f"{report.id}", **exception_summary(error))
                missed = error
        count = len(pending)
    if made:
        _log.info("Monitoring reports are made", reports=made)
    if missed is not None:
        raise missed
    return made


class _Asking:
    """Asks registry about each moment of a school once in a round, and no more in it once it does not answer."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._known: dict[tuple[object, ...], OwnerDigest] = {}
        self._is_down = False

    async def about(self, moment: Moment) -> OwnerDigest | None:
        """What registry says; None where it does not answer."""
        key = (moment.school_code, moment.at)
        if key not in self._known and not self._is_down:
            try:
                said = await self._registry.digest(graduate.TOPIC, moment.school_code, moment.at)
            except RegistryUnavailable:
                self._is_down = True
            else:
                self._known[key] = said
        return self._known.get(key)
