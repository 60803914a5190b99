"""净推荐值题: from 0 to 10."""

from collections.abc import Iterator

from common.errors import FieldProblem, Message
from surveys.questionnaires.domain.content import Question
from surveys.questionnaires.domain.questions.scale import ScaleKind


class NpsKind(ScaleKind):
    """A scale whose ends are given by the method."""

    members = frozenset()
    expected = Message("须是 0 到 10 的整数", "Must be a whole number from 0 to 10")

    def obstacles(self, pointer: str, question: Question) -> Iterator[FieldProblem]:
        """None."""
        return iter(())

    def ends(self, question: Question) -> tuple[int, int]:
        """0 and 10."""
        return 0, 10
