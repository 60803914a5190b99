"""What a respondent was asked, of a whole wave: the logic is asked once for answers that are alike to it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from surveys.expressions.syntax import names_in, parsed
from surveys.questionnaires.domain.content import PublishedVersion
from surveys.questionnaires.domain.facts import FACTS, Facts
from surveys.questionnaires.domain.logic import json_of, logic_of
from surveys.questionnaires.domain.questions import kind_of

Values = Mapping[str, object]

MAX_KEPT = 20_000


@dataclass(frozen=True)
class Seen:
    """The questions that were hidden, and what was calculated."""

    hidden: frozenset[str]
    calculated: Mapping[str, object]


class Visibility:
    """Says what was hidden: by the logic that judged the answer, of the answers that its conditions name."""

    def __init__(self, content: PublishedVersion) -> None:
        expressions = [*_expressions(content)]
        named = {name for each in expressions for name in names_in(parsed(each))}
        self._logic = logic_of(content)
        self._questions = frozenset(question.id for question in content.questions)
        self._answers = tuple(
            name
            for question in content.questions
            for variable in kind_of(question).variables(question)
            if variable.name in named
            for name in dict.fromkeys((question.id, variable.name))
        )
        self._facts = tuple(sorted(named & FACTS.keys()))
        self._asks_the_day = any("today" in each for each in expressions)
        self._kept: dict[object, Seen] = {}

    def of(self, values: Values, facts: Facts) -> Seen:
        """What who answered this has seen."""
        known = {name: values[name] for name in self._answers if name in values}
        alike = (
            facts.sensitive,
            facts.day if self._asks_the_day else None,
            *(facts.values.get(name) for name in self._facts),
            *(value if type(value) is str else repr(value) for value in map(known.get, self._answers)),
        )
        found = self._kept.get(alike)
        if found is None:
            if len(self._kept) >= MAX_KEPT:
                self._kept.clear()
            found = self._kept[alike] = self._judged(known, facts)
        return found

    def _judged(self, known: Values, facts: Facts) -> Seen:
        judged = self._logic.judge(known, facts)
        calculated = {name: json_of(value) for name, value in judged.calculated.items() if value is not None}
        return Seen(self._questions.difference(judged.questions), calculated)


def _expressions(content: PublishedVersion) -> Iterator[str]:
    for page in content.pages:
        yield from filter(None, [page.visible_if])
        for question in page.questions:
            yield from filter(None, [question.visible_if, question.calculation])
