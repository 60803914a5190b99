"""A consumer of a service: joins its group again and again, until cancelled."""

import asyncio
from collections.abc import Collection, Sequence

from aiokafka.errors import KafkaError
from sqlalchemy import text

from common.bounded import wait_at_most
from common.consuming.applied import Applied, NewRunError
from common.consuming.member import Member
from common.consuming.progress import OnProgress
from common.consuming.reading import types_of
from common.consuming.retrying import Handle, RetriesExhaustedError
from common.database import Database
from common.errors import TransientError
from common.kafka import BrokerUnavailableError, consumer, ensure_topics
from common.observability import logger
from common.settings import ServiceSettings

MAX_BATCH = 5_000
_PAUSE = 1.0
_PING_SECONDS = 5.0

_log = logger(__name__)


class Consumer:
    """Feeds `handle` with batches of whatever is there.

    One call of `handle` is one transaction that the handler commits; offsets are stored after it, so any batch may
    come again, in other company, and the handler must not mind. TransientError and lost connections: the batch is
    tried again. PermanentError and what stays unexplained: the message is found by halving and sent to dead letters.
    """

    def __init__(
        self,
        database: Database,
        settings: ServiceSettings,
        group: str,
        topics: Sequence[str],
        handle: Handle,
        *,
        types: Collection[str] | None = None,
        on_progress: OnProgress | None = None,
        max_batch: int = MAX_BATCH,
    ) -> None:
        self._database, self._settings = database, settings
        self._group, self._topics = group, tuple(topics)
        self._handle, self._on_progress, self._max_batch = handle, on_progress, max_batch
        self._types = frozenset(types) if types is not None else types_of(topics)
        self._member: Member | None = None

    async def run(self) -> None:
        """Consumes until cancelled. Raises StalledConsumerError where only a new process is sure to help."""
        while True:
            try:
                await self._join()
            except (BrokerUnavailableError, RetriesExhaustedError, NewRunError, TransientError, KafkaError) as error:
                _log.warning("Consumer starts anew", group=self._group, error=type(error).__name__, cause=str(error))
            finally:
                self._member = None
            await asyncio.sleep(_PAUSE)

    async def not_ready(self) -> str | None:
        """Why the consumer is no working member of its group; None when it is."""
        member = self._member
        return None if member is not None and member.joined else f"{self._group} has no partitions assigned"

    async def _join(self) -> None:
        await ensure_topics(self._settings, self._topics, {self._group: self._topics})
        member = Member(
            self._settings,
            self._group,
            self._types,
            self._handle,
            self._database_answers,
            self._on_progress,
            self._max_batch,
            Applied(self._database, self._settings, self._group),
        )
        self._member = member
        async with consumer(self._settings, self._group, self._topics, member) as client:
            await member.run(client)

    async def _database_answers(self) -> bool:
        async def ping() -> bool:
            async with self._database.reading() as connection:
                return bool(await connection.scalar(text("SELECT true")))

        try:
            return await wait_at_most(ping(), _PING_SECONDS, "database")
        except Exception:
            return False
