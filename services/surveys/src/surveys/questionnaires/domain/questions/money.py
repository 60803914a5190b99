"""金额题: whole yuan."""

from collections.abc import Iterator

from common.errors import FieldProblem, Message
from common.measures import Measure, MeasureType, MeasureValue, yuan_of
from surveys.questionnaires.domain.content import Period, Question
from surveys.questionnaires.domain.questions.number import MAX_NUMBER, NumberKind

_NO_PERIOD = Message(
    "金额题须说明期间（month、year、once）", "A question of money needs its period (month, year, once)"
)


class MoneyKind(NumberKind):
    """`6500`, of a month, of a year, or once."""

    members = frozenset({"period"})
    expected = Message("须是不小于零的整数（元）", "Must be whole yuan, not below zero")

    def obstacles(self, pointer: str, question: Question) -> Iterator[FieldProblem]:
        """No period: an amount without one says nothing."""
        if question.period is None:
            yield FieldProblem(f"{pointer}/period", "no_period", _NO_PERIOD)

    def fits(self, question: Question, value: object) -> bool:
        """Whole yuan."""
        return type(value) is int and 0 <= value <= MAX_NUMBER

    def given(self, question: Question, measure: Measure, answer: object) -> MeasureValue | None:
        """Of a year the twelfth, where the measure is of a month."""
        if measure.type is MeasureType.YUAN and type(answer) is int and question.period is Period.YEAR:
            return yuan_of(answer, months=12)
        return super().given(question, measure, answer)
