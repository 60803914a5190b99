"""Questions of majors and colleges as a school asks them, and where nothing of its units is known."""

import json
from datetime import date
from typing import Any

import pytest

from common.errors import Message
from common.identifiers import SchoolCode
from common.spreadsheets.headers import Header
from surveys.answer_imports.imports.columns import VARIABLE
from surveys.answer_imports.imports.readings import AnswerReader
from surveys.answer_page.domain.choices import Choice, found_by, offered
from surveys.answer_page.domain.fields import fields_of, values_in
from surveys.exports.domain.parts import parts_of
from surveys.questionnaires.domain.checks import obstacles
from surveys.questionnaires.domain.content import Content
from surveys.questionnaires.domain.facts import Facts
from surveys.questionnaires.domain.logic import Logic
from surveys.questionnaires.domain.units import with_units
from surveys.questionnaires.wire import NewQuestionnaire
from surveys.questionnaires.wire.formats.paper import answer_of
from surveys.units.domain import SchoolUnits, Unit

WORDS = {"zh": "专业", "en": "Major"}
SOFTWARE, PHYSICS, OLD = "080902", "070201", "080611"
UNITS = SchoolUnits(
    SchoolCode("10001"),
    7,
    {
        "majors": {
            PHYSICS: Unit(Message("物理学", "Physics")),
            OLD: Unit(Message("软件", "Software"), is_closed=True),
            SOFTWARE: Unit(Message("软件工程", "Software Engineering")),
        }
    },
)


def content(condition: str = "${major} = '080902'", code_list: str = "majors") -> Content:
    major = {"id": "major", "type": "code", "code_list": code_list, "text": WORDS}
    then = {"id": "then", "type": "text", "text": {"zh": "${major}怎样", "en": "How is ${major}?"}}
    pages = [{"id": "p", "questions": [major, then | {"visible_if": condition}]}]
    return NewQuestionnaire.model_validate_json(json.dumps({"title": WORDS, "pages": pages})).content()


ASKED = with_units(content(), UNITS)
FACTS = Facts(date(2026, 11, 30))


@pytest.mark.parametrize(
    ("known", "value", "rules"),
    [
        (True, SOFTWARE, []),
        (True, OLD, []),
        (True, "999999", ["code"]),
        (True, "", ["code"]),
        (True, 5, ["code"]),
        (False, "999999", []),
        (False, "", ["code"]),
    ],
)
def test_a_unit_of_the_school_is_an_answer_and_where_none_is_known_what_could_be_one(
    known: bool, value: object, rules: list[str]
) -> None:
    logic = Logic(ASKED if known else content())
    judged = logic.judge({"major": value}, FACTS)
    assert [problem.rule for problem in judged.problems] == rules
    assert judged.questions == (("major", "then") if value == SOFTWARE else ("major",))


def test_only_the_list_that_is_known_judges() -> None:
    other = with_units(content(code_list="colleges"), UNITS)
    assert Logic(other).judge({"major": "C01"}, FACTS).problems == ()


def test_texts_call_a_unit_by_its_name() -> None:
    logic = Logic(ASKED)
    judged = logic.judge({"major": SOFTWARE}, FACTS)
    assert [logic.texts(judged, each)["then"] for each in ("zh", "en")] == [
        "软件工程怎样",
        "How is Software Engineering?",
    ]


def test_a_condition_about_no_unit_is_found_where_units_are_known() -> None:
    wrong = content("${major} = '999999'")
    assert [problem.rule for problem in obstacles(with_units(wrong, UNITS))] == ["unknown_option"]
    assert obstacles(wrong) == []


def test_the_page_offers_names_the_closed_ones_last() -> None:
    [major, _] = ASKED.questions
    assert offered(major, "en") == [
        Choice(PHYSICS, "Physics"),
        Choice(SOFTWARE, "Software Engineering"),
        Choice(OLD, "Software", "Closed"),
    ]
    assert [each.code for each in found_by(major, "软件", "zh")] == [SOFTWARE, OLD]
    assert fields_of([major], {"major": SOFTWARE}, "zh") == {"major": [SOFTWARE]}
    assert values_in([major], {"major": ["软件工程"]}, {}) == {"major": SOFTWARE}
    [unknown, _] = content().questions
    assert offered(unknown, "zh") is None
    assert values_in([unknown], {"major": ["软件工程"]}, {}) == {"major": "软件工程"}


@pytest.mark.parametrize(
    ("cell", "value"), [(SOFTWARE, SOFTWARE), ("软件工程", SOFTWARE), ("physics", PHYSICS), ("化学", "化学")]
)
def test_a_file_may_name_a_unit(cell: str, value: Any) -> None:
    column = f"{VARIABLE}major"
    read = AnswerReader(Header(row=1, positions={column: 0}, texts={column: "major"}), ASKED)
    assert read.read([cell], []) == {"major": value}


def test_files_and_paper_have_the_names() -> None:
    [major, _] = ASKED.questions
    [part] = parts_of(major)
    assert part.labels == {code: unit.name for code, unit in UNITS.lists["majors"].items()}
    drawn, boxes = answer_of(major)
    assert (drawn, [each.value for each in boxes]) == ("boxes", [PHYSICS, SOFTWARE])
    [unknown, _] = content().questions
    assert answer_of(unknown) == ("line", ())
