"""Generated questionnaires: another reading of the contract, by demand instead of in order, agrees on everything."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from expression_trees import DAY, FIRST, SECOND, VALUES, Tree, trees, worth, written
from hypothesis import given, settings
from hypothesis import strategies as st

from surveys.questionnaires.domain.facts import Facts
from surveys.questionnaires.domain.lint import unanswerable
from surveys.questionnaires.domain.logic import Logic, json_of
from surveys.questionnaires.wire import NewQuestionnaire

WORDS = {"zh": "文字", "en": "words"}
OPTIONS = [{"value": value, "text": WORDS} for value in "123"]
TYPES: dict[str, dict[str, Any]] = {
    "bool": {"type": "boolean"},
    "num": {"type": "number"},
    "text": {"type": "text", "max_length": 3},
    "date": {"type": "date"},
    "code": {"type": "single_choice", "options": OPTIONS},
    "codes": {"type": "ranking", "options": OPTIONS},
}
Json = dict[str, Any]


@dataclass
class Asked:
    """A question of the other reading: its conditions as trees."""

    name: str
    kind: str
    page: str
    visible_if: Tree | None = None
    constraint: Tree | None = None
    calculation: Tree | None = None
    required: bool = False
    core: bool = False

    def sent(self) -> Json:
        expressions = {"visible_if": self.visible_if, "calculation": self.calculation}
        given: Json = {name: written(tree) for name, tree in expressions.items() if tree is not None}
        if self.constraint is not None:
            given["constraint"] = {"expression": written(self.constraint), "message": WORDS}
        kind = {"type": "calculated", "result": "number"} if self.calculation else TYPES[self.kind]
        asks = {} if self.calculation else {"required": self.required, "core": self.core}
        return {"id": self.name, "text": WORDS, **kind, **asks, **given}


@dataclass
class Reading:
    """What the contract says of values, found by asking for what is needed."""

    questions: list[Asked]
    pages: dict[str, Tree | None]
    values: Json
    known: Json = field(default_factory=dict)

    def is_visible(self, question: Asked) -> bool:
        return self.holds(self.pages[question.page]) and self.holds(question.visible_if)

    def holds(self, condition: Tree | None) -> bool:
        return condition is None or worth(condition, self) is True  # type: ignore[arg-type]

    def get(self, name: str) -> Any:
        """What a name is worth; blank where its question is hidden."""
        question = next(each for each in self.questions if each.name == name)
        if not self.is_visible(question):
            return None
        if question.calculation:
            return worth(question.calculation, self)  # type: ignore[arg-type]
        value = self.values.get(name)
        return None if isinstance(value, str) and not value.strip() else value


def json_value(value: Any) -> Any:
    if isinstance(value, tuple):
        return list(value)
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value.isoformat() if isinstance(value, date) else value


@st.composite
def questionnaires(draw: st.DrawFn) -> Reading:
    earlier, any_before = (st.none() | trees("bool", 2, known) for known in ("first", "both"))
    said = st.booleans()
    first = [Asked(names[0], kind, "one", required=draw(said), core=draw(said)) for kind, names in FIRST.items()]
    second = [
        Asked(
            names[0],
            kind,
            "two",
            draw(earlier),
            draw(earlier),
            required=draw(said),
            core=draw(said),
        )
        for kind, names in SECOND.items()
    ]
    third = [
        Asked("k1", "num", "three", draw(any_before), calculation=draw(trees("num", 2))),
        Asked("z1", "num", "three", draw(any_before), draw(any_before), required=draw(said)),
    ]
    pages = {"one": None, "two": draw(earlier), "three": draw(any_before)}
    questions = [*first, *second, *third]
    values = {each.name: draw(st.none() | VALUES[each.kind]) for each in questions if not each.calculation}
    return Reading(questions, pages, {name: value for name, value in values.items() if value is not None})


@settings(max_examples=150, deadline=None)
@given(questionnaires())
def test_visibility_values_problems_and_what_is_missing_agree(reading: Reading) -> None:
    pages = [
        {
            "id": page,
            "questions": [each.sent() for each in reading.questions if each.page == page],
            **({} if condition is None else {"visible_if": written(condition)}),
        }
        for page, condition in reading.pages.items()
    ]
    content = NewQuestionnaire.model_validate({"title": WORDS, "pages": pages}, strict=False).content()
    assert unanswerable(content) == []
    sent = {name: json_value(value) for name, value in reading.values.items()}
    judged = Logic(content).judge(sent, Facts(DAY))
    shown = [each for each in reading.questions if reading.is_visible(each)]
    asked = [each for each in shown if not each.calculation]
    answered = [each for each in asked if reading.get(each.name) is not None]
    broken = [each for each in answered if each.constraint and not reading.holds(each.constraint)]
    missing = [each for each in asked if each.required and each not in answered]
    assert judged.pages == tuple(page for page, condition in reading.pages.items() if reading.holds(condition))
    assert judged.questions == tuple(each.name for each in shown)
    assert judged.calculated == {"k1": reading.get("k1")}
    assert [each.pointer for each in judged.problems] == [f"/values/{each.name}" for each in broken]
    assert [each.pointer for each in judged.missing] == [f"/values/{each.name}" for each in missing]
    assert judged.kept == {each.name: sent[each.name] for each in asked if each.name in sent}
    assert (judged.answered, judged.asked) == (len(answered), len(asked))
    assert judged.completeness == completeness(reading, asked, answered)
    assert isinstance(json_of(judged.calculated["k1"]), int | float | None)


def completeness(reading: Reading, asked: list[Asked], answered: list[Asked]) -> str:
    if not answered:
        return "empty"
    if len(answered) == len(asked):
        return "complete"
    has_core = any(each.core for each in reading.questions)
    core = [each for each in asked if (each.core if has_core else each.required)]
    return "core" if all(each in answered for each in core) else "partial"
