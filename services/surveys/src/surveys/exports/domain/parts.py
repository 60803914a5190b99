"""What one question gives to a table: one column, or one for each option, row or member."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from common.codes import CodeLists
from common.errors import Message
from surveys.exports.domain.cells import Cell, Storage
from surveys.expressions.values import day_of
from surveys.questionnaires.domain.content import Depth, Option, Question, QuestionType, Result
from surveys.questionnaires.domain.questions.options import opening
from surveys.questionnaires.domain.questions.place import ABROAD, level_of_place

Pick = Callable[[Any], Cell]
"""The cell of an answer; the codes of options are their values still."""

YES_NO: Mapping[Cell, Message] = {1: Message("是", "Yes"), 0: Message("否", "No")}

_ABROAD = Message("境外", "Abroad")
_NAME, _USCC = Message("单位名称", "Name"), Message("统一社会信用代码", "Unified social credit code")
_TEXT = Message("其他：文字", "Other: text")


@dataclass(frozen=True)
class Part:
    """A column of a question. `suffix` follows the question's id, None: it is the id alone.

    `labels` are what values mean; `coded`: of options, so that numbers are written as numbers if all of them are.
    `is_flag`: 1 or 0, whether an option was chosen.
    `is_open`: words of the respondent, or a name, that no file without the person has. `beside`: the options that open
    this text.
    """

    suffix: str | None
    storage: Storage
    label: Message
    pick: Pick
    labels: Mapping[Cell, Message] = field(default_factory=dict)
    coded: bool = False
    is_flag: bool = False
    is_open: bool = False
    beside: frozenset[str] = frozenset()


def parts_of(question: Question) -> Iterator[Part]:
    """The columns of a question, in their order; a note has none."""
    if question.type in _PARTS:
        yield from _PARTS[question.type](question)
    if opens := opening(question):
        yield Part("other", Storage.TEXT, _joined(question.text, _TEXT), _itself, is_open=True, beside=opens)


def single_choice(question: Question) -> Iterator[Part]:
    """The option."""
    yield Part(None, Storage.NUMBER, question.text, _itself, _labels(question.options), coded=True)


def multiple_choice(question: Question) -> Iterator[Part]:
    """A flag for each option."""
    for each in question.options or ():
        label, pick = _joined(question.text, each.text), partial(_chosen, each.value)
        yield Part(each.value, Storage.NUMBER, label, pick, YES_NO, is_flag=True)


def matrix(question: Question) -> Iterator[Part]:
    """An option for each row."""
    for row in question.rows or ():
        label, pick = _joined(question.text, row.text), partial(_member, row.value)
        yield Part(row.value, Storage.NUMBER, label, pick, _labels(question.options), coded=True)


def ranking(question: Question) -> Iterator[Part]:
    """The place of each option."""
    for each in question.options or ():
        label = _joined(question.text, each.text)
        yield Part(each.value, Storage.NUMBER, label, partial(_place, each.value))


def employer(question: Question) -> Iterator[Part]:
    """Name and credit code."""
    for name, label in (("name", _NAME), ("uscc", _USCC)):
        yield Part(name, Storage.TEXT, _joined(question.text, label), partial(_member, name), is_open=True)


def file(question: Question) -> Iterator[Part]:
    """Its id."""
    yield Part(None, Storage.TEXT, question.text, partial(_member, "file_id"), is_open=True)


def words(question: Question) -> Iterator[Part]:
    """What the respondent wrote."""
    yield Part(None, Storage.TEXT, question.text, _itself, is_open=True)


def number(question: Question) -> Iterator[Part]:
    """A number; the ends of a scale have labels."""
    yield Part(None, Storage.NUMBER, question.text, _itself, _ends(question))


def boolean(question: Question) -> Iterator[Part]:
    """1 for yes, 0 for no."""
    yield Part(None, Storage.NUMBER, question.text, int, YES_NO)


def day(question: Question) -> Iterator[Part]:
    """A day."""
    yield Part(None, Storage.DAY, question.text, day_of)


def month(question: Question) -> Iterator[Part]:
    """A month as it was written."""
    yield Part(None, Storage.TEXT, question.text, _itself)


def code(question: Question) -> Iterator[Part]:
    """A code with the labels of its list, or of the school's units."""
    units: Mapping[Cell, Message] = {code: unit.name for code, unit in (question.units or {}).items()}
    yield Part(None, Storage.TEXT, question.text, _itself, units or listed(question.code_list or ""))


def place(question: Question) -> Iterator[Part]:
    """A division, or abroad."""
    yield Part(None, Storage.TEXT, question.text, _itself, _places(question.depth or Depth.COUNTY))


def calculated(question: Question) -> Iterator[Part]:
    """What the logic computes, of the type of its result."""
    of_result = {Result.NUMBER: number, Result.BOOLEAN: boolean}
    yield from of_result.get(question.result or Result.TEXT, words)(question)


_PARTS: Mapping[QuestionType, Callable[[Question], Iterator[Part]]] = {
    QuestionType.SINGLE_CHOICE: single_choice,
    QuestionType.MULTIPLE_CHOICE: multiple_choice,
    QuestionType.MATRIX: matrix,
    QuestionType.RANKING: ranking,
    QuestionType.SCALE: number,
    QuestionType.NPS: number,
    QuestionType.BOOLEAN: boolean,
    QuestionType.NUMBER: number,
    QuestionType.MONEY: number,
    QuestionType.DATE: day,
    QuestionType.MONTH: month,
    QuestionType.TEXT: words,
    QuestionType.CODE: code,
    QuestionType.PLACE: place,
    QuestionType.EMPLOYER: employer,
    QuestionType.FILE: file,
    QuestionType.CALCULATED: calculated,
}


def _itself(value: Any) -> Cell:
    found: Cell = value
    return found


def _chosen(option: str, value: Any) -> Cell:
    return int(option in value)


def _member(name: str, value: Any) -> Cell:
    found: Cell = value.get(name)
    return found


def _place(option: str, value: Any) -> Cell:
    return value.index(option) + 1 if option in value else None


def _labels(options: tuple[Option, ...] | None) -> Mapping[Cell, Message]:
    return {option.value: option.text for option in options or ()}


def _ends(question: Question) -> Mapping[Cell, Message]:
    ends = (question.scale.min, question.scale.max) if question.scale else (0, 10)
    named = zip(ends, (question.min_label, question.max_label), strict=True)
    return {end: label for end, label in named if label is not None}


def listed(name: str) -> Mapping[Cell, Message]:
    """The codes of a common list with their labels; none of the school's own."""
    lists = CodeLists.load()
    if name not in lists.names():
        return {}
    return {entry.code: Message(entry.label_zh, entry.label_en or entry.label_zh) for entry in lists.get(name)}


def _places(depth: Depth) -> Mapping[Cell, Message]:
    deepest = list(Depth).index(depth)
    found = {code: label for code, label in listed("division").items() if level_of_place(str(code)) <= deepest}
    return {**found, ABROAD: _ABROAD}


def _joined(question: Message, part: Message) -> Message:
    return Message(f"{question.zh}：{part.zh}", f"{question.en}: {part.en}")
