"""A clear export: what its purpose must open, who may have the file, and for how long."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import NewType
from uuid import UUID

from common import clock
from common.approvals.domain import Asked, Outdated
from common.codes import CodeLists
from common.errors import Conflict, FieldProblem, Gone, Message
from common.identifiers import SchoolCode
from common.purposes import PurposeUnknown
from registry.exports.domain.plan import ExportPlan, place_of_column
from registry.graduates.domain.masking import HIDDEN, MASKS
from registry.reveals.domain import FieldNotForPurpose, opened_to

ClearExportId = NewType("ClearExportId", UUID)

KIND = "clear_export"
"""The kind of request and of access."""

ASKER = "school_officer"
"""The role that asks for clear exports, and decides them."""

FILE_HOURS = 24
"""In which who asked may fetch the file, from when it was made."""


@dataclass(frozen=True, kw_only=True)
class ClearExport(Asked):
    """A clear export as stored. `people` and `file_until` are known once the file was made."""

    id: ClearExportId
    plan: ExportPlan
    purpose: str
    reason: str | None
    decision_reason: str | None
    operation_id: UUID | None
    people: int | None
    file_until: datetime | None
    fetched_at: datetime | None

    @property
    def school_code(self) -> SchoolCode:
        """The code of the school whose roster is asked for."""
        return self.plan.school_code


class FileNotReady(Conflict):
    """There is no file yet: `state` says whether the request is still to be decided."""

    code = "file_not_ready"
    title = Message("文件尚未生成", "The file is not ready")


class FileGone(Gone):
    """The file was fetched, is being fetched, was not fetched in time, or could not be made.

    Or someone in it may not be given away any more.
    """

    code = "file_gone"
    title = Message(
        "文件只能下载一次，且须在生成后 24 小时内下载；其中有人的信息停止提供时也不可下载。现已不可用；"
        "可就仍可提供信息的人重新申请",
        "The file can be fetched once, within 24 hours, and not once a person in it is no longer given away; it is no"
        " longer there: ask anew for those who may still be given away",
    )


def clear_columns(plan: ExportPlan, purpose: str) -> Collection[str]:
    """The columns that the file holds in clear though staff see them masked.

    Raises PurposeNotPermitted, FieldNotForPurpose for a column that is neither opened nor seen by staff.
    """
    opened = opened_to(purpose, ASKER)
    masked = [name for name in plan.named if name in MASKS or name in HIDDEN]
    if closed := [name for name in masked if name not in opened]:
        message = Message("该用途可查看明文：" + "、".join(opened), "In clear this purpose opens: " + ", ".join(opened))
        code = FieldNotForPurpose.code
        raise FieldNotForPurpose([FieldProblem(place_of_column(plan, name), code, message) for name in closed])
    return masked


def must_be_in_force(purpose: str) -> None:
    """Raises Outdated where the purpose is no longer in force."""
    if CodeLists.load().get("purpose").lookup(purpose, clock.today()) is None:
        raise Outdated(PurposeUnknown("/purpose").problems)
