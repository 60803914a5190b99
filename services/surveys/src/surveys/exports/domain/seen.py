"""What respondents were asked, of a whole wave: the logic is asked once for answers that are alike to a condition."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from common.errors import Message
from surveys.expressions.syntax import names_in, parsed
from surveys.questionnaires.domain.content import Content, PublishedVersion, Question, QuestionnairePage
from surveys.questionnaires.domain.facts import FACTS, Facts
from surveys.questionnaires.domain.logic import Logic, json_of
from surveys.questionnaires.domain.questions import kind_of
from surveys.questionnaires.domain.questions.options import opening, other_of

Values = Mapping[str, object]

MAX_KEPT = 20_000
"""Judgements of one condition that are kept: of numbers and words there is no end."""

_NO_TEXT = Message("", "")


@dataclass(frozen=True)
class Seen:
    """The questions that were hidden, and what was calculated."""

    hidden: frozenset[str]
    calculated: Mapping[str, object]


NOTHING_HIDDEN = Seen(frozenset(), {})


@dataclass(frozen=True)
class _Condition:
    """Questions that hang on the same answers and facts, and the logic of these alone.

    `answers` are the names of the answers; what is hidden or refused of them was not stored, or says so.
    """

    logic: Logic
    members: frozenset[str]
    answers: tuple[str, ...]
    facts: tuple[str, ...]
    asks_the_day: bool
    kept: dict[object, Seen] = field(default_factory=dict)

    def of(self, values: Values, facts: Facts) -> Seen:
        """What these answers make of its questions."""
        alike: tuple[object, ...] = (facts.sensitive, *map(values.get, self.answers))
        if self.facts:
            alike = (*alike, *map(facts.values.get, self.facts))
        if self.asks_the_day:
            alike = (*alike, facts.day)
        try:
            found = self.kept.get(alike)
        except TypeError:
            # a list or what is like it
            alike = tuple(map(repr, alike))
            found = self.kept.get(alike)
        if found is None:
            if len(self.kept) >= MAX_KEPT:
                self.kept.clear()
            found = self.kept[alike] = self._judged(values, facts)
        return found

    def _judged(self, values: Values, facts: Facts) -> Seen:
        judged = self.logic.judge({name: values[name] for name in self.answers if name in values}, facts)
        calculated = {name: json_of(value) for name, value in judged.calculated.items() if value is not None}
        return Seen(self.members.difference(judged.questions), calculated)


class Visibility:
    """Says what was hidden, by the logic that judged the answers."""

    def __init__(self, content: PublishedVersion) -> None:
        pages = [(page, question) for page in content.pages for question in page.questions]
        named = {
            question.id: frozenset(name for text in _expressions(page, question) for name in names_in(parsed(text)))
            for page, question in pages
        }
        owners = {
            name: question.id
            for _, question in pages
            for name in (question.id, *(each.name for each in kind_of(question).variables(question)))
        }
        alike: dict[frozenset[str], set[str]] = {}
        for page, question in pages:
            if any(_expressions(page, question)):
                alike.setdefault(_reached(named[question.id], named, owners), set()).add(question.id)
        self._conditions = [
            _condition(content, frozenset(members), reached, frozenset(map(owners.get, reached)))
            for reached, members in alike.items()
        ]
        self._sensitive = Seen(frozenset(question.id for _, question in pages if question.sensitive), {})

    def of(self, values: Values, facts: Facts) -> Seen:
        """What who answered this has seen."""
        hidden, calculated = set[str](), dict[str, object]()
        if not facts.sensitive:
            hidden |= self._sensitive.hidden
        for condition in self._conditions:
            seen = condition.of(values, facts)
            if seen.hidden:
                hidden |= seen.hidden
            if seen.calculated:
                calculated.update(seen.calculated)
        return Seen(frozenset(hidden), calculated) if hidden or calculated else NOTHING_HIDDEN


def _reached(names: Iterable[str], named: Mapping[str, frozenset[str]], owners: Mapping[str, str]) -> frozenset[str]:
    """The names that a condition asks for, with those that decide whether these were shown."""
    reached, left = set[str](), set(names)
    while left:
        name = left.pop()
        if name not in reached:
            reached.add(name)
            left |= named.get(owners.get(name, ""), frozenset())
    return frozenset(reached)


def _condition(
    content: PublishedVersion, members: frozenset[str], reached: frozenset[str], asked: frozenset[str | None]
) -> _Condition:
    kept = members | asked
    pages = tuple(
        replace(
            page,
            title=None,
            questions=tuple(
                # without words, and what is not asked again
                replace(each, text=_NO_TEXT, constraint=None)
                for each in page.questions
                if each.id in kept
            ),
        )
        for page in content.pages
        if any(each.id in kept for each in page.questions)
    )
    expressions = [text for page in pages for question in page.questions for text in _expressions(page, question)]
    answers = [
        name
        for page in pages
        for each in page.questions
        if each.id in asked
        for name in ((each.id, other_of(each)) if opening(each) else (each.id,))
    ]
    return _Condition(
        Logic(Content(_NO_TEXT, pages)),
        members,
        tuple(answers),
        tuple(sorted(reached & FACTS.keys())),
        any("today" in each for each in expressions),
    )


def _expressions(page: QuestionnairePage, question: Question) -> Iterator[str]:
    yield from filter(None, [page.visible_if, question.visible_if, question.calculation])
