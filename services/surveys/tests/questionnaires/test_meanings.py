"""What is kept of values that come again changes no judgement: one that keeps and one that does not agree on all."""

from datetime import date
from typing import Any

from every_type import EVERY_TYPE
from hypothesis import given, settings
from hypothesis import strategies as st

from surveys.questionnaires.domain.facts import Facts
from surveys.questionnaires.domain.logic import Logic
from surveys.questionnaires.wire import NewQuestionnaire

CONTENT = NewQuestionnaire.model_validate(EVERY_TYPE, strict=False).content()
FACTS = Facts(date(2026, 11, 30), {})
NAMES = [question.id for question in CONTENT.questions]
KEPT = 3
"""Of each question; more values come than that."""

# some equal others in Python, and mean something else to a question
ALIKE: list[Any] = [
    *(True, 1, 1.0, "1", False, 0, "", "a", "x" * 65),
    *([], ["1"], ["1", "2"], ["1", "1"], ["a", "b", "c"], ["1", 2]),
    *({}, {"a": "1"}, {"1": "2"}, {"a": "b"}, {"a": None}, {"missing": "refused"}, {"missing": "no"}),
]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.dictionaries(st.sampled_from(NAMES), st.sampled_from(ALIKE)), min_size=2))
def test_values_that_come_again_mean_what_they_meant(answers: list[dict[str, Any]]) -> None:
    keeping, forgetful = Logic(CONTENT, remembered=KEPT * len(NAMES)), Logic(CONTENT)
    for values in answers:
        # 1 and true are equal, not so their texts
        assert repr(keeping.judge(values, FACTS)) == repr(forgetful.judge(values, FACTS))
