"""What errors tell, and days in Shanghai."""

from datetime import UTC, date, datetime

import pytest

from common.clock import day_in_shanghai
from common.errors import (
    Conflict,
    FieldProblem,
    Invalid,
    Message,
    NotFound,
    PermanentError,
    PreconditionFailed,
    QuxiangError,
    TransientError,
    Unavailable,
)


def test_a_text_is_given_in_the_language_asked_for() -> None:
    text = Message("中文", "English")
    assert [text.in_language(language) for language in ("zh", "zh-CN", "ZH-tw", "en", "de")] == [
        "中文",
        "中文",
        "中文",
        "English",
        "English",
    ]


def test_a_conflict_carries_state_and_transitions() -> None:
    conflict = Conflict(
        "not_submitted", Message("未提交", "Not submitted"), state="draft", allowed_transitions=["submit"]
    )
    assert conflict.extra == {"state": "draft", "allowed_transitions": ["submit"]}
    assert conflict.detail == conflict.title


def test_invalid_names_its_fields() -> None:
    problem = FieldProblem("/employer_name", "required", Message("必填", "Required"))
    assert Invalid([problem]).problems == (problem,)


def test_a_failed_precondition_tells_the_current_version() -> None:
    assert PreconditionFailed(7).extra == {"current_version": 7}


def test_retry_is_decided_by_type() -> None:
    assert issubclass(Unavailable, TransientError)
    assert not issubclass(PermanentError, TransientError)
    assert issubclass(NotFound, QuxiangError)


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        (datetime(2024, 8, 31, 15, 59, 59, tzinfo=UTC), date(2024, 8, 31)),
        (datetime(2024, 8, 31, 16, 0, tzinfo=UTC), date(2024, 9, 1)),
        (datetime(1988, 7, 1, 15, 30, tzinfo=UTC), date(1988, 7, 2)),
    ],
)
def test_the_day_is_that_of_shanghai(instant: datetime, day: date) -> None:
    assert day_in_shanghai(instant) == day


def test_an_instant_without_zone_has_no_day() -> None:
    with pytest.raises(ValueError, match="zone"):
        day_in_shanghai(datetime(2024, 1, 1))  # noqa: DTZ001 - that is what must be refused
