"""What yearly tables say: consumer prices, and the wage of an industry that salaries are compared with."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

COUNTRY = "CN"


@dataclass(frozen=True)
class YearlyTables:
    """Price levels by year and area, and benchmark wages by year, area and industry; an area is a province or CN."""

    prices: Mapping[tuple[int, str], Fraction] = field(default_factory=dict)
    benchmarks: Mapping[tuple[int, str, str], Fraction] = field(default_factory=dict)

    def dearer(self, then: int, now: int, place: str | None) -> Fraction | None:
        """Prices now over prices then, of the place's province if it has both years, else of the country; or none."""
        for area in areas_of(place):
            before, after = self.prices.get((then, area)), self.prices.get((now, area))
            if before and after:
                return after / before
        return None

    def benchmark(self, year: int, place: str | None, industry: str) -> Fraction | None:
        """Yuan a month that the industry pays in the place's province, else in the country; or none."""
        found = (self.benchmarks.get((year, area, industry)) for area in areas_of(place))
        return next((yuan for yuan in found if yuan), None)


def areas_of(place: str | None) -> tuple[str, ...]:
    """Where a place's figures are looked for, the nearest first."""
    return (f"{place[:2]}0000", COUNTRY) if place else (COUNTRY,)
