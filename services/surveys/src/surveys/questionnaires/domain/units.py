"""A content with the units of the school that asks: what its questions of majors and colleges are answered by."""

from dataclasses import replace
from functools import lru_cache
from typing import TypeVar

from surveys.questionnaires.domain.content import Content, PublishedVersion
from surveys.units.domain import SchoolUnits

Asking = TypeVar("Asking", bound=Content)


def asks_units(content: Content) -> bool:
    """Whether any question is one about a unit of the school."""
    return any(question.is_of_school for question in content.questions)


@lru_cache(maxsize=64)
def version_asks_units(version: PublishedVersion) -> bool:
    """The same of a published version, looked at once."""
    return asks_units(version)


def with_units(content: Asking, units: SchoolUnits) -> Asking:
    """The same content, each such question with the units that there are; of a list that is not known without them."""
    known = {each.id: units.lists.get(each.code_list or "") for each in content.questions if each.is_of_school}
    pages = (
        replace(page, questions=tuple(replace(each, units=known.get(each.id)) for each in page.questions))
        for page in content.pages
    )
    return replace(content, pages=tuple(pages))


@lru_cache(maxsize=64)
def version_with_units(version: PublishedVersion, units: SchoolUnits) -> PublishedVersion:
    """The same of a published version, once as long as the units stay: what is made of it is found by the version."""
    return with_units(version, units)
