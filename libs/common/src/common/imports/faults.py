"""What is wrong with the rows of a file, in a few bytes for each: 200,000 rows may be faulty."""

from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

_RENAMED = {"birth_date_matches_citizen_id": "birth_date_contradicts_citizen_id"}
"""Rules by the names of the release before: an operation under way may hold them, for a week at most."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One broken rule: the column by our name, the id of the rule, and the id of the thing that stands against it."""

    column: str
    rule: str
    against: str | None = None

    def to_json(self) -> list[str]:
        """`[column, rule]`, or `[column, rule, against]`."""
        return [self.column, self.rule] if self.against is None else [self.column, self.rule, self.against]


class Faults:
    """The faulty rows of a file in its order, each with the faults in the order in which they were found.

    Rows that break the same rules share one list of them. In JSON, neighbours that do so are one range.
    """

    def __init__(self) -> None:
        self._rows = array("I")
        self._patterns = array("I")
        self._places: dict[tuple[Fault, ...], int] = {}
        self.problems = 0

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[tuple[int, tuple[Fault, ...]]]:
        patterns = list(self._places)
        return ((row, patterns[place]) for row, place in zip(self._rows, self._patterns, strict=True))

    def add(self, row: int, faults: Sequence[Fault]) -> None:
        """Notes a row, by the number that the spreadsheet program shows; rows come in rising order."""
        pattern = tuple(faults)
        self._rows.append(row)
        self._patterns.append(self._places.setdefault(pattern, len(self._places)))
        self.problems += len(pattern)

    def extend(self, other: "Faults") -> None:
        """Notes the rows of a later part of the file."""
        for row, faults in other:
            self.add(row, faults)

    def to_json(self) -> dict[str, Any]:
        """`{"patterns": [[fault, …], …], "ranges": [[first row, last row, place of its pattern], …]}`."""
        ranges: list[list[int]] = []
        for row, place in zip(self._rows, self._patterns, strict=True):
            if ranges and ranges[-1][1:] == [row - 1, place]:
                ranges[-1][1] = row
            else:
                ranges.append([row, row, place])
        return {
            "patterns": [[each.to_json() for each in faults] for faults in self._places],
            "ranges": ranges,
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        """The faults that `to_json` wrote."""
        patterns = [tuple(_fault(*each) for each in pattern) for pattern in stored["patterns"]]
        faults = cls()
        for first, last, place in stored["ranges"]:
            for row in range(first, last + 1):
                faults.add(row, patterns[place])
        return faults


def _fault(column: str, rule: str, against: str | None = None) -> Fault:
    return Fault(column, _RENAMED.get(rule, rule), against)


@dataclass
class Findings:
    """What was found about the rows of a part: the faults keep a row out, the warnings do not.

    `standing` names the columns of faulty rows that say of a person what is stored, in the shape of faults.
    """

    faults: Faults = field(default_factory=Faults)
    warnings: Faults = field(default_factory=Faults)
    standing: Faults = field(default_factory=Faults)

    def extend(self, other: "Findings") -> None:
        """Notes the rows of a later part of the file."""
        self.faults.extend(other.faults)
        self.warnings.extend(other.warnings)
        self.standing.extend(other.standing)

    def to_json(self) -> dict[str, Any]:
        """All, by the names under which a part keeps them."""
        return {
            "faults": self.faults.to_json(),
            "warned": self.warnings.to_json(),
            "standing": self.standing.to_json(),
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any], columns: Mapping[str, str]) -> Self:
        """What a part has noted; `columns` maps the header texts of the file to our names."""
        faults = recalled(stored["faults"], columns) if "faults" in stored else Faults()
        others = (Faults.from_json(stored[each]) if each in stored else Faults() for each in ("warned", "standing"))
        return cls(faults, *others)


def recalled(stored: Any, columns: Mapping[str, str]) -> Faults:
    """The faults that a part has noted, in any shape that an operation under way may hold.

    `columns` maps the header texts of the file to our names. Two shapes are of releases before the common pipeline,
    `{row: [[column, rule], …]}` and `[[row, header text, rule, value], …]`: drop them one release after it, since an
    operation lasts for at most a week.
    """
    if "patterns" in stored:
        return Faults.from_json(stored)
    found: dict[int, list[Fault]] = {}
    if isinstance(stored, Mapping):
        found = {int(row): [Fault(*each) for each in broken] for row, broken in stored.items()}
    else:
        for row, title, rule, _ in stored:
            found.setdefault(row, []).append(Fault(columns.get(title, title), rule))
    faults = Faults()
    for row in sorted(found):
        faults.add(row, found[row])
    return faults
