"""What answers give to the measures: codes and whole numbers, nothing for what is not answered."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from common.measures import MEASURES, Measure, MeasureValue
from surveys.questionnaires.domain.content import Binding, Content, PostLevel, Question
from surveys.questionnaires.domain.questions import kind_of


@dataclass(frozen=True)
class Given:
    """The value of one measure in one answer."""

    measure: str
    value: MeasureValue
    post_level: PostLevel | None = None


def measures_anything(content: Content, cycle: int | None) -> bool:
    """Whether answers of this `measured_cycle` of a wave can give a value; without one those of employers."""
    return any(True for _ in _bound(content, cycle))


def values_given(content: Content, answers: Mapping[str, object], cycle: int | None) -> tuple[Given, ...]:
    """The values that a submitted answer gives, in the order of the questions.

    A number beyond the limits of its measure gives none, as does an option that stands for no code.
    """
    found = []
    for question, binding, measure in _bound(content, cycle):
        value = kind_of(question).given(question, measure, answers.get(question.id))
        if value is not None and measure.takes(value):
            found.append(Given(measure.id, value, binding.post_level))
    return tuple(found)


def _bound(content: Content, cycle: int | None) -> Iterator[tuple[Question, Binding, Measure]]:
    for question in content.questions:
        binding = question.measure
        if binding is not None and (measure := MEASURES.get(binding.id)) and measure.asked_in(cycle):
            yield question, binding, measure
