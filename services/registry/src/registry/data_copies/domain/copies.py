"""A copy of all that is held about a person: made for the person alone, there for a day."""

from dataclasses import dataclass
from uuid import UUID

from common.errors import Conflict, Gone, Message
from common.identifiers import GraduateId, OperationId, SchoolCode

KIND = "data_copy"
"""The kind of work and of access."""

FILE_HOURS = 24
"""In which who asked may fetch the file, from when it was made."""

OTHERS = ("destinations", "surveys", "indicators")
"""The services that are asked for what they hold."""


@dataclass(frozen=True, kw_only=True)
class DataCopy:
    """A copy as stored. `is_there` from when its file was made until its hours are over or it was deleted.

    `is_under_way` until its work ends, or is to end; a copy that is neither is over.
    """

    operation_id: OperationId
    graduate_id: GraduateId
    school_code: SchoolCode
    subject: str
    is_under_way: bool
    is_there: bool


class DataCopyNotReady(Conflict):
    """The copy is being made, or waits for a service that does not answer."""

    code = "data_copy_not_ready"
    title = Message("副本正在生成，请稍后再来下载", "The copy is being made; come back later")


class DataCopyGone(Gone):
    """The hours are over, another copy took its place, it was cancelled, or the person's data are erased."""

    code = "data_copy_gone"
    title = Message(
        "副本只保留 24 小时，现已不可用；个人信息未删除的，可重新申请",
        "A copy is there for 24 hours, and this one is no longer; unless your data are erased, you may ask for another",
    )


def name_of(operation_id: UUID) -> str:
    """Name of the file without its ending."""
    return f"data-copy-{operation_id}"
