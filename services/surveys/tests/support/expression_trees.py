"""Another interpreter of expressions, written from the contract over trees instead of texts, and trees to try it on."""

import re
from collections.abc import Callable
from datetime import date
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal, DecimalException, localcontext
from functools import lru_cache
from typing import Any

from hypothesis import strategies as st

DAY = date(2026, 11, 30)
Tree = tuple[Any, ...]
Names = dict[str, tuple[str, ...]]

FIRST: Names = {"bool": ("b1",), "num": ("n1",), "text": ("t1",), "date": ("d1",), "code": ("c1",), "codes": ("m1",)}
SECOND: Names = {"bool": ("b2",), "num": ("n2",), "text": ("t2",), "date": ("d2",), "code": ("c2",), "codes": ("m2",)}
WORK: Names = {
    "bool": ("b1",), "num": ("n1", "roster_cohort", "wave_cycle"), "text": ("t1", "c1_other", "m1_other"),
    "date": ("d1",), "code": ("c1", "roster_college"), "codes": ("m1",),
}  # fmt: skip
PAY: Names = {
    "bool": (), "num": ("s1", "r1", "w1"), "text": ("em", "u1"), "date": ("mo1",), "code": ("g1_x", "g1_y"),
    "codes": ("rk",),
}  # fmt: skip
NAMES: dict[str, Names] = {
    "first": FIRST,
    "both": {kind: (*FIRST[kind], *SECOND[kind]) for kind in FIRST},
    "work": WORK,
    "pay": {kind: (*WORK[kind], *PAY[kind]) for kind in WORK},
}
"""Names by type: the first of each, or both; of every type of question, those of a page, and of two."""

LITERALS: dict[str, st.SearchStrategy[Any]] = {
    "bool": st.booleans(),
    "num": st.decimals(0, 1000, places=2, allow_nan=False),
    "text": st.text("ab1文 ", min_size=1, max_size=3),
    "date": st.just(None),
    "code": st.sampled_from("12"),
    "codes": st.just(None),
}
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "bool": st.booleans(),
    "num": st.one_of(st.integers(-5, 5).map(Decimal), st.decimals(-1000, 1000, places=3)),
    "text": st.text("ab1文 ", min_size=1, max_size=3) | st.just("  "),
    "date": st.dates(date(2020, 1, 1), date(2030, 1, 1)),
    "code": st.sampled_from("12"),
    "codes": st.lists(st.sampled_from("123"), min_size=1, unique=True).map(tuple),
}


@lru_cache
def trees(kind: str, depth: int, known: str = "both") -> st.SearchStrategy[Tree]:
    """Trees whose value is of this type, over the names of `NAMES[known]`."""
    leaves: list[st.SearchStrategy[Tree]] = [st.sampled_from(NAMES[known][kind]).map(lambda name: ("name", name))]
    if kind in ("bool", "num", "text"):
        leaves.append(LITERALS[kind].map(lambda each: ("lit", each)))
    if kind == "date":
        leaves.append(st.just(("call", "today")))
    if depth == 0:
        return st.one_of(leaves)

    def sub(other: str) -> st.SearchStrategy[Tree]:
        return trees(other, depth - 1, known)

    def call(function: str, *kinds: str) -> st.SearchStrategy[Tree]:
        return st.tuples(st.just("call"), st.just(function), *map(sub, kinds))

    def operation(operators: str, left: str, right: str) -> st.SearchStrategy[Tree]:
        return st.tuples(st.just("op"), st.sampled_from(operators.split()), sub(left), sub(right))

    more: dict[str, list[st.SearchStrategy[Tree]]] = {
        "bool": [
            operation("and or", "bool", "bool"),
            *(operation("= !=", each, each) for each in FIRST),
            *(operation("= != < <= > >=", each, each) for each in ("num", "date")),
            *(st.tuples(st.just("blank"), st.sampled_from(["=", "!="]), sub(each)) for each in FIRST),
            st.tuples(
                st.just("op"), st.sampled_from(["=", "!="]), sub("code"), LITERALS["code"].map(lambda c: ("lit", c))
            ),
            call("not", "bool"),
            st.tuples(st.just("call"), st.just("selected"), sub("codes"), LITERALS["code"].map(lambda c: ("lit", c))),
            st.tuples(
                st.just("call"),
                st.just("regex"),
                sub("text"),
                st.sampled_from(["a+", "[ab]*", ".*"]).map(lambda p: ("lit", p)),
            ),
        ],
        "num": [
            operation("+ - * div mod", "num", "num"),
            operation("-", "date", "date"),
            st.tuples(st.just("neg"), sub("num")),
            *(call(function, "num", "num") for function in ("min", "max", "sum")),
            call("int", "num"),
            st.tuples(
                st.just("call"), st.just("round"), sub("num"), st.integers(0, 3).map(lambda n: ("lit", Decimal(n)))
            ),
            call("number", "text"),
            call("number", "code"),
            call("count-selected", "codes"),
            call("string-length", "text"),
        ],
        "text": [call("concat", "text", "num", "bool"), call("concat", "codes", "date")],
    }
    chosen = [call("coalesce", kind, kind), call("if", "bool", kind, kind)]
    return st.one_of(leaves + more.get(kind, []) + chosen)


def written(tree: Tree) -> str:
    match tree:
        case "name", ".":
            return "."
        case "name", name:
            return f"${{{name}}}"
        case "lit", bool() as flag:
            return f"{str(flag).lower()}()"
        case "lit", Decimal() as number:
            return format(number, "f")
        case "lit", text:
            return f"'{text}'"
        case "neg", inner:
            return f"-({written(inner)})"
        case "blank", sign, inner:
            return f"({written(inner)}) {sign} ''"
        case "op", sign, left, right:
            return f"({written(left)}) {sign} ({written(right)})"
    _, function, *arguments = tree
    return f"{function}({', '.join(map(written, arguments))})"


def worth(tree: Tree, values: dict[str, Any]) -> Any:
    """What the contract says that the tree is worth."""
    match tree:
        case "name", name:
            return values.get(name)
        case "lit", each:
            return each
        case "neg", inner:
            return arithmetic(lambda number: -number, worth(inner, values))
        case "blank", sign, inner:
            return (worth(inner, values) is None) == (sign == "=")
        case "op", sign, left, right:
            return operated(sign, worth(left, values), worth(right, values))
        case "call", "today":
            return getattr(values, "day", DAY)
    _, function, *arguments = tree
    return called(function, [worth(each, values) for each in arguments])


def arithmetic(compute: Callable[..., Any], *operands: Any) -> Any:
    if any(each is None for each in operands):
        return None
    with localcontext(Context(prec=28, rounding=ROUND_HALF_EVEN)):
        try:
            return compute(*operands)
        except DecimalException:
            return None


def operated(sign: str, left: Any, right: Any) -> Any:
    if sign in ("and", "or"):
        return (left is True and right is True) if sign == "and" else (left is True or right is True)
    if sign in ("+", "-", "*", "div", "mod"):
        if isinstance(left, date) and isinstance(right, date):
            return Decimal(left.toordinal() - right.toordinal())
        return arithmetic(
            {
                "+": lambda a, b: a + b,
                "-": lambda a, b: a - b,
                "*": lambda a, b: a * b,
                "div": lambda a, b: a / b,
                "mod": lambda a, b: a % b,
            }[sign],
            left,
            right,
        )
    if left is None or right is None:
        return sign == "!="
    less, same = left < right if not isinstance(left, tuple) else False, left == right
    return {"=": same, "!=": not same, "<": less, "<=": less or same, ">": not less and not same, ">=": not less}[sign]


def called(function: str, arguments: list[Any]) -> Any:  # noqa: C901 - one case a function
    known = [each for each in arguments if each is not None]
    match function:
        case "if":
            return arguments[1] if arguments[0] is True else arguments[2]
        case "coalesce":
            return known[0] if known else None
        case "min" | "max":
            return sorted(known)[0 if function == "min" else -1] if known else None
        case "sum":
            return arithmetic(lambda *each: sum(each, Decimal(0)), *known) if known else None
        case "concat":
            return "".join(map(shown, known)) or None
        case "count-selected" | "string-length":
            return Decimal(len(known[0]) if known else 0)
    if len(known) < len(arguments):
        return None
    match function, arguments:
        case "not", [flag]:
            return not flag
        case "selected", [codes, code]:
            return code in codes
        case "regex", [text, pattern]:
            return bool(re.fullmatch(pattern, text, re.ASCII))
        case "int", [number]:
            return number - number % 1 if number == number else None
        case "round", [number, places]:
            step = Decimal(1).scaleb(-int(places))
            return number if -number.as_tuple().exponent <= places else number.quantize(step, ROUND_HALF_UP)
    text = arguments[0].strip(" ")
    return Decimal(text) if text and re.fullmatch(r"[0-9]+", text) else None


def shown(each: Any) -> str:
    if isinstance(each, bool):
        return "true" if each else "false"
    if isinstance(each, tuple):
        return " ".join(each)
    if isinstance(each, Decimal):
        text = format(each, "f")
        text = text.rstrip("0").rstrip(".") if "." in text else text
        return text if text != "-0" else "0"
    return str(each)
