"""The one place that decides what is shown, what is valid and what is missing, for every path of an answer."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache

from common.errors import FieldProblem, Message
from surveys.expressions.evaluation import Compiled, Scope, compiled
from surveys.expressions.syntax import parsed
from surveys.expressions.values import Value
from surveys.questionnaires.domain.content import Content, PublishedVersion, Question
from surveys.questionnaires.domain.facts import Facts
from surveys.questionnaires.domain.meanings import NO_VALUE, Meaning, Meanings
from surveys.questionnaires.domain.piping import Piped, piped
from surveys.questionnaires.domain.questions import kind_of
from surveys.questionnaires.domain.questions.kind import (
    MAX_TEXT,
    TOO_LONG_TEXT,
    Refusal,
    has_said,
    is_text,
)
from surveys.questionnaires.domain.questions.options import opening, other_of

Values = Mapping[str, object]
"""Question (or the text beside its options) → value, as JSON; null or absent: not answered."""

_UNKNOWN = Message("没有这道题", "There is no such question")
_REQUIRED = Message("必答题尚未作答", "This question must be answered")
_OTHER = Refusal("text", TOO_LONG_TEXT)


class Completeness(StrEnum):
    """完整程度: nothing answered, something, each visible core question, each visible question.

    Where no question is core, those that must be answered are.
    """

    EMPTY = "empty"
    PARTIAL = "partial"
    CORE = "core"
    COMPLETE = "complete"


@dataclass(frozen=True)
class Judged:
    """What the logic says of values: ids of what is visible, calculated values, problems, what is missing.

    `kept` are the values without those that are hidden; `answered` of `asked` visible questions have an answer, a
    refusal is one. `variables` are the values of all names, blanks left out.
    """

    pages: tuple[str, ...]
    questions: tuple[str, ...]
    calculated: Mapping[str, Value]
    problems: tuple[FieldProblem, ...]
    missing: tuple[FieldProblem, ...]
    kept: Values
    completeness: Completeness
    answered: int
    asked: int
    variables: Mapping[str, Value]


class Logic:
    """The expressions of a content that lint has passed, made once; `judge` asks them for every answer.

    One that judges thousands of answers keeps what so many short values mean: most repeat.
    """

    def __init__(self, content: Content, *, remembered: int = 0) -> None:
        labels = {
            variable.name: variable.label
            for question in content.questions
            for variable in kind_of(question).variables(question)
        }
        has_core = any(question.core for question in content.questions)
        at_most = remembered // max(1, len([*content.questions]))
        self._pages = [
            (page, _compiled(page.visible_if), [_Step(each, at_most, has_core=has_core) for each in page.questions])
            for page in content.pages
        ]
        self._inputs = {name: step for _, _, steps in self._pages for step in steps for name in step.inputs}
        self._texts: dict[str, dict[str, Piped]] = {
            language: {
                **{page.id: piped(page.title, language, labels) for page in content.pages if page.title},
                **{question.id: piped(question.text, language, labels) for question in content.questions},
            }
            for language in ("zh", "en")
        }

    def judge(self, values: Values, facts: Facts) -> Judged:
        """Everything at once: pages and questions in their order, each sees those before it."""
        run = _Run(values, facts)
        problems = [
            FieldProblem(pointer_of(name), "unknown_question", _UNKNOWN) for name in values if name not in self._inputs
        ]
        pages = []
        for page, visible_if, steps in self._pages:
            is_visible = visible_if is None or visible_if(run.scope) is True
            if is_visible:
                pages.append(page.id)
            for step in steps:
                run.take(step, on_page=is_visible)
        return run.judged(tuple(pages), problems)

    def texts(self, judged: Judged, language: str) -> Mapping[str, str]:
        """The texts of what is visible with values put in: of questions and, where they have one, titles of pages."""
        said = self._texts["zh" if language == "zh" else "en"]
        shown = dict.fromkeys((*judged.pages, *judged.questions))
        return {each: said[each](judged.variables) for each in shown if each in said}


class _Step:
    """One question, ready to be judged; keeps what so many of its values mean."""

    def __init__(self, question: Question, at_most: int, *, has_core: bool) -> None:
        self.question, self.kind = question, kind_of(question)
        # where no question is core, those that must be answered are
        self.is_core = bool(question.core if has_core else question.required)
        self.visible_if, self.calculation = _compiled(question.visible_if), _compiled(question.calculation)
        self.constraint = _compiled(question.constraint.expression) if question.constraint else None
        self.opening = opening(question)
        self.other = other_of(question) if self.opening else None
        self.inputs = (question.id, self.other) if self.other else (question.id,)
        self.meanings = Meanings(question, at_most)


class _Run:
    """The state of one judgement."""

    def __init__(self, values: Values, facts: Facts) -> None:
        self._values, self._facts = values, facts
        self._variables: dict[str, Value] = dict(facts.values)
        self.scope = Scope(self._variables, facts.day)
        self._questions: list[str] = []
        self._calculated: dict[str, Value] = {}
        self._problems: list[FieldProblem] = []
        self._missing: list[FieldProblem] = []
        self._kept: dict[str, object] = {}
        self._answered = self._asked = self._core_open = 0
        self._is_begun = False

    def take(self, step: _Step, *, on_page: bool) -> None:
        """Judges the next question."""
        question = step.question
        allowed = on_page and (self._facts.sensitive or not question.sensitive)
        is_visible = allowed and (step.visible_if is None or step.visible_if(self.scope) is True)
        if is_visible:
            self._questions.append(question.id)
        if step.calculation is not None:
            value = step.calculation(self.scope) if is_visible else None
            self._calculated[question.id] = value
            if value is not None:
                self._variables[question.id] = value
        given = self._values.get(question.id)
        meant = NO_VALUE if given is None else step.meanings.of(given)
        if meant.refused is not None:
            self._fault(question.id, meant.refused)
        elif is_visible and step.kind.asks:
            self._answer(step, given, meant)
        if step.other:
            self._text_beside(step, given, is_visible=is_visible and meant.refused is None)

    def _answer(self, step: _Step, given: object, meant: Meaning) -> None:
        question = step.question
        if given is not None:
            self._kept[question.id] = given
        self._variables.update(meant.known)
        self._is_begun |= meant.is_refusal or meant.says_anything
        self._asked += 1
        self._answered += meant.is_whole
        if not meant.is_whole:
            self._core_open += step.is_core
            if question.required:
                self._missing.append(FieldProblem(pointer_of(question.id), "required", _REQUIRED))
        if step.constraint is not None and question.constraint is not None and meant.says_anything:
            # the own value stands under the empty name
            own = Scope({**self._variables, "": meant.known.get(question.id)}, self._facts.day)
            if step.constraint(own) is not True:
                message = question.constraint.message
                self._problems.append(FieldProblem(pointer_of(question.id), "constraint", message))

    def _text_beside(self, step: _Step, given: object, *, is_visible: bool) -> None:
        """The text that an option opens: hidden unless this option is chosen."""
        assert step.other is not None, "only questions with such an option are asked"
        text = self._values.get(step.other)
        if text is None:
            return
        if not is_text(text, MAX_TEXT):
            self._fault(step.other, _OTHER)
        elif is_visible and step.opening.intersection(given if isinstance(given, list) else [str(given)]):
            self._kept[step.other] = text
            if has_said(str(text)):
                self._variables[step.other] = str(text)

    def _fault(self, name: str, refused: Refusal) -> None:
        self._problems.append(FieldProblem(pointer_of(name), refused.rule, refused.message))

    def judged(self, pages: tuple[str, ...], problems: list[FieldProblem]) -> Judged:
        """What came of it."""
        if not self._is_begun:
            completeness = Completeness.EMPTY
        elif self._answered == self._asked:
            completeness = Completeness.COMPLETE
        else:
            completeness = Completeness.PARTIAL if self._core_open else Completeness.CORE
        return Judged(
            pages,
            tuple(self._questions),
            self._calculated,
            (*problems, *self._problems),
            tuple(self._missing),
            self._kept,
            completeness,
            self._answered,
            self._asked,
            self._variables,
        )


@lru_cache(maxsize=64)
def logic_of(version: PublishedVersion) -> Logic:
    """The logic of a published version, made once for a process."""
    return Logic(version)


def pointer_of(name: str) -> str:
    """The place of a value in a body."""
    return "/values/" + name.replace("~", "~0").replace("/", "~1")


def json_of(value: Value) -> object:
    """A value of an expression as JSON: numbers as numbers, days as YYYY-MM-DD."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() and abs(value) < 1e28 else float(value)
    if isinstance(value, tuple):
        return list(value)
    return value if value is None or isinstance(value, bool | str) else value.isoformat()


def _compiled(expression: str | None) -> Compiled | None:
    return None if expression is None else compiled(parsed(expression))
