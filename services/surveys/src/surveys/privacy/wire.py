"""Privacy statements on the wire."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from common.errors import Message
from common.http import StrictModel
from surveys.privacy.domain import MAX_MONTHS, MIN_MONTHS, WORDS, Said, SaidChange, StatementState

Words = Annotated[str, Field(max_length=20_000)]
Months = Annotated[
    int,
    Field(ge=MIN_MONTHS, le=MAX_MONTHS, description="After which answers lose the person, from the wave's close on"),
]


class WordsForm(StrictModel, from_attributes=True):
    """The same words in both languages; a draft may leave one empty."""

    zh: Words
    en: Words


class NewStatement(StrictModel):
    """A statement to begin with."""

    text: Annotated[WordsForm, Field(description="What respondents read first")]
    purposes: Annotated[WordsForm, Field(description="What the answers are used for")]
    contact: Annotated[WordsForm, Field(description="Whom to ask")]
    retention_months: Months

    def said(self) -> Said:
        """The domain value."""
        text, purposes, contact = (Message(**getattr(self, name).model_dump()) for name in WORDS)
        return Said(text, purposes, contact, self.retention_months)


class WordsPatch(StrictModel):
    """Words to change."""

    zh: Words = ""
    en: Words = ""


class StatementPatch(StrictModel):
    """Merge patch: what is absent stays."""

    text: WordsPatch = Field(default_factory=WordsPatch)
    purposes: WordsPatch = Field(default_factory=WordsPatch)
    contact: WordsPatch = Field(default_factory=WordsPatch)
    # never used: what is absent stays
    retention_months: Months = MIN_MONTHS

    def change(self) -> SaidChange:
        """The domain value."""
        given = self.model_dump(exclude_unset=True)
        return SaidChange({name: given[name] for name in WORDS if name in given}, given.get("retention_months"))


class SaidBody(BaseModel, from_attributes=True):
    """What a statement says."""

    text: WordsForm
    purposes: WordsForm
    contact: WordsForm
    retention_months: int


class StatementBody(SaidBody):
    """A privacy statement with its draft; `published_version` is the newest frozen one."""

    id: UUID
    version: int
    change_token: None = None
    school_code: str | None = Field(description="Null: for every school")
    state: StatementState
    published_version: int | None
    created_at: datetime
    recorded_at: datetime


class StatementVersionBody(SaidBody):
    """A published version; it never changes."""

    statement_id: UUID
    number: int
    published_at: datetime
