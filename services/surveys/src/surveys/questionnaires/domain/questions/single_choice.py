"""单选题: the value of one option."""

from collections.abc import Iterator, Mapping, Sequence

from common.errors import FieldProblem, Message
from common.measures import Measure, MeasureType, MeasureValue
from surveys.expressions.values import Type, Value
from surveys.questionnaires.domain.content import Question
from surveys.questionnaires.domain.questions.kind import Kind, Variable
from surveys.questionnaires.domain.questions.options import (
    code_for,
    obstacles_of_options,
    option_variables,
)

FLAGS: Mapping[str, bool] = {"true": True, "false": False}
"""The words by which a choice says yes or no."""


class SingleChoiceKind(Kind):
    """`"1"`; an option `other` opens the text `<id>_other`."""

    members = frozenset({"options"})
    expected = Message("须是选项之一", "Must be one of the options")

    def obstacles(self, pointer: str, question: Question) -> Iterator[FieldProblem]:
        """Those of its options."""
        return obstacles_of_options(pointer, question, frozenset({"other"}))

    def variables(self, question: Question) -> Sequence[Variable]:
        """A code."""
        return option_variables(question, Type.CODE, question.option_values)

    def fits(self, question: Question, value: object) -> bool:
        """One of the options."""
        return isinstance(value, str) and value in question.option_values

    def values(self, question: Question, value: object) -> Mapping[str, Value]:
        """The option."""
        return {question.id: str(value)}

    def given(self, question: Question, measure: Measure, answer: object) -> MeasureValue | None:
        """The code, alone where the measure has several, or the flag that it is a word for."""
        code = code_for(question, answer) if isinstance(answer, str) else None
        if code is None or measure.type is MeasureType.CODE:
            return code
        return (code,) if measure.type is MeasureType.CODES else FLAGS.get(code)
