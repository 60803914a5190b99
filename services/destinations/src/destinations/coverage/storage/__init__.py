"""Coverage in SQL: `counting` by now or as it was known before a moment, `missing` who misses what."""

from destinations.coverage.storage.counting import by_destination, coverage
from destinations.coverage.storage.missing import missing

__all__ = ["by_destination", "coverage", "missing"]
