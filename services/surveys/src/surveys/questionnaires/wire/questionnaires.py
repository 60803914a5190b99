"""Questionnaires on the wire."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from common.errors import FieldProblem, Invalid, Message
from common.http import StrictModel
from surveys.questionnaires.domain.content import (
    Content,
    ContentChange,
    QuestionnairePage,
    QuestionnaireState,
    VariableFate,
)
from surveys.questionnaires.wire.forms import QuestionForm, TextForm, Words, unset
from surveys.questionnaires.wire.library import LibraryId, shipped
from surveys.questionnaires.wire.written import Pages, Written

_PAGES = TypeAdapter(tuple[QuestionnairePage, ...])

_ONE_SOURCE = Message(
    "从问卷库复制时只填 from_library，标题和页随后再改",
    "A copy of the library is named by from_library alone; title and pages are changed after it",
)
_NEEDED = Message("必填（或用 from_library 从问卷库复制）", "Required, unless from_library names one to copy")


class NewQuestionnaire(StrictModel):
    """A questionnaire to begin with: written out, or a copy of one of the library."""

    model_config = ConfigDict(
        json_schema_extra={"oneOf": [{"required": ["title", "pages"]}, {"required": ["from_library"]}]}
    )

    from_library: LibraryId | None = Field(default=None, strict=False, description="The one to copy")
    title: TextForm | None = None
    pages: Pages | None = None

    def content(self) -> Content:
        """The domain value; raises Invalid where both are given, or one half of neither."""
        written = {"title": self.title, "pages": self.pages}
        if self.from_library is not None:
            if given := [name for name, part in written.items() if part is not None]:
                raise Invalid([FieldProblem(f"/{name}", "one_source", _ONE_SOURCE) for name in given])
            return shipped(self.from_library)
        if self.title is None or self.pages is None:
            missing = [name for name, part in written.items() if part is None]
            raise Invalid([FieldProblem(f"/{name}", "required", _NEEDED) for name in missing])
        return Written(title=self.title, pages=self.pages).content()


class TextPatch(StrictModel):
    """Words to change."""

    zh: Words = ""
    en: Words = ""


class QuestionnairePatch(StrictModel):
    """Merge patch: what is absent stays, pages are replaced as a whole."""

    title: TextPatch = Field(default_factory=TextPatch)
    pages: Pages = Field(default_factory=list)

    def change(self) -> ContentChange:
        """The domain value."""
        pages = _PAGES.validate_python(self.model_dump()["pages"]) if "pages" in self.model_fields_set else None
        return ContentChange(self.title.model_dump(exclude_unset=True), pages)


# lax, because the domain keeps tuples where JSON has lists
class QuestionBody(QuestionForm, from_attributes=True, strict=False):
    """A question as it is served: members that its type does not need are absent."""


class PageBody(BaseModel, from_attributes=True):
    """A page as it is served."""

    id: str
    title: TextForm | None = unset("Read above its questions")
    visible_if: str | None = unset("The condition under which its questions are asked")
    questions: list[QuestionBody]


class ChangeBody(BaseModel, from_attributes=True):
    """A variable against the version before: `reworded` is comparable with `same_meaning` alone, `changed` never."""

    variable: str
    change: VariableFate
    comparable: bool


class QuestionnaireBody(BaseModel, from_attributes=True):
    """A questionnaire with its draft content; `published_version` is the newest frozen one."""

    id: UUID
    version: int
    change_token: None = None
    school_code: str | None = Field(description="Null: for every school")
    state: QuestionnaireState
    published_version: int | None
    title: TextForm
    pages: list[PageBody]
    changes: list[ChangeBody] | None = unset("Of the variables of the newest published version against the one before")
    created_at: datetime
    recorded_at: datetime


class VersionBody(BaseModel, from_attributes=True):
    """A published version; it never changes."""

    questionnaire_id: UUID
    number: int
    title: TextForm
    pages: list[PageBody]
    published_at: datetime
