"""The texts of a questionnaire, each with its place."""

from collections.abc import Iterator

from common.errors import Message
from surveys.questionnaires.domain.content import Question

Text = tuple[str, Message]
"""A pointer and what stands there."""


def texts_of(pointer: str, question: Question) -> Iterator[Text]:
    """What is read of a question, in the order of its members."""
    yield f"{pointer}/text", question.text
    for member in ("hint", "unit", "min_label", "max_label"):
        if text := getattr(question, member):
            yield f"{pointer}/{member}", text
    yield from labels_of(pointer, question)
    if question.constraint is not None:
        yield f"{pointer}/constraint/message", question.constraint.message


def labels_of(pointer: str, question: Question) -> Iterator[Text]:
    """The texts of its options and rows."""
    for member in ("options", "rows"):
        for place, option in enumerate(getattr(question, member) or ()):
            yield f"{pointer}/{member}/{place}/text", option.text
