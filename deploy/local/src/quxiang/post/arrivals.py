"""What has arrived, until the stack stops."""

import hashlib
from collections import deque
from dataclasses import dataclass
from threading import Lock
from typing import TypedDict

KEPT = 20_000
"""The newest; a mail has a few thousand bytes."""


class Signed(TypedDict):
    """A request as it came; `body` is the text over which it is signed."""

    headers: dict[str, str]
    body: str


@dataclass(frozen=True)
class Arrival:
    """A mail or a message; of a message there is no envelope."""

    channel: str
    envelope_from: str | None
    to: str
    raw: str | Signed


class Arrivals:
    """A list that several threads write to."""

    def __init__(self) -> None:
        self._items: deque[Arrival] = deque(maxlen=KEPT)
        self._references: dict[str, str] = {}
        self._lock = Lock()

    def add(self, arrival: Arrival) -> None:
        """Keeps a mail."""
        with self._lock:
            self._items.append(arrival)

    def take(self, message_id: str, arrival: Arrival) -> str:
        """Keeps a message unless it came before under its id; its reference, the same every time."""
        with self._lock:
            if message_id not in self._references:
                self._references[message_id] = hashlib.sha256(message_id.encode()).hexdigest()[:16]
                self._items.append(arrival)
            return self._references[message_id]

    def items(self) -> list[Arrival]:
        """In the order of their arrival."""
        with self._lock:
            return [*self._items]
