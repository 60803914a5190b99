"""年月题."""

from collections.abc import Mapping, Sequence

from common.errors import Message
from surveys.expressions.values import Type, Typed, Value, day_of, text_of
from surveys.questionnaires.domain.content import Question
from surveys.questionnaires.domain.questions.kind import Kind, Variable


class MonthKind(Kind):
    """`"2024-06"`; in expressions its first day."""

    expected = Message("须是年月（YYYY-MM）", "Must be a month (YYYY-MM)")

    def variables(self, question: Question) -> Sequence[Variable]:
        """A day, read as a month."""
        return [Variable(question.id, Typed(Type.DATE), label=lambda value, _: text_of(value)[:7])]

    def fits(self, question: Question, value: object) -> bool:
        """A month of the calendar."""
        return isinstance(value, str) and day_of(f"{value}-01") is not None

    def values(self, question: Question, value: object) -> Mapping[str, Value]:
        """The month's first day."""
        return {question.id: day_of(f"{value}-01")}
