from typing import Any

import pytest

from common.errors import Message
from surveys.papers.domain import Keyed
from surveys.questionnaires.domain.content import Question, QuestionType

TEXT = Message("问", "Question")
QUESTIONS = [
    Question("chosen", QuestionType.MULTIPLE_CHOICE, False, TEXT),
    Question("ranked", QuestionType.RANKING, False, TEXT),
    Question("said", QuestionType.TEXT, False, TEXT),
    Question("judged", QuestionType.MATRIX, False, TEXT),
    Question("paid", QuestionType.MONEY, False, TEXT),
]


@pytest.mark.parametrize(
    ("one", "other", "differing"),
    [
        ({"chosen": ["1", "3"]}, {"chosen": ["3", "1"]}, ()),
        ({"ranked": ["1", "3"]}, {"ranked": ["3", "1"]}, ("ranked",)),
        ({"said": " 很好 "}, {"said": "很好"}, ()),
        ({"said": "   "}, {}, ()),
        ({"paid": None}, {}, ()),
        ({"chosen": []}, {}, ()),
        ({"judged": {"a": "1", "b": None}}, {"judged": {"a": "1"}}, ()),
        ({"judged": {"a": "1"}}, {"judged": {"a": "2"}}, ("judged",)),
        ({"paid": 5000}, {"paid": {"missing": "refused"}}, ("paid",)),
        ({"paid": 5000, "said": "a"}, {"paid": 500}, ("paid", "said")),
    ],
)
def test_two_keyings_are_equal_where_they_say_the_same(
    one: dict[str, Any], other: dict[str, Any], differing: tuple[str, ...]
) -> None:
    first, second = (Keyed(each, 1, True).normalised(QUESTIONS) for each in (one, other))
    assert first.differing(second) == differing


@pytest.mark.parametrize(("version", "sensitive"), [(2, True), (1, False)])
def test_consents_that_differ_are_named(version: int, sensitive: bool) -> None:
    assert Keyed({}, 1, True).differing(Keyed({}, version, sensitive)) == ("consent",)
