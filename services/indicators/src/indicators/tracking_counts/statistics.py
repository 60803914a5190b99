"""The six statistics: share, mean, median, growth, how many per 100, and distribution."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import NamedTuple

from common.estimates import effective, mean_by_hires, quantile, weighted_quantile
from indicators.tracking_counts.intervals import Interval, of_mean, of_median, wilson

HALF = Fraction(1, 2)


class Growth(NamedTuple):
    """Wages of one person then and now, and how much dearer life has become since; none where no table says so."""

    then: Fraction
    now: Fraction
    dearer: Fraction | None


Value = Fraction | Growth | frozenset[str]


@dataclass(frozen=True)
class Vote:
    """What one respondent says in a group; `weight` for graduates, `hires` for employers."""

    value: Value
    weight: Fraction | None = None
    hires: int | None = None


@dataclass(frozen=True)
class Weighted:
    """The weighted value, with as many answers of equal weight as tell as much."""

    value: Fraction
    interval: Interval | None
    effective_base: Fraction


@dataclass(frozen=True)
class Result:
    """What a statistic makes of the votes of a group, in the unit of the votes and before rounding.

    `further` are more values in the same unit, by name; `counts` the answers per code, largest first.
    """

    value: Fraction | None
    interval: Interval | None = None
    weighted: Weighted | None = None
    further: Mapping[str, Fraction | None] = field(default_factory=dict)
    counts: Sequence[tuple[str, int]] = ()


Statistic = Callable[[Sequence[Vote]], Result]


def share(votes: Sequence[Vote]) -> Result:
    """Which part of the votes, each between 0 and 1, is one; with Wilson's interval."""
    values = _numbers(votes)
    value = sum(values, Fraction()) / len(values)
    weighted = _weighted_mean(votes)
    if weighted is not None:
        weighted = Weighted(weighted.value, wilson(weighted.value, weighted.effective_base), weighted.effective_base)
    return Result(value, wilson(value, len(values)), weighted, _by_hires(votes))


def mean(votes: Sequence[Vote]) -> Result:
    """The arithmetic mean with its normal interval."""
    values = _numbers(votes)
    value = sum(values, Fraction()) / len(values)
    return Result(value, of_mean(values), _weighted_mean(votes), _by_hires(votes))


def per_hundred(votes: Sequence[Vote]) -> Result:
    """How many per 100 answers: a mean in another unit."""
    return mean(votes)


def median(votes: Sequence[Vote]) -> Result:
    """The median with its binomial interval, and the quartiles."""
    ordered = sorted(_numbers(votes))
    quartiles = {"p25": quantile(ordered, Fraction(1, 4)), "p75": quantile(ordered, Fraction(3, 4))}
    return Result(quantile(ordered, HALF), of_median(ordered), _weighted_median(votes, _numbers(votes)), quartiles)


def growth(votes: Sequence[Vote]) -> Result:
    """The median of each person's growth; `of_medians` compares the medians; `real` is after prices."""
    pairs = [vote.value for vote in votes if isinstance(vote.value, Growth)]
    grown = [pair.now / pair.then - 1 for pair in pairs]
    then, now = (_median(values) for values in ([pair.then for pair in pairs], [pair.now for pair in pairs]))
    real = [pair.now / pair.dearer for pair in pairs if pair.dearer is not None]
    after_prices = len(real) == len(pairs)
    further = {
        "of_medians": now / then - 1,
        "real": _median([wage / pair.then - 1 for wage, pair in zip(real, pairs, strict=True)])
        if after_prices
        else None,
        "real_of_medians": _median(real) / then - 1 if after_prices else None,
    }
    return Result(_median(grown), of_median(sorted(grown)), _weighted_median(votes, grown), further)


def distribution(votes: Sequence[Vote]) -> Result:
    """How many name each code; one may name several."""
    counts = Counter(code for vote in votes if isinstance(vote.value, frozenset) for code in vote.value)
    return Result(None, counts=sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def per_graduate(votes: Sequence[Vote]) -> Fraction | None:
    """The mean by graduates hired; none where one employer has more than half of them, and where none are known."""
    return mean_by_hires(_numbers(votes), [vote.hires or 0 for vote in votes])


def _by_hires(votes: Sequence[Vote]) -> Mapping[str, Fraction | None]:
    """`per_graduate` of employers; of graduates nothing."""
    return {} if any(vote.hires is None for vote in votes) else {"per_graduate": per_graduate(votes)}


def _median(values: Sequence[Fraction]) -> Fraction:
    return quantile(sorted(values), HALF)


def _numbers(votes: Sequence[Vote]) -> list[Fraction]:
    return [vote.value for vote in votes if isinstance(vote.value, Fraction)]


def _given_weights(votes: Sequence[Vote]) -> list[Fraction] | None:
    found = [vote.weight for vote in votes if vote.weight is not None]
    return found if len(found) == len(votes) else None


def _weighted_mean(votes: Sequence[Vote]) -> Weighted | None:
    given = _given_weights(votes)
    if given is None:
        return None
    total = sum((weight * value for weight, value in zip(given, _numbers(votes), strict=True)), Fraction())
    return Weighted(total / sum(given, Fraction()), None, effective(given))


def _weighted_median(votes: Sequence[Vote], values: Sequence[Fraction]) -> Weighted | None:
    """The smallest value that at least half the weight is at or below."""
    given = _given_weights(votes)
    if given is None:
        return None
    return Weighted(weighted_quantile(zip(values, given, strict=True), HALF), None, effective(given))
