"""From a tree to a function of the values: made once, asked for every answer."""

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, TypeAlias

from surveys.expressions.functions import FUNCTIONS
from surveys.expressions.syntax import Call, Chain, Literal, Name, Negated, Node
from surveys.expressions.values import CONTEXT, Value, day_of, finite, number_of


@dataclass
class Scope:
    """What an expression sees: values by name, those that are missing are blank; the own value has the empty name."""

    values: Mapping[str, Value]
    day: date


Compiled: TypeAlias = Callable[[Scope], Value]


def compiled(node: Node) -> Compiled:
    """The function that computes a tree whose types were found to fit."""
    match node:
        case Literal():
            constant: Value = number_of(node.text) if node.is_number else node.text or None
            return lambda _: constant
        case Name():
            name = node.name
            return lambda scope: scope.values.get(name)
        case Negated():
            operand = compiled(node.operand)
            return lambda scope: _negated(operand(scope))
        case Chain():
            return _chain(node)
    return _call(node)


def _negated(value: Any) -> Value:
    return None if value is None else CONTEXT.minus(value)


def _chain(chain: Chain) -> Compiled:
    first, operators = compiled(chain.first), {word for word, _ in chain.rest}
    operands = [compiled(each) for _, each in chain.rest]
    if operators == {"or"}:
        return lambda scope: first(scope) is True or any(each(scope) is True for each in operands)
    if operators == {"and"}:
        return lambda scope: first(scope) is True and all(each(scope) is True for each in operands)
    # '' = x asks what x = '' does: whether x is blank
    blank = [_is_blank(each) for each in (chain.first, *(node for _, node in chain.rest))]
    beside_blank = [blank[0] or blank[1], *blank[2:]]
    steps = [
        ((_BLANKNESS if asks else _STEPS).get(word, _STEPS[word]), operand)
        for (word, _), operand, asks in zip(chain.rest, operands, beside_blank, strict=True)
    ]

    if len(steps) == 1:
        [(only, second)] = steps
        return lambda scope: only(first(scope), second(scope))

    def computed(scope: Scope) -> Value:
        value = first(scope)
        for step, operand in steps:
            value = step(value, operand(scope))
        return value

    return computed


def _call(call: Call) -> Compiled:
    if call.function == "today":
        return lambda scope: scope.day
    function, arguments = FUNCTIONS[call.function], [compiled(each) for each in call.arguments]
    compute = function.compute
    if function.chooses:
        return lambda scope: compute(*[each(scope) for each in arguments])

    def computed(scope: Scope) -> Value:
        values = [each(scope) for each in arguments]
        return None if None in values else compute(*values)

    return computed


def _is_blank(node: Node) -> bool:
    return node == Literal("", is_number=False)


def _alike(left: Any, right: Any) -> tuple[Any, Any]:
    """A quoted day beside a date is that date."""
    if isinstance(left, date) and isinstance(right, str):
        return left, day_of(right)
    if isinstance(right, date) and isinstance(left, str):
        return day_of(left), right
    return left, right


def _comparing(compare: Callable[[Any, Any], bool], *, blank: bool) -> Callable[[Any, Any], Value]:
    def compared(left: Any, right: Any) -> Value:
        if left is None or right is None:
            return blank
        return compare(left, right) if type(left) is type(right) else compare(*_alike(left, right))

    return compared


def _computing(compute: Callable[[Any, Any], Decimal]) -> Callable[[Any, Any], Value]:
    def computed(left: Any, right: Any) -> Value:
        return None if left is None or right is None else finite(compute(left, right))

    return computed


def _minus(left: Any, right: Any) -> Decimal:
    if isinstance(left, Decimal):
        return CONTEXT.subtract(left, right)
    later, earlier = _alike(left, right)
    return Decimal((later - earlier).days)


_STEPS: Mapping[str, Callable[[Any, Any], Value]] = {
    "=": _comparing(operator.eq, blank=False),
    "!=": _comparing(operator.ne, blank=True),
    "<": _comparing(operator.lt, blank=False),
    "<=": _comparing(operator.le, blank=False),
    ">": _comparing(operator.gt, blank=False),
    ">=": _comparing(operator.ge, blank=False),
    "+": _computing(CONTEXT.add),
    "-": _computing(_minus),
    "*": _computing(CONTEXT.multiply),
    "div": _computing(CONTEXT.divide),
    "mod": _computing(CONTEXT.remainder),
}

_BLANKNESS: Mapping[str, Callable[[Any, Any], Value]] = {
    "=": lambda left, right: left is None and right is None,
    "!=": lambda left, right: left is not None or right is not None,
}
"""Comparisons with a written `''`, which is itself blank."""
