"""Texts with `${name}` in them: what was answered is put in, a blank as a dash."""

import re
from collections.abc import Callable, Iterator, Mapping

from common.errors import Message
from surveys.expressions.values import Value, text_of
from surveys.questionnaires.domain.questions.kind import Label

NOTHING = "—"

Piped = Callable[[Mapping[str, Value]], str]

_NAME = re.compile(r"\$\{([^{}]*)\}")


def names_piped(words: str) -> Iterator[str]:
    """The names in a text."""
    return (found[1] for found in _NAME.finditer(words))


def piped(text: Message, language: str, labels: Mapping[str, Label]) -> Piped:
    """The function that puts values into a text; it escapes nothing: that is for where HTML is made."""
    parts = _NAME.split(text.in_language(language))
    if len(parts) == 1:
        return lambda _: parts[0]

    def said(values: Mapping[str, Value]) -> str:
        found = list(parts)
        for place in range(1, len(found), 2):
            value = values.get(found[place])
            label = labels.get(found[place])
            found[place] = NOTHING if value is None else label(value, language) if label else text_of(value)
        return "".join(found)

    return said
