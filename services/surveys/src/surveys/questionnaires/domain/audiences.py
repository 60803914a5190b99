"""Whether a questionnaire fits those whom a wave asks: what it could never know or give would be lost in silence."""

from collections.abc import Iterator

from common.errors import FieldProblem, Message
from common.measures import MEASURES
from surveys.expressions.syntax import names_in, parsed
from surveys.questionnaires.domain.content import Content
from surveys.questionnaires.domain.facts import FACTS
from surveys.questionnaires.domain.lint import Lint
from surveys.questionnaires.domain.piping import names_piped
from surveys.questionnaires.domain.wording import texts_of

POINTER = "/questionnaire_version"

_OF_EMPLOYERS = frozenset(name for name in FACTS if name.startswith("employer_"))
_OF_EVERYBODY = frozenset({"roster_school"})


def misfits(content: Content, *, of_employers: bool) -> list[FieldProblem]:
    """The measures and names that only the other audience has, each as a problem of the questionnaire's version."""
    found = []
    for measure in sorted({each.measure.id for each in content.questions if each.measure}):
        known = MEASURES[measure]
        if not (known.of_employers if of_employers else known.cycles):
            found.append(FieldProblem(POINTER, "measure_audience", _wrong("数据项", "The measure", measure)))
    wrong = FACTS.keys() - _OF_EMPLOYERS - _OF_EVERYBODY if of_employers else _OF_EMPLOYERS
    named = sorted({*_names(content)} & wrong)
    return found + [FieldProblem(POINTER, "name_audience", _wrong("变量", "The name", name)) for name in named]


def _names(content: Content) -> Iterator[str]:
    """All names in expressions and texts of what was published."""
    for each in Lint(content).expressions:
        yield from names_in(parsed(each.text))
    texts = [content.title, *(page.title for page in content.pages if page.title)]
    texts += [text for question in content.questions for _, text in texts_of("", question)]
    for text in texts:
        yield from names_piped(text.zh)
        yield from names_piped(text.en)


def _wrong(zh: str, en: str, name: str) -> Message:
    return Message(f"{zh} {name} 不适用于本轮调查对象", f"{en} {name} is not for those whom the wave asks")
