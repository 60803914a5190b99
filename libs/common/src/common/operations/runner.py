"""Workers of long work: a free worker takes the next operation; one that dies loses it to another."""

import asyncio
import math
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any
from uuid import uuid4

from common.crypto import FieldCipher
from common.database import Database
from common.errors import Invalid, TransientError
from common.observability import correlated, counter, exception_summary, logger
from common.operations import storage
from common.operations.cell_values import sealed_values
from common.operations.context import OperationContext
from common.operations.helping import Helper
from common.operations.outcome import MAX_STORED, MAX_WARNINGS, WARNING, Outcome, added_up, broken, refused
from common.operations.storage import Claimed
from common.operations.submitting import REPORT

LEASE = 10.0
"""Seconds without a sign of life after which another worker takes over: longer than any pause of a busy loop."""

MAX_ATTEMPTS = 5
"""A file that killed five workers would kill the sixth."""

RETRY_AFTER = 1.0
_IDLE = 0.25

Handler = Callable[[OperationContext], Awaitable[Outcome]]

_log = logger(__name__)
_ENDED = counter("operations_ended", "Long work by kind and end", ("kind", "state"))


def count_ended(kind: str, state: str) -> None:
    """Counts a piece of work that has ended, in the metrics of this process."""
    _ENDED.labels(kind, state).inc()


class OperationRunner:
    """Runs operations of the kinds it has handlers for. A handler may be run again from the start at any time.

    `empty_results` are the results, by kind, of work that did nothing: what broken work answers, with what it has
    committed added. `ended` hears kind and state of each piece of work that has ended here. `helper` does parts beside.
    """

    def __init__(
        self,
        database: Database,
        handlers: Mapping[str, Handler],
        *,
        cipher: FieldCipher | None = None,
        empty_results: Mapping[str, Mapping[str, Any]] | None = None,
        lease: float = LEASE,
        concurrency: int = 1,
        ended: Callable[[str, str], None] = count_ended,
        helper: Helper | None = None,
    ) -> None:
        self._database = database
        self._handlers = handlers
        self._cipher = cipher
        self._empty_results = empty_results or {}
        self._lease = lease
        self._concurrency = concurrency
        self._ended = ended
        self._helper = helper
        self._name = uuid4().hex
        self._working = 0
        self._idle_since = 0.0

    async def run(self, patience: float = math.inf) -> None:
        """Works until cancelled, what it holds then is free for others at once, or idle for `patience` seconds."""
        self._idle_since = time.monotonic()
        async with asyncio.TaskGroup() as group:
            for _ in range(self._concurrency):
                group.create_task(self._work(patience))

    async def run_once(self) -> bool:
        """Does one operation to its end, if there is one."""
        # from before the claim, or another worker could take the process for idle beside it
        self._working += 1
        try:
            async with storage.changing(self._database) as connection:
                claimed = await storage.claim(connection, self._name, self._handlers.keys(), self._lease)
            if claimed is None:
                return False
            with correlated(claimed.correlation_id):
                await self._attempt(claimed)
            self._idle_since = time.monotonic()
        finally:
            self._working -= 1
        return True

    async def _work(self, patience: float) -> None:
        while self._working or time.monotonic() - self._idle_since < patience:
            try:
                found = await self.run_once()
            except TransientError as error:
                _log.warning("operations wait", **exception_summary(error))
                found = False
            if not found:
                await asyncio.sleep(_IDLE)

    async def _attempt(self, claimed: Claimed) -> None:
        if claimed.attempts > MAX_ATTEMPTS:
            await self._finish(claimed, broken("gave_up", await self._result(claimed)))
            return
        async with self._held(claimed) as lost:
            work = asyncio.ensure_future(self._outcome(claimed))
            try:
                await asyncio.wait({work, lost}, return_when=asyncio.FIRST_COMPLETED)
                outcome = work.result() if work.done() else None
            except asyncio.CancelledError:
                await _ended(work)
                await asyncio.shield(self._give_back(claimed))
                raise
            await _ended(work)
            if outcome is not None:
                await self._finish(claimed, outcome)

    async def _outcome(self, claimed: Claimed) -> Outcome | None:
        """The handler's answer; None when the work is to be tried again later."""
        try:
            context = OperationContext(claimed, self._database, self._cipher, helper=self._helper)
            return await self._handlers[claimed.kind](context)
        except TransientError as error:
            _log.info("operation is tried again later", kind=claimed.kind, **exception_summary(error))
            async with storage.changing(self._database) as connection:
                await storage.try_later(connection, claimed, RETRY_AFTER)
            return None
        except Invalid as error:
            return refused(error, await self._result(claimed))
        except Exception as error:
            _log.error("operation failed unforeseen", kind=claimed.kind, **exception_summary(error))
            return broken("internal_error", await self._result(claimed))

    async def _result(self, claimed: Claimed) -> dict[str, Any]:
        """What broken work has come to."""
        async with self._database.reading() as connection:
            parts = await storage.done_chunks(connection, claimed.id)
        return added_up(self._empty_results.get(claimed.kind, {}), parts.values())

    async def _finish(self, claimed: Claimed, outcome: Outcome) -> None:
        report = outcome.report
        if report is not None:
            if self._cipher is None:
                raise ValueError("a report needs a cipher")
            report = await asyncio.to_thread(self._cipher.encrypt_blob, REPORT, claimed.id, report)
        problems, warnings = outcome.problems[:MAX_STORED], outcome.warnings[:MAX_WARNINGS]
        errors = [problem.to_json() for problem in problems]
        errors += [{**problem.to_json(), WARNING: True} for problem in warnings]
        values = await asyncio.to_thread(sealed_values, self._cipher, claimed.id, [*problems, *warnings])
        async with storage.changing(self._database) as connection:
            state = await storage.finish(
                connection,
                claimed,
                outcome.state,
                outcome.result,
                errors,
                values,
                outcome.total,
                report,
                None if outcome.file is None else outcome.file.to_json(),
            )
        if state is not None:
            self._ended(claimed.kind, state)

    async def _give_back(self, claimed: Claimed) -> None:
        with suppress(TransientError):
            async with storage.changing(self._database) as connection:
                await storage.release(connection, claimed)

    @asynccontextmanager
    async def _held(self, claimed: Claimed) -> AsyncIterator["asyncio.Task[None]"]:
        """Renews the lease beside the work; the task ends when the hold is lost."""
        beating = asyncio.create_task(self._beat(claimed))
        try:
            yield beating
        finally:
            await _ended(beating)

    async def _beat(self, claimed: Claimed) -> None:
        alive_at = asyncio.get_running_loop().time()
        while asyncio.get_running_loop().time() - alive_at < self._lease:
            await asyncio.sleep(self._lease / 4)
            with suppress(TransientError):
                async with storage.changing(self._database) as connection:
                    if not await storage.renew(connection, claimed, self._lease):
                        return
                alive_at = asyncio.get_running_loop().time()


async def _ended(task: "asyncio.Future[Any]") -> None:
    task.cancel()
    await asyncio.wait({task})
