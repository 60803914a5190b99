"""An expression in pieces: numbers, quoted texts, names, words and signs."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto

from common.errors import Message

MAX_LENGTH = 2_000
"""Characters of an expression."""


class Kind(Enum):
    """What a piece is."""

    NUMBER = auto()
    TEXT = auto()
    NAME = auto()
    WORD = auto()
    SIGN = auto()
    END = auto()


@dataclass(frozen=True)
class Token:
    """One piece: its kind, what it says without quotes or `${}`, and where it begins, from 1."""

    kind: Kind
    text: str
    at: int


@dataclass(frozen=True)
class Fault:
    """What is wrong with an expression: the rule of a problem, and the sentence for who wrote it."""

    rule: str
    message: Message


class NotReadable(Exception):
    """The expression is none; `fault` says where and why."""

    def __init__(self, zh: str, en: str) -> None:
        self.fault = Fault("expression_syntax", Message(zh, en))
        super().__init__(en)


_PIECES = re.compile(
    r"""
      (?P<number>[0-9]+(?:\.[0-9]*)?|\.[0-9]+)
    | "(?P<double>[^"]*)" | '(?P<single>[^']*)'
    | \$\{(?P<name>[A-Za-z_][A-Za-z0-9_.-]*)\}
    | (?P<word>count-selected|string-length|[A-Za-z_][A-Za-z0-9_]*)
    | (?P<sign><=|>=|!=|[=<>+\-*(),.])
    | (?P<blank>[ \t\r\n]+)
    """,
    re.VERBOSE,
)
_KINDS = {
    "number": Kind.NUMBER,
    "double": Kind.TEXT,
    "single": Kind.TEXT,
    "name": Kind.NAME,
    "word": Kind.WORD,
    "sign": Kind.SIGN,
}


def pieces(text: str) -> Iterator[Token]:
    """The pieces in their order, an end last; raises NotReadable."""
    if len(text) > MAX_LENGTH:
        raise NotReadable(f"表达式最多 {MAX_LENGTH} 个字符", f"An expression has {MAX_LENGTH} characters at most")
    at = 0
    while at < len(text):
        found = _PIECES.match(text, at)
        if found is None:
            raise NotReadable(f"第 {at + 1} 个字符无法识别", f"Character {at + 1} does not belong here")
        group = str(found.lastgroup)
        if group in _KINDS:
            yield Token(_KINDS[group], found[group], at + 1)
        at = found.end()
    yield Token(Kind.END, "", at + 1)
