"""From answers to the units of measures, against numbers of the contract and of the hand."""

import pytest

from common.measures import score_of, wan_of, whole_of, yuan_of


def test_the_steps_of_a_scale_are_spread_over_a_hundred() -> None:
    assert [score_of(step, 1, 5) for step in range(1, 6)] == [0, 25, 50, 75, 100]
    assert [score_of(step, 0, 10) for step in (0, 7, 10)] == [0, 70, 100]
    # thirds and sixths and eighths: 16.67, 33.33, 83.33; 12.5 is half up
    assert [score_of(step, 1, 7) for step in (2, 3, 6)] == [17, 33, 83]
    assert [score_of(step, -4, 4) for step in (-3, -4, 4)] == [13, 0, 100]


@pytest.mark.parametrize(
    ("amount", "months", "yuan"),
    [(6_549, 1, 6_500), (6_550, 1, 6_600), (0, 1, 0), (49.99, 1, 0), (120_000, 12, 10_000), (78_600, 12, 6_600)],
)
def test_pay_is_to_whole_hundreds_a_month(amount: float, months: int, yuan: int) -> None:
    assert yuan_of(amount, months) == yuan


def test_amounts_are_in_units_of_ten_thousand() -> None:
    assert [wan_of(amount) for amount in (0, 4_999, 5_000, 10_000, 125_000)] == [0, 0, 1, 1, 13]


def test_whole_numbers_are_half_up_as_they_were_typed() -> None:
    assert [whole_of(amount) for amount in (0, 2.4, 2.5, 3, 0.5, 1.005)] == [0, 2, 3, 3, 1, 1]
