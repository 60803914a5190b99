"""What the cells of a row say as values of questions. Pure: whether they are values, the logic decides."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from common.codes import CodeLists
from common.codes.spelling import Cell, cell_text, normalise
from common.imports import Fault
from common.spreadsheets.cells import CellProblem, as_day
from common.spreadsheets.headers import Header
from surveys.answer_imports.imports.columns import (
    REMEMBERED,
    VARIABLE,
    PartProblem,
    QuestionCells,
    Take,
    beside,
    parts_of,
)
from surveys.questionnaires.domain.content import Content, Option, Question, QuestionType
from surveys.questionnaires.domain.questions.options import other_of
from surveys.questionnaires.domain.questions.place import ABROAD

NOT_ASKED, REFUSED, UNKNOWN = "-97", "-98", "-99"
"""As exports write them."""

_MISSING: Mapping[str, str] = {REFUSED: "refused", UNKNOWN: "unknown"}
_NUMBER = re.compile(r"[+-]?[0-9]{1,16}(\.[0-9]{1,10})?")
_THOUSANDS = re.compile(r"[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?")
_MONTH = re.compile(r"([0-9]{4})[-/.年]?(0?[1-9]|1[0-2])月?")
_YES = frozenset({"1", "是", "yes", "true", "y", "√", "同意"})
_NO = frozenset({"0", "否", "no", "false", "n", "不同意"})

Read = Callable[[Cell], Any]
Values = dict[str, Any]
Given = dict[str, tuple[int, Cell]]
"""Of each part that is not blank, its place among those that the file has, and its cell."""

Combine = Callable[[Given], Any]


def flag_of(cell: Cell) -> bool | None:
    """Yes or no; None for a cell that says neither.

    >>> flag_of("是"), flag_of(0.0), flag_of("也许")
    (True, False, None)
    """
    word = "1" if cell is True else "0" if cell is False else cell_text(cell)
    if word not in _YES and word not in _NO:
        word = normalise(word)
    return True if word in _YES else False if word in _NO else None


class AnswerReader:
    """Reads the answers of the rows of one file; cells that repeat are read once."""

    def __init__(self, header: Header, content: Content) -> None:
        readers = [each for question in content.questions for each in _readers(header, question)]
        self._columns = {name: columns[0] for name, columns, _ in readers}
        self._width = 1 + max(header.positions.values(), default=-1)
        at_most = REMEMBERED // max(1, len(readers))
        self._questions = [
            (name, QuestionCells([header.positions[column] for column in columns], columns, take, at_most))
            for name, columns, take in readers
        ]

    def read(self, cells: Sequence[Cell], faults: list[Fault]) -> Values:
        """Question (or the text beside its options) → value; what is blank is left out. Rows may share a value."""
        found: Values = {}
        row = cells if len(cells) >= self._width else [*cells, *[None] * (self._width - len(cells))]
        for name, question in self._questions:
            value = question.value(row)
            if value is None:
                continue
            if type(value) is Fault:
                faults.append(value)
            else:
                found[name] = value
        return found

    def column_of(self, name: str) -> str:
        """Our name of the column that a value comes from; of a value that no column has, as it would be called."""
        return self._columns.get(name, f"{VARIABLE}{name}")


def _readers(header: Header, question: Question) -> list[tuple[str, list[str], Take]]:
    """Name, columns that the file has, and what their cells give, of a question and of the text beside it."""
    made: list[tuple[str, list[str], Take]] = []
    if f"{VARIABLE}{question.id}" in header.positions and question.type in _SINGLE:
        read = _SINGLE[question.type](question)
        made.append((question.id, [f"{VARIABLE}{question.id}"], lambda said: _or_missing(question, said[0], read)))
    elif question.type in _PARTED:
        there = [each for each in parts_of(question) if f"{VARIABLE}{question.id}_{each}" in header.positions]
        if there:
            columns = [f"{VARIABLE}{question.id}_{each}" for each in there]
            combine = _PARTED[question.type](question)
            made.append((question.id, columns, lambda said: _parts_or_missing(question, there, said, combine)))
    text = beside(question)
    if text is not None and f"{VARIABLE}{text}" in header.positions:
        made.append((other_of(question), [f"{VARIABLE}{text}"], lambda said: _words(said[0])))
    return made


def _missing(question: Question, cell: Cell) -> str | None:
    """The word of a number that says why there is no answer; a number of a question that may not be refused is one."""
    text = cell_text(cell)
    is_number = question.type is QuestionType.NUMBER and not question.refusable
    return text if text in {NOT_ASKED, *_MISSING} and not is_number else None


def _or_missing(question: Question, cell: Cell, read: Read) -> Any:
    number = _missing(question, cell)
    if number is None:
        return read(cell)
    return {"missing": _MISSING[number]} if number in _MISSING else None


def _parts_or_missing(
    question: Question,
    parts: Sequence[str],
    said: Sequence[Cell],
    combine: Combine,
) -> Any:
    numbers = {_missing(question, cell) for cell in said if cell is not None}
    if (word := next((_MISSING[each] for each in sorted(filter(None, numbers)) if each in _MISSING), None)) is not None:
        return {"missing": word}
    given: Given = {
        part: (at, cell)
        for at, (part, cell) in enumerate(zip(parts, said, strict=True))
        if cell is not None and _missing(question, cell) is None
    }
    return combine(given) if given else None


def _chosen(_: Question) -> Combine:
    def combine(given: Given) -> list[str]:
        chosen = []
        for part, (at, cell) in given.items():
            if (flag := flag_of(cell)) is None:
                raise PartProblem(at)
            if flag:
                chosen.append(part)
        return chosen

    return combine


def _ranked(_: Question) -> Combine:
    def combine(given: Given) -> list[str]:
        places: dict[int, str] = {}
        for part, (at, cell) in given.items():
            number = _number(cell)
            if type(number) is not int or number < 1 or number in places:
                raise PartProblem(at)
            places[number] = part
        return [places[number] for number in sorted(places)]

    return combine


def _rows(question: Question) -> Combine:
    read = _option(question)
    return lambda given: {part: read(cell) for part, (_, cell) in given.items()}


def _employer(_: Question) -> Combine:
    # letters of a credit code are capitals, however they are typed
    spelt = {"uscc": str.upper}
    return lambda given: {part: spelt.get(part, str)(_words(cell)) for part, (_, cell) in given.items()}


def _option(question: Question) -> Read:
    labels = _labels(question.options or ())
    values = set(question.option_values)

    def read(cell: Cell) -> str:
        text = cell_text(cell)
        return text if text in values else labels.get(normalise(text), text)

    return read


def _labels(options: Sequence[Option]) -> Mapping[str, str]:
    return {normalise(text): each.value for each in options for text in (each.text.zh, each.text.en)}


def _code(question: Question) -> Read:
    if (units := question.units) is not None:
        labels = _one_each((name, code) for code, unit in units.items() for name in {unit.name.zh, unit.name.en})
        return lambda cell: text if (text := cell_text(cell)) in units else labels.get(normalise(text), text)
    return lambda cell: _by_label(question.code_list or "", cell)


def _place(_: Question) -> Read:
    return lambda cell: ABROAD if cell_text(cell) in {"境外", ABROAD} else _by_label("division", cell)


def _by_label(name: str, cell: Cell) -> str:
    text, lists = cell_text(cell), CodeLists.load()
    if name not in lists.names() or text in lists.get(name):
        return text
    return _codes(name, lists.version).get(normalise(text), text)


@lru_cache(maxsize=16)
def _codes(name: str, _version: str) -> Mapping[str, str]:
    """The codes of a list by label, where a label means one of them."""
    return _one_each((entry.label_zh, entry.code) for entry in CodeLists.load().get(name))


def _one_each(labelled: Iterable[tuple[str, str]]) -> Mapping[str, str]:
    found: dict[str, str | None] = {}
    for words, code in labelled:
        label = normalise(words)
        found[label] = None if label in found else code
    return {label: code for label, code in found.items() if code is not None}


def _number(cell: Cell) -> Any:
    if isinstance(cell, float | int) and not isinstance(cell, bool):
        return _plain(float(cell))
    shown = cell_text(cell)
    text = shown.replace(",", "") if _THOUSANDS.fullmatch(shown) else shown
    if not _NUMBER.fullmatch(text):
        return shown
    # a whole one not by way of a float, which has no room for sixteen digits
    return _plain(float(text)) if "." in text else int(text)


def _plain(number: float) -> int | float:
    return int(number) if number.is_integer() else number


def _yes_or_no(cell: Cell) -> Any:
    flag = flag_of(cell)
    return cell_text(cell) if flag is None else flag


def _day(cell: Cell) -> str:
    try:
        return as_day(cell).isoformat()
    except CellProblem:
        return cell_text(cell)


def _month(cell: Cell) -> str:
    if isinstance(cell, date):
        return f"{cell.year:04}-{cell.month:02}"
    found = _MONTH.fullmatch(cell_text(cell))
    return f"{found[1]}-{int(found[2]):02}" if found else cell_text(cell)


def _words(cell: Cell) -> str:
    return cell.strip() if isinstance(cell, str) else cell_text(cell)


_SINGLE: Mapping[QuestionType, Callable[[Question], Read]] = {
    QuestionType.SINGLE_CHOICE: _option,
    **dict.fromkeys((QuestionType.SCALE, QuestionType.NPS, QuestionType.NUMBER, QuestionType.MONEY), lambda _: _number),
    QuestionType.BOOLEAN: lambda _: _yes_or_no,
    QuestionType.DATE: lambda _: _day,
    QuestionType.MONTH: lambda _: _month,
    QuestionType.TEXT: lambda _: _words,
    QuestionType.CODE: _code,
    QuestionType.PLACE: _place,
}
_PARTED: Mapping[QuestionType, Callable[[Question], Combine]] = {
    QuestionType.MULTIPLE_CHOICE: _chosen,
    QuestionType.MATRIX: _rows,
    QuestionType.RANKING: _ranked,
    QuestionType.EMPLOYER: _employer,
}
