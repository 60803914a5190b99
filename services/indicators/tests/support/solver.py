"""An attacker of published tables: integer programs over all ways in which people could lie in groups and classes.

Shares nothing with what it attacks but the shape of the tables. It knows in which college each major is, every table of
every release, and that a revision moves nobody to another group.
"""

from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any

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
"""A group, and a column or code of it; None for its base."""

Place = dict[str, str | None]


def small_counts(names: Sequence[str], people: Sequence[Person]) -> dict[Hidden, int]:
    """Bases of 1 to 22, and counts of 1 to 4 by column, of the majors alone and by level and sex."""
    found: dict[Hidden, int] = {}
    for by in (("major",), ("major", "education_level"), ("major", "sex")):
        counts: dict[Hidden, int] = {}
        for each in people:
            group = tuple((name, each.group[names.index(name)]) for name in by)
            for column in (None, COLUMN[CLASSES[each.destination_code]]):
                counts[group, column] = counts.get((group, column), 0) + 1
        found |= {hidden: count for hidden, count in counts.items() if count < (23 if hidden[1] is None else 5)}
    return found


class Solver:
    """What `releases` tell, each by its tables, the oldest first; `kinds` are what people are counted by in groups."""

    def __init__(
        self, places: Sequence[Place], releases: Sequence[Sequence[Table]], kinds: Sequence[str] = tuple(COLUMN)
    ) -> None:
        values = [sorted({f"{each[name]}" for each in places}) for name in VARIES]
        college = {each["major"]: each["college"] for each in places}
        groups = [{**dict(zip(VARIES, each, strict=True)), "college": college[each[0]]} for each in product(*values)]
        self._atoms: list[tuple[Place, str]] = [(group, kind) for group in groups for kind in kinds]
        width, self._releases = len(self._atoms), len(releases)
        rows, counts = list[Any](), list[int]()
        for number, tables in enumerate(releases):
            for table in tables:
                for row, count in self._known(table):
                    whole = np.zeros(width * len(releases))
                    whole[number * width : (number + 1) * width] = row
                    rows.append(whole)
                    counts.append(count)
        for number in range(1, len(releases)):
            for at in range(len(groups)):
                whole = np.zeros(width * len(releases))
                for sign, release in ((1, number), (-1, number - 1)):
                    start = release * width + at * len(kinds)
                    whole[start : start + len(kinds)] = sign
                rows.append(whole)
                counts.append(0)
        self._constraint = LinearConstraint(np.array(rows), counts, counts)

    def values(self, hidden: Hidden, release: int, true: int) -> int:
        """How many values of a hidden count agree with everything; four stands for four and more.

        What is `true` only saves time: three above or below it there is often another way to lie.
        """
        group, kind = hidden
        width = len(self._atoms)
        wanted = np.zeros(width * self._releases)
        wanted[release * width : (release + 1) * width] = [
            all(at.get(name) == value for name, value in group) and kind in {None, of_kind, COLUMN.get(of_kind)}
            for at, of_kind in self._atoms
        ]
        if self._least(wanted * 0, LinearConstraint(wanted, true + 3, np.inf)) is not None:
            return 4
        low, high = (self._least(sign * wanted, self._constraint) for sign in (1, -1))
        assert low is not None, "the truth agrees with everything"
        assert high is not None, "the truth agrees with everything"
        return min(4, -high - low + 1)

    def _least(self, wanted: Any, further: LinearConstraint) -> int | None:
        """The least value of a sum; None where nothing agrees."""
        found = milp(
            wanted,
            constraints=[self._constraint, further],
            bounds=Bounds(0, np.inf),
            integrality=np.ones(len(wanted)),
        )
        return None if found.fun is None else round(found.fun)

    def _known(self, table: Table) -> Iterator[tuple[list[float], int]]:
        for row in table.observations:
            inside = [is_in(table, row, at) for at, _ in self._atoms]
            for codes, count in said(row):
                yield (
                    [float(held and kind in codes) for held, (_, kind) in zip(inside, self._atoms, strict=True)],
                    count,
                )


def said(row: Observation) -> Iterator[tuple[set[str], int]]:
    """The counts of a row, each with the kinds that it is of."""
    opened = {cell.code for cell in row.cells or ()}
    for cell in row.cells or ():
        name = f"{cell.code}".removesuffix("_other")
        of_column = {kind for kind, column in COLUMN.items() if column == name and kind not in opened}
        yield of_column or {name}, cell.count
    for figure in (row.indicators or {}).values():
        listed = {each["code"] for each in figure["value"]}
        for each in figure["value"]:
            yield REASONS - listed if each["code"] == "_other" else {each["code"]}, each["count"]
        yield set(REASONS), figure["base"]


REASONS = {"salary", "growth", "interest", "family", "health"}
"""Reasons to leave, of which everybody names one."""


def is_in(table: Table, row: Observation, at: Place) -> bool:
    """Whether who is at this place stands in the row; in 其他 stand all who are in no row alone."""
    wanted = {**row.within, **{name: value for name, value in row.group.items() if value != "_other"}}
    if not all(at.get(name) == value for name, value in wanted.items()):
        return False
    if "_other" not in row.group.values():
        return True
    alone = [each for each in table.observations if "_other" not in each.group.values()]
    others = [each.group for each in alone]
    if not row.within:
        others += [each.within for each in table.observations if each.within and each not in alone]
    return not any(all(at.get(name) == value for name, value in each.items()) for each in others)
