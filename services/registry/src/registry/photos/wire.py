"""What the routes of photos take and answer."""

from datetime import datetime
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from common.approvals.wire import Reason
from common.files import JPEG, MB, Files
from common.http import StrictModel
from common.objects.links import Link
from registry.graduates.domain.photo_state import PhotoState
from registry.photo_checks.rules import Result
from registry.photos.domain import Photo, PhotoBroken

PHOTOS = Files((JPEG,), at_most=5 * MB, refuse=lambda _formats, pointer: PhotoBroken(["photo_format"], pointer))


class PhotoRefusal(StrictModel):
    """Which rule a photo breaks, and what is wrong with it."""

    rule: Annotated[str, StringConstraints(min_length=1, max_length=64)] = Field(description="Id of a rule of photos")
    reason: Reason


class CheckAnswer(BaseModel):
    """One check of a photo."""

    model_config = ConfigDict(from_attributes=True)

    rule: str
    state: Result
    measured: float | str | None = Field(description="What was measured; its limits stand in the rule's text")


class PhotoAnswer(BaseModel):
    """A photo, and a link to it."""

    version: int
    state: PhotoState
    checks: list[CheckAnswer]
    rule: str | None = Field(description="The rule by which it was refused")
    reason: str | None = Field(description="Why it was refused")
    recorded_at: datetime
    url: str = Field(description="Path of the photo, which works without a token until `url_expires_at`")
    url_expires_at: datetime

    @classmethod
    def of(cls, photo: Photo, link: Link) -> Self:
        """The photo with a link to it."""
        checks = [CheckAnswer.model_validate(each) for each in photo.checks]
        names = ("version", "state", "rule", "reason", "recorded_at")
        shown = {name: getattr(photo, name) for name in names}
        return cls(**shown, checks=checks, url=link.url, url_expires_at=link.expires_at)
