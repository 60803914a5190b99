"""An attacker of published tables: integer programs over all ways in which people could lie in groups and classes.

Shares nothing with what it attacks but the shape of the tables.
"""

from collections.abc import Iterator, Sequence
from itertools import product

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from indicators.publishing_counts.people import Observation, Person, Table

VARIES = ("major", "sex", "education_level")
CLASSES = {
    "10": "unit", "12": "unit", "46": "unit", "75": "own_business", "76": "freelance", "801": "study_mainland",
    "85": "study_abroad", "70": "seeking", "72": "not_seeking", None: "not_registered",
}  # fmt: skip
COLUMN = {
    "unit": "employed", "own_business": "employed", "freelance": "employed", "study_mainland": "study",
    "study_abroad": "study", "seeking": "unplaced", "not_seeking": "unplaced", "not_registered": "unplaced",
}  # fmt: skip

Group = tuple[tuple[str, str | None], ...]
Hidden = tuple[Group, str | None]
"""A group, and a column of it; None for its base."""


def small_counts(names: Sequence[str], people: Sequence[Person]) -> list[Hidden]:
    """Bases of 1 to 22, and counts of 1 to 4 by column, of the majors alone and by level and sex."""
    found = []
    for by in (("major",), ("major", "education_level"), ("major", "sex")):
        counts: dict[Hidden, int] = {}
        for each in people:
            group = tuple((name, each.group[names.index(name)]) for name in by)
            for column in (None, COLUMN[CLASSES[each.destination_code]]):
                counts[group, column] = counts.get((group, column), 0) + 1
        found += [hidden for hidden, count in counts.items() if count < (23 if hidden[1] is None else 5)]
    return sorted(found, key=str)


class Solver:
    """Knows in which college each major is, and all that is published."""

    def __init__(self, names: Sequence[str], people: Sequence[Person], tables: Sequence[Table]) -> None:
        place = {name: names.index(name) for name in (*VARIES, "college")}
        values = [sorted({f"{each.group[place[name]]}" for each in people}) for name in VARIES]
        college = {each.group[place["major"]]: each.group[place["college"]] for each in people}
        self._atoms: list[tuple[dict[str, str | None], str]] = [
            ({**dict(zip(VARIES, each, strict=True)), "college": college[each[0]]}, name)
            for each in product(*values)
            for name in COLUMN
        ]
        rows = [row for table in tables for row in self._known(table)]
        bounds = [count for _, count in rows]
        self._constraint = LinearConstraint(np.array([row for row, _ in rows]), bounds, bounds)

    def values(self, hidden: Hidden) -> int:
        """How many values of a hidden count agree with everything; four stands for four and more."""
        group, column = hidden
        wanted = np.array(
            [
                float(all(at.get(name) == value for name, value in group) and column in {None, COLUMN[name_of_class]})
                for at, name_of_class in self._atoms
            ]
        )
        low, high = (
            milp(
                sign * wanted,
                constraints=self._constraint,
                bounds=Bounds(0, np.inf),
                integrality=np.ones(len(wanted)),
            ).fun
            for sign in (1, -1)
        )
        return int(min(4, round(-high) - round(low) + 1))

    def _known(self, table: Table) -> Iterator[tuple[list[float], int]]:
        alone = [row for row in table.observations if "_other" not in row.group.values()]
        for row in table.observations:
            for cell in row.cells or ():
                yield (
                    [
                        float(self._is_in(table, row, alone, at) and _is_of(cell.code, row, name))
                        for at, name in self._atoms
                    ],
                    cell.count,
                )

    def _is_in(self, table: Table, row: Observation, alone: Sequence[Observation], at: dict[str, str | None]) -> bool:
        said = {name: value for name, value in row.group.items() if value != "_other"}
        inside = all(at.get(name) == value for name, value in {**row.within, **said}.items())
        if row in alone:
            return inside
        others = [each.group for each in alone]
        if not row.within:
            others += [each.within for each in table.observations if each.within and each not in alone]
        return inside and not any(all(at.get(name) == value for name, value in each.items()) for each in others)


def _is_of(code: str | None, row: Observation, name: str) -> bool:
    if code in {name, COLUMN[name]}:
        return True
    opened = {cell.code for cell in row.cells or ()}
    return code == f"{COLUMN[name]}_other" and name not in opened
