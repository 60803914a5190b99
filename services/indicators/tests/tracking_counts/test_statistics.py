"""Statistics, intervals and weights against the contract's numbers worked by hand, and against scipy."""

import random
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from scipy import stats

from indicators.tracking_counts.figures import figure_of, gap, shown, startup_bounds
from indicators.tracking_counts.indicators import INDICATORS, PER_100, PERCENT, SCORE, VALUE, YEARS, YUAN, Column
from indicators.tracking_counts.intervals import newcombe, of_mean, of_median, wilson
from indicators.tracking_counts.statistics import Growth, Value, Vote, distribution, growth, mean, median, share
from indicators.tracking_counts.weights import Stratum, weights

SALARIES = (4200, 4800, 5000, 5200, 5500, 5800, 6000, 6500, 7000, 8000, 12000)


def figure(statistic: Any, unit: Any, votes: list[Vote]) -> dict[str, Any]:
    return figure_of(Column(lambda _: None, statistic, unit), votes)


def votes(*values: Value) -> list[Vote]:
    return [Vote(value) for value in values]


def ends(interval: dict[str, str] | None) -> tuple[str, str]:
    assert interval is not None
    return interval["low"], interval["high"]


def test_34_of_50() -> None:
    found = figure(share, PERCENT, votes(*[Fraction(1)] * 34, *[Fraction(0)] * 16))
    assert (found["base"], found["value"], found["unit"]) == (50, "68.00", "percent")
    assert found["interval"] == {"low": "54.19", "high": "79.24", "method": "wilson"}
    assert found["weighted"] is None
    assert "per_graduate" not in found


def test_eleven_salaries() -> None:
    found = figure(median, YUAN, votes(*map(Fraction, SALARIES)))
    assert (found["value"], found["p25"], found["p75"]) == ("5800", "5100", "6750")
    assert found["interval"] == {"low": "4800", "high": "8000", "method": "binomial"}


def test_growth_of_five_pairs_each_twice() -> None:
    pairs = [(5000, 6000), (6000, 6600), (4000, 5000), (8000, 8000), (5000, 6500)] * 2
    dearer = Fraction(103, 100)
    found = figure(growth, PERCENT, votes(*(Growth(Fraction(a), Fraction(b), dearer) for a, b in pairs)))
    assert [found[name] for name in ("value", "of_medians", "real", "real_of_medians")] == [
        "20.00",
        "30.00",
        "16.50",
        "26.21",
    ]
    found = figure(growth, PERCENT, votes(*(Growth(Fraction(a), Fraction(b), None) for a, b in pairs)))
    assert (found["value"], found["real"], found["real_of_medians"]) == ("20.00", None, None)


def test_the_gap_of_34_of_50_and_24_of_40() -> None:
    found = gap((Fraction(34, 50), 50), (Fraction(24, 40), 40))
    assert (found["value"], found["unit"], *ends(found["interval"])) == ("8.00", "points", "-11.42", "27.07")


def test_twenty_founders_of_whom_twelve_are_known_and_nine_operate() -> None:
    found = figure(share, PERCENT, votes(*[Fraction(1)] * 9, *[Fraction(0)] * 3))
    assert (found["value"], *ends(found["interval"])) == ("75.00", "46.77", "91.11")
    assert startup_bounds(9, 12, 20) == {"low_bound": "45.00", "high_bound": "85.00"}


def test_employers_by_graduates_hired() -> None:
    given = [Vote(Fraction(score), hires=hires) for hires, score in [(1, 100), (9, 50), (2, 75)] * 2]
    found = figure(mean, SCORE, given)
    assert (found["value"], found["per_graduate"]) == ("75.00", "58.33")
    assert figure(mean, SCORE, given[1:3])["per_graduate"] is None
    # exactly half of the hires is not more than half
    half = [Vote(Fraction(score), hires=hires) for hires, score in [(6, 50), (3, 100), (3, 100)]]
    assert figure(mean, SCORE, half)["per_graduate"] == "75.00"
    assert figure(mean, SCORE, [Vote(Fraction(1), hires=0)])["per_graduate"] is None


def test_months_as_years() -> None:
    months = [12] * 4 + [18] * 6 + [24] * 10 + [30] * 6 + [36] * 4
    found = figure(mean, YEARS, votes(*(Fraction(each, 12) for each in months)))
    assert (found["value"], *ends(found["interval"])) == ("2.00", "1.78", "2.22")
    assert figure(mean, YEARS, votes(*map(Fraction, months[1:])))["interval"] is None


def test_two_strata() -> None:
    one, other = Stratum("bachelor", "employed"), Stratum("bachelor", "other")
    weighing = weights({one: 100, other: 300}, {one: 20, other: 30})
    given = [Vote(Fraction(at < 15), weighing[one]) for at in range(20)]
    given += [Vote(Fraction(at < 12), weighing[other]) for at in range(30)]
    found = figure(share, PERCENT, given)
    assert (found["value"], *ends(found["interval"])) == ("54.00", "40.40", "67.03")
    assert (found["weighted"]["value"], found["weighted"]["effective_base"]) == ("48.75", "45.71")
    assert ends(found["weighted"]["interval"]) == ("34.93", "62.76")


LEVELS = {
    (level, standing): people
    for level, many in (("bachelor", 300), ("master", 100), ("doctoral", 10), (None, 4))
    for standing, people in (("employed", many), ("study", many // 2), ("other", many // 5))
}


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        # every stratum by itself, small levels as one
        (
            {("bachelor", "employed"): 50, ("bachelor", "study"): 10, ("bachelor", "other"): 6,
             ("master", "employed"): 5, ("master", "study"): 5, ("master", "other"): 5,
             ("doctoral", "employed"): 4, (None, "employed"): 1},
            {("bachelor", "employed"): Fraction(300, 50), ("master", "other"): Fraction(20, 5),
             ("doctoral", "employed"): Fraction(17 + 6, 5), (None, "study"): Fraction(17 + 6, 5)},
        ),
        # a stratum with too few answers makes its level one
        (
            {("bachelor", "employed"): 50, ("bachelor", "study"): 10, ("bachelor", "other"): 4,
             ("master", "employed"): 5, ("master", "study"): 5, ("master", "other"): 5,
             ("doctoral", "employed"): 5},
            {("bachelor", "study"): Fraction(510, 64), ("master", "study"): Fraction(50, 5)},
        ),
        # a pool with too few joins the level with the fewest answers
        (
            {("bachelor", "employed"): 50, ("bachelor", "study"): 10, ("bachelor", "other"): 6,
             ("master", "employed"): 5, ("master", "study"): 5, ("master", "other"): 5, ("doctoral", "study"): 2},
            {("master", "study"): Fraction(170 + 23, 17), ("doctoral", "other"): Fraction(193, 17),
             ("bachelor", "other"): Fraction(60, 6)},
        ),
        # no level has enough
        ({("bachelor", "employed"): 4, ("master", "employed"): 3}, {("bachelor", "employed"): Fraction(1)}),
    ],
)  # fmt: skip
def test_strata_with_too_few_answers_are_pooled(answers: dict[Any, int], expected: dict[Any, Fraction]) -> None:
    graduates = {Stratum(*key): people for key, people in LEVELS.items()}
    found = weights(graduates, {Stratum(*key): count for key, count in answers.items()})
    assert {key: found[Stratum(*key)] for key in expected} == expected
    if expected.get(("bachelor", "employed")) != 1:
        assert sum(found[Stratum(*key)] * count for key, count in answers.items()) == sum(LEVELS.values())


def test_wilson_is_scipys() -> None:
    for base in (5, 8, 30, 211, 3300):
        for count in {0, 1, base // 3, base - 1, base}:
            low, high, _ = wilson(Fraction(count, base), base)
            theirs = stats.binomtest(count, base).proportion_ci(method="wilson")
            assert (float(low), float(high)) == pytest.approx((theirs.low, theirs.high), abs=1e-6)


def test_the_interval_of_a_median_covers_at_least_95_percent() -> None:
    assert of_median([Fraction(n) for n in range(5)]) is None
    for count in (6, 7, 11, 40, 211):
        found = of_median([Fraction(n) for n in range(count)])
        assert found is not None
        place = int(found.low) + 1
        assert found.high == count - place
        assert stats.binom.cdf(place - 1, count, 0.5) <= 0.025 < stats.binom.cdf(place, count, 0.5)


def test_means_quantiles_and_differences_are_those_of_scipy_and_numpy() -> None:
    draw = random.Random(7)
    for count in (30, 57, 400):
        values = [Fraction(draw.randrange(20, 180), 2) for _ in range(count)]
        numbers = np.array([float(value) for value in values])
        found = of_mean(values)
        assert found is not None
        theirs = stats.norm.interval(0.95, numbers.mean(), stats.sem(numbers))
        assert (float(found.low), float(found.high)) == pytest.approx(theirs, abs=1e-4)
        figure_of_median = figure(median, YUAN, votes(*values))
        for name, at in (("value", 0.5), ("p25", 0.25), ("p75", 0.75)):
            exact = Decimal(repr(float(np.quantile(numbers, at))))
            assert abs(Decimal(figure_of_median[name]) - exact) <= Decimal("0.5")
    low, high, _ = newcombe((Fraction(56, 70), 70), (Fraction(48, 80), 80))
    # Newcombe 1998, method 10, of 56/70 and 48/80
    assert (f"{low:.4f}", f"{high:.4f}") == ("0.0524", "0.3339")


def test_a_weighted_median_has_half_the_weight_at_or_below() -> None:
    given = [Vote(Fraction(value), Fraction(weight)) for value, weight in ((1, 1), (2, 1), (3, 1), (10, 3))]
    weighted = figure(median, YUAN, given)["weighted"]
    assert (weighted["value"], weighted["interval"]) == ("3", None)
    assert weighted["effective_base"] == "3.00"


def test_a_distribution_has_the_largest_first() -> None:
    given = votes(frozenset({"exam", "skills"}), frozenset({"exam"}), frozenset({"other"}))
    assert figure(distribution, PERCENT, given)["value"] == [
        {"code": "exam", "count": 2, "share": "66.67"},
        {"code": "other", "count": 1, "share": "33.33"},
        {"code": "skills", "count": 1, "share": "33.33"},
    ]


@pytest.mark.parametrize(
    ("number", "text"), [("1/8", "0.13"), ("-1/8", "-0.13"), ("-1/1000", "0.00"), ("12345/100", "123.45")]
)
def test_numbers_are_rounded_half_away_from_zero(number: str, text: str) -> None:
    assert shown(Fraction(number), SCORE) == text


def test_money_needs_eight_answers_and_everything_else_five() -> None:
    money = {"salary", "salary_growth", "salary_competitiveness"}
    assert {
        each.id for each in INDICATORS.values() if VALUE in each.columns and each.columns[VALUE].least == 8
    } == money
    assert INDICATORS["startup_financing"].columns["median"].least == 8
    assert INDICATORS["patents_per_100"].columns[VALUE].unit == PER_100
