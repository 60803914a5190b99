"""The relay: one active per service, numbers what was committed and sends it in that order."""

import asyncio
import time
from datetime import datetime
from enum import StrEnum

import asyncpg
from sqlalchemy import text

from common.contracts.catalogue import topics_of
from common.contracts.envelope import StoredEvent
from common.database import Database
from common.database.dedicated import dedicated_connection
from common.database.failures import LOST
from common.kafka import BrokerUnavailableError, broker_time, ensure_topics
from common.observability import counter, gauge, logger
from common.outbox import fence
from common.publishing import Publisher, publisher
from common.relay.comparing import LACKING, NOT_COMPARED, compare, lacks_events
from common.relay.connection import STANDBY_SECONDS, wait_for_leadership
from common.relay.marks import Marks
from common.relay.numbering import backlog, number_next, sent_position, unsent_after
from common.relay.sending import send
from common.settings import ServiceSettings

BUSY_POLL = 0.003
IDLE_POLL = 0.050
_BUSY_FOR = 1.0
_MEASURE_EVERY = 5.0
_MARK_EVERY = 1.0
_BACKOFF = (0.2, 0.5, 1.0, 2.0)

_STATE = text(f"SELECT ({fence.IS_OPEN}) AS open, (SELECT lacking > 0 FROM relay_state) AS lacking")

_log = logger(__name__)
_sent_total = counter("outbox_sent_total", "Events acknowledged by the broker")
_unnumbered = gauge("outbox_unnumbered_rows", "Committed events without a position, counted to 100,000")
_oldest_age = gauge("outbox_oldest_unsent_seconds", "Age of the oldest event that is not acknowledged")
_leading = gauge("outbox_leading", "1 while this process is the active relay")


class Role(StrEnum):
    """What a relay is doing."""

    STARTING = "starting"
    STANDING_BY = "standing_by"
    LEADING = "leading"


class Relay:
    """Sends a service's outbox. Any number may run; the lock lets one lead, and two at once would only duplicate."""

    def __init__(self, database: Database, settings: ServiceSettings) -> None:
        self._database = database
        self._settings = settings
        self.role = Role.STARTING

    async def run(self) -> None:
        """Runs until cancelled; a lost database or broker makes it back off and go on."""
        failures = 0
        while True:
            started = time.monotonic()
            try:
                async with dedicated_connection(self._database.pool, f"{self._settings.service} relay") as connection:
                    self._become(Role.STANDING_BY)
                    while await lacks_events(connection):  # noqa: ASYNC110 - the command that puts them back is elsewhere
                        await asyncio.sleep(STANDBY_SECONDS)
                    await wait_for_leadership(connection)
                    self._become(Role.LEADING)
                    _log.info("Relay leads")
                    await self._lead(connection)
            except LOST as error:
                _log.warning("Relay lost its database connection", error=type(error).__name__)
            finally:
                self._become(Role.STARTING)
            failures = 0 if time.monotonic() - started > _BUSY_FOR * 10 else failures + 1
            await asyncio.sleep(_backoff(failures))

    async def not_ready(self) -> str | None:
        """Why the relay is neither leading nor standing by, or why the outbox takes nothing; None when all is well."""
        if self.role is Role.STARTING:
            return "relay has no database connection"
        async with self._database.reading() as connection:
            state = (await connection.execute(_STATE)).one()
        if state.open:
            return None
        return LACKING if state.lacking else NOT_COMPARED

    def _become(self, role: Role) -> None:
        self.role = role
        _leading.set(role is Role.LEADING)

    async def _lead(self, connection: asyncpg.Connection) -> None:
        """Sends for as long as the connection holds; returns where the outbox lacks events, for others to lead."""
        failures = 0
        while True:
            try:
                await ensure_topics(self._settings, topics_of(self._settings.service))
                marks = await compare(connection, self._settings)
                if marks is None:
                    return
                async with publisher(self._settings) as client:
                    failures = 0
                    await _Sending(connection, client, self._settings, marks).run()
            except BrokerUnavailableError as error:
                _log.warning("Relay has no broker", waiting_for=str(error))
            failures += 1
            await _measure(connection, await sent_position(connection))
            await asyncio.sleep(_backoff(failures))


class _Sending:
    """The cycle of one leader with one producer."""

    def __init__(
        self, connection: asyncpg.Connection, client: Publisher, settings: ServiceSettings, marks: Marks
    ) -> None:
        self._connection = connection
        self._client = client
        self._settings = settings
        self._marks = marks
        self._marked_at = 0.0
        self._sent = 0
        self._sent_at: datetime | None = None
        self._worked_at = time.monotonic()
        self._measured_at = 0.0

    async def run(self) -> None:
        """Sends what an earlier leader left, then cycles for ever."""
        self._sent = await sent_position(self._connection)
        while rows := await unsent_after(self._connection, self._sent):
            await self._send(rows)
        while True:
            if rows := await number_next(self._connection, self._sent, self._sent_at, self._marks_due()):
                await self._send(rows)
                continue
            self._client.require_connected()
            now = time.monotonic()
            if now - self._measured_at > _MEASURE_EVERY:
                self._measured_at = now
                await _measure(self._connection, self._sent)
            await asyncio.sleep(BUSY_POLL if now - self._worked_at < _BUSY_FOR else IDLE_POLL)

    async def _send(self, rows: list[StoredEvent]) -> None:
        placed = await send(self._client, self._settings, rows)
        self._marks.move(placed)
        self._sent_at = broker_time(placed[-1].timestamp)
        self._sent = rows[-1].position
        self._worked_at = time.monotonic()
        _sent_total.inc(len(rows))

    def _marks_due(self) -> str | None:
        now = time.monotonic()
        if not self._marks.has_moved or now - self._marked_at < _MARK_EVERY:
            return None
        self._marked_at = now
        return self._marks.taken()


async def _measure(connection: asyncpg.Connection, sent: int) -> None:
    waiting = await backlog(connection, sent)
    _unnumbered.set(waiting.unnumbered)
    _oldest_age.set(waiting.oldest_age)


def _backoff(failures: int) -> float:
    return _BACKOFF[min(failures, len(_BACKOFF)) - 1] if failures else _BACKOFF[0]
