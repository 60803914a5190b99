"""Sizes, helpers and prose: the limits of the house that no linter knows."""

import ast
import io
import re
import tokenize
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MEMBERS = [
    path for path in sorted([*ROOT.glob("libs/*"), *ROOT.glob("services/*"), *ROOT.glob("deploy/*")]) if path.is_dir()
]
LONGEST_MODULE, LONGEST_BODY, LONGEST_TEST_MODULE = 300, 40, 400
CALLED_ONCE = 0.15
"""Share of private functions that are called in one place: a jump for the reader, worth it where the name is a rule."""

RIDDLES = (
    "nobody", "somebody", "whoever", "whomever", "whose it is", "told", "tells of", "foresaw", "put aside", "buried",
    "imagined", "taken up",
)  # fmt: skip
"""Twelve words that hide the thing, the condition or the exception that a sentence is about."""

UNTIDY = {"libs/servers", "libs/testing", "deploy/local"}
"""Members whose helpers and prose are not there yet; the limit of sizes holds for them too."""

RIDDLE = re.compile(rf"\b({'|'.join(RIDDLES)})\b", re.IGNORECASE)

Function = ast.FunctionDef | ast.AsyncFunctionDef


def sources(member: Path) -> list[Path]:
    found = member.rglob("*.py") if (member / "src").is_dir() or member.parent.name == "deploy" else ()
    return sorted(path for path in found if not {"tests", "versions", ".venv"} & set(path.relative_to(ROOT).parts))


def test_modules() -> list[Path]:
    folders = [ROOT / "tests", *(member / "tests" for member in MEMBERS)]
    return sorted(path for folder in folders for path in folder.rglob("*.py"))


test_modules.__test__ = False  # type: ignore[attr-defined]
SOURCES = [path for member in MEMBERS for path in sources(member)]


def shown(path: Path) -> str:
    return str(path.relative_to(ROOT))


TIDY = [each for each in MEMBERS if shown(each) not in UNTIDY]


@dataclass(frozen=True)
class Contents:
    """What the tests ask of a module; reading one again for each of them would take most of their time."""

    lines: int
    bodies: list[tuple[str, int]]
    called_once: int
    prose: list[str]


@cache
def contents(path: Path) -> Contents:
    text = path.read_text()
    nodes = list(statements(ast.parse(text)))
    words = Counter(re.findall(r"\b_[a-z]\w*", text))
    functions = [node for node in nodes if isinstance(node, Function)]
    return Contents(
        len(text.splitlines()),
        [(each.name, body_lines(each)) for each in functions],
        sum(is_called_once(each, words) for each in functions),
        [*prose(nodes), *comments(text)],
    )


def statements(node: ast.AST) -> Iterator[ast.AST]:
    """The node and the statements in it, without their expressions, which are most of a tree."""
    yield node
    for name in ("body", "handlers", "orelse", "finalbody", "cases"):
        for inner in getattr(node, name, ()):
            yield from statements(inner)


def body_lines(function: Function) -> int:
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def is_called_once(function: Function, words: Counter[str]) -> bool:
    return function.name.startswith("_") and not function.name.startswith("__") and words[function.name] == 2


def prose(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """Docstrings, of attributes too."""
    for node in nodes:
        if isinstance(node, ast.Module | ast.ClassDef | Function):
            yield ast.get_docstring(node) or ""
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            yield node.value.value


def comments(text: str) -> Iterator[str]:
    """All comments of a module in which one may hold a riddle; finding them takes longer than all the rest."""
    if not any("#" in line and RIDDLE.search(line) for line in text.splitlines()):
        return
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            yield token.string


def test_no_module_and_no_function_is_too_long() -> None:
    long = [shown(path) for path in SOURCES if contents(path).lines > LONGEST_MODULE]
    long += [
        f"{shown(path)}: {name}" for path in SOURCES for name, lines in contents(path).bodies if lines > LONGEST_BODY
    ]
    assert long == []


def test_no_test_module_is_too_long() -> None:
    assert [shown(each) for each in test_modules() if len(each.read_text().splitlines()) > LONGEST_TEST_MODULE] == []


@pytest.mark.parametrize("member", [each for each in TIDY if len(sources(each)) > 3], ids=shown)
def test_private_helpers_called_once_are_few(member: Path) -> None:
    once = sum(contents(path).called_once for path in sources(member))
    total = sum(len(contents(path).bodies) for path in sources(member))
    assert once <= total * CALLED_ONCE, f"{once} of {total}"


@pytest.mark.parametrize("member", TIDY, ids=shown)
def test_prose_speaks_plainly(member: Path) -> None:
    found = [
        f"{shown(path)}: {match[0]!r} in {sentence.strip()[:80]!r}"
        for path in sources(member)
        for sentence in contents(path).prose
        if (match := RIDDLE.search(sentence))
    ]
    assert found == []


@pytest.mark.parametrize(
    "sentence", ["Nobody knows.", "# whoever comes first", "What was told of it", "It is put aside"]
)
def test_riddles_are_recognised(sentence: str) -> None:
    assert RIDDLE.search(sentence)
