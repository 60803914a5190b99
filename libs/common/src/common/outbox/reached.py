"""How far the sequences of a key have come, for the row that counts them."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from common.contracts import EventData
from common.sql import Connection


@dataclass(frozen=True)
class Reached:
    """A key of a topic, the last sequence and day that were given, and what was said last of each thing of the key."""

    key: str
    school_code: str
    sequence: int
    decided_on: date | None
    things: tuple[EventData, ...]


RaiseStreams = Callable[[Connection, Sequence[Reached]], Awaitable[None]]
"""Brings the rows that count the sequences of these keys up to them, and makes those that are missing."""


def columns_of(reached: Sequence[Reached]) -> dict[str, list[Any]]:
    """`keys`, `schools`, `sequences` and `days`, in the order of the keys, as parameters of one statement."""
    ordered = sorted(reached, key=lambda each: each.key)
    return {
        "keys": [each.key for each in ordered],
        "schools": [each.school_code for each in ordered],
        "sequences": [each.sequence for each in ordered],
        "days": [each.decided_on for each in ordered],
    }
