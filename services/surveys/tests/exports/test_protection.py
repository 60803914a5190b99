"""Each combination of groups in a file is that of five answers at least, and what is common is kept."""

from collections import Counter
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.exports.domain.protection import NOTHING, K, Shown, pooled, protected

HENAN, ZHEJIANG = "410000", "330000"
COMMON = Shown(HENAN, "1", "080901", "C1")


def shown(groups: Sequence[Shown]) -> list[Shown]:
    return protected(groups, lambda place: place.to_bytes(4))


@pytest.mark.parametrize(
    ("given_groups", "expected"),
    [
        # five of a kind keep everything
        ([COMMON] * 5, {COMMON: 5}),
        # rare origins lose the origin alone where five share the rest
        (
            [COMMON] * 5 + [COMMON._replace(origin_province=f"{n}0000") for n in range(11, 16)],
            {COMMON: 5, COMMON._replace(origin_province=None): 5},
        ),
        # then the sex, then the major
        (
            [COMMON] * 5 + [COMMON._replace(origin_province="110000", sex="2")] * 2
            + [COMMON._replace(origin_province="120000", major="080902")] * 3,
            {COMMON: 5, Shown(college="C1"): 5},
        ),
        # then the college: nothing is left
        (
            [COMMON] * 5 + [COMMON._replace(college=f"C{n}", origin_province="110000") for n in range(2, 7)],
            {COMMON: 5, NOTHING: 5},
        ),
        # one who has lost everything would be known by that: four others lose it, too
        ([COMMON] * 20 + [Shown(ZHEJIANG, "2", "1", "C2")], {COMMON: 16, NOTHING: 5}),
        # where no combination has four to spare, the smallest one loses it whole
        (
            [COMMON] * 8 + [COMMON._replace(college="C2")] * 6 + [Shown(ZHEJIANG, "2", "1", "C3")],
            {COMMON: 8, NOTHING: 7},
        ),
        # fewer than five in all
        ([COMMON] * 4, {NOTHING: 4}),
        ([], {}),
    ],
)  # fmt: skip
def test_rare_combinations_lose_group_by_group(given_groups: list[Shown], expected: dict[Shown, int]) -> None:
    assert Counter(shown(given_groups)) == expected


GROUPS = st.builds(
    Shown,
    st.sampled_from([HENAN, ZHEJIANG, "110000", None]),
    st.sampled_from(["1", "2"]),
    st.sampled_from(["080901", "080902", "020101", None]),
    st.sampled_from(["C1", "C2", "C3"]),
)


@given(st.lists(GROUPS, max_size=120))
def test_nobody_is_in_a_combination_of_fewer_than_five(groups: list[Shown]) -> None:
    found = shown(groups)
    counted = Counter(found)
    assert len(found) == len(groups)
    assert all(count >= min(K, len(groups)) for count in counted.values())
    for before, after in zip(groups, found, strict=True):
        # what is shown is true, and is lost in one order
        assert all(value in {None, known} for value, known in zip(after, before, strict=True))
        lost = [value is None and known is not None for value, known in zip(after, before, strict=True)]
        kept = [known is not None for known in before]
        assert lost == sorted(lost, reverse=True) or not all(kept)


@given(st.lists(GROUPS, min_size=5, max_size=60), st.integers())
def test_the_order_of_answers_says_nothing(groups: list[Shown], seed: int) -> None:
    turned = groups[seed % len(groups) :] + groups[: seed % len(groups)]
    assert Counter(shown(groups)) == Counter(shown(turned))


@pytest.mark.parametrize(
    ("weights", "expected"),
    [
        ([1.25] * 160 + [0.5556] * 90, [1.25] * 160 + [0.5556] * 90),
        # three and two share their mean
        ([1.0] * 10 + [2.0] * 3 + [4.5] * 2, [1.0] * 10 + [3.0] * 5),
        # one alone is joined by those nearest to it
        ([1.0] * 5 + [3.0] * 5 + [4.2], [1.0] * 5 + [3.2] * 6),
        # of three there is nobody to join
        ([1.0, 2.0, 3.0], [2.0] * 3),
        ([None, None], [None, None]),
    ],
)
def test_a_weight_is_that_of_five_answers(weights: list[float | None], expected: list[float | None]) -> None:
    assert pooled(weights) == pytest.approx(expected)


@given(st.lists(st.sampled_from([0.5, 0.8, 1.0, 1.5, 2.5, 9.0, None]), max_size=60))
def test_weights_add_up_as_before(weights: list[float | None]) -> None:
    found = pooled(weights)
    counted = Counter(weight for weight in found if weight is not None)
    assert sum(weight or 0 for weight in found) == pytest.approx(sum(weight or 0 for weight in weights))
    assert all(count >= min(K, sum(counted.values())) for count in counted.values())
