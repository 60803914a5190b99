"""A correction: for which fields one is asked, who decides it, what a decision needs. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import NewType, TypeAlias
from uuid import UUID

from common.approvals.domain import Asked
from common.codes.rules import rule
from common.errors import Conflict, FieldProblem, Forbidden, Invalid, Message
from common.identifiers import Cohort, CollegeCode, GraduateId, SchoolCode
from common.objects import ObjectName
from registry.graduates.domain.editing import may_change
from registry.graduates.domain.fields import EDITING, Editing
from registry.graduates.domain.refusals import NeedsPopulationChange

CorrectionId = NewType("CorrectionId", UUID)

KIND = "correction"
"""The kind of request, by which its deadline is found; the purpose for which who decides reads a value in clear."""

MAX_PROOFS = 3

DECIDING = frozenset({"college_officer", "school_officer"})

Value: TypeAlias = str | bool | date | Decimal | None
"""What a field may hold."""


class ProofKind(StrEnum):
    """What a proof is; identity cards are none of them."""

    REGISTER_EXTRACT = "register_extract"
    HOUSEHOLD_REGISTER = "household_register"
    SCHOOL_DOCUMENT = "school_document"
    OTHER = "other"


@dataclass(frozen=True, kw_only=True)
class Proof:
    """A file that shows what is right; `name` is that of the stored file."""

    id: UUID
    correction_id: CorrectionId
    kind: ProofKind
    media_type: str
    recorded_at: datetime
    name: ObjectName


@dataclass(frozen=True, kw_only=True)
class CorrectionPlan:
    """A correction as it is asked for."""

    graduate_id: GraduateId
    field: str
    value: Value
    reason: str

    def __repr__(self) -> str:
        return "CorrectionPlan(…)"


@dataclass(frozen=True, kw_only=True)
class Correction(Asked):
    """A correction as stored; `before` is what the field held when it was asked.

    `decision_reason` is why it was refused, or the basis of the approval. Of an erased graduate it has no texts.
    """

    id: CorrectionId
    school_code: SchoolCode
    cohort: Cohort
    college_code: CollegeCode | None
    graduate_id: GraduateId
    field: str
    value: Value
    before: Value
    reason: str | None
    decision_reason: str | None
    change_token: str | None
    proofs: Sequence[Proof] = ()

    def __repr__(self) -> str:
        return "Correction(…)"


class CorrectionOpen(Conflict):
    """Another open correction asks for this field of the graduate."""

    code = "correction_open"
    title = Message("该字段已有待审批的更正申请", "An open correction asks for this field already")


class CorrectionNotNeeded(Invalid):
    """The graduate changes the field without asking."""

    code = "correction_not_needed"
    title = rule("correction_not_needed").text

    def __init__(self) -> None:
        super().__init__([rule(self.code).problem("/field")])


class BasisRequired(Invalid):
    """A field of the student register is corrected upon a document only, which the approval names."""

    code = "basis_required"
    title = rule("basis_required").text

    def __init__(self) -> None:
        super().__init__([rule(self.code).problem("/basis")])


class TooManyProofs(Conflict):
    """The correction has as many proofs as one may have."""

    code = "too_many_proofs"
    title = Message(f"一份申请最多 {MAX_PROOFS} 份证明材料", f"A correction has at most {MAX_PROOFS} proofs")


def must_need_asking(name: str) -> None:
    """Raises Invalid for no field of an entry, NeedsPopulationChange for the status, CorrectionNotNeeded."""
    if name == "status":
        raise NeedsPopulationChange("field")
    if name not in EDITING:
        asked = [each for each, editing in EDITING.items() if editing is not Editing.FREE]
        text = Message(
            "没有该字段，可申请更正：" + "、".join(asked), "There is no such field; one of " + ", ".join(asked)
        )
        raise Invalid([FieldProblem("/field", "unknown_field", text)])
    if EDITING[name] is Editing.FREE:
        raise CorrectionNotNeeded


def decides(role: str, name: str) -> bool:
    """True for an officer who may change the field by hand, too."""
    return role in DECIDING and may_change(role, name)


def must_decide(role: str, name: str) -> None:
    """Raises Forbidden."""
    if not decides(role, name):
        raise Forbidden


def must_have_basis(name: str, basis: str | None) -> None:
    """Raises BasisRequired for a field of the student register without one."""
    if basis is None and EDITING[name] is Editing.LOCKED:
        raise BasisRequired
