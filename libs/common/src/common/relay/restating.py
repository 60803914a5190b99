"""What must be said again after lost events were put back: pure, one key at a time."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from common.contracts import EVENT_TYPES, TOPICS, EventData, OutgoingEvent
from common.contracts.envelope import StoredEvent
from common.contracts.events import States
from common.errors import Message, PermanentError
from common.outbox import Reached

_OF_THE_VERSION = {"version", "decided_on", "recorded_at", "changed_fields"}
"""What differs between two events that state the same."""


class UnknownEvents(PermanentError):
    """The topics or the outbox hold events whose type or data this version of the code cannot read."""

    code = "unknown_events"
    title = Message(
        "主题中有本版本无法读取的事件，请用发布它们的（更新的）版本运行此命令",
        "The topics hold events that this version cannot read: run this command of the (newer) version that sent them",
    )

    def __init__(self, event: StoredEvent) -> None:
        named = f"{event.type} {event.event_id}"
        super().__init__(Message(f"{self.title.zh}：{named}", f"{self.title.en}: {named}"))


class Key(NamedTuple):
    """A stream of events."""

    topic: str
    key: str


@dataclass(frozen=True)
class Restated:
    """What is announced of a key of this topic, and how far its sequences then have come."""

    topic: str
    announced: tuple[OutgoingEvent, ...]
    reached: Reached


@dataclass(frozen=True)
class _Said:
    event: StoredEvent
    data: EventData

    @property
    def state(self) -> dict[str, Any]:
        return self.data.model_dump(exclude=_OF_THE_VERSION)


def restated(
    key: Key, lost: Sequence[StoredEvent], kept: Sequence[StoredEvent], now: datetime, today: date
) -> Restated:
    """States anew, from the sequence after all of these, each thing of which the lost events say something else last.

    What the database kept no event of is announced as gone. What stands of a person whom the lost events erased is
    announced by the erasing, not here. The days never go back. Raises UnknownEvents.
    """
    states = TOPICS[key.topic].states
    last_lost, last_kept = _last_of_each(lost, states), _last_of_each(kept, states)
    newest = max((*lost, *kept), key=lambda event: event.sequence)
    days = [event.decided_on for event in (*lost, *kept) if event.decided_on is not None]
    day = max(today, *days) if days else None
    announced: list[OutgoingEvent] = []
    for thing, said in last_lost.items():
        gone = _ending(states, said)
        if states is None or gone is None or (states.final and said.event.type == gone):
            continue
        truth = last_kept.get(thing)
        if truth is not None and truth.event.sequence > said.event.sequence:
            continue
        if truth is not None and states.erased and said.state["erased"] and not truth.state["erased"]:
            continue
        kind, data = _truth(states, gone, said, truth)
        changed = tuple(name for name, value in data.items() if value != said.state[name])
        if changed:
            facts = {"decided_on": day, "recorded_at": now, "changed_fields": changed}
            stated = EVENT_TYPES[kind].model.model_validate((truth or said).data.model_dump() | data | facts)
            sequence, school = newest.sequence + len(announced) + 1, stated.school_code
            announced.append(OutgoingEvent(key.topic, key.key, sequence, kind, school, day, stated))
    reached_day = day if announced else max(days, default=None)
    things = tuple(said.data for said in last_lost.values())
    reached = Reached(key.key, newest.school_code, newest.sequence + len(announced), reached_day, things)
    return Restated(key.topic, tuple(announced), reached)


def _last_of_each(events: Sequence[StoredEvent], states: States | None) -> Mapping[tuple[Any, ...], _Said]:
    """What was said last of each thing, in the order in which it was said."""
    fields = states.thing if states is not None else ()
    last: dict[tuple[Any, ...], _Said] = {}
    for event in sorted(events, key=lambda each: each.sequence):
        data = _data_of(event)
        thing = tuple(getattr(data, name, None) for name in fields)
        last.pop(thing, None)
        last[thing] = _Said(event, data)
    return last


def _data_of(event: StoredEvent) -> EventData:
    described = EVENT_TYPES.get(event.type)
    if described is None or described.topic != event.topic:
        raise UnknownEvents(event)
    try:
        return described.model.read_json(event.data.encode())
    except ValueError as error:
        raise UnknownEvents(event) from error


def _ending(states: States | None, said: _Said) -> str | None:
    """The type of event that would end this thing; None where what was said ends with nothing."""
    types = states.gone if states is not None else ()
    return next((each for each in types if isinstance(said.data, EVENT_TYPES[each].model)), None)


def _truth(states: States, gone: str, said: _Said, truth: _Said | None) -> tuple[str, dict[str, Any]]:
    """Type and state of the event that says what stands."""
    if truth is None:
        return gone, {**said.state, **states.says}
    ended = truth.event.type == gone
    return truth.event.type if ended or states.again is None else states.again, truth.state


def by_key(events: Iterable[StoredEvent]) -> dict[Key, list[StoredEvent]]:
    """The events of each stream."""
    found: dict[Key, list[StoredEvent]] = {}
    for event in events:
        found.setdefault(Key(event.topic, event.key), []).append(event)
    return found
