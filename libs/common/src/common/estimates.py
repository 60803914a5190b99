"""What answers of some say about all: exact, in fractions; pure."""

from collections.abc import Iterable, Sequence
from fractions import Fraction


def quantile(ordered: Sequence[Fraction], at: Fraction) -> Fraction:
    """Between the two nearest values in proportion: type 7 of R.

    >>> quantile([Fraction(1), Fraction(2), Fraction(4)], Fraction(3, 4))
    Fraction(3, 1)
    """
    place = at * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (place - below) * (ordered[above] - ordered[below])


def weighted_quantile(values: Iterable[tuple[Fraction, Fraction]], at: Fraction) -> Fraction:
    """The smallest value with so much of the weight at or below it, of values with their weights.

    >>> one = Fraction(1)
    >>> weighted_quantile([(Fraction(3), one), (Fraction(1), 3 * one)], Fraction(1, 2))
    Fraction(1, 1)
    """
    ordered = sorted(values)
    wanted = at * sum((weight for _, weight in ordered), Fraction())
    reached = Fraction()
    for value, weight in ordered:
        reached += weight
        if reached >= wanted:
            return value
    raise ValueError("no values")


def effective(given: Iterable[Fraction]) -> Fraction:
    """How many answers of equal weight tell as much: (Σw)² / Σw² (Kish)."""
    listed = list(given)
    return sum(listed, Fraction()) ** 2 / sum((weight * weight for weight in listed), Fraction())


def mean_by_hires(scores: Sequence[Fraction], hires: Sequence[int]) -> Fraction | None:
    """The mean of employers' scores by graduates hired (`per_graduate`).

    None where one employer has more than half of them, and where none are known.

    >>> mean_by_hires([Fraction(score) for score in (5, 5, 4, 4, 2, 2)], [10, 10, 1, 1, 4, 4])
    Fraction(62, 15)
    """
    if not any(hires) or 2 * max(hires) > sum(hires):
        return None
    return sum((count * score for count, score in zip(hires, scores, strict=True)), Fraction()) / sum(hires)
