"""What can still be read of a message that is no event of the contract: by it the owner's events are searched."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Self, TypeVar
from uuid import UUID

from aiokafka import ConsumerRecord

from common.contracts.envelope import IncomingEvent, legible_attributes

Read = TypeVar("Read")


@dataclass(frozen=True)
class Remains:
    """Id, keys and sequence as far as they can be read; the key stands in the message and in its subject."""

    event_id: UUID | None
    keys: frozenset[str]
    sequence: int | None

    @classmethod
    def of(cls, record: ConsumerRecord) -> Self:
        """Whatever of the message has its form."""
        said = legible_attributes(record.headers)
        keys = {said.get("subject", ""), (record.key or b"").decode(errors="ignore")} - {""}
        return cls(_read(UUID, said, "id"), frozenset(keys), _read(int, said, "sequence"))

    @property
    def names_something(self) -> bool:
        """Whether the owner can be asked; of all its events a sequence alone names none."""
        return self.event_id is not None or bool(self.keys)

    def may_be(self, event: IncomingEvent) -> bool:
        """Whether the message may be a copy of the event. An id says so alone, without one whatever else is legible."""
        if self.event_id is not None:
            return event.id == self.event_id
        return event.key in self.keys and self.sequence in (None, event.sequence)


def _read(kind: Callable[[str], Read], said: Mapping[str, str], name: str) -> Read | None:
    with suppress(KeyError, ValueError):
        return kind(said[name])
    return None
