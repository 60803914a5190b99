"""What became of a variable from one version to the next, by each facet that counts."""

from typing import Any

import pytest

from surveys.questionnaires.domain.changes import changes, over_all
from surveys.questionnaires.domain.content import Content
from surveys.questionnaires.wire import NewQuestionnaire

WORDS, OTHERS = {"zh": "文字", "en": "words"}, {"zh": "别的", "en": "others"}
Json = dict[str, Any]


def content(*questions: Json) -> Content:
    pages = [{"id": "p", "questions": [{"id": "q", "text": WORDS} | each for each in questions]}]
    return NewQuestionnaire.model_validate({"title": WORDS, "pages": pages}, strict=False).content()


def options(*values: str, text: Json = WORDS) -> list[Json]:
    return [{"value": value, "text": text} for value in values]


def became(before: Json, after: Json) -> dict[str, tuple[str, bool]]:
    found = changes(content(before), content(before | after))
    return {each.variable: (each.change.value, each.comparable) for each in found}


CHOICE = {"type": "single_choice", "options": options("1", "2")}
MATRIX = {"type": "matrix", "options": options("1", "2"), "rows": options("a", "b")}
SCALE = {"type": "scale", "scale": {"min": 1, "max": 5}}


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [
        (CHOICE, {}, "same"),
        (CHOICE, {"required": True, "core": True, "visible_if": "true()"}, "same"),
        (CHOICE, {"options": options("2", "1")}, "same"),
        (CHOICE, {"text": OTHERS}, "reworded"),
        (CHOICE, {"hint": OTHERS}, "reworded"),
        (CHOICE, {"options": options("1", "2", text=OTHERS)}, "reworded"),
        (SCALE, {"min_label": OTHERS}, "reworded"),
        (CHOICE, {"options": options("1", "2", "3")}, "changed"),
        (CHOICE, {"type": "multiple_choice"}, "changed"),
        (SCALE, {"scale": {"min": 1, "max": 7}}, "changed"),
        (SCALE, {"measure": {"id": "job_satisfaction"}}, "changed"),
        ({"type": "number", "unit": "年"}, {"unit": "月"}, "changed"),
        ({"type": "money", "period": "month"}, {"period": "year"}, "changed"),
        ({"type": "code", "code_list": "majors"}, {"code_list": "colleges"}, "changed"),
        ({"type": "place", "depth": "city"}, {"depth": "county"}, "changed"),
        ({"type": "calculated", "calculation": "1", "result": "number"}, {"calculation": "2"}, "changed"),
    ],
)
def test_what_became_of_a_variable(before: Json, after: Json, change: str) -> None:
    assert became(before, after) == {"q": (change, change == "same")}
    # only another wording is brought back by the editor's word
    assert became(before, after | {"same_meaning": True}) == {"q": (change, change in ("same", "reworded"))}


def test_variables_come_from_rows_and_texts_beside_options_too() -> None:
    assert became(MATRIX, {"rows": [*options("a"), *options("c")]}) == {"q_a": ("same", True), "q_c": ("new", False)}
    assert became(MATRIX, {"rows": [*options("a"), *options("b", text=OTHERS)]}) == {
        "q_a": ("same", True),
        "q_b": ("reworded", False),
    }
    opened = [{"value": "1", "text": WORDS}, {"value": "2", "text": WORDS, "other": True}]
    assert became(CHOICE, {"options": opened}) == {"q": ("same", True), "q_other": ("new", False)}


def test_everything_of_a_first_version_is_new() -> None:
    assert [(each.change.value, each.comparable) for each in changes(None, content(CHOICE))] == [("new", False)]


def test_over_all_waves_the_greatest_change_counts_and_gaps_are_bridged() -> None:
    asked = [content(CHOICE), content(SCALE | {"id": "s"}), content(CHOICE | {"text": OTHERS, "same_meaning": True})]
    found = {each.variable: each for each in over_all([*asked, asked[2]])}
    assert (found["q"].change.value, found["q"].comparable) == ("reworded", True)
    assert [(place, step.change.value) for place, step in found["q"].steps] == [
        (0, "new"),
        (2, "reworded"),
        (3, "same"),
    ]
    assert (found["s"].change.value, found["s"].comparable, len(found["s"].steps)) == ("new", True, 1)
    changed = over_all([content(CHOICE), content(CHOICE | {"type": "multiple_choice"}), content(CHOICE)])
    assert (changed[0].change.value, changed[0].comparable) == ("changed", False)
