"""The functions: what each takes and gives, and how it is computed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from functools import lru_cache, reduce
from types import MappingProxyType
from typing import Any

from surveys.expressions.values import CONTEXT, Type, Value, finite, number_of, text_of

MAX_PATTERN_BYTES = 1 << 20
"""Memory that one pattern may take."""

Takes = frozenset[Type]

ANYTHING = frozenset(Type) - {Type.SEALED, Type.BLANK}
_BOOLEAN, _NUMBER = frozenset({Type.BOOLEAN}), frozenset({Type.NUMBER})
_CODES, _WORDS = frozenset({Type.CODE, Type.CODES}), frozenset({Type.TEXT, Type.CODE})
_ORDERED = frozenset({Type.NUMBER, Type.DATE})


@dataclass(frozen=True)
class Function:
    """`takes` names the types of each argument, the last one those of all that follow, up to `most`.

    `gives` is None where the result has the type that the arguments have in common, from number `shared` on.
    `compute` is asked where an argument is blank only if it `chooses`; without it the result is blank.
    """

    compute: Callable[..., Value]
    takes: tuple[Takes, ...]
    gives: Type | None
    least: int
    most: int
    shared: int = 0
    chooses: bool = False


class BadPattern(ValueError):
    """RE2 does not take the pattern."""


@lru_cache(maxsize=256)
def pattern(text: str) -> Any:
    """The pattern of RE2, which takes time in proportion to the text; raises BadPattern."""
    # loaded where an expression has one: few do
    import re2

    options = re2.Options()
    options.log_errors = False
    options.max_mem = MAX_PATTERN_BYTES
    try:
        return re2.compile(text, options=options)
    except (re2.error, UnicodeEncodeError) as error:
        raise BadPattern from error


def _given(values: tuple[Value, ...]) -> list[Any]:
    return [each for each in values if each is not None]


def total(*values: Value) -> Value:
    """The sum of those that are given."""
    given = _given(values)
    return finite(reduce(CONTEXT.add, given)) if given else None


def rounded(number: Decimal, places: Decimal) -> Value:
    """Half away from zero, to places after the point or, where they are negative, before it."""
    wanted = max(-CONTEXT.Emax, min(int(places), CONTEXT.Emax))
    written = number.as_tuple().exponent
    if not isinstance(written, int) or -written <= wanted:
        return number
    return finite(number.quantize(Decimal((0, (1,), -wanted)), ROUND_HALF_UP, CONTEXT))


def as_number(value: bool | Decimal | str) -> Value:
    """True is 1; a text is the number that it writes."""
    return Decimal(value) if isinstance(value, bool) else number_of(value)


def is_selected(chosen: str | tuple[str, ...], code: str) -> Value:
    """Whether the code is chosen."""
    return code == chosen if isinstance(chosen, str) else code in chosen


def count(chosen: str | tuple[str, ...] | None) -> Value:
    """How many codes are chosen."""
    return Decimal(0 if chosen is None else 1 if isinstance(chosen, str) else len(chosen))


def matches(text: str, wanted: str) -> Value:
    """Whether the whole text is as the pattern says."""
    return pattern(wanted).fullmatch(text) is not None


MANY = 100
"""Arguments of a function that takes any number."""

FUNCTIONS: Mapping[str, Function] = MappingProxyType(
    {
        "if": Function(
            lambda condition, then, otherwise: then if condition else otherwise,
            (_BOOLEAN, ANYTHING),
            gives=None,
            least=3,
            most=3,
            shared=1,
            chooses=True,
        ),
        "coalesce": Function(
            lambda *values: next(iter(_given(values)), None), (ANYTHING,), None, least=2, most=MANY, chooses=True
        ),
        "not": Function(lambda value: not value, (_BOOLEAN,), Type.BOOLEAN, 1, 1),
        "true": Function(lambda: True, (), Type.BOOLEAN, 0, 0),
        "false": Function(lambda: False, (), Type.BOOLEAN, 0, 0),
        "selected": Function(is_selected, (_CODES, _WORDS), Type.BOOLEAN, 2, 2),
        "count-selected": Function(count, (_CODES,), Type.NUMBER, 1, 1, chooses=True),
        "number": Function(as_number, (_WORDS | _NUMBER | _BOOLEAN,), Type.NUMBER, 1, 1),
        "int": Function(lambda number: number.to_integral_value(ROUND_DOWN), (_NUMBER,), Type.NUMBER, 1, 1),
        "round": Function(rounded, (_NUMBER, _NUMBER), Type.NUMBER, 2, 2),
        "min": Function(lambda *values: min(_given(values), default=None), (_ORDERED,), None, 1, MANY, chooses=True),
        "max": Function(lambda *values: max(_given(values), default=None), (_ORDERED,), None, 1, MANY, chooses=True),
        "sum": Function(total, (_NUMBER,), Type.NUMBER, 1, MANY, chooses=True),
        "concat": Function(
            lambda *values: "".join(map(text_of, values)) or None, (ANYTHING,), Type.TEXT, 1, MANY, chooses=True
        ),
        "string-length": Function(
            lambda text: Decimal(len(text or "")), (_WORDS,), Type.NUMBER, least=1, most=1, chooses=True
        ),
        "regex": Function(matches, (_WORDS, frozenset({Type.TEXT})), Type.BOOLEAN, 2, 2),
        "today": Function(lambda: None, (), Type.DATE, 0, 0),
    }
)
"""All of them; `evaluation` gives `today`, because a function sees its arguments alone."""
