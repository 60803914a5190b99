"""Statistics over generated data against scipy, statsmodels and numpy."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint
from statsmodels.stats.weightstats import DescrStatsW

from indicators.tracking_counts.intervals import newcombe, of_median, wilson
from indicators.tracking_counts.statistics import Growth, Vote, growth, mean, median, share
from indicators.tracking_counts.weights import ENOUGH, Stratum, weights

NEAR = 1e-6
"""z has six places in the contract, and all of them in scipy."""


@st.composite
def shares(draw: st.DrawFn) -> tuple[int, int]:
    base = draw(st.integers(1, 3_000))
    return draw(st.integers(0, base)), base


amounts = st.integers(0, 5_000).map(lambda hundreds: Fraction(100 * hundreds))
scores = st.integers(0, 100).map(Fraction)
weighing = st.integers(1, 40).flatmap(lambda n: st.integers(1, 12).map(lambda d: Fraction(n, d)))


@given(shares())
def test_wilson(counted: tuple[int, int]) -> None:
    count, base = counted
    low, high, _ = wilson(Fraction(count, base), base)
    assert (float(low), float(high)) == pytest.approx(proportion_confint(count, base, method="wilson"), abs=NEAR)


@given(shares(), shares())
def test_newcombe(one: tuple[int, int], other: tuple[int, int]) -> None:
    low, high, _ = newcombe((Fraction(*one), one[1]), (Fraction(*other), other[1]))
    theirs = confint_proportions_2indep(*one, *other, method="newcomb", compare="diff")
    assert (float(low), float(high)) == pytest.approx(theirs, abs=NEAR)


@given(st.integers(1, 29).flatmap(lambda count: st.lists(scores, min_size=count, max_size=count)))
def test_means_of_few(values: list[Fraction]) -> None:
    found = mean([Vote(value) for value in values])
    assert found.value == Fraction(sum(values), len(values))
    assert found.interval is None


@given(st.lists(scores, min_size=30, max_size=120))
def test_means(values: list[Fraction]) -> None:
    theirs = DescrStatsW(np.array([float(value) for value in values]))
    found = mean([Vote(value) for value in values])
    assert found.value is not None
    assert found.interval is not None
    assert float(found.value) == pytest.approx(theirs.mean)
    expected = theirs.zconfint_mean(alpha=0.05)
    assert (float(found.interval.low), float(found.interval.high)) == pytest.approx(expected, abs=NEAR)


@given(st.lists(amounts, min_size=1, max_size=200))
def test_medians_and_quartiles(values: list[Fraction]) -> None:
    found, numbers = median([Vote(value) for value in values]), np.array([float(value) for value in values])
    named = (found.further["p25"], found.value, found.further["p75"])
    # numpy's own way is type 7
    assert [float(value or 0) for value in named] == pytest.approx(list(np.quantile(numbers, [0.25, 0.5, 0.75])))
    interval = of_median(sorted(values))
    if len(values) < 6:
        assert interval is None
        return
    assert interval is not None
    theirs = stats.quantile_test(numbers, q=0, p=0.5).confidence_interval(0.95)
    assert (float(interval.low), float(interval.high)) == (theirs.low, theirs.high)


@given(st.lists(st.tuples(st.booleans(), weighing), min_size=1, max_size=80))
def test_weighted_shares(given_votes: list[tuple[bool, Fraction]]) -> None:
    found = share([Vote(Fraction(is_one), weight) for is_one, weight in given_votes]).weighted
    assert found is not None
    assert found.interval is not None
    ones, given_weights = (np.array(each, float) for each in zip(*given_votes, strict=True))
    theirs = DescrStatsW(ones, weights=given_weights)
    kish = given_weights.sum() ** 2 / (given_weights**2).sum()
    assert float(found.value) == pytest.approx(theirs.mean)
    assert float(found.effective_base) == pytest.approx(kish)
    expected = proportion_confint(min(theirs.mean * kish, kish), kish, method="wilson")
    assert (float(found.interval.low), float(found.interval.high)) == pytest.approx(expected, abs=NEAR)


@given(st.lists(st.tuples(amounts, weighing), min_size=1, max_size=80))
def test_weighted_medians(given_votes: list[tuple[Fraction, Fraction]]) -> None:
    found = median([Vote(value, weight) for value, weight in given_votes]).weighted
    assert found is not None
    assert found.interval is None
    # whole weights, because half of a sum of floating ones is not met exactly
    values = np.array([float(value) for value, _ in given_votes])
    whole = np.array([float(weight * 27_720) for _, weight in given_votes])
    assert float(found.value) == np.quantile(values, 0.5, weights=whole, method="inverted_cdf")


@given(
    st.lists(st.tuples(st.integers(10, 1_000), st.integers(10, 1_000)), min_size=1, max_size=60), st.integers(90, 130)
)
def test_growth(pairs: list[tuple[int, int]], index: int) -> None:
    dearer = Fraction(index, 100)
    found = growth([Vote(Growth(Fraction(100 * then), Fraction(100 * now), dearer)) for then, now in pairs])
    then, now = (np.array(each, float) for each in zip(*pairs, strict=True))
    real = now / (index / 100)
    expected = {
        "value": np.median(now / then - 1),
        "of_medians": np.median(now) / np.median(then) - 1,
        "real": np.median(real / then - 1),
        "real_of_medians": np.median(real) / np.median(then) - 1,
    }
    named = {"value": found.value, **found.further}
    assert {name: float(value or 0) for name, value in named.items()} == pytest.approx(expected)


counts_of_strata = st.dictionaries(
    st.builds(
        Stratum, st.sampled_from(["bachelor", "master", "doctoral", None]), st.sampled_from(["employed", "study"])
    ),
    st.tuples(st.integers(0, 400), st.integers(0, 30)),
    min_size=1,
)


@given(counts_of_strata)
def test_weights_of_answers_sum_to_the_graduates_and_pools_are_large_enough(
    strata: dict[Stratum, tuple[int, int]],
) -> None:
    # nobody answers who is no graduate
    graduates = {stratum: max(people, answers) for stratum, (people, answers) in strata.items()}
    answers = {stratum: count for stratum, (_, count) in strata.items() if count}
    found = weights(graduates, answers)
    if not answers:
        return
    if sum(answers.values()) < ENOUGH or set(found.values()) == {1}:
        return
    assert sum(found[stratum] * count for stratum, count in answers.items()) == sum(graduates.values())
    for stratum, count in answers.items():
        if found[stratum] != Fraction(graduates[stratum], count):
            # pooled: its weight is that of others, too
            assert count < ENOUGH or any(other != stratum and found.get(other) == found[stratum] for other in graduates)
