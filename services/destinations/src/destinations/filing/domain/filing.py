"""Filings (上报): what is asked for, what was made of it, and what becomes of the file; pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, NewType, Self
from uuid import UUID

from common.approvals.domain import TransitionNotAllowed
from common.errors import Conflict, Gone, Invalid, Message
from common.identifiers import ClassCode, Cohort, CollegeCode, MajorCode, SchoolCode
from destinations.filing.formats import Format

FilingId = NewType("FilingId", UUID)

KIND = "filing"
"""Of the work, of accesses, and the purpose."""


class Recipient(StrEnum):
    """Who gets the file."""

    PROVINCE = "province"
    NATION = "nation"


class FileType(StrEnum):
    """How the file is written."""

    XLSX = "xlsx"
    CSV = "csv"

    @property
    def media_type(self) -> str:
        """What the answer says it is."""
        return _MEDIA_TYPES[self]


_MEDIA_TYPES = {
    FileType.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    FileType.CSV: "text/csv; charset=utf-8",
}


class Contents(StrEnum):
    """Everybody, or what has changed since the recipient was sent the last files."""

    FULL = "full"
    CHANGES = "changes"


class Unregistered(StrEnum):
    """What becomes of who has not registered."""

    LEAVE_OUT = "leave_out"
    AS_SEEKING = "as_seeking"


class State(StrEnum):
    """Where a filing stands."""

    PREPARING = "preparing"
    PREPARED = "prepared"
    SENT = "sent"
    ACCEPTED = "accepted"
    RETURNED = "returned"
    DISCARDED = "discarded"


class Act(StrEnum):
    """What is done with a prepared file, and with one that was sent."""

    SEND = "send"
    DISCARD = "discard"
    ACCEPT = "accept"
    RETURN = "return"


TRANSITIONS: Mapping[tuple[State, Act], State] = {
    (State.PREPARED, Act.SEND): State.SENT,
    (State.PREPARED, Act.DISCARD): State.DISCARDED,
    (State.SENT, Act.ACCEPT): State.ACCEPTED,
    (State.SENT, Act.RETURN): State.RETURNED,
}
ANSWERS = frozenset({Act.ACCEPT, Act.RETURN})
"""Acts of the recipient."""


class FilingOpen(Conflict):
    """A file for this recipient is being prepared, or waits to be sent."""

    code = "filing_open"
    title = Message("已有待报送的文件，请先报送或作废", "A prepared filing waits: send or discard it first")


class FilingWithoutFile(Conflict):
    """The filing has no file: it is being prepared, or was discarded, or its years are over."""

    code = "filing_without_file"
    title = Message("该报送没有文件", "The filing has no file")


class FilingHasErased(Gone):
    """Someone in the file is erased: it is kept as sent, and no longer given out."""

    code = "filing_has_erased"
    title = Message(
        "文件中有人员的个人信息已删除，文件只封存备查，不再提供下载；可重新生成报送文件",
        "The data of a person in the file are erased: it is kept, and no longer given out; prepare another one",
    )


class NobodySelected(Invalid):
    """The filter matches no graduate of the cohort."""

    code = "nobody_selected"
    title = Message("筛选条件下没有毕业生", "The filter matches no graduate")


@dataclass(frozen=True)
class Narrowing:
    """Whom a filing is about, of those who count; None narrows nothing."""

    college_code: CollegeCode | None = None
    major_code: MajorCode | None = None
    class_code: ClassCode | None = None
    destination_codes: tuple[str, ...] | None = None

    def to_json(self) -> dict[str, Any]:
        """As it is stored."""
        return {name: value for name, value in vars(self).items() if value is not None}

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> Self:
        """The filter of what `to_json` gave."""
        codes = stored.get("destination_codes")
        return cls(**{**stored, "destination_codes": None if codes is None else tuple(codes)})

    def takes(self, destination_code: str) -> bool:
        """Whether a destination is meant."""
        return self.destination_codes is None or destination_code in self.destination_codes


@dataclass(frozen=True)
class Asked:
    """The file that is asked for."""

    school_code: SchoolCode
    cohort: Cohort
    recipient: Recipient | None
    format: Format
    file_type: FileType
    filter: Narrowing
    content: Contents
    unregistered: Unregistered


@dataclass(frozen=True)
class Manifest:
    """What stands in the file, as of one moment."""

    known_at: datetime
    rows: int
    by_code: Mapping[str, int]
    as_seeking: int
    withdrawn: int
    left_out: int
    sha256: bytes
    size: int
    code_list_version: str


@dataclass(frozen=True)
class Filing:
    """One filing; `college_code` is that of its maker, `manifest` is there once it is prepared.

    `previous` is the filing before that the recipient has.
    """

    id: FilingId
    asked: Asked
    college_code: CollegeCode | None
    serial: int
    state: State
    version: int
    previous: FilingId | None
    manifest: Manifest | None
    reason: str | None
    keep_until: date | None
    recorded_at: datetime
    sent_at: datetime | None
    answered_at: datetime | None


def following(state: State, act: Act) -> State:
    """The state after an act; raises TransitionNotAllowed."""
    if (after := TRANSITIONS.get((state, act))) is None:
        raise TransitionNotAllowed(state.value, [each.value for at, each in TRANSITIONS if at is state])
    return after
