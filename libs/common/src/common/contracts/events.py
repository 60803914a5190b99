"""How a producer declares its topic: each event once, with its model, its summary and one valid example."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any
from uuid import UUID

from common.contracts.fields import EventData, example_day, example_instant

RETENTION_DAYS = 90
"""Older history comes from `replay` or from the change feed."""

EXAMPLE_FACTS: Mapping[str, Any] = MappingProxyType(
    {"school_code": "10001", "decided_on": example_day(), "recorded_at": example_instant()}
)
"""What all examples have in common."""

EXAMPLE_GRADUATE = UUID("5b0a2f57-9a3e-4a52-9d53-0f4f1f0b7c11")


@dataclass(frozen=True)
class Event:
    """One type of event, as its producer declares it."""

    name: str
    model: type[EventData]
    summary: str
    example: EventData

    @property
    def schema_name(self) -> str:
        """File name of the JSON Schema, below `/schemas/` of the producer."""
        return f"{self.name}.json"


@dataclass(frozen=True)
class EventType(Event):
    """An event with the topic that it is of."""

    topic: str


@dataclass(frozen=True)
class States:
    """How events of a topic state a thing again, or that it is gone; see `recover-published`.

    `gone` is the type that ends a thing, and `says` which fields of its data say so, and how. `again` is the type that
    states what stands once more; None where the type of its last event does. `thing` names the fields that tell the
    things of one key apart, none where a key is about one thing. `erased` is the type that says that a person is
    erased; from then on the data does (`erased`), and a database that comes back older erases once more.
    """

    gone: str
    says: Mapping[str, Any]
    again: str | None = None
    thing: tuple[str, ...] = ()
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
    retention_days: int = RETENTION_DAYS
    states: States | None = None

    @property
    def is_internal(self) -> bool:
        """Whether it is between our services: in no public document, and in no change feed."""
        return ".internal." in self.name

    @property
    def keyed_by_uuid(self) -> bool:
        """Whether all keys are UUIDs, which spread evenly over their first digits."""
        return all(event.model.model_fields[self.key].annotation is UUID for event in self.events)
