"""What decides whether a question is shown and what is calculated: all that its expressions name, and so on. Pure."""

from collections.abc import Iterator, Mapping

from surveys.expressions.syntax import names_in, parsed
from surveys.questionnaires.domain.content import Content, Question, QuestionnairePage, QuestionType
from surveys.questionnaires.domain.facts import FACTS, OF_ALL
from surveys.questionnaires.domain.questions import kind_of

TODAY = "today()"
"""Stands among the names for the day of the consent."""


def expressions_of(page: QuestionnairePage, question: Question) -> Iterator[str]:
    """What decides about a question."""
    yield from filter(None, [page.visible_if, question.visible_if, question.calculation])


def owners_of(content: Content) -> Mapping[str, str]:
    """By the names that expressions know the questions that they are of."""
    return {
        name: question.id
        for question in content.questions
        for name in (question.id, *(each.name for each in kind_of(question).variables(question)))
    }


def reached_by(content: Content) -> Mapping[str, frozenset[str]]:
    """By question the names that it hangs on, with those that decide whether these were shown."""
    owners = owners_of(content)
    named = {
        question.id: frozenset(
            name
            for text in expressions_of(page, question)
            for name in (*names_in(parsed(text)), *([TODAY] if "today" in text else []))
        )
        for page in content.pages
        for question in page.questions
    }
    found = dict[str, frozenset[str]]()
    for question_id, names in named.items():
        reached, left = set[str](), set(names)
        while left:
            name = left.pop()
            if name not in reached:
                reached.add(name)
                left |= named.get(owners.get(name, ""), frozenset())
        found[question_id] = frozenset(reached)
    return found


def telling(content: Content) -> frozenset[str]:
    """The calculated questions that tell something of who answers that was not asked: a group, an employer, the day.

    With them anybody could ask for the answers of one person (`${roster_major} = '080902' and ${pay} > 9000`).
    """
    told = (FACTS.keys() - OF_ALL) | {TODAY}
    calculated = {each.id for each in content.questions if each.type is QuestionType.CALCULATED}
    return frozenset(name for name, reached in reached_by(content).items() if name in calculated and reached & told)
