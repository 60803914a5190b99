"""Rates as published: percentages with two places, half-up, from counts and never from rounded parts."""

from decimal import Decimal

PLACES = 2
_SCALE = 100 * 10**PLACES


def percentage(numerator: int, denominator: int) -> str | None:
    """`"85.24"` for 4332 of 5082; none for 0/0. Exact: integers only, so no tie is lost to a binary fraction."""
    if denominator == 0:
        return None
    hundredths = (2 * numerator * _SCALE + denominator) // (2 * denominator)
    return str(Decimal(hundredths).scaleb(-PLACES))
