"""数字题."""

import math
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import TypeGuard

from common.errors import FieldProblem, Message
from common.measures import Measure, MeasureType, MeasureValue, wan_of, whole_of, yuan_of
from surveys.expressions.values import Type, Value, number_of
from surveys.questionnaires.domain.content import Question
from surveys.questionnaires.domain.questions.kind import BAD_BOUNDS, Kind, Refusal, Variable, one_variable

MAX_NUMBER = 1e15
"""Beyond it a double no longer holds every whole number."""


class NumberKind(Kind):
    """`3.5`, between bounds that belong to it, with so many decimals at most."""

    members = frozenset({"minimum", "maximum", "decimals", "unit"})
    expected = Message("须是允许范围内的数字", "Must be a number within the allowed range")

    def obstacles(self, pointer: str, question: Question) -> Iterator[FieldProblem]:
        """Bounds that no number could meet."""
        if question.minimum is not None and question.maximum is not None and question.maximum < question.minimum:
            yield FieldProblem(f"{pointer}/maximum", "bad_bounds", BAD_BOUNDS)

    def variables(self, question: Question) -> Sequence[Variable]:
        """A number."""
        return one_variable(question, Type.NUMBER)

    def fits(self, question: Question, value: object) -> bool:
        """A number within the bounds."""
        if not is_number(value):
            return False
        above = question.minimum is None or value >= question.minimum
        return above and (question.maximum is None or value <= question.maximum)

    def refusal(self, question: Question, value: object) -> Refusal | None:
        """No number within the bounds, or one with too many decimals."""
        refused = super().refusal(question, value)
        if refused is None and question.decimals is not None and _decimals(value) > question.decimals:
            most = question.decimals
            return Refusal("decimals", Message(f"最多 {most} 位小数", f"At most {most} decimals are allowed"))
        return refused

    def values(self, question: Question, value: object) -> Mapping[str, Value]:
        """The number as it was written."""
        return {question.id: number_of(Decimal(str(value)))}

    def given(self, question: Question, measure: Measure, answer: object) -> MeasureValue | None:
        """In the unit of the measure; money is meant for a month."""
        if not is_number(answer):
            return None
        match measure.type:
            case MeasureType.YUAN:
                return yuan_of(answer)
            case MeasureType.WAN:
                return wan_of(answer)
        return whole_of(answer)


def is_number(value: object) -> TypeGuard[int | float]:
    """Whether this is a number that a double holds; true and false are none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return abs(value) <= MAX_NUMBER and not math.isnan(value)


def _decimals(value: object) -> int:
    exponent = Decimal(str(value)).normalize().as_tuple().exponent
    return -exponent if isinstance(exponent, int) else 0
