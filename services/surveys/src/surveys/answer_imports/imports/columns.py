"""The columns of a file of answers: who is meant, what was agreed to, and the variables of the questionnaire.

Cells that repeat are read once.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain
from operator import itemgetter
from types import NoneType
from typing import Any

from common.codes.spelling import Cell
from common.imports import OWNER_HEADERS, PERSON_HEADERS, Columns, Fault
from common.spreadsheets.cells import is_blank, is_clear, unmarked
from common.spreadsheets.masking import Identifies
from surveys.questionnaires.domain.content import Content, Question, QuestionType
from surveys.questionnaires.domain.questions import kind_of
from surveys.questionnaires.domain.questions.options import opening

Take = Callable[[list[Any]], Any]
"""What the cells of a row say, None for a blank one; raises PartProblem."""

REMEMBERED = 40_000
"""Sets of cells whose meaning is kept while a file is read, of all its questions together."""

LONGEST_REMEMBERED = 64
"""Characters; codes and labels are shorter, and texts of any length would be kept until the file is read."""

# 1.0 and True are equal, and mean different things; of these no two are
_REMEMBERABLE = frozenset({str, float, NoneType})

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


class PartProblem(ValueError):
    """A cell of a part that is neither a flag nor a place."""

    def __init__(self, at: int) -> None:
        super().__init__()
        self.at = at


class QuestionCells:
    """What the cells of one question say in the rows of a file."""

    def __init__(self, places: Sequence[int], columns: Sequence[str], take: Take, at_most: int) -> None:
        self._columns, self._take, self._at_most = columns, take, at_most
        # always several, so that a tuple comes of them
        self._cells = itemgetter(*places, places[0])
        self._known: dict[tuple[Cell, ...], Any] = {}

    def value(self, row: Sequence[Cell]) -> Any:
        """The value, None where all is blank; the fault of a cell that says nothing that it could."""
        cells = self._cells(row)
        if not _REMEMBERABLE.issuperset(map(type, cells)):
            return self._read(cells)
        if cells in self._known:
            return self._known[cells]
        value = self._read(cells)
        if len(self._known) < self._at_most and all(len(str(each)) <= LONGEST_REMEMBERED for each in cells):
            self._known[cells] = value
        return value

    def _read(self, cells: Sequence[Cell]) -> Any:
        said = [_bare(each) for each in cells[:-1]]
        if all(each is None for each in said):
            return None
        try:
            return self._take(said)
        except PartProblem as problem:
            return Fault(self._columns[problem.at], "choice")


def _bare(cell: Cell) -> Cell:
    if cell is None or is_blank(cell) or is_clear(cell):
        return None
    return unmarked(cell)
