"""Answers of an edition as they are judged: by their groups, and by what each says since when; pure."""

from collections.abc import Mapping, Sequence

from common.shown_groups.editions import Edition, Shown
from indicators.tracking_counts.dimensions import Table, name_of
from indicators.tracking_counts.edition import Group


def by_table(dimensions: Sequence[str], tables: Sequence[Table], groups: Sequence[Group]) -> dict[str, list[Group]]:
    """The group of each answer in each table; `groups` have the values of the dimensions in their order."""
    places = {name: place for place, name in enumerate(dimensions)}
    return {name_of(table): [tuple(group[places[name]] for name in table) for group in groups] for table in tables}


def edition_of(
    whose: Sequence[tuple[str, str]], states: Sequence[int | None], groups: Mapping[str, Sequence[Group]]
) -> Edition:
    """The answers in a base, `whose` by person and answer; those without a state are not in it."""
    held = [at for at, state in enumerate(states) if state is not None]
    return Edition(
        [whose[at][0] for at in held],
        [(whose[at][1], states[at]) for at in held],
        {table: [keys[at] for at in held] for table, keys in groups.items()},
    )


def shown_of(stored: Mapping[str, Sequence[Group]]) -> Shown:
    """Groups by table as they are judged."""
    return {table: frozenset(map(tuple, keys)) for table, keys in stored.items()}
