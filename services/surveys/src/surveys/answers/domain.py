"""What a value must be to answer a question, and when an answer is complete."""

import math
from collections.abc import Callable, Mapping
from datetime import date

from common.errors import FieldProblem, Message
from surveys.questionnaires.domain.content import Content, Question, QuestionnairePage, QuestionType

MAX_TEXT = 4_000
"""Characters of a text without a limit of its own: a long paragraph."""

MAX_NUMBER = 1e15
"""Beyond it a double no longer holds every whole number."""

_UNKNOWN = Message("本页没有这道题", "This page has no such question")
_REQUIRED = Message("必答题尚未作答", "This question must be answered")

_EXPECTED = {
    QuestionType.SINGLE_CHOICE: Message("须是选项之一", "Must be one of the options"),
    QuestionType.MULTIPLE_CHOICE: Message("须是不重复的选项列表", "Must be a list of different options"),
    QuestionType.TEXT: Message("须是文字，且不超过长度上限", "Must be text within the allowed length"),
    QuestionType.NUMBER: Message("须是允许范围内的数字", "Must be a number within the allowed range"),
    QuestionType.SCALE: Message("须是量表范围内的整数", "Must be a whole number on the scale"),
    QuestionType.DATE: Message("须是日期（YYYY-MM-DD）", "Must be a day (YYYY-MM-DD)"),
    QuestionType.BOOLEAN: Message("须是 true 或 false", "Must be true or false"),
}


def problems_of_page(page: QuestionnairePage, values: Mapping[str, object]) -> list[FieldProblem]:
    """What is wrong with the values of one page; an absent or null value is an answer not given yet."""
    known = {question.id: question for question in page.questions}
    problems = []
    for name, value in values.items():
        question = known.get(name)
        if question is None:
            problems.append(FieldProblem(_pointer(name), "unknown_question", _UNKNOWN))
        elif value is not None and not _FITS[question.type](question, value):
            problems.append(FieldProblem(_pointer(name), question.type.value, _EXPECTED[question.type]))
    return problems


def missing(content: Content, values: Mapping[str, object]) -> list[FieldProblem]:
    """The required questions that keep an answer from being submitted."""
    return [
        FieldProblem(_pointer(question.id), "required", _REQUIRED)
        for question in content.questions
        if question.required and not is_answered(values.get(question.id))
    ]


def answered(content: Content, values: Mapping[str, object]) -> tuple[int, int]:
    """How many questions are answered, and how many there are."""
    given = [is_answered(values.get(question.id)) for question in content.questions]
    return sum(given), len(given)


def is_answered(value: object) -> bool:
    """Blank text and an empty list answer nothing; false and zero do."""
    if isinstance(value, str):
        return bool(value.strip())
    return value is not None and value != []


def _pointer(question_id: str) -> str:
    return "/values/" + question_id.replace("~", "~0").replace("/", "~1")


def _option_values(question: Question) -> set[str]:
    return {option.value for option in question.options or ()}


def _is_multiple_choice(question: Question, value: object) -> bool:
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        return False
    return len(set(value)) == len(value) and set(value) <= _option_values(question)


def _is_text(question: Question, value: object) -> bool:
    if not isinstance(value, str) or len(value) > (question.max_length or MAX_TEXT) or "\x00" in value:
        return False
    try:
        value.encode()
    except UnicodeEncodeError:
        # half a surrogate pair is legal in JSON text, but can be neither stored nor sent
        return False
    return True


def _is_number(question: Question, value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > MAX_NUMBER or math.isnan(value):
        return False
    above = question.minimum is None or value >= question.minimum
    return above and (question.maximum is None or value <= question.maximum)


def _is_on_scale(question: Question, value: object) -> bool:
    scale = question.scale
    return scale is not None and type(value) is int and scale.min <= value <= scale.max


def _is_day(_: Question, value: object) -> bool:
    try:
        return isinstance(value, str) and date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


_FITS: Mapping[QuestionType, Callable[[Question, object], bool]] = {
    QuestionType.SINGLE_CHOICE: lambda question, value: isinstance(value, str) and value in _option_values(question),
    QuestionType.MULTIPLE_CHOICE: _is_multiple_choice,
    QuestionType.TEXT: _is_text,
    QuestionType.NUMBER: _is_number,
    QuestionType.SCALE: _is_on_scale,
    QuestionType.DATE: _is_day,
    QuestionType.BOOLEAN: lambda _, value: isinstance(value, bool),
}
