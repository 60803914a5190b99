"""A consumer of a service: joins its group again and again, until cancelled."""

import asyncio
from collections.abc import Collection, Sequence

from aiokafka.errors import KafkaError
from sqlalchemy import text

from common.bounded import wait_at_most
from common.consuming.applied import Applied, NewRunError
from common.consuming.dead_letters import DeadLetters, Newest
from common.consuming.handling import Handling
from common.consuming.member import PAUSED, Member
from common.consuming.progress import OnProgress
from common.consuming.reading import types_of
from common.consuming.retrying import Handle, RetriesExhaustedError
from common.database import Database
from common.errors import TransientError
from common.kafka import BrokerUnavailableError, consumer, ensure_topics
from common.observability import Notice, logger
from common.settings import ServiceSettings

MAX_BATCH = 5_000
MAX_NAMED = 5
"""Dead letters that `/readyz` names."""

_PAUSE = 1.0
_PING = text("SELECT true")
_PING_SECONDS = 5.0

_log = logger(__name__)


class Consumer:
    """Feeds `handle` with batches of whatever is there.

    One call of `handle` is one transaction that the handler commits; offsets are stored after it, so any batch may
    come again, in other company, and the handler must not mind. TransientError and lost connections: the batch is
    tried again. PermanentError and what stays unexplained: the message is found by halving and sent to dead letters.
    Too many new ones of a topic: none of them is set apart, and the topic pauses until this process ends.
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
        newest: Newest = lambda _event: None,
        max_batch: int = MAX_BATCH,
    ) -> None:
        self._database, self._settings = database, settings
        self._group, self._topics = group, tuple(topics)
        self._on_progress, self._max_batch = on_progress, max_batch
        self._letters = DeadLetters(database, group, topics, newest)
        self._handling = Handling(settings, group, handle, self._database_answers, self._letters)
        self._paused: set[str] = set()
        for topic in self._topics:
            PAUSED.labels(group, topic).set(0)
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
        """Why the consumer is no working member of its group, or a topic of it pauses; a Notice of what is not applied.

        None when nothing is amiss.
        """
        member = self._member
        if member is None or not member.joined:
            return f"{self._group} has no partitions assigned"
        if self._paused:
            return f"{', '.join(sorted(self._paused))}: paused, too many new dead letters"
        letters = list(self._letters.open.values())
        more = f" and {len(letters) - MAX_NAMED} more" if len(letters) > MAX_NAMED else ""
        named = ", ".join(f"{each.place} {each.code}" for each in letters[:MAX_NAMED])
        return Notice(f"dead letters are open: {named}{more}") if letters else None

    async def _join(self) -> None:
        await ensure_topics(self._settings, self._topics, {self._group: self._topics})
        member = Member(
            self._settings,
            self._group,
            self._types,
            self._handling,
            self._letters,
            self._paused,
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
                return bool(await connection.scalar(_PING))

        try:
            return await wait_at_most(ping(), _PING_SECONDS, "database")
        except Exception:
            return False
