"""What respondents were asked, of a whole wave: the logic is asked once for answers that are alike to a condition."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from operator import getitem, itemgetter
from types import MappingProxyType
from typing import Any, NamedTuple

from common.errors import Message
from surveys.exports.domain.told import Kept, Told, value_of
from surveys.questionnaires.domain.content import Content, PublishedVersion
from surveys.questionnaires.domain.facts import FACTS, Facts
from surveys.questionnaires.domain.logic import Logic, json_of
from surveys.questionnaires.domain.questions.options import opening, other_of
from surveys.questionnaires.domain.reaching import TODAY, expressions_of, owners_of, reached_by

MAX_KEPT = 20_000
"""Judgements of one condition that are kept: of numbers and words there is no end."""

_NO_TEXT = Message("", "")
_NO_FACTS = Facts(date.min)
"""Of what asks for none."""


class Seen(NamedTuple):
    """The questions that were hidden, and what was calculated."""

    hidden: Collection[str] = ()
    calculated: Mapping[str, object] = MappingProxyType({})


NOTHING_HIDDEN = Seen()


@dataclass(frozen=True)
class _Condition:
    """Questions that hang on the same answers and facts, and the logic of these alone.

    `answers` are their places by their names; what is hidden or refused of them was not stored, or says so.
    """

    logic: Logic
    members: frozenset[str]
    answers: Mapping[str, int]
    facts: tuple[str, ...]
    asks_the_day: bool
    asks_of_sensitive: bool
    kept: dict[object, Seen | None] = field(default_factory=dict)

    @property
    def only(self) -> int | None:
        """The place of the only answer that it hangs on, if it hangs on nothing else."""
        asks_more = self.facts or self.asks_the_day or self.asks_of_sensitive or len(self.answers) != 1
        return None if asks_more else next(iter(self.answers.values()))

    def of(self, told: Told, facts: Facts) -> Seen | None:
        """What these answers make of its questions; None where nothing was hidden or calculated."""
        answers = tuple([told[place] for place in self.answers.values()])
        day, sensitive = self.asks_the_day and facts.day, self.asks_of_sensitive and facts.sensitive
        alike = (answers, tuple(map(facts.values.get, self.facts)), day, sensitive)
        if alike not in self.kept:
            if len(self.kept) >= MAX_KEPT:
                self.kept.clear()
            self.kept[alike] = self._judged(answers, facts)
        return self.kept[alike]

    def of_only(self, answer: Any) -> Seen | None:
        """The same where it hangs on one answer alone."""
        return self._judged([answer], _NO_FACTS)

    def _judged(self, answers: Sequence[Any], facts: Facts) -> Seen | None:
        values = {name: value_of(key) for name, key in zip(self.answers, answers, strict=True) if key is not None}
        judged = self.logic.judge(values, facts)
        calculated = {name: json_of(value) for name, value in judged.calculated.items() if value is not None}
        hidden = self.members.difference(judged.questions)
        return Seen(hidden, calculated) if hidden or calculated else None


class Visibility:
    """Says what was hidden, by the logic that judged the answers; `places` are those of the answers by their names."""

    def __init__(self, content: PublishedVersion, places: Mapping[str, int]) -> None:
        pages = [(page, question) for page in content.pages for question in page.questions]
        owners, reached_of = owners_of(content), reached_by(content)
        alike: dict[frozenset[str], set[str]] = {}
        for page, question in pages:
            if any(expressions_of(page, question)):
                alike.setdefault(reached_of[question.id], set()).add(question.id)
        conditions = [
            _condition(content, frozenset(members), reached, frozenset(map(owners.get, reached)), places)
            for reached, members in alike.items()
        ]
        simple = [(each, each.only) for each in conditions if each.only is not None]
        self._kept = [Kept(each.of_only, MAX_KEPT) for each, _ in simple]
        # of two places at least it gives a tuple; those without something kept are left aside
        self._answers = itemgetter(*(place for _, place in simple), 0, 0)
        self._others = [each for each in conditions if each.only is None]
        self._sensitive = Seen([question.id for _, question in pages if question.sensitive])

    @property
    def asks_facts(self) -> bool:
        """Whether a condition asks for more than one answer, and it takes facts to say what was hidden."""
        return bool(self._others)

    def of(self, told: Told, facts: Facts | None, *, sensitive: bool) -> Seen:
        """What who answered this has seen; `sensitive`: whether that was agreed to."""
        found = [*filter(None, map(getitem, self._kept, self._answers(told)))]
        if facts is not None:
            found += filter(None, [each.of(told, facts) for each in self._others])
        if not sensitive:
            found.append(self._sensitive)
        return _together(found) if found else NOTHING_HIDDEN


def _together(found: Sequence[Seen]) -> Seen:
    hidden = [name for each in found for name in each.hidden]
    return Seen(hidden, {name: value for each in found for name, value in each.calculated.items()})


def _condition(
    content: PublishedVersion,
    members: frozenset[str],
    reached: frozenset[str],
    asked: frozenset[str | None],
    places: Mapping[str, int],
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
        {name: places[name] for name in answers},
        tuple(sorted(reached & FACTS.keys())),
        TODAY in reached,
        any(each.sensitive for page in pages for each in page.questions),
    )
