"""What becomes of a batch: it is applied; what cannot be is set apart, or its topic is left to a better version."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from common.consuming.dead_letter_topics import send_dead_letters
from common.consuming.dead_letters import DeadLetter, DeadLetters, origin
from common.consuming.quota import LimitReachedError, Quota
from common.consuming.reading import Batch, place_of
from common.consuming.retrying import FailedEvent, Handle, Healthy, Processing, RetriesExhaustedError, is_passing
from common.contracts.envelope import IncomingEvent
from common.settings import ServiceSettings


@dataclass(frozen=True)
class Outcome:
    """`batch` is what is done with: applied, or set apart. Nothing of the topics in `paused` is in it."""

    batch: Batch
    failed: int
    paused: Collection[str]


class Handling:
    """Has batches applied by `handle` and keeps the book of dead letters."""

    def __init__(
        self, settings: ServiceSettings, group: str, handle: Handle, healthy: Healthy, letters: DeadLetters
    ) -> None:
        self._settings, self._group = settings, group
        self._handle, self._healthy, self._letters = handle, healthy, letters

    async def run(self, batch: Batch) -> Outcome:
        """Raises RetriesExhaustedError when a transient failure lasts, of the handler, the book or its topics."""
        paused: set[str] = set()
        rest = batch
        try:
            await self._letters.recall()
            while True:
                try:
                    failed = await self._failed(rest)
                except LimitReachedError as reached:
                    paused.add(reached.topic)
                    rest = batch.without(paused)
                    continue
                in_vain = {letter.event.id for letter in failed if letter.event is not None}
                await self._settle(failed, (event for event in rest.events if event.id not in in_vain), rest)
                return Outcome(rest, len(failed), paused)
        except RetriesExhaustedError:
            raise
        except Exception as error:
            if is_passing(error):
                raise RetriesExhaustedError(type(error).__name__) from error
            raise

    async def _failed(self, batch: Batch) -> Sequence[DeadLetter]:
        """Raises LimitReachedError; and RetriesExhaustedError, after what was found before is set apart."""
        quota = Quota(self._letters)
        for place, _ in batch.broken:
            await quota.spend(place, batch.records[place], None)

        async def count(event: IncomingEvent) -> None:
            await quota.spend(place_of(event), batch.record_of(event), event)

        processing = Processing(self._handle, self._healthy, count)
        try:
            await processing.run(batch.events)
        except RetriesExhaustedError:
            await self._settle(self._letters_of(batch, processing.failed), (), batch)
            raise
        return self._letters_of(batch, processing.failed)

    def _letters_of(self, batch: Batch, failed: Sequence[FailedEvent]) -> Sequence[DeadLetter]:
        made = self._letters.made_of
        return [
            *(made(place, batch.records[place], None, error) for place, error in batch.broken),
            *(made(place_of(each.event), batch.record_of(each.event), each.event, each.error) for each in failed),
        ]

    async def _settle(self, failed: Sequence[DeadLetter], applied: Iterable[IncomingEvent], batch: Batch) -> None:
        closed = self._letters.closed_by((batch.record_of(event), event) for event in applied)
        # a message that is read again is in the topic of dead letters still, unless it was returned from there
        missing = [each for each in failed if each.id not in self._letters.open or origin(each.record, self._group)]
        # the topic first: a row says that the message is there
        await send_dead_letters(self._settings, self._group, missing)
        await self._letters.settle(failed, closed)
