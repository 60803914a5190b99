from datetime import datetime, timedelta

import pytest

from common.clock import SHANGHAI
from common.errors import Invalid
from surveys.calls.domain import Outcome, band_at, must_be_callable_again

NOON = datetime(2026, 11, 30, 12, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("hour", "minute", "band"),
    [
        (8, 59, None),
        (9, 0, 1),
        (12, 59, 1),
        (13, 0, 2),
        (16, 59, 2),
        (17, 0, 3),
        (20, 59, 3),
        (21, 0, None),
        (0, 0, None),
    ],
)
def test_people_are_called_from_nine_to_twenty_one(hour: int, minute: int, band: int | None) -> None:
    assert band_at(NOON.replace(hour=hour, minute=minute)) == band


@pytest.mark.parametrize(
    ("outcome", "after", "rule"),
    [
        (Outcome.CALLBACK, 1, None),
        (Outcome.BUSY, None, None),
        (Outcome.CALLBACK, None, "required"),
        (Outcome.CALLBACK, 0, "callback_in_past"),
        (Outcome.CALLBACK, 2, "callback_after_close"),
        (Outcome.BUSY, 1, "not_allowed"),
    ],
)
def test_only_a_callback_names_a_time_and_one_to_come(outcome: Outcome, after: int | None, rule: str | None) -> None:
    again = None if after is None else NOON + timedelta(hours=after)
    found = []
    try:
        must_be_callable_again(outcome, again, now=NOON, closes_at=NOON + timedelta(hours=2))
    except Invalid as refused:
        found = [(each.pointer, each.rule) for each in refused.problems]
    assert found == ([] if rule is None else [("/callback_at", rule)])
