"""A published version on paper: A4, every answer a box to tick or a line to fill, every condition in words."""

import re
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, partial
from hashlib import sha256
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from common.clock import today
from common.codes import CodeLists
from common.errors import Message
from surveys.expressions.syntax import parsed
from surveys.questionnaires.domain.content import Option, PublishedVersion, Question, QuestionType
from surveys.questionnaires.domain.questions import kind_of
from surveys.questionnaires.domain.questions.scale import ScaleKind
from surveys.questionnaires.wire.formats.spoken import Spoken

if TYPE_CHECKING:
    from jinja2 import Template

MOST_BOXES = 11
"""Steps of a scale that fit a line; a longer one is written."""

MOST_CODES = 40
"""Codes of a list that are printed to be ticked; of a longer list the name is written."""

_NOTHING_ELSE = "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
_PIPED = re.compile(r"\$\{([^{}]*)\}")
_UNIT = {"month": Message("元／月", "yuan a month"), "year": Message("元／年", "yuan a year")}


@dataclass(frozen=True)
class Item:
    """One question as it is printed; `answer` names the part of the template that draws it."""

    question: Question
    number: int | None
    text: str
    condition: str | None
    answer: str
    options: Sequence[Option]
    remarks: Sequence[str]


@dataclass(frozen=True)
class Part:
    """One page: its title, on what condition it is answered, and the question to go on with if it does not hold."""

    title: str | None
    condition: str | None
    otherwise: int | None
    items: Sequence[Item]


def paper_of(version: PublishedVersion, language: str) -> tuple[str, str]:
    """The page as HTML, and the policy that it is sent with."""
    page = _Paper(version, language)
    template, style = _template(), _style()
    html = template.render(
        version=version,
        title=page.piped(version.title),
        parts=page.parts(),
        said=partial(_in_language, language),
        language=language,
        style=style,
        has_sensitive=any(question.sensitive for question in version.questions),
    )
    digest = b64encode(sha256(style.encode()).digest()).decode()
    return html, f"default-src 'none'; style-src 'sha256-{digest}'; {_NOTHING_ELSE}"


class _Paper:
    """A version in one language, its questions numbered from 1."""

    def __init__(self, version: PublishedVersion, language: str) -> None:
        self._version, self._language = version, language
        asked = [question.id for question in version.questions if kind_of(question).asks]
        self._numbers = {name: place for place, name in enumerate(asked, 1)}
        self._spoken = Spoken(version, self._numbers, language)

    def parts(self) -> list[Part]:
        """The pages that have anything to be read."""
        found, seen = [], 0
        for page in self._version.pages:
            seen += sum(question.id in self._numbers for question in page.questions)
            items = [self._item(each) for each in page.questions if each.type is not QuestionType.CALCULATED]
            if items:
                title = self.piped(page.title) if page.title else None
                following = seen + 1 if page.visible_if and seen < len(self._numbers) else None
                found.append(Part(title, self._condition(page.visible_if), following, items))
        return found

    def piped(self, text: Message) -> str:
        """A text; where an answer would stand in it, what it is the answer to."""
        words = text.in_language(self._language)
        return _PIPED.sub(lambda found: f"〔{self._spoken.called(found[1])}〕", words)

    def _condition(self, expression: str | None) -> str | None:
        return None if expression is None else self._spoken.say(parsed(expression))

    def _item(self, question: Question) -> Item:
        return Item(
            question,
            self._numbers.get(question.id),
            self.piped(question.text),
            self._condition(question.visible_if),
            *answer_of(question),
            [each.in_language(self._language) for each in remarks_on(question)],
        )


def answer_of(question: Question) -> tuple[str, Sequence[Option]]:
    """How a question is drawn, and the boxes that it has."""
    kind = kind_of(question)
    if isinstance(kind, ScaleKind):
        lowest, highest = kind.ends(question)
        steps = [_plain(str(step)) for step in range(lowest, highest + 1)]
        return ("scale", steps) if len(steps) <= MOST_BOXES else ("line", [_plain(f"{lowest}–{highest}")])
    if question.type is QuestionType.CODE:
        return ("boxes", codes) if (codes := codes_of(question)) else ("line", ())
    return question.type.value, question.options or ()


def _plain(words: str) -> Option:
    return Option(words, Message(words, words))


def codes_of(question: Question) -> Sequence[Option]:
    """The labels of a list that is short enough to be ticked; of the school's units those that are not closed."""
    lists, name = CodeLists.load(), question.code_list or ""
    found = [Option(code, unit.name) for code, unit in (question.units or {}).items() if not unit.is_closed]
    if name in lists.names():
        entries = lists.get(name).in_force(today())
        found = [Option(each.code, Message(each.label_zh, each.label_en or each.label_zh)) for each in entries]
    return found if len(found) <= MOST_CODES else ()


def remarks_on(question: Question) -> list[Message]:
    """What a screen would only say of a wrong answer."""
    found = [question.hint] if question.hint else []
    if question.min_selected:
        found.append(Message(f"至少选 {question.min_selected} 项。", f"Choose at least {question.min_selected}."))
    if question.max_selected:
        found.append(Message(f"最多选 {question.max_selected} 项。", f"Choose at most {question.max_selected}."))
    if question.type is QuestionType.RANKING:
        most = question.max_ranked or len(question.options or ())
        found.append(Message(f"在方格中写 1 至 {most}，1 为首选。", f"Write 1 to {most} into boxes, 1 is the best."))
    for number, zh, en in ((question.minimum, "不小于", "At least"), (question.maximum, "不大于", "At most")):
        if number is not None:
            found.append(Message(f"{zh} {number:g}。", f"{en} {number:g}."))
    if question.constraint:
        found.append(question.constraint.message)
    return found


def unit_of(question: Question) -> Message | None:
    """What stands behind a number."""
    if question.type is QuestionType.MONEY:
        return _UNIT.get(question.period or "", Message("元", "yuan"))
    return question.unit


def _in_language(language: str, zh: Any, en: str | None = None) -> str:
    """A text of ours by both its forms, or a message."""
    if en is None:
        return str(getattr(zh, "text", zh).in_language(language))
    return str(zh) if language == "zh" else en


@cache
def _style() -> str:
    return (files("surveys.questionnaires.wire.formats") / "paper.css").read_text("utf-8")


@cache
def _template() -> "Template":
    # loaded when the first page is asked for
    from jinja2 import Environment, StrictUndefined

    made = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    made.globals["unit_of"] = unit_of
    return made.from_string((files("surveys.questionnaires.wire.formats") / "paper.html").read_text("utf-8"))
