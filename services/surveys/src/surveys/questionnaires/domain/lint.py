"""What is wrong with the expressions of a questionnaire, found before anybody answers it."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import product
from math import prod

from common.errors import FieldProblem, Message
from surveys.expressions.evaluation import Scope, compiled
from surveys.expressions.syntax import Call, Chain, Negated, Node, names_in, parsed
from surveys.expressions.tokens import Fault, NotReadable
from surveys.expressions.types import Checked
from surveys.expressions.values import Type
from surveys.questionnaires.domain.content import Content, Question, Result
from surveys.questionnaires.domain.facts import FACTS
from surveys.questionnaires.domain.piping import names_piped
from surveys.questionnaires.domain.questions import kind_of
from surveys.questionnaires.domain.questions.kind import Variable
from surveys.questionnaires.domain.wording import texts_of

MAX_COMBINATIONS = 10_000
"""Of the answers that an expression names, to find out whether it is ever true."""

MAX_EVALUATIONS = 300_000
"""Of all expressions of a questionnaire together: half a second."""

_RESULTS = {Result.NUMBER: (Type.NUMBER,), Result.TEXT: (Type.TEXT, Type.CODE), Result.BOOLEAN: (Type.BOOLEAN,)}

_FORWARD = Message("只能引用前面的题目", "Only earlier questions can be named")
_CYCLIC = Message("引用形成循环，或引用了自身", "What is named here depends on this, or is this itself")
_UNREACHABLE = Message("无论怎样作答，此条件都不成立", "No answers make this condition true")

Place = int
"""A question by its place in the questionnaire."""

Part = tuple[str, int]
"""A question or a page, by its place."""


@dataclass(frozen=True)
class Expression:
    """An expression where it stands: of a question, or of the page that begins with question number `at`."""

    pointer: str
    text: str
    part: Part
    at: Place
    types: tuple[Type, ...] = (Type.BOOLEAN,)
    question: Question | None = None
    is_constraint: bool = False


class Lint:
    """The expressions of one content."""

    def __init__(self, content: Content) -> None:
        self._content = content
        self._evaluations = 0
        self._reached_from: dict[Place, frozenset[Part]] = {}
        self._owners: dict[str, Place] = dict.fromkeys(FACTS, -1)
        self._variables: dict[str, Variable] = {name: Variable(name, typed) for name, typed in FACTS.items()}
        for place, question in enumerate(content.questions):
            for variable in kind_of(question).variables(question):
                self._owners.setdefault(variable.name, place)
                self._variables.setdefault(variable.name, variable)

    def problems(self) -> Iterator[FieldProblem]:
        """Everything that is wrong with expressions and with names in texts."""
        for each in self.expressions:
            for fault in self._faults(each):
                yield FieldProblem(each.pointer, fault.rule, fault.message)
        yield from self._wrong_texts()

    def problems_after(self, conditions: Mapping[str, str]) -> Iterator[FieldProblem]:
        """What is wrong with conditions, by their pointers, that are asked of an answer once it is complete."""
        for pointer, condition in conditions.items():
            end, count = ("page", len(self._content.pages)), len(list(self._content.questions))
            for fault in self._faults(Expression(pointer, condition, end, count)):
                yield FieldProblem(pointer, fault.rule, fault.message)

    @cached_property
    def expressions(self) -> list[Expression]:
        """All expressions in the order of the pages."""
        return list(self._expressions())

    def _expressions(self) -> Iterator[Expression]:
        place = 0
        for i, page in enumerate(self._content.pages):
            if page.visible_if is not None:
                yield Expression(f"/pages/{i}/visible_if", page.visible_if, ("page", i), place)
            for j, question in enumerate(page.questions):
                pointer, part = f"/pages/{i}/questions/{j}", ("question", place)
                if question.visible_if is not None:
                    yield Expression(f"{pointer}/visible_if", question.visible_if, part, place, question=question)
                if question.calculation is not None:
                    types = _RESULTS[question.result or Result.TEXT]
                    yield Expression(f"{pointer}/calculation", question.calculation, part, place, types, question)
                if question.constraint is not None:
                    expression, at = question.constraint.expression, f"{pointer}/constraint/expression"
                    yield Expression(at, expression, part, place, question=question, is_constraint=True)
                place += 1

    def _faults(self, each: Expression) -> Iterator[Fault]:
        try:
            node = parsed(each.text)
        except NotReadable as unreadable:
            yield unreadable.fault
            return
        names = dict.fromkeys(names_in(node))
        order = {rule for name in names if (rule := self._disorder(each, name))}
        if "cyclic" in order:
            yield Fault("cyclic", _CYCLIC)
        if "forward_reference" in order:
            yield Fault("forward_reference", _FORWARD)
        typed = {name: variable.typed for name, variable in self._variables.items()}
        if each.question is not None and (own := typed.get(each.question.id)):
            typed[""] = own
        checked = Checked(node, typed)
        checked.must_be(*each.types)
        yield from checked.faults
        if not order and not checked.faults and not each.is_constraint and each.types == (Type.BOOLEAN,):
            yield from self._never_true(node, list(names))

    def _disorder(self, each: Expression, name: str) -> str | None:
        """The rule that naming this variable here breaks; a constraint may name `.` and parts of the own value."""
        if name == "":
            return "cyclic" if each.question is not None and not each.is_constraint else None
        owner = self._owners.get(name, -1)
        if owner == each.at and each.question is not None:
            return None if each.is_constraint and name != each.question.id else "cyclic"
        if not each.is_constraint and owner >= 0 and each.part in self._reached(owner):
            return "cyclic"
        return "forward_reference" if owner >= each.at else None

    def _reached(self, place: Place) -> frozenset[Part]:
        """What a question depends on, itself included; nothing where all name only what is before them."""
        if self._has_forward and place not in self._reached_from:
            seen: set[Part] = set()
            open_parts: list[Part] = [("question", place)]
            while open_parts:
                part = open_parts.pop()
                if part not in seen:
                    seen.add(part)
                    open_parts += self._depends[part]
            self._reached_from[place] = frozenset(seen)
        return self._reached_from.get(place, frozenset())

    @cached_property
    def _depends(self) -> Mapping[Part, Sequence[Part]]:
        """What each question and page names, and of a question its page."""
        found: defaultdict[Part, list[Part]] = defaultdict(list)
        place = 0
        for i, page in enumerate(self._content.pages):
            for _ in page.questions:
                found["question", place].append(("page", i))
                place += 1
        for each in self.expressions:
            if not each.is_constraint:
                found[each.part] += [("question", owner) for owner in self._named_by(each)]
        return found

    @cached_property
    def _has_forward(self) -> bool:
        """Whether anything names what is not before it: else nothing is cyclic."""
        return any(owner >= each.at for each in self.expressions for owner in self._named_by(each))

    def _named_by(self, each: Expression) -> list[Place]:
        try:
            names = set(names_in(parsed(each.text)))
        except NotReadable:
            return []
        return [owner for name in names if (owner := self._owners.get(name, -1)) >= 0]

    def _never_true(self, node: Node, names: Sequence[str]) -> Iterator[Fault]:
        domains = []
        for name in names:
            finite = self._variables[name].finite
            if finite is None:
                return
            domains.append((None, *finite))
        if _asks_the_day(node) or prod(map(len, domains)) > MAX_COMBINATIONS:
            return
        condition = compiled(node)
        for values in product(*domains):
            self._evaluations += 1
            if self._evaluations > MAX_EVALUATIONS:
                return
            if condition(Scope(dict(zip(names, values, strict=True)), date.min)) is True:
                return
        yield Fault("unreachable", _UNREACHABLE)

    def _wrong_texts(self) -> Iterator[FieldProblem]:
        for pointer, text, place, question in _texts(self._content):
            yield from self._wrong_names(pointer, text, place, question)

    def _wrong_names(
        self, pointer: str, text: Message, place: Place, question: Question | None = None
    ) -> Iterator[FieldProblem]:
        """Names that there are not, or not yet; what is said of a broken constraint may name the own value."""
        for at, words in ((f"{pointer}/zh", text.zh), (f"{pointer}/en", text.en)):
            for name in dict.fromkeys(names_piped(words)):
                owner = self._owners.get(name)
                if owner is None:
                    unknown = Message(f"没有名为 {name} 的题目或变量", f"There is no question or variable {name}")
                    yield FieldProblem(at, "unknown_variable", unknown)
                elif owner == place and question is not None:
                    if not pointer.endswith("/constraint/message"):
                        yield FieldProblem(at, "cyclic", _CYCLIC)
                elif owner >= place:
                    yield FieldProblem(at, "forward_reference", _FORWARD)


def facts_named(content: Content) -> frozenset[str]:
    """Names about the respondent, the wave or an employer that expressions and texts mention."""
    trees = (parsed(each.text) for each in Lint(content).expressions)
    named = {name for tree in trees for name in names_in(tree)}
    for _, text, _, _ in _texts(content):
        named.update(names_piped(text.zh), names_piped(text.en))
    return frozenset(FACTS.keys() & named)


def unanswerable(content: Content) -> list[FieldProblem]:
    """The problems that keep answers from being judged; a condition that is never true does not."""
    return [each for each in Lint(content).problems() if each.rule not in ("unreachable", "unknown_option")]


def _asks_the_day(node: Node) -> bool:
    match node:
        case Negated():
            return _asks_the_day(node.operand)
        case Chain():
            return any(map(_asks_the_day, (node.first, *(each for _, each in node.rest))))
        case Call():
            return node.function == "today" or any(map(_asks_the_day, node.arguments))
    return False


def _texts(content: Content) -> Iterator[tuple[str, Message, Place, Question | None]]:
    """All texts with their pointers, the question that they belong to or that comes next, and that question."""
    place = 0
    yield "/title", content.title, place, None
    for i, page in enumerate(content.pages):
        if page.title is not None:
            yield f"/pages/{i}/title", page.title, place, None
        for j, question in enumerate(page.questions):
            for pointer, text in texts_of(f"/pages/{i}/questions/{j}", question):
                yield pointer, text, place, question
            place += 1
