"""Notices as a graduate reads them. Pure."""

from dataclasses import dataclass
from datetime import datetime
from typing import NewType
from uuid import UUID

from common.codes.rules import rule
from common.errors import Invalid
from registry.graduates.domain.notices import Notice

NoticeId = NewType("NoticeId", UUID)


@dataclass(frozen=True, kw_only=True)
class StoredNotice:
    """That something happened to the entry, and when the graduate has read it."""

    id: NoticeId
    kind: Notice
    recorded_at: datetime
    read_at: datetime | None


class UnknownNotice(Invalid):
    """The notice up to which all are read is none of the graduate's."""

    code = "unknown_notice"
    title = rule("unknown_notice").text

    def __init__(self) -> None:
        super().__init__([rule(self.code).problem("/up_to")])
