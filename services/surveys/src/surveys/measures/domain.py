"""What answers give to the measures: codes and whole numbers, nothing for what is not answered."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from common.measures import MEASURES, Measure, MeasureType, MeasureValue, score_of, wan_of, whole_of, yuan_of
from surveys.questionnaires.domain.bindings import FLAGS
from surveys.questionnaires.domain.content import Binding, Content, PostLevel, Question, QuestionType


@dataclass(frozen=True)
class Given:
    """The value of one measure in one answer."""

    measure: str
    value: MeasureValue
    post_level: PostLevel | None = None


def measures_anything(content: Content, cycle: int | None) -> bool:
    """Whether answers of this cycle can give a value; without a cycle those of employers."""
    return any(True for _ in _bound(content, cycle))


def values_given(content: Content, answers: Mapping[str, object], cycle: int | None) -> tuple[Given, ...]:
    """The values that a submitted answer gives, in the order of the questions.

    A number beyond the limits of its measure gives none, as does an option that stands for no code.
    """
    found = []
    for question, binding, measure in _bound(content, cycle):
        value = _value(question, binding, measure, answers.get(question.id))
        if value is not None and measure.takes(value):
            found.append(Given(measure.id, value, binding.post_level))
    return tuple(found)


def _bound(content: Content, cycle: int | None) -> Iterator[tuple[Question, Binding, Measure]]:
    for question in content.questions:
        binding = question.measure
        if binding is not None and (measure := MEASURES.get(binding.id)) and measure.asked_in(cycle):
            yield question, binding, measure


def _value(question: Question, binding: Binding, measure: Measure, answer: object) -> MeasureValue | None:
    match question.type, answer:
        case QuestionType.BOOLEAN, bool():
            return answer
        case QuestionType.SCALE, int() if question.scale is not None:
            return score_of(answer, question.scale.min, question.scale.max)
        case QuestionType.NUMBER, int() | float():
            return _number(measure.type, answer)
        case QuestionType.SINGLE_CHOICE, str():
            code = _code(binding, answer)
            if code is None or measure.type is MeasureType.CODE:
                return code
            return (code,) if measure.type is MeasureType.CODES else FLAGS.get(code)
        case QuestionType.MULTIPLE_CHOICE, list():
            # in the order of the options, which no answer shows to have been chosen first
            chosen = (_code(binding, option.value) for option in question.options or () if option.value in answer)
            return tuple(dict.fromkeys(code for code in chosen if code is not None)) or None
        case _:
            return None


def _code(binding: Binding, option: str) -> str | None:
    return option if binding.map is None else binding.map.get(option)


def _number(kind: MeasureType, amount: float) -> int:
    match kind:
        case MeasureType.YUAN:
            return yuan_of(amount)
        case MeasureType.WAN:
            return wan_of(amount)
        case _:
            return whole_of(amount)
