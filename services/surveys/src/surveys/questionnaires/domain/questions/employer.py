"""单位题: a name, and the unified social credit code (统一社会信用代码) if it is known."""

from collections.abc import Mapping, Sequence

from common.errors import Message
from surveys.expressions.values import Type, Value
from surveys.questionnaires.domain.content import Question
from surveys.questionnaires.domain.questions.kind import Kind, Part, Refusal, Variable, has_said, is_text, one_variable

MAX_NAME = 200
USCC_LENGTH = 18


class EmployerKind(Kind):
    """`{"name", "uscc"}`."""

    expected = Message(
        "须是单位名称和统一社会信用代码（可空）",
        "Must be the name of an employer and its credit code, which may be null",
    )

    def variables(self, question: Question) -> Sequence[Variable]:
        """Compares with `''` alone; in texts its name."""
        return one_variable(question, Type.SEALED)

    def parts(self, question: Question) -> Sequence[Part]:
        """Its members."""
        return [Part("name", "id"), Part("uscc", "id")]

    def fits(self, question: Question, value: object) -> bool:
        """A name, and text or null for the code."""
        if not isinstance(value, dict) or not {"name"} <= value.keys() <= {"name", "uscc"}:
            return False
        if not is_text(value["name"], MAX_NAME) or not has_said(value["name"]):
            return False
        return value.get("uscc") is None or isinstance(value["uscc"], str)

    def refusal(self, question: Question, value: object) -> Refusal | None:
        """No employer, or a code whose check digit is wrong."""
        refused = super().refusal(question, value)
        if refused is None and isinstance(value, dict) and value.get("uscc") and not is_uscc(value["uscc"]):
            wrong = Message("统一社会信用代码的校验码不符", "The credit code has a wrong check digit")
            return Refusal("uscc", wrong)
        return refused

    def values(self, question: Question, value: object) -> Mapping[str, Value]:
        """Its name."""
        return {question.id: str(value["name"])} if isinstance(value, dict) else {}


def is_uscc(text: str) -> bool:
    """Whether the text is a unified social credit code with its check digit."""
    # a megabyte that a process which judges no code never needs
    from stdnum.cn import uscc

    try:
        return len(text) == USCC_LENGTH and bool(text == uscc.validate(text))
    except ValueError:
        return False
