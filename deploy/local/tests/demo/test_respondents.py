"""What invented respondents answer is one of what is asked."""

import random

import pytest

from quxiang.demo.client import Json
from quxiang.demo.respondents import invented, is_filled

OPTIONS = [{"value": "1"}, {"value": "2"}, {"value": "3"}, {"value": "9", "exclusive": True}]


@pytest.mark.parametrize(
    ("question", "possible"),
    [
        ({"type": "single_choice", "options": OPTIONS}, {"1", "2", "3", "9"}),
        ({"type": "boolean"}, {True, False}),
        ({"type": "nps"}, set(range(11))),
        ({"type": "scale", "scale": {"min": 1, "max": 5}}, {1, 2, 3, 4, 5}),
        ({"type": "number", "minimum": 1, "maximum": 2}, {1, 2}),
        ({"type": "place", "depth": "province"}, {"410000", "110000", "310000"}),
    ],
)
def test_a_value_is_possible(question: Json, possible: set[object]) -> None:
    chance = random.Random("values")
    assert {invented(question, chance) for _ in range(300)} <= possible
    assert is_filled(question)


def test_of_several_options_none_stands_beside_one_that_excludes_others() -> None:
    chance = random.Random("several")
    asked = {"type": "multiple_choice", "options": OPTIONS, "min_selected": 2, "max_selected": 2}
    for _ in range(100):
        chosen = invented(asked, chance)
        assert isinstance(chosen, list)
        assert len(set(chosen)) == len(chosen) == 2
        assert "9" not in chosen


@pytest.mark.parametrize("kind", ["text", "file", "employer", "note", "calculated"])
def test_what_has_to_be_written_is_left_open(kind: str) -> None:
    assert not is_filled({"type": kind})
