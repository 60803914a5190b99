"""A questionnaire as JSON: the form in which it is stored, received and served."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from common.errors import Message
from surveys.questionnaires.domain import Content, Option, Page, Question, QuestionType, Scale

Document = dict[str, Any]


@dataclass(frozen=True)
class ContentDocument:
    """The two JSON members of a content."""

    title: Document
    pages: list[Document]


def to_documents(content: Content) -> ContentDocument:
    """The content as JSON, without members that are not set."""
    pages = [{"id": page.id, "questions": [_question(each) for each in page.questions]} for page in content.pages]
    return ContentDocument(asdict(content.title), pages)


def from_documents(title: Mapping[str, Any], pages: list[Document]) -> Content:
    """The content of JSON that has the right shape."""
    return Content(
        Message(**title),
        tuple(Page(page["id"], tuple(map(_read_question, page["questions"]))) for page in pages),
    )


def _question(question: Question) -> Document:
    document = asdict(question) | {"type": question.type.value}
    return {name: _listed(value) for name, value in document.items() if value is not None}


def _listed(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value


def _read_question(document: Document) -> Question:
    plain = {name: value for name, value in document.items() if name not in {"type", "text", "options", "scale"}}
    return Question(
        **plain,
        type=QuestionType(document["type"]),
        text=Message(**document["text"]),
        options=_read_options(document.get("options")),
        scale=Scale(**document["scale"]) if document.get("scale") else None,
    )


def _read_options(documents: list[Document] | None) -> tuple[Option, ...] | None:
    if documents is None:
        return None
    return tuple(Option(each["value"], Message(**each["text"])) for each in documents)
