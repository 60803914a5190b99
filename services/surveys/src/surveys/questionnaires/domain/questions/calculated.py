"""计算项: what an expression gives; a person does not answer it."""

from collections.abc import Iterator, Sequence

from common.errors import FieldProblem, Message
from surveys.expressions.values import Type, Typed
from surveys.questionnaires.domain.content import Question, Result
from surveys.questionnaires.domain.questions.boolean import BooleanKind
from surveys.questionnaires.domain.questions.kind import Variable
from surveys.questionnaires.domain.questions.note import NoteKind

_NO_CALCULATION = Message("计算项须给出表达式", "A calculated question needs its expression")
_NO_RESULT = Message(
    "计算项须给出结果类型（number、text、boolean）", "A calculated question needs its result (number, text, boolean)"
)

_TYPES = {Result.NUMBER: Type.NUMBER, Result.TEXT: Type.TEXT, Result.BOOLEAN: Type.BOOLEAN}


class CalculatedKind(NoteKind):
    """Takes no value; has one for expressions and texts."""

    members = frozenset({"calculation", "result"})
    expected = Message("计算项不能填写", "A calculated question is not answered")

    def obstacles(self, pointer: str, question: Question) -> Iterator[FieldProblem]:
        """No expression, or no type of its result."""
        if question.calculation is None:
            yield FieldProblem(f"{pointer}/calculation", "no_calculation", _NO_CALCULATION)
        if question.result is None:
            yield FieldProblem(f"{pointer}/result", "no_result", _NO_RESULT)

    def variables(self, question: Question) -> Sequence[Variable]:
        """Of the type of its result."""
        if question.result is Result.BOOLEAN:
            [as_answered] = BooleanKind().variables(question)
            return [Variable(question.id, as_answered.typed, label=as_answered.label)]
        return [Variable(question.id, Typed(_TYPES[question.result or Result.TEXT]))]
