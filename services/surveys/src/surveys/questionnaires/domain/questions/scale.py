"""量表题: a whole number from one end to the other."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from common.errors import FieldProblem, Message
from common.measures import Measure, MeasureValue, score_of
from surveys.expressions.values import Type, Typed, Value, number_of
from surveys.questionnaires.domain.content import Question
from surveys.questionnaires.domain.questions.kind import Kind, Variable

MAX_STEPS = 100
"""A longer scale is a number."""

_NO_SCALE = Message("量表题须给出量表范围", "A scale question needs its scale")
_BAD_SCALE = Message(
    "量表上限须大于下限，且不超过一百级", "A scale's max must exceed its min by at most a hundred steps"
)


class ScaleKind(Kind):
    """`4`; both ends may have a label."""

    members = frozenset({"scale", "min_label", "max_label", "display"})
    expected = Message("须是量表范围内的整数", "Must be a whole number on the scale")

    def obstacles(self, pointer: str, question: Question) -> Iterator[FieldProblem]:
        """No scale, or one without steps or with too many."""
        scale = question.scale
        if scale is None:
            yield FieldProblem(f"{pointer}/scale", "no_scale", _NO_SCALE)
        elif not scale.min < scale.max <= scale.min + MAX_STEPS:
            yield FieldProblem(f"{pointer}/scale", "bad_scale", _BAD_SCALE)

    def variables(self, question: Question) -> Sequence[Variable]:
        """A number."""
        lowest, highest = self.ends(question)
        steps = [Decimal(step) for step in range(lowest, min(highest, lowest + MAX_STEPS) + 1)]
        return [Variable(question.id, Typed(Type.NUMBER), finite=steps)]

    def fits(self, question: Question, value: object) -> bool:
        """A whole number on the scale."""
        lowest, highest = self.ends(question)
        return type(value) is int and lowest <= value <= highest

    def values(self, question: Question, value: object) -> Mapping[str, Value]:
        """The step."""
        return {question.id: number_of(str(value))}

    def given(self, question: Question, measure: Measure, answer: object) -> MeasureValue | None:
        """The step on 0 to 100."""
        return score_of(answer, *self.ends(question)) if type(answer) is int else None

    def ends(self, question: Question) -> tuple[int, int]:
        """The least and the greatest step; a draft without a scale has none."""
        return (question.scale.min, question.scale.max) if question.scale else (0, -1)
