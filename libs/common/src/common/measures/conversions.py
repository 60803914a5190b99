"""From what was answered to the units of measures: exact, rounded once, half away from zero (nothing is negative)."""

from fractions import Fraction

HUNDRED, WAN = 100, 10_000


def whole_of(amount: float) -> int:
    """A number that was answered as the nearest whole one: 2.5 is 3."""
    # as it was typed: 0.1 means a tenth, not the double beside it
    return _rounded(Fraction(str(amount)))


def score_of(step: int, lowest: int, highest: int) -> int:
    """A step of a scale on 0 to 100: of 1 to 5 these are 0, 25, 50, 75, 100."""
    return _rounded(Fraction(100 * (step - lowest), highest - lowest))


def yuan_of(amount: float, months: int = 1) -> int:
    """Yuan a month, to whole hundreds, of an amount for so many months (12 where a year was asked for)."""
    return HUNDRED * _rounded(Fraction(str(amount)) / months / HUNDRED)


def wan_of(amount: float) -> int:
    """Yuan in units of 10 000 (万元)."""
    return _rounded(Fraction(str(amount)) / WAN)


def _rounded(exact: Fraction) -> int:
    return (2 * exact.numerator + exact.denominator) // (2 * exact.denominator)
