"""One answer with all that indicators read of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from indicators.tracking_counts.prices import YearlyTables

Measured = Mapping[str, object]
"""Measure → true or false, a whole number, a code, or several codes."""

WORKING = frozenset({"employed", "own_business", "freelance"})


@dataclass(frozen=True)
class Said:
    """What one answer says: its measures, those of the same graduate's answer of cycle 0, and what it is compared with.

    `founder` holds for graduates who had their own business on 31 December of the cohort's year.
    """

    measured: Measured
    first: Measured = field(default_factory=dict)
    founder: bool = False
    cohort: int = 0
    cycle: int = 0
    tables: YearlyTables = field(default_factory=YearlyTables)

    @property
    def works(self) -> bool:
        """W: in any form of work when asked."""
        return self.measured.get("situation") in WORKING

    def number(self, measure: str) -> Fraction | None:
        """A score, a count or an amount; a flag as 0 or 1."""
        value = self.measured.get(measure)
        return Fraction(value) if isinstance(value, int) else None

    def code(self, measure: str) -> str | None:
        """A code."""
        value = self.measured.get(measure)
        return value if isinstance(value, str) else None

    def codes(self, measure: str) -> frozenset[str] | None:
        """Several codes."""
        value = self.measured.get(measure)
        return frozenset(value) if isinstance(value, list | tuple) else None

    def mean(self, measures: Sequence[str], least: int) -> Fraction | None:
        """The mean of the measures that are there, if they are so many."""
        found = [value for measure in measures if (value := self.number(measure)) is not None]
        return sum(found, Fraction()) / len(found) if len(found) >= least else None
