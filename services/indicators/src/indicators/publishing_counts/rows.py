"""Rows of published tables: who stands in each, and how many by column."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from indicators.publishing_counts.columns import COLUMNS, Row, count_of, is_enough, piece_of, pieces_in
from indicators.publishing_counts.people import Person

LEAST = 23
"""So many people a row has (policy publication-1)."""


@dataclass(frozen=True)
class Held:
    """A group that is shown, or those that stand together within a group that holds them."""

    group: Mapping[str, str | None]
    within: Mapping[str, str | None]
    people: Sequence[Person]

    @cached_property
    def counts(self) -> Row:
        """Its people by piece and flexible mark."""
        return row_of(self.people)


def row_of(people: Sequence[Person]) -> Row:
    """People by piece and flexible mark."""
    return Counter((piece_of(person.destination_code), person.flexible) for person in people)


def is_enough_alone(people: Sequence[Person]) -> bool:
    """Whether these people may be a row."""
    row = row_of(people)
    return len(people) >= LEAST and all(is_enough(count_of(row, pieces_in(column))) for column in COLUMNS)
