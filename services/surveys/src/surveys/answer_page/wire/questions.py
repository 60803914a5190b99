"""Questions as they stand on a page: words, fields, faults, and what can be chosen."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from common.errors import FieldProblem
from surveys.answer_page.domain.choices import Choice, found_by, offered
from surveys.answer_page.domain.fields import Fields, fields_of, names_in
from surveys.answers.commands import Answer
from surveys.answers.domain import prefilled
from surveys.questionnaires.domain.content import Question, QuestionnairePage, QuestionType
from surveys.questionnaires.domain.logic import json_of, pointer_of
from surveys.questionnaires.domain.meanings import is_refusal
from surveys.questionnaires.domain.questions import kind_of
from surveys.questionnaires.domain.questions.options import opening, other_of
from surveys.questionnaires.domain.questions.scale import ScaleKind

_STEPS_AS_BUTTONS = 11


@dataclass(frozen=True)
class Shown:
    """A question with the fields that it begins with."""

    question: Question
    language: str
    text: str
    fields: Fields
    faults: Sequence[str] = ()
    is_preset: bool = False
    saved: str | None = None
    calculated: object = None

    @property
    def id(self) -> str:
        """That of the question."""
        return self.question.id

    @property
    def type(self) -> str:
        """Which macro shows it."""
        return self.question.type.value

    @property
    def asks(self) -> bool:
        """Whether it is answered."""
        return kind_of(self.question).asks

    @property
    def hint(self) -> str:
        """What stands below its words."""
        return self.question.hint.in_language(self.language) if self.question.hint else ""

    @property
    def opening(self) -> frozenset[str]:
        """The options that open a text."""
        return opening(self.question)

    @property
    def other(self) -> str:
        """The name of that text."""
        return other_of(self.question)

    @property
    def focus(self) -> str:
        """The id of the first control, where a link among the faults leads."""
        return f"{names_in(self.question)[0]}-1"

    @property
    def steps(self) -> range:
        """The steps of a scale."""
        kind = kind_of(self.question)
        assert isinstance(kind, ScaleKind), "only scales have steps"
        lowest, highest = kind.ends(self.question)
        return range(lowest, highest + 1)

    @property
    def is_long(self) -> bool:
        """Whether a scale has too many steps for buttons."""
        return len(self.steps) > _STEPS_AS_BUTTONS

    @property
    def groups(self) -> list[tuple[str, list[Choice]]] | None:
        """What is offered, by headings."""
        choices = offered(self.question, self.language)
        if choices is None:
            return None
        return [(group, list(each)) for group, each in groupby(choices, lambda choice: choice.group)]

    @property
    def found(self) -> Sequence[Choice]:
        """What was found by what was typed."""
        return found_by(self.question, self.first(self.id), self.language) if self.faults else ()

    def first(self, name: str) -> str:
        """What stands in a field."""
        return next((each for each in self.fields.get(name, ()) if each), "")

    def has(self, name: str, value: object) -> bool:
        """Whether a choice is made."""
        return str(value) in self.fields.get(name, ())


@dataclass(frozen=True)
class Fault:
    """A fault among those at the top: what is wrong, at which control."""

    focus: str
    text: str
    message: str


def shown_on(
    answer: Answer,
    page: QuestionnairePage,
    texts: Mapping[str, str],
    language: str,
    *,
    typed: Fields | None = None,
    problems: Iterable[FieldProblem] = (),
    compared: bool = False,
) -> list[Shown]:
    """The visible questions of a page; what was typed stands before what is saved, which is `compared` with it."""
    visible, preset = (
        set(answer.judged.questions),
        prefilled(answer.content, answer.judged, answer.situation, answer.values),
    )
    fields = fields_of(page.questions, {**preset, **answer.values}, language)
    saved = fields_of(page.questions, answer.values, language)
    messages: dict[str, list[str]] = {}
    for problem in problems:
        messages.setdefault(problem.pointer, []).append(problem.message.in_language(language))
    found = []
    for question in page.questions:
        if question.id not in visible:
            continue
        own = _fields_of(question)
        differs = compared and typed is not None and _differ(own, typed, saved)
        found.append(
            Shown(
                question,
                language,
                texts.get(question.id, ""),
                fields if typed is None else {**fields, **{name: typed[name] for name in own if name in typed}},
                _faults(question, messages),
                typed is None and question.id in preset,
                said(question, answer.values, language) if differs else None,
                _calculated(answer, question),
            )
        )
    return found


def faults_of(questions: Iterable[Shown]) -> list[Fault]:
    """The faults in the order of the questions."""
    return [Fault(each.focus, each.text, message) for each in questions for message in each.faults]


def said(question: Question, values: Mapping[str, object], language: str) -> str:
    """A saved answer as it is read; empty without one."""
    value = values.get(question.id)
    if value is None or is_refusal(value):
        return "" if value is None else str(value["missing"])  # type: ignore[index]
    kind = kind_of(question)
    known = kind.values(question, value) if kind.refusal(question, value) is None else {}
    labels = {variable.name: variable.label for variable in kind.variables(question)}
    parts = [labels[name](each, language) for name, each in known.items() if name in labels and each is not None]
    rows = {f"{question.id}_{row.value}": row.text.in_language(language) for row in question.rows or ()}
    if rows:
        parts = [f"{rows[name]}: {part}" for name, part in zip(known, parts, strict=True)]
    if other := values.get(other_of(question)):
        parts.append(str(other))
    return "；".join(parts) if language == "zh" else "; ".join(parts)


def _fields_of(question: Question) -> list[str]:
    beside = [other_of(question)] if opening(question) else []
    return [*names_in(question), f"{question.id}__missing", *beside]


def _differ(names: Iterable[str], typed: Fields, saved: Fields) -> bool:
    """Whether fields say something else; those that were not sent say nothing."""

    def said_in(fields: Fields, name: str) -> list[str]:
        return sorted(each for each in fields.get(name, ()) if each)

    return any(name in typed and said_in(typed, name) != said_in(saved, name) for name in names)


def _faults(question: Question, messages: Mapping[str, list[str]]) -> list[str]:
    if not kind_of(question).asks:
        # it has no control that a fault could stand at
        return []
    places = [pointer_of(question.id), f"{pointer_of(question.id)}/file_id"]
    if opening(question):
        places.append(pointer_of(other_of(question)))
    return [message for place in places for message in messages.get(place, ())]


def _calculated(answer: Answer, question: Question) -> object:
    if question.type is not QuestionType.CALCULATED:
        return None
    return json_of(answer.judged.calculated.get(question.id))
