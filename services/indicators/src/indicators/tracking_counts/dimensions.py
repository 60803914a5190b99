"""The tables of an edition, in the order in which their groups are judged."""

from collections.abc import Sequence

from common.shown_groups.tables import Table, tables_of

_NEVER = frozenset({"class", "school", "school_province"})
OF_EMPLOYERS = ("post_level", "hire_college", "hire_major", "hire_education_level")

HIRE_LEVEL = "hire_level"
"""The education level of `hire_education_level`, which is a code as that of graduates is; only gaps are asked by it."""


def tables_of_graduates(listed: Sequence[str]) -> list[Table]:
    """All answers, each dimension by itself, each with `education_level`, and each with `college`.

    `listed` are the dimensions as `GET /v1/dimensions` lists them. A major lies in one college, a class has too few
    answers, and all answers of a cycle are of one school.
    """
    return tables_of([name for name in listed if name not in _NEVER])


def tables_of_employers() -> list[Table]:
    """All answers, each of what an employer's answer is about, and the pairs of these."""
    pairs = [(first, second) for at, first in enumerate(OF_EMPLOYERS) for second in OF_EMPLOYERS[at + 1 :]]
    return [(), *((name,) for name in OF_EMPLOYERS), *pairs]


def tables_of_gaps() -> list[Table]:
    """What `match_gap` needs of employers' answers besides: the levels, by themselves and of colleges and majors."""
    return [(HIRE_LEVEL,), ("hire_college", HIRE_LEVEL), ("hire_major", HIRE_LEVEL)]
