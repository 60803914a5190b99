"""What is judged: who is in which group of which table, in one edition after the other. Pure, without numpy."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

Value = str | None
Key = tuple[Value, ...]
"""A group of a table by the values of its dimensions; a missing value is None, and a group like any other."""

Shown = Mapping[str, frozenset[Key]]
"""The groups of each table whose figure an edition took anew."""


@dataclass(frozen=True)
class Limits:
    """How many people a figure needs, and everything that follows from the figures: none, or so many.

    `part` is needed of each part of the people (a class, a column) where figures tell the parts; `moved` of those who
    came to, left or changed in a group between two editions.
    """

    base: int
    part: int
    moved: int

    @classmethod
    def of(cls, base: int) -> "Limits":
        """The same limit for everything, where figures tell no parts."""
        return cls(base, base, base)


@dataclass(frozen=True)
class Edition:
    """The answers of one edition, an entry of each sequence for each answer.

    `people` names the person of each; several answers of one person in a group are one vote, their mean. `states`
    differ where the same answer says something else. `tables`, in the order of judging, gives the group of each answer;
    None where a table does not hold the answer at all. `parts` numbers the part of the answer's person, from 0; without
    it there is one part.
    """

    people: Sequence[str]
    states: Sequence[object]
    tables: Mapping[str, Sequence[Key | None]]
    parts: Sequence[int] = ()


@dataclass(frozen=True)
class Past:
    """An edition before, and what it showed."""

    edition: Edition
    shown: Shown = field(default_factory=dict)


def in_order(key: Key) -> list[tuple[bool, str]]:
    """What equally large groups of a table are ordered by; missing values last."""
    return [(value is None, value or "") for value in key]
