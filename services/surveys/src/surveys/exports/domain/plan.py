"""An export as it is asked for and as it is kept, and who may have its file for how long."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Literal, NewType
from uuid import UUID

from common.approvals.domain import Asked
from common.errors import Conflict, FieldProblem, Gone, Invalid, Message
from common.identifiers import Cohort, CollegeCode, SchoolCode, WaveId

ExportId = NewType("ExportId", UUID)

KIND = "survey_export"
"""The kind of request, and of the work that writes the file."""

ACCESS = "export"
"""The kind of access."""

PURPOSES = frozenset({"support"})
"""What answers are given away for with the person."""

FILE_HOURS = 24
"""In which who asked may fetch a file with the persons, from when it was made."""

MAX_SHEET_COLUMNS = 16_384
"""Of a worksheet."""


class ExportState(StrEnum):
    """Where an export stands: those with the person as every request of two people."""

    OPEN = "open"
    WITHDRAWN = "withdrawn"
    APPROVED = "approved"
    REFUSED = "refused"
    UNRESTRICTED = "unrestricted"


@dataclass(frozen=True)
class ExportPlan:
    """What is asked for. `labelled`: values are written as their labels in the language.

    `weighting_id` are the weights of the wave that a column has.
    """

    format: Literal["csv", "xlsx", "sav"]
    values: Literal["coded", "labelled"]
    language: Literal["zh", "en"]
    identified: bool
    weighting_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class Export(Asked):
    """An export as stored.

    `college_code` is the one that it is cut to. `rows` and `versions` (of the questionnaire, the wave's own first) are
    known once the file was made; `stands` is what its answers were then.
    """

    id: ExportId
    school_code: SchoolCode
    wave_id: WaveId
    cohort: Cohort | None
    college_code: CollegeCode | None
    plan: ExportPlan
    purpose: str | None
    reason: str | None
    decision_reason: str | None
    operation_id: UUID | None
    rows: int | None
    versions: tuple[int, ...] | None
    stands: Decimal | None
    file_until: datetime | None
    fetched_at: datetime | None


class FileNotReady(Conflict):
    """There is no file yet: `state` says whether the request is still to be decided."""

    code = "file_not_ready"
    title = Message("文件尚未生成", "The file is not ready")


class FileGone(Gone):
    """The file was fetched, not fetched in time, or has answers that do not stand any more."""

    code = "file_gone"
    title = Message(
        "文件已不可用：含个人身份的文件只能在生成后 24 小时内下载一次，其他文件保留 7 天；"
        "其中有答卷被撤回、排除或删除后也不再提供。请重新导出",
        "The file is no longer there: one with the persons can be fetched once, within 24 hours, others for 7 days, and"
        " none once an answer in it was withdrawn, excluded or erased; export anew",
    )


class ReasonRequired(Invalid):
    """A file with the persons is asked for without a reason."""

    code = "reason_required"
    title = Message("须说明理由", "A reason is required")

    def __init__(self) -> None:
        message = Message("导出含个人身份的答卷须说明理由", "Say why answers are exported with the persons")
        super().__init__([FieldProblem("/reason", "required", message)])


class UnknownWeighting(Invalid):
    """The wave has no such weights."""

    code = "unknown_weighting"
    title = Message("本轮没有这套权重", "The wave has no such weights")

    def __init__(self) -> None:
        message = Message("请从 /v1/waves/{id}/weightings 中选取", "Take one of /v1/waves/{id}/weightings of this wave")
        super().__init__([FieldProblem("/weighting", self.code, message)])


class TooManyColumns(Invalid):
    """A worksheet has no room for so many columns."""

    code = "too_many_columns"
    title = Message("列数超过工作表上限", "There are more columns than a worksheet has")

    def __init__(self, count: int) -> None:
        message = Message(
            f"共 {count} 列，工作表最多 {MAX_SHEET_COLUMNS} 列；请改用 csv 或 sav",
            f"There are {count} columns, a worksheet has {MAX_SHEET_COLUMNS} at most; take csv or sav",
        )
        super().__init__([FieldProblem("/format", self.code, message)])
