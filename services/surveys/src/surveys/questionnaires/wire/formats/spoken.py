"""Conditions in words, for paper: what a program decides on a screen, a reader decides there."""

from collections.abc import Mapping
from dataclasses import dataclass

from common.errors import Message
from surveys.expressions.syntax import Call, Chain, Literal, Name, Negated, Node
from surveys.expressions.values import Type
from surveys.questionnaires.domain.content import Content
from surveys.questionnaires.domain.facts import FACTS
from surveys.questionnaires.domain.questions import kind_of
from surveys.questionnaires.domain.questions.kind import Label

_FACTS: Mapping[str, Message] = {
    "roster_cohort": Message("毕业年份", "the year of graduation"),
    "roster_school": Message("学校", "the university"),
    "roster_college": Message("院系", "the college"),
    "roster_major": Message("专业", "the major"),
    "roster_education_level": Message("学历层次", "the level of education"),
    "roster_study_form": Message("学习形式", "the form of study"),
    "roster_destination_class": Message("登记的毕业去向", "the registered destination"),
    "wave_cycle": Message("毕业后的年数", "the years since graduation"),
    "employer_name": Message("单位名称", "the employer's name"),
    "employer_hires": Message("录用人数", "the number of graduates hired"),
    "employer_industry_code": Message("单位行业", "the employer's industry"),
}
_SIGNS: Mapping[str, Message] = {
    "or": Message(" 或 ", " or "),
    "and": Message("，并且 ", " and "),
    "=": Message("为", " is "),
    "!=": Message("不为", " is not "),
    "<": Message("小于 ", " is less than "),
    "<=": Message("不大于 ", " is at most "),
    ">": Message("大于 ", " is more than "),
    ">=": Message("不小于 ", " is at least "),
    "+": Message(" + ", " + "),
    "-": Message(" − ", " − "),
    "*": Message(" × ", " × "),
    "div": Message(" ÷ ", " ÷ "),
    "mod": Message(" 除的余数：", " modulo "),
}
_CALLS: Mapping[str, Message] = {
    "not": Message("并非（{0}）", "not ({0})"),
    "true": Message("总是", "always"),
    "false": Message("从不", "never"),
    "selected": Message("{0}选了{1}", "{0} includes {1}"),
    "count-selected": Message("{0}所选的项数", "the number of options chosen in {0}"),
    "number": Message("{0}", "{0}"),
    "int": Message("{0}的整数部分", "the whole part of {0}"),
    "round": Message("{0}（保留 {1} 位小数）", "{0} rounded to {1} places"),
    "if": Message("（若{0}则取{1}，否则取{2}）", "({1} if {0}, otherwise {2})"),
    "regex": Message("{0}符合格式 {1}", "{0} has the form {1}"),
    "string-length": Message("{0}的字数", "the length of {0}"),
    "today": Message("填写之日", "the day of answering"),
    "coalesce": Message("{all}中最先作答的一项", "the first answered of {all}"),
    "min": Message("{all}中最小的", "the least of {all}"),
    "max": Message("{all}中最大的", "the greatest of {all}"),
    "sum": Message("{all}之和", "the sum of {all}"),
    "concat": Message("{all}连接", "{all} put together"),
}


@dataclass(frozen=True)
class _Said:
    """How a name is called, what its values are called, and whether it is true or false by itself."""

    words: str
    label: Label | None
    is_boolean: bool


class Spoken:
    """The conditions of a questionnaire in one language; `numbers` are those that its questions have on paper."""

    def __init__(self, content: Content, numbers: Mapping[str, int], language: str) -> None:
        self._language = language
        self._names = {name: _Said(_FACTS[name].in_language(language), None, is_boolean=False) for name in FACTS}
        for question in content.questions:
            number = numbers.get(question.id)
            called = self._call(number) if number else f"“{question.text.in_language(language)}”"
            rows = {f"{question.id}_{row.value}": row.text.in_language(language) for row in question.rows or ()}
            for variable in kind_of(question).variables(question):
                words = f"{called}“{rows[variable.name]}”" if variable.name in rows else called
                is_boolean = variable.typed.type is Type.BOOLEAN
                self._names[variable.name] = _Said(words, variable.label, is_boolean)

    def _call(self, number: int) -> str:
        return f"第 {number} 题" if self._language == "zh" else f"question {number}"

    def called(self, name: str) -> str:
        """What a name in a text stands for."""
        said = self._names.get(name)
        return said.words if said else name

    def say(self, node: Node) -> str:
        """A condition, or what it compares."""
        match node:
            case Literal(is_number=True):
                return node.text
            case Literal():
                return f"“{node.text}”"
            case Name():
                return self._named(node.name)
            case Negated():
                return f"−{self.say(node.operand)}"
            case Chain():
                return self._chain(node)
        return self._function(node)

    def _named(self, name: str) -> str:
        said = self._names.get(name)
        if said is None:
            return name or ("此项" if self._language == "zh" else "this answer")
        if said.is_boolean and said.label:
            return self._is(said.words, f"“{said.label(True, self._language)}”")
        return said.words

    def _is(self, left: str, right: str) -> str:
        return f"{left}{_SIGNS['='].in_language(self._language)}{right}"

    def _chain(self, chain: Chain) -> str:
        if same := self._any_of(chain):
            return same
        said, before = self._operand(chain.first, chain), chain.first
        for operator, operand in chain.rest:
            if operator in ("=", "!=") and Literal("", is_number=False) in (before, operand):
                said = self._blank(before if operand == Literal("", is_number=False) else operand, operator)
            else:
                left, right = self._two(before, operand) if before is chain.first else (said, self.say(operand))
                if operator in ("or", "and", "+", "-", "*", "div", "mod") or before is not chain.first:
                    left, right = said, self._operand(operand, chain)
                said = f"{left}{_SIGNS[operator].in_language(self._language)}{right}"
            before = operand
        return said

    def _operand(self, node: Node, outer: Chain) -> str:
        """An operand, in brackets where another chain stands in a chain of conditions."""
        said = self.say(node)
        if not isinstance(node, Chain) or node.rest[0][0] not in ("or", "and"):
            return said
        if outer.rest[0][0] == node.rest[0][0] or self._any_of(node) is not None:
            return said
        return f"（{said}）" if self._language == "zh" else f"({said})"

    def _two(self, left: Node, right: Node) -> tuple[str, str]:
        """Both sides of a comparison; a quoted value by its label."""
        return self._side(left, right), self._side(right, left)

    def _side(self, node: Node, other: Node) -> str:
        if isinstance(node, Literal) and not node.is_number and isinstance(other, Name):
            return self._label(other.name, node.text)
        if isinstance(node, Name) and (said := self._names.get(node.name)):
            return said.words
        return self.say(node)

    def _label(self, name: str, value: str) -> str:
        said = self._names.get(name)
        try:
            return f"“{said.label(value, self._language)}”" if said and said.label else f"“{value}”"
        except KeyError:
            return f"“{value}”"

    def _blank(self, node: Node, operator: str) -> str:
        words = {
            ("=", "zh"): "{}未作答", ("!=", "zh"): "{}已作答",
            ("=", "en"): "{} is not answered", ("!=", "en"): "{} is answered",
        }  # fmt: skip
        return words[operator, self._language].format(self._side(node, node))

    def _any_of(self, chain: Chain) -> str | None:
        """`a = '1' or a = '2'` as one answer of two; None for everything else."""
        operands = (chain.first, *(each for operator, each in chain.rest if operator == "or"))
        values = []
        for each in operands if len(operands) == len(chain.rest) + 1 else ():
            match each:
                case Chain(Name() as name, (("=", Literal(is_number=False, text=text)),)) if text:
                    values.append((name.name, text))
        if len(values) != len(operands) or len({name for name, _ in values}) != 1:
            return None
        labels = _SIGNS["or"].in_language(self._language).join(self._label(*each) for each in values)
        return self._is(self.called(values[0][0]), labels)

    def _function(self, call: Call) -> str:
        first = call.arguments[:1]
        given = [self.say(each) for each in call.arguments]
        if call.function in ("selected", "count-selected", "string-length", "regex", "number") and first:
            given[0] = self._side(first[0], first[0])
        if call.function == "selected" and len(call.arguments) == 2:
            given[1] = self._side(call.arguments[1], call.arguments[0])
        words = _CALLS[call.function].in_language(self._language)
        joined = ("、" if self._language == "zh" else ", ").join(given)
        return words.format(*given, all=joined)
