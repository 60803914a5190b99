"""How a producer declares its topic: each event once, with its model, its summary and one valid example."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any
from uuid import UUID

from common.contracts.fields import EventData, example_day, example_instant

RETENTION_DAYS, INTERNAL_RETENTION_DAYS = 90, 7
"""Older history comes from `replay` or from the change feed. What is between our services must not linger there."""


def is_internal(topic: str) -> bool:
    """Whether a topic, or the dead letters of one, is between our services."""
    return ".internal." in topic


def retention_days(topic: str) -> int:
    """How long a broker keeps a topic, or its dead letters."""
    return INTERNAL_RETENTION_DAYS if is_internal(topic) else RETENTION_DAYS


EXAMPLE_FACTS: Mapping[str, Any] = MappingProxyType(
    {"school_code": "10001", "decided_on": example_day(), "recorded_at": example_instant()}
)
"""What all examples have in common."""

EXAMPLE_GRADUATE = UUID("5b0a2f57-9a3e-4a52-9d53-0f4f1f0b7c11")


@dataclass(frozen=True)
class Event:
    """One type of event, as its producer declares it; `key` names its own where the topic has several."""

    name: str
    model: type[EventData]
    summary: str
    example: EventData
    key: str = ""

    @property
    def schema_name(self) -> str:
        """File name of the JSON Schema, below `/schemas/` of the producer."""
        return f"{self.name}.json"


@dataclass(frozen=True)
class EventType(Event):
    """An event with the topic that it is of; `key` names what its key is."""

    topic: str = ""


@dataclass(frozen=True)
class States:
    """How events of a topic state a thing again, or that it is gone; see `recover-published`.

    `gone` are the types that end a thing, one for each kind of data (data of another kind state nothing that stands),
    and `says` which fields of them say so, and how. `again` is the type that states what stands once more; None where
    the type of its last event does. `thing` names the fields that tell the things of one key apart, none where a key is
    about one thing. `final` is True where what has gone stays gone, though a database comes back that has it. `erased`
    is the type that says that a person is erased; from then on the data does (`erased`), and a database that comes back
    older erases once more.
    """

    gone: tuple[str, ...]
    says: Mapping[str, Any]
    again: str | None = None
    thing: tuple[str, ...] = ()
    final: bool = False
    erased: str | None = None


@dataclass(frozen=True)
class TopicSpec:
    """One topic of the contract; `key` names the field of the data that is the message key.

    `states` is None where a restored database has nothing to state again.
    """

    name: str
    owner: str
    key: str
    summary: str
    events: tuple[Event, ...]
    states: States | None = None

    @property
    def is_internal(self) -> bool:
        """Whether it is between our services: in no public document, and in no change feed."""
        return is_internal(self.name)

    @property
    def retention_days(self) -> int:
        """How long a broker keeps it."""
        return retention_days(self.name)

    @property
    def keyed_by_uuid(self) -> bool:
        """Whether all keys are UUIDs, which spread evenly over their first digits."""
        return all(isinstance(getattr(event.example, event.key or self.key), UUID) for event in self.events)
