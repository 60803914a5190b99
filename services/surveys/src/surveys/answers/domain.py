"""What a value must be to answer a question, and when an answer is complete."""

from collections.abc import Iterable, Mapping

from common.errors import FieldProblem, Message
from surveys.questionnaires.domain.content import Content, Question
from surveys.questionnaires.domain.logic import is_refusal, pointer_of, refusal
from surveys.questionnaires.domain.questions import kind_of
from surveys.responses.domain import Completeness, Mode, Submission

_UNKNOWN = Message("没有这道题", "There is no such question here")
_REQUIRED = Message("必答题尚未作答", "This question must be answered")


def problems_of(questions: Iterable[Question], values: Mapping[str, object]) -> list[FieldProblem]:
    """What is wrong with values that are sent for these questions; null is an answer not given."""
    known = {question.id: question for question in questions}
    problems = []
    for name, value in values.items():
        question = known.get(name)
        if question is None:
            problems.append(FieldProblem(pointer_of(name), "unknown_question", _UNKNOWN))
        elif value is not None and (refused := refusal(question, value)):
            problems.append(FieldProblem(pointer_of(name), refused.rule, refused.message))
    return problems


def missing(content: Content, values: Mapping[str, object]) -> list[FieldProblem]:
    """The required questions that keep an answer from being submitted."""
    return [
        FieldProblem(pointer_of(question.id), "required", _REQUIRED)
        for question in content.questions
        if question.required and not _is_answered(question, values.get(question.id))
    ]


def answered(content: Content, values: Mapping[str, object]) -> tuple[int, int]:
    """How many questions are answered, and how many there are."""
    given = [_is_answered(question, values.get(question.id)) for question in content.questions]
    return sum(given), len(given)


def submission(content: Content, values: Mapping[str, object], mode: Mode) -> Submission:
    """How completely an answer is given that came in this way."""
    given, total = answered(content, values)
    return Submission(given, total, completeness(content, values), mode)


def completeness(content: Content, values: Mapping[str, object]) -> Completeness:
    """How complete an answer is; the core are the questions that must be answered."""
    given, total = answered(content, values)
    if given == total:
        return Completeness.COMPLETE
    if not given:
        return Completeness.EMPTY
    return Completeness.PARTIAL if missing(content, values) else Completeness.CORE


def _is_answered(question: Question, value: object) -> bool:
    """Blank text and an empty list answer nothing; false, zero and a refusal do."""
    return value is not None and (is_refusal(value) or kind_of(question).is_answered(question, value))
