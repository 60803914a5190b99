"""Responses on the wire: that a graduate answered, never what."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Self
from uuid import UUID

from pydantic import BaseModel, Field

from common.identifiers import ResponseId
from surveys.ballots.domain import Ballot
from surveys.quality.domain import Flag
from surveys.responses.announcements import change_token
from surveys.responses.domain import CompletedBy, Completeness, Response, ResponseState

_NO_FLAGS: Mapping[ResponseId, Sequence[Flag]] = MappingProxyType({})
_COUNTED = "Null for staff unless the wave is `identified`: beside a file of answers it would tell whose row is whose"
_COUNTS = ("questions_answered", "questions_total", "completeness")


class ResponseBody(BaseModel):
    """A response without what was answered."""

    id: UUID
    version: int
    change_token: str | None
    wave_id: UUID
    graduate_id: UUID | None = Field(description="Null of employers, and in an unlinkable wave, where it is unknown")
    employer_id: UUID | None
    number: int = Field(description="Of several answers of one employer's link")
    school_code: str
    state: ResponseState
    questions_answered: int | None = Field(description=_COUNTED)
    questions_total: int | None = Field(description=_COUNTED)
    created_at: datetime | None = Field(description="Null in an unlinkable wave")
    recorded_at: datetime | None = Field(description="Null in an unlinkable wave")
    submitted_at: datetime | None
    week: str | None = Field(default=None, description="Of the submission, `2026-W48`; of unlinkable waves only")
    completeness: Completeness | None = Field(description="Of what was submitted last. " + _COUNTED)
    flags: list[Flag] = Field(
        default=[],
        description="What to look at; `contradicts_registration` is said of waves that are `identified` alone",
    )
    excluded_at: datetime | None = Field(default=None, description="Since when the answer counts in no figure")
    completed_by: CompletedBy | None = Field(description="`close`: the end of the wave submitted it")

    @classmethod
    def of(
        cls, response: Response | Ballot, flags: Mapping[ResponseId, Sequence[Flag]] = _NO_FLAGS, *, counted: bool
    ) -> Self:
        """The response with the token of its newest event, and how much is answered if that may be `counted`.

        Of a ballot there is no event, nor a person, nor a time.
        """
        if isinstance(response, Ballot):
            unknown = ("change_token", "graduate_id", "employer_id", "created_at", "recorded_at", "submitted_at")
            return cls.model_validate({**vars(response), **dict.fromkeys(unknown), "number": 1})
        token = change_token(response)
        beside = {"change_token": token and token.encode(), "flags": [*flags.get(response.id, ())]}
        return cls.model_validate({**vars(response), **beside, **({} if counted else dict.fromkeys(_COUNTS))})
