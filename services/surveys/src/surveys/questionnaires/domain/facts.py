"""What expressions know beside the answers: names about the respondent's group, the wave and an employer."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType

from common.errors import FieldProblem, Message
from surveys.expressions.values import Type, Typed, Value, number_of

NUMBERS = ("roster_cohort", "wave_cycle", "employer_hires")
CODES = (
    "roster_school",
    "roster_college",
    "roster_major",
    "roster_education_level",
    "roster_study_form",
    "roster_destination_class",
    "employer_industry_code",
)
TEXTS = ("employer_name",)

FACTS: Mapping[str, Typed] = MappingProxyType(
    {
        **{name: Typed(Type.NUMBER) for name in NUMBERS},
        **{name: Typed(Type.CODE) for name in CODES},
        **{name: Typed(Type.TEXT) for name in TEXTS},
    }
)
"""All of them with their types; nothing else about a person can be named."""

OF_ALL = frozenset({"roster_cohort", "roster_school", "wave_cycle"})
"""The same for everybody whom a wave asks: they tell nothing of who answers."""

MAX_FACT = 200

_UNKNOWN = Message("没有这个变量名", "There is no such name")


@dataclass(frozen=True)
class Facts:
    """What is known of who answers. `values` by full name, blanks left out; `day` is that of the consent, in Shanghai.

    `sensitive` is whether consent to sensitive questions was given: without it they are hidden.
    """

    day: date
    values: Mapping[str, Value] = field(default_factory=dict)
    sensitive: bool = True


def facts_of(given: Mapping[str, object]) -> Mapping[str, Value]:
    """Values of facts from JSON, whose form `wrong_facts` has judged."""
    found: dict[str, Value] = {}
    for name, value in given.items():
        if value is not None and value != "":
            found[name] = number_of(value) if isinstance(value, int) else str(value)
    return found


def wrong_facts(given: Mapping[str, object]) -> Iterator[FieldProblem]:
    """Names that there are not, and values that are no code, number or text of theirs; null is a blank."""
    for name, value in given.items():
        pointer = f"/roster/{name}".replace("~", "~0")
        if name not in FACTS:
            yield FieldProblem(pointer, "unknown_variable", _UNKNOWN)
        elif value is not None and name in NUMBERS and type(value) is not int:
            yield FieldProblem(pointer, "number", Message("须是整数", "Must be a whole number"))
        elif value is not None and name not in NUMBERS and not (isinstance(value, str) and len(value) <= MAX_FACT):
            yield FieldProblem(pointer, "code", Message("须是文字", "Must be text"))
