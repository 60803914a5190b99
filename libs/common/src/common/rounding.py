"""Figures as they are published: rounded once, half away from zero, from counts and never from rounded parts."""

from decimal import Decimal
from fractions import Fraction

PLACES = 2
_SCALE = 100 * 10**PLACES


def percentage(numerator: int, denominator: int) -> str | None:
    """`"85.24"` for 4332 of 5082; none for 0/0. Exact: integers only, so no tie is lost to a binary fraction."""
    if denominator == 0:
        return None
    hundredths = (2 * numerator * _SCALE + denominator) // (2 * denominator)
    return str(Decimal(hundredths).scaleb(-PLACES))


def points(difference: Fraction) -> str:
    """`"33.33"` for a difference of shares of a third, in points of per cent: rounded once, half away from zero."""
    size = abs(difference)
    hundredths = (2 * size.numerator * _SCALE + size.denominator) // (2 * size.denominator)
    return str(Decimal(hundredths if difference > 0 else -hundredths).scaleb(-PLACES))


def fixed(number: Fraction, places: int = PLACES) -> str:
    """A number with so many places, rounded once, half away from zero.

    >>> fixed(Fraction(2, 3)), fixed(Fraction(-1, 8), 2), fixed(Fraction(5800), 0)
    ('0.67', '-0.13', '5800')
    """
    scaled = number * 10**places
    whole = int(abs(scaled) + Fraction(1, 2))
    return f"{Decimal(-whole if scaled < 0 else whole).scaleb(-places):f}"
