"""矩阵题: one option for each row."""

from collections.abc import Iterator, Mapping, Sequence

from common.errors import FieldProblem, Message
from surveys.expressions.values import Type, Typed, Value
from surveys.questionnaires.domain.content import Question
from surveys.questionnaires.domain.questions.kind import Kind, Part, Variable
from surveys.questionnaires.domain.questions.options import (
    label_of,
    obstacles_of_options,
    parts_of,
    repeated_values,
)

_NO_ROWS = Message("矩阵题至少要有一行", "A matrix needs at least one row")


class MatrixKind(Kind):
    """`{"row": "4"}`; each row is a variable `<id>_<row>`, the question itself is none."""

    members = frozenset({"options", "rows"})
    expected = Message("须按行给出选项", "Must give an option by row")

    def obstacles(self, pointer: str, question: Question) -> Iterator[FieldProblem]:
        """Those of its options and rows."""
        yield from obstacles_of_options(pointer, question)
        yield from repeated_values(f"{pointer}/rows", question.rows or ())
        if not question.rows:
            yield FieldProblem(f"{pointer}/rows", "no_rows", _NO_ROWS)

    def variables(self, question: Question) -> Sequence[Variable]:
        """A code for each row."""
        options, label = question.option_values, label_of(question)
        return [
            Variable(f"{question.id}_{row.value}", Typed(Type.CODE, options), f"rows/{place}/value", label, options)
            for place, row in enumerate(question.rows or ())
        ]

    def parts(self, question: Question) -> Sequence[Part]:
        """The rows."""
        return parts_of("rows", question.rows)

    def fits(self, question: Question, value: object) -> bool:
        """Options by row; null is a row that is not answered."""
        if not isinstance(value, dict) or not value.keys() <= {row.value for row in question.rows or ()}:
            return False
        options = question.option_values
        return all(each is None or (isinstance(each, str) and each in options) for each in value.values())

    def values(self, question: Question, value: object) -> Mapping[str, Value]:
        """The option of each answered row."""
        answered = value if isinstance(value, dict) else {}
        return {f"{question.id}_{row}": option for row, option in answered.items() if option is not None}

    def is_whole(self, question: Question, known: Mapping[str, Value]) -> bool:
        """Every row is answered."""
        return len(known) == len(question.rows or ())
