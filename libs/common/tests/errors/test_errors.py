"""What errors tell."""

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
    conflict = Conflict(state="draft", allowed_transitions=["submit"])
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
