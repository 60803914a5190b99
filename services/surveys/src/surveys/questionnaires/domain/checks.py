"""The checks a questionnaire must pass: unambiguous ids at every write, all others before it is published.

A mistake that is published silently drops answers of thousands of people, so nothing unanswerable gets that far.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from common.errors import FieldProblem, Message
from surveys.questionnaires.domain.bindings import problems_of, repeated_bindings
from surveys.questionnaires.domain.content import Content, Prefill, Question, QuestionType
from surveys.questionnaires.domain.facts import FACTS
from surveys.questionnaires.domain.lint import Lint
from surveys.questionnaires.domain.questions import KINDS, kind_of
from surveys.questionnaires.domain.questions.options import missing_of, repeated
from surveys.questionnaires.domain.wording import labels_of, texts_of

MAX_VARIABLES = 1_000
MAX_LABEL_BYTES = 120
"""What SPSS keeps of the label of a value."""

ID = re.compile(r"[a-z][a-z0-9_]{0,31}")
VARIABLE = re.compile(r"[a-z][a-z0-9_]{0,63}")
"""The name of a row or of the text beside an option may be longer than an id, as long as SPSS takes it."""

_DUPLICATE = Message("编号重复", "This id is used twice")
_NO_PAGES = Message("问卷至少要有一页", "A questionnaire needs at least one page")
_NO_QUESTIONS = Message("每页至少要有一道题", "A page needs at least one question")
_UNTRANSLATED = Message("中英文文字都要填写", "Both the Chinese and the English text are needed")
_NOT_OF_TYPE = Message("此题型不用该项", "Questions of this type do not have this")
_TOO_MANY = Message(f"最多 {MAX_VARIABLES} 个变量", f"A questionnaire has {MAX_VARIABLES} variables at most")
_BAD_VARIABLE = Message(
    "变量名须以小写字母开头，只含小写字母、数字和下划线，最长 32 个字符",
    "A variable begins with a small letter and has small letters, digits and _, 32 at most",
)
_CLASH = Message(
    "变量名与另一题目或其选项、行的变量、表单字段、文件列相同，或与内置变量相同",
    "Another question, one of its rows, form fields or columns of files, or a built-in name is called so",
)
_NOT_REFUSABLE = Message("敏感题须可拒答（refusable）", "A sensitive question must be refusable")
_NO_CORE = Message("没有核心题（core），无法区分完整程度", "No question is core, so completeness says little")
_NOT_NUMERIC = Message("选项值不是数字，统计软件中不便使用", "This option's value is no number, which SPSS likes less")
_LONG_LABEL = Message("超过 120 字节，SPSS 会截断", "Longer than 120 bytes: SPSS cuts it")

_OF_SOME = frozenset(member for kind in KINDS.values() for member in kind.members)
_OF_ANSWERS = ("required", "core", "sensitive", "refusable", "constraint", "prefill")
_PREFILLED = {
    Prefill.DESTINATION: "destination",
    Prefill.EMPLOYER_NATURE: "employer-nature",
    Prefill.INDUSTRY: "industry",
    Prefill.POSITION: "position",
}
"""The list whose codes preset a question."""


class Severity(StrEnum):
    """Whether a problem keeps a questionnaire from being published."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True)
class Finding:
    """A problem and how much it weighs."""

    problem: FieldProblem
    severity: Severity


def ambiguities(content: Content) -> list[FieldProblem]:
    """Ids used twice, pages among pages, questions over the whole questionnaire; and too many variables."""
    pages = ((f"/pages/{i}/id", page.id) for i, page in enumerate(content.pages))
    questions = ((f"{pointer}/id", question.id) for pointer, question in _questions(content))
    found = [*repeated(pages, "duplicate_id", _DUPLICATE), *repeated(questions, "duplicate_id", _DUPLICATE)]
    if sum(len(kind_of(question).variables(question)) for question in content.questions) > MAX_VARIABLES:
        found.append(FieldProblem("/pages", "too_many_variables", _TOO_MANY))
    return found


def obstacles(content: Content) -> list[FieldProblem]:
    """All errors: ambiguous ids, emptiness, untranslated texts, what no one could answer, wrong expressions."""
    found = [*ambiguities(content), *_untranslated("/title", content.title)]
    if not content.pages:
        found.append(FieldProblem("/pages", "no_pages", _NO_PAGES))
    for i, page in enumerate(content.pages):
        if page.title is not None:
            found += _untranslated(f"/pages/{i}/title", page.title)
        if not page.questions:
            found.append(FieldProblem(f"/pages/{i}/questions", "no_questions", _NO_QUESTIONS))
    for pointer, question in _questions(content):
        found += _obstacles_of(pointer, question)
        found += problems_of(pointer, question)
    found += _wrong_variables(content)
    return [*found, *repeated_bindings(_questions(content)), *Lint(content).problems()]


def warnings(content: Content) -> list[FieldProblem]:
    """What may be published, but makes work later: no core question, options that are no numbers, long labels."""
    found = []
    if content.pages and not any(question.core for question in content.questions):
        found.append(FieldProblem("/pages", "no_core", _NO_CORE))
    for pointer, question in _questions(content):
        if question.type in (QuestionType.SINGLE_CHOICE, QuestionType.MATRIX):
            for place, option in enumerate(question.options or ()):
                if not option.value.isascii() or not option.value.isdigit():
                    at = f"{pointer}/options/{place}/value"
                    found.append(FieldProblem(at, "option_not_numeric", _NOT_NUMERIC))
        for at, text in labels_of(pointer, question):
            for language, words in (("zh", text.zh), ("en", text.en)):
                if len(words.encode(errors="replace")) > MAX_LABEL_BYTES:
                    found.append(FieldProblem(f"{at}/{language}", "long_label", _LONG_LABEL))
    return found


def findings(content: Content) -> list[Finding]:
    """Errors, then warnings."""
    return [
        *(Finding(problem, Severity.ERROR) for problem in obstacles(content)),
        *(Finding(problem, Severity.WARNING) for problem in warnings(content)),
    ]


def _questions(content: Content) -> Iterator[tuple[str, Question]]:
    for i, page in enumerate(content.pages):
        for j, question in enumerate(page.questions):
            yield f"/pages/{i}/questions/{j}", question


def _untranslated(pointer: str, text: Message) -> Iterator[FieldProblem]:
    for language, words in (("zh", text.zh), ("en", text.en)):
        if not words.strip():
            yield FieldProblem(f"{pointer}/{language}", "untranslated", _UNTRANSLATED)


def _obstacles_of(pointer: str, question: Question) -> Iterator[FieldProblem]:
    kind = kind_of(question)
    for at, text in texts_of(pointer, question):
        yield from _untranslated(at, text)
    for member in sorted(_OF_SOME - kind.members):
        if getattr(question, member) is not None:
            yield FieldProblem(f"{pointer}/{member}", "not_for_type", _NOT_OF_TYPE)
    for member in () if kind.asks else _OF_ANSWERS:
        if getattr(question, member):
            yield FieldProblem(f"{pointer}/{member}", "not_for_type", _NOT_OF_TYPE)
    if question.sensitive and not question.refusable:
        yield FieldProblem(f"{pointer}/refusable", "sensitive_not_refusable", _NOT_REFUSABLE)
    if question.prefill is not None and kind.asks and not _takes(question, question.prefill):
        yield FieldProblem(f"{pointer}/prefill", "not_for_type", _NOT_OF_TYPE)
    yield from kind.obstacles(pointer, question)


def _takes(question: Question, prefill: Prefill) -> bool:
    """Whether a code of the registration can be an answer: of its list, a place, or one of some options."""
    if question.type is QuestionType.CODE:
        return question.code_list == _PREFILLED.get(prefill)
    if question.type is QuestionType.PLACE:
        return prefill is Prefill.PLACE
    return question.type is QuestionType.SINGLE_CHOICE


def _wrong_variables(content: Content) -> Iterator[FieldProblem]:
    """Names that are none, and those that two things would have."""
    seen = set[str]()
    for pointer, question in _questions(content):
        kind = kind_of(question)
        if not ID.fullmatch(question.id):
            yield FieldProblem(f"{pointer}/id", "bad_variable", _BAD_VARIABLE)
        variables = {variable.name: variable.field for variable in kind.variables(question)}
        for name, field in variables.items():
            if field != "id" and ID.fullmatch(question.id) and not VARIABLE.fullmatch(name):
                yield FieldProblem(f"{pointer}/{field}", "bad_variable", _BAD_VARIABLE)
        # an id is used even where it is no variable, as that of a matrix; fields of pages and columns of files are, too
        parts = {f"{question.id}_{part.value}": part.field for part in kind.parts(question)}
        names = {question.id: "id", **parts, **variables}
        clashing = names.keys() & seen | {question.id, *variables} & FACTS.keys()
        if kind.asks:
            # one of its own rows may be called so
            clashing |= {missing_of(question)} & {*names, *seen}
            names.setdefault(missing_of(question), "id")
        for name in sorted(clashing, key=list(names).index):
            yield FieldProblem(f"{pointer}/{names[name]}", "variable_clash", _CLASH)
        seen |= names.keys()
