"""From text to a tree. Operators of one rank stand side by side in one node, so a tree is as deep as its brackets."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

from surveys.expressions.tokens import Kind, NotReadable, Token, pieces

MAX_DEPTH = 32
"""Brackets inside brackets, those of functions too."""

RANKS = (("or",), ("and",), ("=", "!="), ("<", "<=", ">", ">="), ("+", "-"), ("*", "div", "mod"))
"""Operators from the loosest to the tightest; those of one rank are taken from left to right."""

_COUNTING = frozenset({"+", "-", "*", "div", "mod"})
_WHOLE = frozenset({"int", "round", "number"})


@dataclass(frozen=True)
class Literal:
    """A number as it is written, or a quoted text."""

    text: str
    is_number: bool


@dataclass(frozen=True)
class Name:
    """`${name}`, or `.`: the own value of the question, whose name is empty."""

    name: str


@dataclass(frozen=True)
class Negated:
    """Minus an operand."""

    operand: "Node"


@dataclass(frozen=True)
class Chain:
    """Operands with operators of one rank between them."""

    first: "Node"
    rest: "tuple[tuple[str, Node], ...]"


@dataclass(frozen=True)
class Call:
    """A function of its arguments."""

    function: str
    arguments: "tuple[Node, ...]"


Node: TypeAlias = Literal | Name | Negated | Chain | Call

OWN = Name("")


@lru_cache(maxsize=2_048)
def parsed(text: str) -> Node:
    """The tree of an expression; raises NotReadable, for one that is too long or too deep, too."""
    return _Parser(text).whole()


def names_in(node: Node) -> Iterator[str]:
    """Every name in the tree, the empty one for the own value."""
    match node:
        case Name():
            yield node.name
        case Negated():
            yield from names_in(node.operand)
        case Chain():
            for operand in (node.first, *(each for _, each in node.rest)):
                yield from names_in(operand)
        case Call():
            for argument in node.arguments:
                yield from names_in(argument)


def is_arithmetic(node: Node) -> bool:
    """Whether the tree counts with numbers alone: chooses and compares nothing, and is blank where one is."""
    match node:
        case Negated():
            return is_arithmetic(node.operand)
        case Chain():
            operands = (node.first, *(each for _, each in node.rest))
            return all(word in _COUNTING for word, _ in node.rest) and all(map(is_arithmetic, operands))
        case Call():
            return node.function in _WHOLE and all(map(is_arithmetic, node.arguments))
    return True


class _Parser:
    """Descends from rank to rank; brackets are counted, so that no text exhausts the stack."""

    def __init__(self, text: str) -> None:
        self._tokens = list(pieces(text))
        self._place = 0
        self._depth = 0

    def whole(self) -> Node:
        node = self._chain(0)
        self._expect("", Kind.END)
        return node

    def _next(self) -> Token:
        token = self._tokens[self._place]
        self._place = min(self._place + 1, len(self._tokens) - 1)
        return token

    def _taken(self, words: tuple[str, ...]) -> str | None:
        token = self._tokens[self._place]
        if token.kind not in (Kind.WORD, Kind.SIGN) or token.text not in words:
            return None
        return self._next().text

    def _expect(self, text: str, kind: Kind = Kind.SIGN) -> None:
        token = self._next()
        if (token.kind, token.text) != (kind, text):
            raise _unexpected(token)

    def _chain(self, rank: int) -> Node:
        if rank == len(RANKS):
            return self._signed()
        first, rest = self._chain(rank + 1), []
        while operator := self._taken(RANKS[rank]):
            rest.append((operator, self._chain(rank + 1)))
        return Chain(first, tuple(rest)) if rest else first

    def _signed(self) -> Node:
        signs = 0
        while self._taken(("-",)):
            signs += 1
        operand = self._operand(self._next())
        for _ in range((signs + 1) % 2 + 1 if signs else 0):
            operand = Negated(operand)
        return operand

    def _operand(self, token: Token) -> Node:
        match token.kind, token.text:
            case Kind.NUMBER, text:
                return Literal(text, is_number=True)
            case Kind.TEXT, text:
                return Literal(text, is_number=False)
            case Kind.NAME, name:
                return Name(name)
            case Kind.SIGN, ".":
                return OWN
            case Kind.SIGN, "(":
                [inner] = self._inside(exactly_one=True)
                return inner
            case Kind.WORD, function if self._tokens[self._place].text == "(":
                self._expect("(")
                return Call(function, self._inside(exactly_one=False))
        raise _unexpected(token)

    def _inside(self, *, exactly_one: bool) -> tuple[Node, ...]:
        """What stands in brackets, the opening one of which was read."""
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise NotReadable(f"括号最多嵌套 {MAX_DEPTH} 层", f"Brackets stand {MAX_DEPTH} deep at most")
        inside = []
        if exactly_one or self._tokens[self._place].text != ")":
            inside.append(self._chain(0))
            while not exactly_one and self._taken((",",)):
                inside.append(self._chain(0))
        self._expect(")")
        self._depth -= 1
        return tuple(inside)


def _unexpected(token: Token) -> NotReadable:
    if token.kind is Kind.END:
        return NotReadable("表达式不完整", "The expression ends too early")
    return NotReadable(
        f"第 {token.at} 个字符处的“{token.text}”不应出现", f"“{token.text}” at character {token.at} is misplaced"
    )
