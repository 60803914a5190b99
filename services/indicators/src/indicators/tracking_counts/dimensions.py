"""The tables of an edition, in the order in which their groups are judged."""

from collections.abc import Sequence

TOTAL = "total"
FIRST = ("education_level", "college", "major")
_NEVER = frozenset({"class", "school", "school_province"})
OF_EMPLOYERS = ("post_level", "hire_college", "hire_major", "hire_education_level")

HIRE_LEVEL = "hire_level"
"""The education level of `hire_education_level`, which is a code as that of graduates is; only gaps are asked by it."""

Table = tuple[str, ...]
"""A table by its dimensions; that of all answers has none."""


def name_of(table: Table) -> str:
    """The table's name: its dimensions, separated by commas."""
    return ",".join(table) or TOTAL


def tables_of_graduates(listed: Sequence[str]) -> list[Table]:
    """All answers, each dimension by itself, each with `education_level`, and each with `college`.

    `listed` are the dimensions as `GET /v1/dimensions` lists them. A major lies in one college, a class has too few
    answers, and all answers of a cycle are of one school.
    """
    single = [*FIRST, *(name for name in listed if name not in FIRST and name not in _NEVER)]
    with_level = [(name, "education_level") for name in single if name != "education_level"]
    with_college = [(name, "college") for name in single if name not in FIRST]
    return [(), *((name,) for name in single), *with_level, *with_college]


def tables_of_employers() -> list[Table]:
    """All answers, each of what an employer's answer is about, and the pairs of these."""
    pairs = [(first, second) for at, first in enumerate(OF_EMPLOYERS) for second in OF_EMPLOYERS[at + 1 :]]
    return [(), *((name,) for name in OF_EMPLOYERS), *pairs]


def tables_of_gaps() -> list[Table]:
    """What `match_gap` needs of employers' answers besides: the levels, by themselves and of colleges and majors."""
    return [(HIRE_LEVEL,), ("hire_college", HIRE_LEVEL), ("hire_major", HIRE_LEVEL)]


def table_with(tables: Sequence[Table], dimensions: Sequence[str]) -> Table | None:
    """The table of exactly these dimensions, in whatever order; None without one."""
    wanted = frozenset(dimensions)
    return next((table for table in tables if frozenset(table) == wanted), None)
