"""What an error means for a batch: how long passing ones are waited for, and that the search for poison ends."""

import time
from collections.abc import Callable, Sequence
from uuid import uuid4

import pytest

from common.consuming.retrying import UNEXPLAINED_ATTEMPTS, Processing, RetriesExhaustedError
from common.contracts import IncomingEvent
from common.errors import PermanentError, Unavailable
from testing.messaging import destination_event

Rule = Callable[[int], Exception | None]


def arrived(sequence: int) -> IncomingEvent:
    event = destination_event(sequence=sequence)
    return IncomingEvent(
        id=uuid4(),
        type=event.type,
        topic=event.topic,
        key=event.key,
        sequence=sequence,
        school_code=event.school_code,
        decided_on=None,
        recorded_at=event.data.recorded_at,
        position=sequence,
        data=event.data,
        partition=0,
        offset=sequence,
    )


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("common.consuming.retrying._FIRST_PAUSE", 0.001)


EVENTS = [arrived(sequence) for sequence in range(1, 65)]


class Handler:
    """Fails for a batch as the rule says for its first offending event, and keeps what it was given."""

    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        self.tried: list[list[int]] = []
        self.applied: list[int] = []

    async def __call__(self, events: Sequence[IncomingEvent]) -> None:
        sequences = [event.sequence for event in events]
        self.tried.append(sequences)
        for sequence in sequences:
            if error := self.rule(sequence):
                raise error
        self.applied += sequences


def processing(handler: Handler, *, seconds: float = 60.0, healthy: bool = True) -> Processing:
    async def answers() -> bool:
        return healthy

    async def ignore(_event: IncomingEvent) -> None:
        return

    return Processing(handler, answers, ignore, seconds)


def poison_of(found: Processing) -> list[int]:
    return [each.event.sequence for each in found.failed]


async def test_many_failing_events_are_found_however_long_it_takes() -> None:
    handler = Handler(lambda sequence: KeyError("surprise") if sequence % 2 else None)
    found = processing(handler, seconds=0)
    await found.run(EVENTS)
    assert poison_of(found) == list(range(1, 65, 2))
    assert handler.applied == list(range(2, 65, 2))


async def test_an_unexplained_error_gets_more_attempts_only_while_there_is_time() -> None:
    for seconds, attempts in ((60.0, UNEXPLAINED_ATTEMPTS), (0.0, 1)):
        handler = Handler(lambda _sequence: KeyError("surprise"))
        await processing(handler, seconds=seconds).run(EVENTS[:1])
        assert handler.tried == [[1]] * attempts


async def test_a_passing_failure_that_lasts_keeps_what_was_found_before() -> None:
    def rule(sequence: int) -> Exception | None:
        return {1: PermanentError(), 64: Unavailable()}.get(sequence)

    found = processing(Handler(rule), seconds=0.1)
    began = time.monotonic()
    with pytest.raises(RetriesExhaustedError):
        await found.run(EVENTS)
    assert time.monotonic() - began >= 0.1
    assert poison_of(found) == [1]


async def test_nothing_is_poison_while_the_database_does_not_answer() -> None:
    found = processing(Handler(lambda _sequence: KeyError("surprise")), seconds=0.1, healthy=False)
    with pytest.raises(RetriesExhaustedError):
        await found.run(EVENTS)
    assert found.failed == []
