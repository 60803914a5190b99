"""The columns of a file of answers: who is meant, what was agreed to, and the variables of the questionnaire."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain

from common.imports import OWNER_HEADERS, PERSON_HEADERS, Columns
from common.spreadsheets.masking import Identifies
from surveys.questionnaires.domain.content import Content, Question, QuestionType
from surveys.questionnaires.domain.questions import kind_of
from surveys.questionnaires.domain.questions.options import opening

VARIABLE = "variable "
"""Begins our name of a variable's column: a question may be called as another column is."""

KEYS = ("graduate_id", "student_number")
HEADERS: Mapping[str, Sequence[str]] = {
    **OWNER_HEADERS,
    "graduate_id": ("graduate_id", "毕业生编号"),
    "student_number": (*PERSON_HEADERS["student_number"], "student_number"),
    "name": PERSON_HEADERS["name"],
    "consent": ("同意", "是否同意", "同意隐私声明", "consent"),
    "sensitive": ("同意敏感题", "敏感题同意", "consent_sensitive"),
}

_SHOWN_MASKED = frozenset({QuestionType.TEXT, QuestionType.EMPLOYER})
_UNREAD = frozenset({QuestionType.NOTE, QuestionType.CALCULATED, QuestionType.FILE})
"""What a file cannot answer; such a column is one that is not used."""


def columns_of(content: Content) -> Columns:
    """The columns of files with answers to a questionnaire; words of respondents are shown masked."""
    variables = {f"{VARIABLE}{name}": (name,) for name in chain.from_iterable(map(variables_of, content.questions))}
    taken = {name for (name,) in variables.values()}
    known = {column: [each for each in texts if each not in taken] for column, texts in HEADERS.items()}
    words = {
        f"{VARIABLE}{name}": Identifies.NOTHING
        for question in content.questions
        for name in variables_of(question)
        if question.type in _SHOWN_MASKED or name == beside(question)
    }
    identifying = {"student_number": Identifies.BY_NUMBER, "name": Identifies.BY_NAME, **words}
    return Columns({**known, **variables}, needed=[KEYS], identifying=identifying)


def variables_of(question: Question) -> Iterator[str]:
    """The headers of a question: its id, or one for each of its parts, and that of the text beside an option."""
    if question.type in _UNREAD:
        return
    parts = parts_of(question)
    yield from [f"{question.id}_{part}" for part in parts] if parts else [question.id]
    if (text := beside(question)) is not None:
        yield text


def parts_of(question: Question) -> Sequence[str]:
    """The options, rows or members that have a column each."""
    return [part.value for part in kind_of(question).parts(question)]


def beside(question: Question) -> str | None:
    """The header of the text that an option opens, as exports call it."""
    if not opening(question):
        return None
    has_own = "other" in parts_of(question)
    return f"{question.id}_other_text" if has_own else f"{question.id}_other"
