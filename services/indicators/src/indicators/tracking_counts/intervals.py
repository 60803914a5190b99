"""Intervals of 95 %, in decimals, not in floating point: the same on every machine, and rounded once, where shown."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from math import comb
from typing import Literal, NamedTuple

Z = Decimal("1.959964")
"""The quantile of the normal distribution for 95 % on two sides (contract of indicators, 4)."""

MEDIAN_FROM, MEAN_FROM = 6, 30
"""Answers from which the interval of a median and of a mean is given."""

Method = Literal["wilson", "binomial", "normal", "newcombe"]


class Interval(NamedTuple):
    """Lower and upper limit in the unit of the value, before rounding."""

    low: Decimal
    high: Decimal
    method: Method


def decimal_of(number: Fraction | int) -> Decimal:
    """A fraction to the 28 digits of decimals."""
    return Decimal(number.numerator) / Decimal(number.denominator)


def wilson(share: Fraction, base: Fraction | int) -> Interval:
    """Wilson's interval of a share of a base, which may be an effective one that is no whole number.

    >>> low, high, _ = wilson(Fraction(34, 50), 50)
    >>> round(100 * low, 2), round(100 * high, 2)
    (Decimal('54.19'), Decimal('79.24'))
    """
    p, n, square = decimal_of(share), decimal_of(base), Z * Z
    scale = 1 + square / n
    middle = (p + square / (2 * n)) / scale
    half = Z * (p * (1 - p) / n + square / (4 * n * n)).sqrt() / scale
    low, high = middle - half, middle + half
    # at a share of 0 or 1 the limit is that share, and not a rest of the last digit beside it
    return Interval(low if share else Decimal(0), high if share != 1 else Decimal(1), "wilson")


def of_median(ordered: Sequence[Fraction]) -> Interval | None:
    """The interval between two order statistics; none for fewer than 6 values.

    Of n values the j-th lowest and the j-th highest, with the greatest j for which at most j - 1 heads in n throws of a
    coin have a chance of at most 2.5 %.
    """
    count = len(ordered)
    if count < MEDIAN_FROM:
        return None
    place, heads = 0, 1
    while 40 * heads <= 2**count:
        place += 1
        heads += comb(count, place)
    return Interval(decimal_of(ordered[place - 1]), decimal_of(ordered[count - place]), "binomial")


def of_mean(values: Sequence[Fraction]) -> Interval | None:
    """Mean ± z·s/√n with the standard deviation of a sample; none for fewer than 30 values."""
    count = len(values)
    if count < MEAN_FROM:
        return None
    mean = sum(values, Fraction()) / count
    variance = sum(((value - mean) ** 2 for value in values), Fraction()) / (count - 1)
    half = Z * decimal_of(variance / count).sqrt()
    return Interval(decimal_of(mean) - half, decimal_of(mean) + half, "normal")


def newcombe(first: tuple[Fraction, int], second: tuple[Fraction, int]) -> Interval:
    """Newcombe's interval of the difference of two shares, each with its base, from their Wilson limits."""
    one, other = wilson(*first), wilson(*second)
    p, q = decimal_of(first[0]), decimal_of(second[0])
    below = ((p - one.low) ** 2 + (other.high - q) ** 2).sqrt()
    above = ((one.high - p) ** 2 + (q - other.low) ** 2).sqrt()
    return Interval(p - q - below, p - q + above, "newcombe")
