"""A questionnaire written out: its title and its pages."""

from typing import Annotated

from pydantic import Field, TypeAdapter

from common.http import StrictModel
from surveys.questionnaires.domain.content import Content
from surveys.questionnaires.wire.forms import PageForm, TextForm

MAX_PAGES = 100

_CONTENT = TypeAdapter(Content)

Pages = Annotated[list[PageForm], Field(max_length=MAX_PAGES)]


class Written(StrictModel):
    """All that a respondent sees."""

    title: TextForm
    pages: Pages

    def content(self) -> Content:
        """The domain value."""
        return _CONTENT.validate_python(self.model_dump())
