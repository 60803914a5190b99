"""是非题."""

from collections.abc import Mapping, Sequence

from common.errors import Message
from common.measures import Measure, MeasureValue
from surveys.expressions.values import Type, Typed, Value
from surveys.questionnaires.domain.content import Question
from surveys.questionnaires.domain.questions.kind import Kind, Variable

_SAID = {True: Message("是", "yes"), False: Message("否", "no")}


class BooleanKind(Kind):
    """`true` or `false`."""

    expected = Message("须是 true 或 false", "Must be true or false")

    def variables(self, question: Question) -> Sequence[Variable]:
        """True or false."""
        return [
            Variable(
                question.id,
                Typed(Type.BOOLEAN),
                label=lambda value, language: _SAID[value is True].in_language(language),
                finite=(True, False),
            )
        ]

    def fits(self, question: Question, value: object) -> bool:
        """One of the two."""
        return isinstance(value, bool)

    def values(self, question: Question, value: object) -> Mapping[str, Value]:
        """As it was said."""
        return {question.id: value is True}

    def given(self, question: Question, measure: Measure, answer: object) -> MeasureValue | None:
        """The flag."""
        return answer if isinstance(answer, bool) else None
