from datetime import UTC, date, datetime

import pytest

from common.approvals.deadlines import deadlines, due_on
from common.approvals.domain import (
    Asked,
    IdentifyingText,
    RequestAction,
    RequestState,
    SameReviewer,
    TransitionNotAllowed,
    allowed_actions,
    must_be_another,
    must_have_asked,
    must_not_identify,
)
from common.errors import Forbidden

ASKED = Asked(
    version=1,
    state=RequestState.OPEN,
    requested_by="a",
    requested_by_role="college_officer",
    requested_at=datetime(2024, 6, 1, tzinfo=UTC),
    due_on=date(2024, 7, 1),
    decided_by=None,
    decided_by_role=None,
    decided_at=None,
)


@pytest.mark.parametrize(
    ("request_kind", "asked_on", "due"),
    [
        ("correction", "2024-06-01", "2024-06-06"),
        ("correction", "2024-08-15", "2024-08-20"),
        ("population_change", "2024-07-31", "2024-08-30"),
        ("population_change", "2024-08-01", "2024-08-06"),
        ("population_change", "2024-08-31", "2024-09-05"),
        ("population_change", "2024-09-01", "2024-10-01"),
        ("waiver", "2024-08-15", "2024-09-14"),
        ("erasure", "2024-02-01", "2024-03-02"),
    ],
)
def test_a_decision_is_due_in_days_of_the_calendar(request_kind: str, asked_on: str, due: str) -> None:
    assert due_on(request_kind, date.fromisoformat(asked_on)) == date.fromisoformat(due)


def test_no_deadline_is_a_rule_of_the_field() -> None:
    assert not any(each.verified for each in deadlines())


@pytest.mark.parametrize(
    "text",
    ["123456", "证件 110101200001011234", "手机13800138000", "１２３４５６", "12\u200b3456", "٠١٢٣٤٥", "x12345678"],
)
def test_six_digits_in_a_row_are_a_number_of_a_person(text: str) -> None:
    with pytest.raises(IdentifyingText) as refusal:
        must_not_identify("/reason", text)
    (problem,) = refusal.value.problems
    assert (refusal.value.code, problem.pointer, problem.rule) == ("identifying_text", "/reason", "identifying_text")
    assert text not in str(refusal.value)


@pytest.mark.parametrize("text", ["", "因病休学一年", "12345", "2024-06-18", "12345 67890", "①②③④⑤⑥"])
def test_fewer_digits_are_none(text: str) -> None:
    must_not_identify("/reason", text)


def test_who_asked_withdraws_and_another_person_decides() -> None:
    assert allowed_actions(ASKED, "a", decides=True) == (RequestAction.WITHDRAW,)
    assert allowed_actions(ASKED, "b", decides=True) == (RequestAction.APPROVE, RequestAction.REFUSE)
    assert allowed_actions(ASKED, "b", decides=False) == ()
    must_be_another(ASKED, "b")
    must_have_asked(ASKED, "a")
    with pytest.raises(Forbidden):
        must_have_asked(ASKED, "b")
    with pytest.raises(SameReviewer) as refusal:
        must_be_another(ASKED, "a")
    assert refusal.value.extra == {"state": "open", "allowed_transitions": ["withdraw"]}


@pytest.mark.parametrize("state", [RequestState.WITHDRAWN, RequestState.APPROVED, RequestState.REFUSED])
def test_what_has_ended_is_decided_no_more(state: RequestState) -> None:
    ended = Asked(**{**vars(ASKED), "state": state})
    for subject in ("a", "b"):
        assert allowed_actions(ended, subject, decides=True) == ()
        with pytest.raises(TransitionNotAllowed) as refusal:
            must_be_another(ended, subject)
        assert refusal.value.extra == {"state": state.value, "allowed_transitions": []}
