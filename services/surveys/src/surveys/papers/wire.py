"""Papers on the wire: never what was keyed."""

from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import BaseModel, Field

from common.http import StrictModel
from common.identifiers import GraduateId
from surveys.answers.wire import ConsentForm, Values
from surveys.papers.commands import Handled
from surveys.papers.domain import Keyed, PaperState
from surveys.privacy.domain import ConsentRequired
from surveys.responses.announcements import change_token


class PaperForm(StrictModel):
    """What one person reads off a paper."""

    graduate_id: GraduateId
    values: Values
    consent: ConsentForm | None = Field(default=None, description="What is signed; without it 409 `consent_required`")

    def keyed(self) -> Keyed:
        """The domain value; raises ConsentRequired."""
        if self.consent is None:
            raise ConsentRequired
        return Keyed(self.values, self.consent.statement_version, self.consent.sensitive)


class ResolutionForm(StrictModel):
    """What the paper says, by a manager's word."""

    values: Values


class PaperBody(BaseModel):
    """A paper without what was keyed."""

    id: UUID
    version: int
    change_token: str | None = Field(description="Of the submission; null before it")
    wave_id: UUID
    graduate_id: UUID
    state: PaperState
    differing: list[str] = Field(description="Questions that two people have keyed differently; `consent` among them")
    response_id: UUID | None
    created_at: datetime
    recorded_at: datetime

    @classmethod
    def of(cls, handled: Handled) -> Self:
        """The paper with the token of its submission."""
        token = change_token(handled.response) if handled.response else None
        return cls.model_validate(vars(handled.paper) | {"change_token": token and token.encode()})
