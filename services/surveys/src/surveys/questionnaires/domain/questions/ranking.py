"""排序题: options, the best first."""

from collections.abc import Iterator, Mapping, Sequence

from common.errors import FieldProblem, Message
from surveys.expressions.values import Type, Value
from surveys.questionnaires.domain.content import Question
from surveys.questionnaires.domain.questions.kind import Kind, Part, Variable
from surveys.questionnaires.domain.questions.options import (
    obstacles_of_options,
    option_variables,
    parts_of,
    within,
)


class RankingKind(Kind):
    """`["b", "a"]`; of no more than `max_ranked`."""

    members = frozenset({"options", "max_ranked"})
    expected = Message(
        "须是按顺序排列、不重复的选项，且不超过可排数目",
        "Must be different options in their order, no more than can be ranked",
    )

    def obstacles(self, pointer: str, question: Question) -> Iterator[FieldProblem]:
        """Those of its options, and a limit beyond them."""
        yield from obstacles_of_options(pointer, question)
        yield from within(pointer, question, "max_ranked")

    def variables(self, question: Question) -> Sequence[Variable]:
        """Codes, the best first."""
        return option_variables(question, Type.CODES, None)

    def parts(self, question: Question) -> Sequence[Part]:
        """The options, each with its place."""
        return parts_of("options", question.options)

    def fits(self, question: Question, value: object) -> bool:
        """Different options, no more than can be ranked."""
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            return False
        options = set(question.option_values)
        return len(set(value)) == len(value) <= (question.max_ranked or len(options)) and set(value) <= options

    def values(self, question: Question, value: object) -> Mapping[str, Value]:
        """The options; none ranked is blank."""
        return {question.id: tuple(value)} if isinstance(value, list) and value else {}
