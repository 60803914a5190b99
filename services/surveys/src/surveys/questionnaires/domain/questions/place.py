"""地点题: an administrative division, or abroad."""

from collections.abc import Mapping, Sequence
from functools import lru_cache

from common.codes import CodeLists
from common.errors import Message
from common.measures import Measure, MeasureValue
from surveys.expressions.values import Type, Typed, Value
from surveys.questionnaires.domain.content import Depth, Question
from surveys.questionnaires.domain.questions.code import listed_label
from surveys.questionnaires.domain.questions.kind import Kind, Variable

ABROAD = "abroad"

_ABROAD = Message("境外", "abroad")


class PlaceKind(Kind):
    """`"410102"` or `"abroad"`, as deep as it is asked for; where a list goes no deeper, what it ends with."""

    members = frozenset({"depth"})
    expected = Message(
        "须是所要求层级的行政区划代码，或 abroad", "Must be a division of the level that is asked for, or abroad"
    )

    def variables(self, question: Question) -> Sequence[Variable]:
        """A code."""
        named = listed_label("division")
        return [
            Variable(
                question.id,
                Typed(Type.CODE, _Places(self, question)),
                label=lambda value, language: (
                    _ABROAD.in_language(language) if value == ABROAD else named(value, language)
                ),
            )
        ]

    def fits(self, question: Question, value: object) -> bool:
        """Abroad, or a division of the level."""
        if value == ABROAD:
            return True
        if not isinstance(value, str) or value not in CodeLists.load().get("division"):
            return False
        wanted, found = list(Depth).index(question.depth or Depth.COUNTY), level_of_place(value)
        return found == wanted or (found < wanted and _start(value, found) not in _divided(CodeLists.load().version))

    def values(self, question: Question, value: object) -> Mapping[str, Value]:
        """The code."""
        return {question.id: str(value)}

    def given(self, question: Question, measure: Measure, answer: object) -> MeasureValue | None:
        """The prefecture that it lies in; none abroad, and none of a province."""
        if not isinstance(answer, str) or answer == ABROAD or level_of_place(answer) == 0:
            return None
        return f"{answer[:4]}00"


class _Places:
    """The codes that answer a question."""

    def __init__(self, kind: PlaceKind, question: Question) -> None:
        self._kind, self._question = kind, question

    def __contains__(self, code: object) -> bool:
        return self._kind.fits(self._question, code)


def level_of_place(code: str) -> int:
    """0 for a province, 1 for a city, 2 for a county."""
    return 0 if code.endswith("0000") else 1 if code.endswith("00") else 2


def _start(code: str, level: int) -> str:
    return code[: 2 * (level + 1)]


@lru_cache(maxsize=2)
def _divided(_version: str) -> frozenset[str]:
    """Beginnings of the provinces and cities that the list divides further."""
    codes = CodeLists.load().get("division").codes()
    return frozenset(_start(code, level) for code in codes for level in range(level_of_place(code)))
