"""What a value means to its question: the same for every answer, so it may be kept. Pure."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from common.errors import Message
from surveys.expressions.values import Value
from surveys.questionnaires.domain.content import Question
from surveys.questionnaires.domain.questions import kind_of
from surveys.questionnaires.domain.questions.kind import MISSING, Refusal

LONGEST_REMEMBERED = 64
"""Characters of a text that is kept; what people write does not come again."""

_ONLY_TEXTS = frozenset({str})
_NOT_REFUSABLE = Refusal("not_refusable", Message("此题不能拒答", "This question cannot be refused"))


class Meaning(NamedTuple):
    """Why a value is none, or what its variables are by it, and whether it says something, and all that was asked."""

    refused: Refusal | None = None
    is_refusal: bool = False
    known: Mapping[str, Value] = MappingProxyType({})
    says_anything: bool = False
    is_whole: bool = False


NO_VALUE = Meaning()


class Meanings:
    """What the values of one question mean; keeps at most so many of those that are short."""

    def __init__(self, question: Question, at_most: int) -> None:
        self._question, self._at_most = question, at_most
        self._known: dict[object, Meaning] = {}

    def of(self, value: object) -> Meaning:
        """What a value means."""
        key = remembered_by(value) if self._at_most else None
        if key is None:
            return meaning_of(self._question, value)
        meaning = self._known.get(key)
        if meaning is None:
            meaning = meaning_of(self._question, value)
            if len(self._known) < self._at_most:
                self._known[key] = meaning
        return meaning


def meaning_of(question: Question, value: object) -> Meaning:
    """What a value means."""
    if (refused := refusal(question, value)) is not None:
        return Meaning(refused)
    kind = kind_of(question)
    if not kind.asks or is_refusal(value):
        return Meaning(is_refusal=kind.asks, is_whole=kind.asks)
    known = kind.values(question, value)
    said = {name: each for name, each in known.items() if each is not None}
    return Meaning(None, False, said, bool(known), kind.is_whole(question, known))


def refusal(question: Question, value: object) -> Refusal | None:
    """Why this is no value of the question, a refusal to answer included."""
    kind = kind_of(question)
    if is_refusal(value) and kind.asks:
        return None if question.refusable else _NOT_REFUSABLE
    return kind.refusal(question, value)


def is_refusal(value: object) -> bool:
    """Whether the value says that there is none, and why."""
    return isinstance(value, dict) and value.keys() == {"missing"} and value["missing"] in MISSING


def remembered_by(value: object) -> object:
    """A key of a value that may come again; None for any other. True, 1 and 1.0 have different ones."""
    if type(value) is str:
        return value if len(value) <= LONGEST_REMEMBERED else None
    if type(value) is dict:
        parts: Sequence[Any] = (*value.keys(), *value.values())
    elif type(value) is list:
        parts = value
    else:
        return type(value), value
    # texts are equal where they mean the same, other values not always
    if not _ONLY_TEXTS.issuperset(map(type, parts)) or sum(map(len, parts)) > LONGEST_REMEMBERED * 4:
        return None
    return (type(value), *parts)
