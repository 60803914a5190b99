"""Numbers of a measurement: percentiles, and a ratio against its budget."""

from collections.abc import Sequence
from dataclasses import dataclass


def percentile(samples: Sequence[float], share: float) -> float:
    """The sample below which that share of all samples lies."""
    ordered = sorted(samples)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def milliseconds(samples: Sequence[float]) -> str:
    """p50 and p99 of seconds, in words."""
    middle, late = (percentile(samples, share) * 1000 for share in (0.5, 0.99))
    return f"p50 {middle:.2f} ms, p99 {late:.2f} ms, n {len(samples)}"


@dataclass(frozen=True)
class Verdict:
    """A ratio and the budget it must keep; `at_least` turns the comparison round."""

    what: str
    ratio: float
    budget: float | None
    at_least: bool = False

    @property
    def kept(self) -> bool:
        """Whether the ratio is within the budget; without a budget always."""
        if self.budget is None:
            return True
        return self.ratio >= self.budget if self.at_least else self.ratio <= self.budget

    def line(self) -> str:
        """One line for people."""
        if self.budget is None:
            return f"{self.what}: {self.ratio:.2f} (no budget yet)"
        sign, outcome = "≥" if self.at_least else "≤", "kept" if self.kept else "MISSED"
        return f"{self.what}: {self.ratio:.2f} (budget {sign} {self.budget:g}: {outcome})"
