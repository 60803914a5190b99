"""The checks a questionnaire must pass: unambiguous ids at every write, completeness before it is published.

A mistake that is published silently drops answers of thousands of people, so nothing unanswerable gets that far.
"""

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator

from common.errors import FieldProblem, Message
from surveys.questionnaires.domain.bindings import problems_of, repeated
from surveys.questionnaires.domain.content import CHOICES, Content, Question, QuestionType

MAX_SCALE_STEPS = 100
"""A longer scale is a number."""

_DUPLICATE = Message("编号重复", "This id is used twice")
_NO_PAGES = Message("问卷至少要有一页", "A questionnaire needs at least one page")
_NO_QUESTIONS = Message("每页至少要有一道题", "A page needs at least one question")
_UNTRANSLATED = Message("中英文文字都要填写", "Both the Chinese and the English text are needed")
_TOO_FEW_OPTIONS = Message("选择题至少要有两个选项", "A choice needs at least two options")
_DUPLICATE_OPTION = Message("选项值重复", "This option's value is used twice")
_NO_SCALE = Message("量表题须给出量表范围", "A scale question needs its scale")
_BAD_SCALE = Message(
    "量表上限须大于下限，且不超过一百级", "A scale's max must exceed its min by at most a hundred steps"
)
_NOT_OF_TYPE = Message("此题型不用该项", "Questions of this type do not have this")
_BAD_BOUNDS = Message("最大值不得小于最小值", "The maximum is below the minimum")

_ALLOWED = {
    "options": CHOICES,
    "scale": {QuestionType.SCALE},
    "minimum": {QuestionType.NUMBER},
    "maximum": {QuestionType.NUMBER},
    "max_length": {QuestionType.TEXT},
}


def ambiguities(content: Content) -> list[FieldProblem]:
    """Ids used twice: pages among pages, questions over the whole questionnaire."""
    pages = ((f"/pages/{i}/id", page.id) for i, page in enumerate(content.pages))
    questions = ((f"{pointer}/id", question.id) for pointer, question in _questions(content))
    return [*_repeated(pages, "duplicate_id", _DUPLICATE), *_repeated(questions, "duplicate_id", _DUPLICATE)]


def obstacles(content: Content) -> list[FieldProblem]:
    """Everything that forbids publishing: ambiguous ids, emptiness, untranslated texts, unanswerable questions."""
    found = [*ambiguities(content), *_untranslated("/title", content.title)]
    if not content.pages:
        found.append(FieldProblem("/pages", "no_pages", _NO_PAGES))
    for i, page in enumerate(content.pages):
        if not page.questions:
            found.append(FieldProblem(f"/pages/{i}/questions", "no_questions", _NO_QUESTIONS))
    for pointer, question in _questions(content):
        found += _obstacles_of(pointer, question)
        found += problems_of(pointer, question)
    return [*found, *repeated(_questions(content))]


def _questions(content: Content) -> Iterator[tuple[str, Question]]:
    for i, page in enumerate(content.pages):
        for j, question in enumerate(page.questions):
            yield f"/pages/{i}/questions/{j}", question


def _repeated(pairs: Iterable[tuple[str, Hashable]], rule: str, message: Message) -> Iterator[FieldProblem]:
    seen: Counter[Hashable] = Counter()
    for pointer, value in pairs:
        seen[value] += 1
        if seen[value] > 1:
            yield FieldProblem(pointer, rule, message)


def _untranslated(pointer: str, text: Message) -> Iterator[FieldProblem]:
    for language, words in (("zh", text.zh), ("en", text.en)):
        if not words.strip():
            yield FieldProblem(f"{pointer}/{language}", "untranslated", _UNTRANSLATED)


def _obstacles_of(pointer: str, question: Question) -> Iterator[FieldProblem]:
    yield from _untranslated(f"{pointer}/text", question.text)
    for name, types in _ALLOWED.items():
        if getattr(question, name) is not None and question.type not in types:
            yield FieldProblem(f"{pointer}/{name}", "not_for_type", _NOT_OF_TYPE)
    if question.type in CHOICES:
        options = question.options or ()
        if len(options) < 2:
            yield FieldProblem(f"{pointer}/options", "too_few_options", _TOO_FEW_OPTIONS)
        for k, option in enumerate(options):
            yield from _untranslated(f"{pointer}/options/{k}/text", option.text)
        values = ((f"{pointer}/options/{k}/value", option.value) for k, option in enumerate(options))
        yield from _repeated(values, "duplicate_option", _DUPLICATE_OPTION)
    if question.type is QuestionType.SCALE:
        scale = question.scale
        if scale is None:
            yield FieldProblem(f"{pointer}/scale", "no_scale", _NO_SCALE)
        elif not scale.min < scale.max <= scale.min + MAX_SCALE_STEPS:
            yield FieldProblem(f"{pointer}/scale", "bad_scale", _BAD_SCALE)
    if question.minimum is not None and question.maximum is not None and question.maximum < question.minimum:
        yield FieldProblem(f"{pointer}/maximum", "bad_bounds", _BAD_BOUNDS)
