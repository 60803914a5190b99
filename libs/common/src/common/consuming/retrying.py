"""What an error means for a batch: try again in place, or find the message that cannot be processed."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import asyncpg

from common.contracts.envelope import IncomingEvent
from common.errors import PermanentError, TransientError
from common.kafka import BrokerUnavailableError
from common.observability import counter, logger

Handle = Callable[[Sequence[IncomingEvent]], Awaitable[None]]
Healthy = Callable[[], Awaitable[bool]]
Found = Callable[[IncomingEvent], Awaitable[None]]
"""Hears of each event that cannot be processed; what it raises ends the search."""

RETRY_SECONDS = 60.0
"""How long a batch is tried again in place; well below `max_poll_interval_ms`, or the group would expel the member.

The search for the failing event goes on after it, with one attempt for each step.
"""

UNEXPLAINED_ATTEMPTS = 3
"""An error that is neither transient nor permanent by type may still be a passing one."""

_FIRST_PAUSE, _LONGEST_PAUSE = 0.05, 2.0

# serialization failure, deadlock, lock not available, query cancelled, standby not promoted yet, connection and
# resource trouble, shutdown
_PASSING_SQLSTATES = ("40001", "40P01", "55P03", "57014", "25006", "08", "53", "57P")

_log = logger(__name__)
_retries = counter("consumer_retries_total", "Batches tried again", ["error"])


class RetriesExhaustedError(Exception):
    """A transient failure outlasted the retries in place; nothing was lost, the batch comes again."""


@dataclass(frozen=True)
class FailedEvent:
    """An event that cannot be processed, and why."""

    event: IncomingEvent
    error: Exception


class Processing:
    """One batch and how long it may be tried again. `healthy` tells whether the database answers at all.

    `failed` is what was found so far, also when `run` raises.
    """

    def __init__(self, handle: Handle, healthy: Healthy, found: Found, seconds: float = RETRY_SECONDS) -> None:
        self._handle = handle
        self._healthy = healthy
        self._found = found
        self._deadline = time.monotonic() + seconds
        self.failed: list[FailedEvent] = []

    async def run(self, events: Sequence[IncomingEvent]) -> None:
        """Has all events handled, in halves where one of them cannot be processed.

        Raises RetriesExhaustedError when a transient failure lasts, and whatever `found` raises.
        """
        if not events:
            return
        try:
            await self._handled(events)
        except RetriesExhaustedError:
            raise
        except Exception as error:
            if len(events) == 1:
                await self._found(events[0])
                self.failed.append(FailedEvent(events[0], error))
                return
            middle = len(events) // 2
            await self.run(events[:middle])
            await self.run(events[middle:])

    async def _handled(self, events: Sequence[IncomingEvent]) -> None:
        attempt = 0
        while True:
            try:
                return await self._handle(events)
            except Exception as error:
                attempt += 1
                if not await self._worth_another(error, attempt):
                    raise
                _retries.labels(type(error).__name__).inc()
                _log.warning("Batch is tried again", error=type(error).__name__, attempt=attempt, events=len(events))
            longest = min(_LONGEST_PAUSE, _FIRST_PAUSE * 2.0 ** min(attempt, 10))
            await asyncio.sleep(longest * random.uniform(0.5, 1.0))  # noqa: S311 - spreads retries, guards nothing

    async def _worth_another(self, error: Exception, attempt: int) -> bool:
        if isinstance(error, PermanentError):
            return False
        late = time.monotonic() > self._deadline
        if attempt < UNEXPLAINED_ATTEMPTS and not late:
            return True
        # a database that is going down may say so in ways that are not listed
        if not is_passing(error) and await self._healthy():
            return False
        if late:
            raise RetriesExhaustedError(type(error).__name__) from error
        return True


def is_passing(error: BaseException) -> bool:
    """Whether the same act may succeed later: by our own types, and by what drivers raise for lost connections."""
    if isinstance(error, PermanentError):
        return False
    if isinstance(error, TransientError | BrokerUnavailableError | OSError | TimeoutError):
        return True
    # the driver's complaints about a value are interface errors too, and ValueErrors besides
    return _passing_state(error) or (isinstance(error, asyncpg.InterfaceError) and not isinstance(error, ValueError))


def _passing_state(error: BaseException | None) -> bool:
    state = getattr(error, "sqlstate", None)
    return isinstance(state, str) and state.startswith(_PASSING_SQLSTATES)
