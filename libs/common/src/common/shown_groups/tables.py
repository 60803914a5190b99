"""The tables in which graduates' answers are counted, in the order in which their groups are judged; pure."""

from collections.abc import Mapping, Sequence

from common.shown_groups.editions import Edition, Key, Shown

TOTAL = "total"
FIRST = ("education_level", "college", "major")

Table = tuple[str, ...]
"""A table by its dimensions; that of all answers has none."""


def name_of(table: Table) -> str:
    """The table's name: its dimensions, separated by commas."""
    return ",".join(table) or TOTAL


def tables_of(listed: Sequence[str]) -> list[Table]:
    """All answers, each dimension by itself, each with `education_level`, and each with `college`.

    `listed` are the dimensions in the order of their list, those of FIRST anywhere. A major lies in one college.
    """
    single = [*FIRST, *(name for name in listed if name not in FIRST)]
    with_level = [(name, "education_level") for name in single if name != "education_level"]
    with_college = [(name, "college") for name in single if name not in FIRST]
    return [(), *((name,) for name in single), *with_level, *with_college]


def table_with(tables: Sequence[Table], dimensions: Sequence[str]) -> Table | None:
    """The table of exactly these dimensions, in whatever order; None without one."""
    wanted = frozenset(dimensions)
    return next((table for table in tables if frozenset(table) == wanted), None)


def by_table(dimensions: Sequence[str], tables: Sequence[Table], groups: Sequence[Key]) -> dict[str, list[Key]]:
    """The group of each answer in each table; `groups` have the values of the dimensions in their order."""
    places = {name: place for place, name in enumerate(dimensions)}
    return {name_of(table): [tuple(group[places[name]] for name in table) for group in groups] for table in tables}


def edition_of(
    whose: Sequence[tuple[str, str]], states: Sequence[int | None], groups: Mapping[str, Sequence[Key]]
) -> Edition:
    """The answers in a base, `whose` by person and answer; those without a state are not in it."""
    held = [at for at, state in enumerate(states) if state is not None]
    return Edition(
        [whose[at][0] for at in held],
        [(whose[at][1], states[at]) for at in held],
        {table: [keys[at] for at in held] for table, keys in groups.items()},
    )


def shown_of(stored: Mapping[str, Sequence[Key]]) -> Shown:
    """Groups by table as they are judged."""
    return {table: frozenset(map(tuple, keys)) for table, keys in stored.items()}
