"""A consumer in tests, without its broker."""

from collections.abc import Sequence

from aiokafka import ConsumerRecord
from broker_events import GROUP, Applied, stored

from common import clock
from common.consuming import open_letters
from common.consuming.dead_letters import DeadLetters
from common.consuming.handling import Handling, Outcome
from common.consuming.reading import read_batch, types_of
from common.contracts import IncomingEvent
from common.contracts.envelope import StoredEvent, to_headers
from common.contracts.registration import TOPIC
from common.database import Database
from common.errors import PermanentError
from common.kafka import on_wire
from common.settings import ServiceSettings


class Refused(PermanentError):
    code = "refused"


class Consuming:
    """A consumer of the registration topic without its broker: batches are what a test makes of events."""

    def __init__(self, database: Database, settings: ServiceSettings) -> None:
        self.database, self.settings = database, settings
        self.failing: set[int] = set()
        self.error: type[PermanentError] = Refused
        self.handler = Applied(self._refuse)
        self.offset = 0
        self.restart()

    def restart(self) -> None:
        letters = DeadLetters(self.database, GROUP, [TOPIC], lambda arrived: arrived.key)
        self.handling = Handling(self.settings, GROUP, self.handler, self._healthy, letters)

    async def take(self, *events: StoredEvent | None, headers: Sequence[tuple[str, bytes]] = ()) -> Outcome:
        """A batch of these events, None for a message that cannot be read, each at the next offset."""
        records = [self.record(each, headers) for each in events]
        return await self.handle(*records)

    async def handle(self, *records: ConsumerRecord) -> Outcome:
        """A batch of these records."""
        return await self.handling.run(read_batch(self.settings, GROUP, types_of([TOPIC]), records))

    def record(self, given: StoredEvent | None, headers: Sequence[tuple[str, bytes]] = ()) -> ConsumerRecord:
        self.offset += 1
        now = clock.now().timestamp() * 1000
        topic, readable = on_wire(self.settings, TOPIC), given or stored(1)
        value = readable.data.encode() if given else b"{"
        described = [*to_headers(readable, "destinations", "http://x"), *headers]
        return ConsumerRecord(
            topic, 0, self.offset, int(now), 0, readable.key.encode(), value, None, 0, len(value), described
        )

    async def letters(self) -> list[tuple[str, str]]:
        return [(letter.id, letter.code) for letter in await open_letters(self.database)]

    def _refuse(self, events: Sequence[IncomingEvent]) -> None:
        if any(each.sequence in self.failing for each in events):
            raise self.error

    async def _healthy(self) -> bool:
        return True
