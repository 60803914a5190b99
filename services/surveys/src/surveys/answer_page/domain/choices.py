"""What a question of a code or a place offers: a short list whole, a long one by what is typed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from common import clock
from common.codes import CodeList, CodeLists
from common.errors import Message
from surveys.questionnaires.domain.content import Depth, Question, QuestionType
from surveys.questionnaires.domain.questions import kind_of
from surveys.questionnaires.domain.questions.place import ABROAD

AT_ONCE = 400
"""Of more choices a page would be too long for a slow line."""

MOST_FOUND = 20

_ABROAD = Message("境外", "Abroad")
_CLOSED = Message("已停办", "Closed")
_LEVELS = (2, 4, 6)


@dataclass(frozen=True)
class Choice:
    """A code, what it is called, and under which heading it stands."""

    code: str
    label: str
    group: str = ""


def offered(question: Question, language: str) -> Sequence[Choice] | None:
    """All choices; None where what is meant is typed: a long list, or one of the school's that has not arrived."""
    if _is_unknown(question):
        return None
    choices = _all_of(question, language)
    return choices if len(choices) <= AT_ONCE else None


def found_by(question: Question, typed: str, language: str) -> Sequence[Choice]:
    """The choices of a long list that a text may mean."""
    words = typed.split()
    if not words or _is_unknown(question):
        return ()
    return [each for each in _all_of(question, language) if all(word in each.label for word in words)][:MOST_FOUND]


def code_named(question: Question, typed: str) -> str:
    """The one code that a text names by itself, by the whole label or by a part that no other has; else the text."""
    if _is_unknown(question) or kind_of(question).fits(question, typed):
        return typed
    for language in ("zh", "en"):
        meant = [each.code for each in _all_of(question, language) if each.label == typed]
        meant = meant or [each.code for each in found_by(question, typed, language)]
        if len(meant) == 1:
            return meant[0]
    return typed


def label_of_code(question: Question, code: str, language: str) -> str:
    """What stands in the field of a code: the code of a list that is shown, its label where it is typed."""
    if _is_unknown(question) or offered(question, language) is not None:
        return code
    return next((each.label for each in _all_of(question, language) if each.code == code), code)


def _is_unknown(question: Question) -> bool:
    return question.is_of_school and question.units is None


def _all_of(question: Question, language: str) -> Sequence[Choice]:
    if question.units is not None:
        # those that are closed behind all others: graduates have been in them
        found = [(unit.is_closed, code, unit.name.in_language(language)) for code, unit in question.units.items()]
        closed = _CLOSED.in_language(language)
        return [Choice(code, label, closed if is_closed else "") for is_closed, code, label in sorted(found)]
    lists = CodeLists.load()
    if question.type is QuestionType.PLACE:
        return _places(question.depth or Depth.COUNTY, lists.version, clock.today(), language)
    return _entries(question.code_list or "", lists.version, clock.today(), language)


@lru_cache(maxsize=64)
def _entries(name: str, _version: str, _day: date, language: str) -> Sequence[Choice]:
    listed = CodeLists.load().get(name)
    return tuple(Choice(each, _said(listed, each, language)) for each in _in_force(listed))


@lru_cache(maxsize=12)
def _places(depth: Depth, _version: str, _day: date, language: str) -> Sequence[Choice]:
    listed = CodeLists.load().get("division")
    asked = Question("place", QuestionType.PLACE, required=False, text=_ABROAD, depth=depth)
    codes = [each for each in _in_force(listed) if kind_of(asked).fits(asked, each)]
    found = [Choice(each, _path(listed, each, language), _said(listed, f"{each[:2]}0000", language)) for each in codes]
    return (*found, Choice(ABROAD, _ABROAD.in_language(language)))


def _in_force(listed: CodeList) -> Iterator[str]:
    return iter(dict.fromkeys(entry.code for entry in listed.in_force(clock.today())))


def _path(listed: CodeList, code: str, language: str) -> str:
    """Provinces, cities and counties by their names from the widest on: many counties have one name."""
    parts = dict.fromkeys(f"{code[:level]:0<6}" for level in _LEVELS)
    return " ".join(_said(listed, each, language) for each in parts if listed.lookup(each))


def _said(listed: CodeList, code: str, language: str) -> str:
    entry = listed.lookup(code)
    if entry is None:
        return code
    return entry.label_zh if language == "zh" else entry.label_en or entry.label_zh
