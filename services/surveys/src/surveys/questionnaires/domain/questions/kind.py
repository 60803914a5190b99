"""What every type of question says of itself."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from common.errors import FieldProblem, Message
from common.measures import Measure, MeasureValue
from surveys.expressions.values import Type, Typed, Value, text_of
from surveys.questionnaires.domain.content import Question

MAX_TEXT = 4_000
"""Characters of a text without a limit of its own: a long paragraph."""

MISSING = ("refused", "unknown")
"""Why an answer to a refusable question is missing; either satisfies `required`."""

Label = Callable[[Value, str], str]
"""What is read where a value is put into a text: of the value and the language."""

TOO_LONG_TEXT = Message("须是文字，且不超过长度上限", "Must be text within the allowed length")
BAD_BOUNDS = Message("最大值不得小于最小值", "The maximum is below the minimum")


@dataclass(frozen=True)
class Refusal:
    """Why something is no value of a question: the rule of a problem and what would be right."""

    rule: str
    message: Message


@dataclass(frozen=True)
class Variable:
    """变量: a name that expressions know, with its type; `field` is the member of the question that it comes from.

    `finite` are all its values but the blank, where they are few.
    """

    name: str
    typed: Typed
    field: str = "id"
    label: Label = lambda value, _: text_of(value)
    finite: Sequence[Value] | None = None


class Part(NamedTuple):
    """An option, row or member, and the member of the question that it comes from."""

    value: str
    field: str


class Kind(ABC):
    """A type of question. Values are JSON; those of the methods below have passed `refusal`, and are no refusals."""

    members: frozenset[str] = frozenset()
    """Those of the question's members that only some types have."""

    asks = True
    """Whether a person answers it."""

    expected = Message("", "")
    """What a value must be."""

    def obstacles(self, pointer: str, question: Question) -> Iterator[FieldProblem]:
        """What keeps the question from being published, beside what holds for every type."""
        return iter(())

    @abstractmethod
    def variables(self, question: Question) -> Sequence[Variable]:
        """The names by which expressions know its values."""

    def parts(self, question: Question) -> Sequence[Part]:
        """What has a field or column of its own, called `<id>_<part>`, in forms or files; nothing where the id has."""
        return ()

    @abstractmethod
    def fits(self, question: Question, value: object) -> bool:
        """Whether the value has the form that `expected` says."""

    def refusal(self, question: Question, value: object) -> Refusal | None:
        """Why this is no value of the question; None if it is one."""
        return None if self.fits(question, value) else Refusal(question.type.value, self.expected)

    @abstractmethod
    def values(self, question: Question, value: object) -> Mapping[str, Value]:
        """What its variables are then; a name that is missing is blank."""

    def is_whole(self, question: Question, known: Mapping[str, Value]) -> bool:
        """Whether these values of its variables say everything that was asked."""
        return bool(known)

    def is_answered(self, question: Question, value: object) -> bool:
        """Whether the value says so."""
        return self.is_whole(question, self.values(question, value))

    def given(self, question: Question, measure: Measure, answer: object) -> MeasureValue | None:
        """What an answer gives to the measure that the question is bound to; None for nothing."""
        return None


def is_text(value: object, at_most: int) -> bool:
    """Whether this is text that can be stored: JSON allows halves of surrogate pairs, which no table takes."""
    if not isinstance(value, str) or len(value) > at_most or "\x00" in value:
        return False
    return not any("\ud800" <= each <= "\udfff" for each in value)


def has_said(value: str) -> bool:
    """Blanks alone say nothing."""
    return bool(value.strip())


def one_variable(question: Question, kind: Type) -> list[Variable]:
    """The question's own name for values of this type."""
    return [Variable(question.id, Typed(kind))]
