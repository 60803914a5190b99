"""Every rule of the contract about expressions, with blanks in every operator, function and type."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from surveys.expressions.evaluation import Scope, compiled
from surveys.expressions.functions import FUNCTIONS
from surveys.expressions.syntax import MAX_DEPTH, parsed
from surveys.expressions.tokens import MAX_LENGTH, NotReadable
from surveys.expressions.types import Checked
from surveys.expressions.values import Type, Typed

DAY = date(2026, 11, 30)
TYPES = {
    "b": Typed(Type.BOOLEAN),
    "n": Typed(Type.NUMBER),
    "t": Typed(Type.TEXT),
    "d": Typed(Type.DATE),
    "c": Typed(Type.CODE, ("1", "2")),
    "m": Typed(Type.CODES, ("1", "2", "3")),
    "f": Typed(Type.SEALED),
    "": Typed(Type.NUMBER),
}
GIVEN: dict[str, Any] = {
    "b": True,
    "n": Decimal("3.5"),
    "t": "文字",
    "d": date(2024, 6, 30),
    "c": "1",
    "m": ("1", "3"),
    "f": "somefile",
    "": Decimal(4),
}


def value(text: str, *, blank: str = "") -> object:
    """The value of an expression whose types fit; `blank` lists the names that have none."""
    assert faults(text) == [], text
    values = {name: each for name, each in GIVEN.items() if name not in blank.split(" ") or name == ""}
    return compiled(parsed(text))(Scope(values, DAY))


def faults(text: str) -> list[str]:
    return [each.rule for each in Checked(parsed(text), TYPES).faults]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 + 2 * 3", 7),
        ("(1 + 2) * 3", 9),
        ("7 - 2 - 1", 4),
        ("8 div 2 div 2", 2),
        ("1 < 2 = true()", True),
        ("true() or false() and false()", True),
        ("- 2 * 3", -6),
        ("2 - -3", 5),
        ("--2", 2),
        (".5 + 5.", Decimal("5.5")),
        (". + 1", 5),
        ("-7 mod 3", -1),
        ("7 mod -3", 1),
        ("7 mod 0", None),
        ("1 div 0", None),
        ("0 div 0", None),
        ("0.1 + 0.2 = 0.3", True),
        ("1 div 3", Decimal("0.3333333333333333333333333333")),
        ("2 div 3", Decimal("0.6666666666666666666666666667")),
        ("round(2.5, 0)", 3),
        ("round(-2.5, 0)", -3),
        ("round(2.45, 1)", Decimal("2.5")),
        ("round(1250, -2)", 1300),
        ("round(1, 400)", 1),
        ("round(1, -400)", 0),
        ("int(-1.7)", -1),
        ("int(1.7)", 1),
        ("number('12')", 12),
        ("number(' 2.5 ')", Decimal("2.5")),
        ("number('1_0')", None),
        ("number('1e3')", None),
        ("number('twelve')", None),
        ("number(${c}) + 1", 2),
        ("number(true())", 1),
        ("min(3, 1, 2)", 1),
        ("max(3, ${n})", Decimal("3.5")),
        ("sum(1, 2, 3)", 6),
        ("min(${d}, today())", date(2024, 6, 30)),
        ("concat('a', 1.50, true(), ${d}, ${m}, ${c})", "a1.5true2024-06-301 31"),
        ("string-length('文字')", 2),
        ("count-selected(${m})", 2),
        ("selected(${m}, '3')", True),
        ("selected(${m}, '2')", False),
        ("selected(${c}, '1')", True),
        ("regex('abc', '[a-c]+')", True),
        # the whole text, never a part
        ("regex('abcd', '[a-c]+')", False),
        ("today()", DAY),
        ("today() - ${d}", 883),
        ("${d} = '2024-06-30'", True),
        ("${d} < '2024-07-01'", True),
        ("${c} = '1'", True),
        ("'1' = ${c}", True),
        ("${c} != '2'", True),
        ("if(${n} > 3, 'more', 'less')", "more"),
        ("coalesce(${n}, 0)", Decimal("3.5")),
        ("not(false())", True),
    ],
)
def test_what_an_expression_is_worth(text: str, expected: object) -> None:
    assert value(text) == expected


@pytest.mark.parametrize("name", ["b", "n", "t", "d", "c", "m", "f"])
def test_a_value_is_compared_with_blank_whatever_its_type(name: str) -> None:
    for text, is_blank in ((f"${{{name}}} = ''", True), (f"'' = ${{{name}}}", True), (f"${{{name}}} != ''", False)):
        assert value(text) is not is_blank
        assert value(text, blank=name) is is_blank
    assert (value("'' = ''"), value("'' != ''")) == (True, False)


OTHERS = {"b": "true()", "n": "1", "t": "'x'", "d": "today()", "c": "'1'"}


@pytest.mark.parametrize(
    ("name", "operator"),
    # only numbers and dates are ordered
    [(name, operator) for name in OTHERS for operator in ("=", "!=", "<", "<=", ">", ">=")
     if name in "nd" or operator in ("=", "!=")],
)  # fmt: skip
def test_any_other_comparison_with_a_blank_is_false_but_unequal(name: str, operator: str) -> None:
    mine, other = f"${{{name}}}", OTHERS[name]
    for text in (f"{mine} {operator} {other}", f"{other} {operator} {mine}", f"{mine} {operator} {mine}"):
        assert value(text, blank=name) is (operator == "!=")


@pytest.mark.parametrize(
    ("text", "blank", "expected"),
    [
        *((f"${{n}} {operator} 2", "n", None) for operator in ("+", "-", "*", "div", "mod")),
        *((f"2 {operator} ${{n}}", "n", None) for operator in ("+", "-", "*", "div", "mod")),
        ("-${n}", "n", None),
        ("${d} - today()", "d", None),
        ("today() - ${d}", "d", None),
        ("${b} and true()", "b", False),
        ("true() and ${b}", "b", False),
        ("${b} or true()", "b", True),
        ("${b} or false()", "b", False),
        ("not(${b})", "b", None),
        ("not(${b}) or false()", "b", False),
        ("selected(${m}, '1')", "m", None),
        ("selected(${c}, '1')", "c", None),
        ("selected(${m}, ${c})", "c", None),
        ("number(${t})", "t", None),
        ("int(${n})", "n", None),
        ("round(${n}, 0)", "n", None),
        ("round(2.5, ${n})", "n", None),
        ("regex(${t}, '.*')", "t", None),
        ("if(${b}, 1, 2)", "b", 2),
        ("if(true(), ${n}, 2)", "n", None),
        ("coalesce(${n}, 2)", "n", 2),
        ("coalesce(${n}, ${n})", "n", None),
        ("min(${n}, 2)", "n", 2),
        ("max(${n}, 2)", "n", 2),
        ("sum(${n}, 2)", "n", 2),
        *((f"{function}(${{n}}, ${{n}})", "n", None) for function in ("min", "max", "sum")),
        ("concat('a', ${t}, ${n}, ${m})", "t n m", "a"),
        ("concat(${t})", "t", None),
        ("concat(${t}) = ''", "t", True),
        ("coalesce(concat(${t}), 'none')", "t", "none"),
        ("count-selected(${m})", "m", 0),
        ("string-length(${t})", "t", 0),
    ],
)
def test_what_a_blank_makes_of_an_expression(text: str, blank: str, expected: object) -> None:
    assert value(text, blank=blank) == expected


def test_every_function_is_tried() -> None:
    words = "if coalesce not true false selected count-selected number int round min max sum concat string-length"
    assert sorted(FUNCTIONS) == sorted([*words.split(" "), "regex", "today"])


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("${n} = 'x'", "expression_type"),
        ("${n} = ${t}", "expression_type"),
        ("${b} = 1", "expression_type"),
        ("${c} = ${t}", "expression_type"),
        ("${c} = 1", "expression_type"),
        ("${m} = '1'", "expression_type"),
        ("${t} < 'x'", "expression_type"),
        ("${c} < '2'", "expression_type"),
        ("${b} < true()", "expression_type"),
        ("1 < 2 < 3", "expression_type"),
        ("${f} = ${f}", "expression_type"),
        ("${f} = 'x'", "expression_type"),
        ("concat(${f})", "expression_type"),
        ("${d} = '2024-02-30'", "expression_type"),
        ("${d} = '20240230'", "expression_type"),
        ("${d} + 1", "expression_type"),
        ("${d} - 1", "expression_type"),
        ("${t} + 1", "expression_type"),
        ("-${t}", "expression_type"),
        ("${n} and true()", "expression_type"),
        ("not(${n})", "expression_type"),
        ("if(${n}, 1, 2)", "expression_type"),
        ("if(${b}, 1, 'x')", "expression_type"),
        ("coalesce(${d}, 1)", "expression_type"),
        ("min(1, ${d})", "expression_type"),
        ("sum(${d})", "expression_type"),
        ("count-selected(${t})", "expression_type"),
        ("string-length(${n})", "expression_type"),
        ("selected(${n}, '1')", "expression_type"),
        ("${c} = '7'", "unknown_option"),
        ("selected(${m}, '7')", "unknown_option"),
        ("selected(${c}, '7')", "unknown_option"),
        ("${x} = 1", "unknown_variable"),
        ("regex(${t}, '(?=a)')", "regex_unsupported"),
        ("regex(${t}, '(a)\\1')", "regex_unsupported"),
        ("regex(${t}, ${t})", "regex_unsupported"),
        ("regex(${t}, '(a{900}){900}')", "regex_unsupported"),
        ("pulldata('a')", "expression_syntax"),
        ("round(2.5)", "expression_syntax"),
        ("today(1)", "expression_syntax"),
    ],
)
def test_what_does_not_fit_is_one_fault(text: str, rule: str) -> None:
    assert faults(text) == [rule]


@pytest.mark.parametrize(
    "text",
    ["", " ", "(", ")", "1 +", "+ 1", "1 2", "a", "${", "${a b}", "'open", "1 = = 2", "f(1,)", "#", "１ + 1", "1 && 2"],
)
def test_what_is_no_expression_is_refused(text: str) -> None:
    with pytest.raises(NotReadable) as refused:
        parsed(text)
    assert refused.value.fault.rule == "expression_syntax"


def test_no_text_exhausts_the_stack_or_the_clock() -> None:
    def nested(depth: int) -> str:
        return "(" * depth + "1" + ")" * depth

    assert value(nested(MAX_DEPTH)) == 1
    for text in (nested(MAX_DEPTH + 1), "(" * 100_000, nested(100_000), "if(" * 40 + "1", "1" * (MAX_LENGTH + 1)):
        with pytest.raises(NotReadable):
            parsed(text)
    assert value("+".join("1" * 1_000)) == 1_000
    assert value("-" * 1_999 + "1") == -1
    assert value("9*" * 999 + "9") is None
    assert compiled(parsed("regex(${t}, '(a+)+')"))(Scope({"t": "a" * 50_000 + "b"}, DAY)) is False
