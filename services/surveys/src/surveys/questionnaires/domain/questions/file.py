"""文件题: a picture or a PDF that was sent before."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from common.errors import Message
from surveys.expressions.values import Type, Typed, Value
from surveys.questionnaires.domain.content import Question
from surveys.questionnaires.domain.questions.kind import Kind, Variable

_SENT = Message("已上传", "sent")


class FileKind(Kind):
    """`{"file_id"}`; the file itself was judged when it was sent."""

    expected = Message("须是已上传文件的编号", "Must be the id of a file that was sent")

    def variables(self, question: Question) -> Sequence[Variable]:
        """Compares with `''` alone."""
        return [Variable(question.id, Typed(Type.SEALED), label=lambda _, language: _SENT.in_language(language))]

    def fits(self, question: Question, value: object) -> bool:
        """The id of a file."""
        if not isinstance(value, dict) or value.keys() != {"file_id"} or not isinstance(value["file_id"], str):
            return False
        try:
            return str(UUID(value["file_id"])) == value["file_id"].lower()
        except ValueError:
            return False

    def values(self, question: Question, value: object) -> Mapping[str, Value]:
        """Its id."""
        return {question.id: str(value["file_id"])} if isinstance(value, dict) else {}
