"""Figures as they are kept and shown: strings of fixed places, rounded once, half away from zero."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from common.rounding import fixed, percentage
from indicators.tracking_counts.indicators import ANSWERS_OF_MONEY, Column, Unit
from indicators.tracking_counts.intervals import Interval, newcombe
from indicators.tracking_counts.statistics import Growth, Result, Vote, Weighted

Figure = dict[str, Any]
"""A figure by the names of its fields, ready for JSON."""

POINTS = Unit("points", 100)

DOMINANT = "dominant"
"""Of money: whether one answer has more than half of the sum, so that no publication shows the figure."""

KEPT_INSIDE = frozenset({"exact", DOMINANT})
"""Fields that no answer shows."""


def shown(number: Fraction | Decimal, unit: Unit) -> str:
    """A number in its unit.

    >>> shown(Fraction(2, 3), Unit("percent", 100)), shown(Fraction(-1, 800), Unit("percent", 100))
    ('66.67', '-0.13')
    """
    exact = number if isinstance(number, Fraction) else Fraction(number)
    return fixed(exact * unit.factor, unit.places)


def figure_of(column: Column, votes: Sequence[Vote]) -> Figure:
    """The figure of a column for the votes of a group, of which there is one at least."""
    result, unit = column.statistic(votes), column.unit
    return {
        "base": len(votes),
        "value": _codes(result, len(votes)) if result.value is None else shown(result.value, unit),
        "exact": None if result.value is None else f"{result.value}",
        "unit": unit.name,
        "interval": _interval(result.interval, unit),
        "weighted": _weighted(result.weighted, unit),
        **{name: None if value is None else shown(value, unit) for name, value in result.further.items()},
        **({DOMINANT: has_dominant(votes)} if column.least == ANSWERS_OF_MONEY else {}),
    }


def has_dominant(votes: Sequence[Vote]) -> bool:
    """Whether one vote is above half of the sum of all, of growth then or now.

    >>> has_dominant([Vote(Fraction(51)), Vote(Fraction(49))]), has_dominant([Vote(Fraction(50))] * 2)
    (True, False)
    """
    pairs = [(vote.value.then, vote.value.now) for vote in votes if isinstance(vote.value, Growth)]
    amounts = [[vote.value for vote in votes if isinstance(vote.value, Fraction)], *map(list, zip(*pairs, strict=True))]
    return any(2 * max(each, default=0) > sum(each) for each in amounts)


def startup_bounds(survived: int, known: int, founders: int) -> Mapping[str, str | None]:
    """Survival if none, and if all, of the firms that no answer knows of still operate.

    >>> startup_bounds(9, 12, 20)
    {'low_bound': '45.00', 'high_bound': '85.00'}
    """
    return {
        "low_bound": percentage(survived, founders),
        "high_bound": percentage(survived + founders - known, founders),
    }


def gap(graduates: tuple[Fraction, int], employers: tuple[Fraction, int]) -> Figure:
    """What graduates say less what employers say, each a share with its base."""
    difference = graduates[0] - employers[0]
    return {
        "base": graduates[1] + employers[1],
        "value": shown(difference, POINTS),
        "unit": POINTS.name,
        "interval": _interval(newcombe(graduates, employers), POINTS),
        "weighted": None,
    }


def _codes(result: Result, base: int) -> list[Figure]:
    return [{"code": code, "count": count, "share": percentage(count, base)} for code, count in result.counts]


def _interval(interval: Interval | None, unit: Unit) -> Figure | None:
    if interval is None:
        return None
    return {"low": shown(interval.low, unit), "high": shown(interval.high, unit), "method": interval.method}


def _weighted(weighted: Weighted | None, unit: Unit) -> Figure | None:
    if weighted is None:
        return None
    return {
        "value": shown(weighted.value, unit),
        "interval": _interval(weighted.interval, unit),
        "effective_base": shown(weighted.effective_base, Unit("answers")),
    }
