"""The limit on new dead letters of a topic: a bad version of the code must not empty a topic into them."""

from collections import Counter

from aiokafka import ConsumerRecord

from common.consuming.dead_letters import DeadLetters
from common.consuming.reading import Place
from common.contracts.envelope import IncomingEvent

MAX_NEW_IN_BATCH, MAX_NEW_IN_HOUR = 5, 19
"""New letters of a topic that are set apart; one more, and the fault is taken for ours."""


class LimitReachedError(Exception):
    """A topic has too many new dead letters: nothing of the batch is set apart, and the topic pauses."""

    def __init__(self, topic: str) -> None:
        super().__init__(topic)
        self.topic = topic


class Quota:
    """What the topics of one batch may still have. A letter that is open already is never a new one."""

    def __init__(self, letters: DeadLetters) -> None:
        self._letters = letters
        self._new: dict[str, str] = {}
        self._recent: Counter[str] | None = None

    async def spend(self, place: Place, record: ConsumerRecord, event: IncomingEvent | None) -> None:
        """Counts one failure; raises LimitReachedError. The database is asked at the first one only."""
        if self._recent is None:
            await self._letters.refresh()
            self._recent = await self._letters.recent()
        letter_id, topic = self._letters.id_of(place, record, event), place[0]
        if letter_id in self._letters.open:
            return
        self._new[letter_id] = topic
        new = Counter(self._new.values())[topic]
        if new > MAX_NEW_IN_BATCH or self._recent[topic] + new > MAX_NEW_IN_HOUR:
            raise LimitReachedError(topic)
