"""说明: words between questions."""

from collections.abc import Mapping, Sequence

from common.errors import Message
from surveys.expressions.values import Value
from surveys.questionnaires.domain.content import Question
from surveys.questionnaires.domain.questions.kind import Kind, Variable


class NoteKind(Kind):
    """Takes no value."""

    asks = False
    expected = Message("此处不填写", "Nothing is answered here")

    def variables(self, question: Question) -> Sequence[Variable]:
        """None."""
        return ()

    def fits(self, question: Question, value: object) -> bool:
        """Nothing does."""
        return False

    def values(self, question: Question, value: object) -> Mapping[str, Value]:
        """None."""
        return {}
