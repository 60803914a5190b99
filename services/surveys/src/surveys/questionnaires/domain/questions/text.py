"""文字题."""

import re
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from common.errors import Message
from surveys.expressions.values import Type, Value
from surveys.questionnaires.domain.content import Question, TextFormat
from surveys.questionnaires.domain.questions.kind import (
    MAX_TEXT,
    TOO_LONG_TEXT,
    Kind,
    Refusal,
    Variable,
    has_said,
    is_text,
    one_variable,
)

MAX_ADDRESS = 254
"""Characters of an e-mail address (RFC 5321)."""

_EMAIL = re.compile(r"[^\s@]{1,64}@[^\s@.]+(\.[^\s@.]+)+")


class TextKind(Kind):
    """`"…"`, in `lines` lines; of a `format` where it has one."""

    members = frozenset({"max_length", "format", "lines"})
    expected = TOO_LONG_TEXT

    def variables(self, question: Question) -> Sequence[Variable]:
        """A text."""
        return one_variable(question, Type.TEXT)

    def fits(self, question: Question, value: object) -> bool:
        """Text within its length."""
        return is_text(value, question.max_length or MAX_TEXT)

    def refusal(self, question: Question, value: object) -> Refusal | None:
        """No text, or one that does not have its format."""
        if (refused := super().refusal(question, value)) or not has_said(text := str(value)):
            return refused
        if question.format is TextFormat.EMAIL and not (len(text) <= MAX_ADDRESS and _EMAIL.fullmatch(text)):
            return Refusal("email", Message("须是电子邮件地址", "Must be an e-mail address"))
        if question.format is TextFormat.URL and not _is_url(text):
            return Refusal("url", Message("须是 http 或 https 网址", "Must be an address of http or https"))
        return None

    def values(self, question: Question, value: object) -> Mapping[str, Value]:
        """The text; one of blanks alone is blank."""
        return {question.id: value} if isinstance(value, str) and has_said(value) else {}


def _is_url(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and not re.search(r"\s", text)
