"""What the routes of notices take and answer."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from common.http import StrictModel
from registry.graduates.domain.notices import Notice


class ReadNotices(StrictModel):
    """Up to which notice all are read, that one included."""

    up_to: Annotated[UUID, Field(strict=False, description="`id` of a notice")]


class NoticeAnswer(BaseModel):
    """That something happened to the own entry; what it was, the entry and the requests say."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    kind: Notice
    recorded_at: datetime
    read_at: datetime | None


class NoticesRead(BaseModel):
    """What was marked; none, where all were read before."""

    up_to: UUID
    marked: int
