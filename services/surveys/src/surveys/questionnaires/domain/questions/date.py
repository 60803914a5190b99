"""日期题."""

from collections.abc import Mapping, Sequence

from common.errors import Message
from surveys.expressions.values import Type, Value, day_of
from surveys.questionnaires.domain.content import Question
from surveys.questionnaires.domain.questions.kind import Kind, Variable, one_variable


class DateKind(Kind):
    """`"2024-06-30"`."""

    expected = Message("须是日期（YYYY-MM-DD）", "Must be a day (YYYY-MM-DD)")

    def variables(self, question: Question) -> Sequence[Variable]:
        """A day."""
        return one_variable(question, Type.DATE)

    def fits(self, question: Question, value: object) -> bool:
        """A day of the calendar."""
        return isinstance(value, str) and day_of(value) is not None

    def values(self, question: Question, value: object) -> Mapping[str, Value]:
        """The day."""
        return {question.id: day_of(str(value))}
