"""Flags (质量标记) of answers: hints for people, which exclude nothing by themselves."""

from collections.abc import Iterator, Mapping
from enum import StrEnum

from surveys.measures.domain import values_given
from surveys.questionnaires.domain.content import Content, Question, QuestionType
from surveys.questionnaires.domain.meanings import is_refusal, refusal
from surveys.roster.domain import Registered, destination_class_of

MATRICES, ROWS = 2, 4
"""From so many matrices of so many rows on, one option throughout each of them is a straight line."""

SITUATION = "situation"

_SITUATIONS: Mapping[str, str] = {
    "unit": "employed",
    "own_business": "own_business",
    "freelance": "freelance",
    "study_mainland": "studying",
    "study_abroad": "studying",
    "seeking": "seeking",
    "not_seeking": "not_seeking",
}
"""What graduates say of themselves where this class of destination is registered."""


class Flag(StrEnum):
    """质量标记: under a third of the wave's median time; one option throughout; another thing than is registered."""

    SPEEDER = "speeder"
    STRAIGHT_LINER = "straight_liner"
    CONTRADICTS_REGISTRATION = "contradicts_registration"


def may_be_straight(content: Content) -> bool:
    """Whether a questionnaire has matrices enough."""
    return sum(_is_long(question) for question in content.questions) >= MATRICES


def is_straight(content: Content, values: Mapping[str, object]) -> bool:
    """Whether two long matrices at least are answered, and each of them with one option throughout."""
    lines = [
        [option for option in given.values() if option is not None]
        for question in content.questions
        if _is_long(question) and isinstance(given := values.get(question.id), dict) and not is_refusal(given)
    ]
    answered = [line for line in lines if len(line) >= ROWS]
    return len(answered) >= MATRICES and all(len(set(line)) == 1 for line in answered)


def may_contradict(content: Content) -> bool:
    """Whether a questionnaire asks for what is registered, too."""
    return any(question.prefill or _asks_situation(question) for question in content.questions)


def contradicts(content: Content, cycle: int | None, values: Mapping[str, object], registered: Registered) -> bool:
    """Whether an answer says another code than the effective registration, or another situation than its class."""
    return any(said != known for said, known in _compared(content, cycle, values, registered))


def _compared(
    content: Content, cycle: int | None, values: Mapping[str, object], registered: Registered
) -> Iterator[tuple[object, str]]:
    """What was answered, and what is registered: both where both are known."""
    for question in content.questions:
        code = question.prefill and getattr(registered, question.prefill.value)
        said = values.get(question.id)
        # what does not fit the question presets nothing
        if code and isinstance(said, str) and refusal(question, code) is None:
            yield said, code
    known = _SITUATIONS.get(destination_class_of(registered.destination_code))
    if known is not None:
        yield from ((each.value, known) for each in values_given(content, values, cycle) if each.measure == SITUATION)


def _is_long(question: Question) -> bool:
    return question.type is QuestionType.MATRIX and len(question.rows or ()) >= ROWS


def _asks_situation(question: Question) -> bool:
    return question.measure is not None and question.measure.id == SITUATION
