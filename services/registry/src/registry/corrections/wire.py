"""What the routes of corrections take and answer."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, ClassVar, Self
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints, ValidationError

from common.approvals.domain import allowed_actions
from common.approvals.wire import Reason, RequestAnswer
from common.auth import Principal
from common.errors import Invalid
from common.files import JPEG, MB, PDF, PNG, Files
from common.http import FileForm, StrictModel
from common.http.validation import field_problems
from common.identifiers import GraduateId
from common.objects.links import Link
from registry.corrections.domain import Correction, CorrectionPlan, ProofKind, Value, decides
from registry.graduates.domain.masking import as_seen
from registry.graduates.wire import GivenFields

FieldName = Annotated[str, StringConstraints(min_length=1, max_length=64)]


class NewCorrection(StrictModel):
    """Another value for a field of the own entry, for an officer to decide."""

    graduate_id: UUID
    field: FieldName = Field(description="Any but those that the graduate changes directly", examples=["birth_date"])
    value: str | bool | int | float | None = Field(description="As a PATCH of the entry takes it; null clears")
    reason: Reason

    def plan(self) -> CorrectionPlan:
        """The correction as it is asked for; raises Invalid for a value that no PATCH would take."""
        value: Value = None
        # of another field the act says that there is none
        if self.field in GivenFields.model_fields:
            try:
                value = getattr(GivenFields.model_validate({self.field: self.value}), self.field)
            except ValidationError as error:
                problems = field_problems(error.errors(include_url=False, include_input=False))
                raise Invalid([replace(each, pointer="/value") for each in problems]) from None
        return CorrectionPlan(
            graduate_id=GraduateId(self.graduate_id), field=self.field, value=value, reason=self.reason
        )


class Approval(StrictModel):
    """On what an approval rests; `{}` where it needs nothing."""

    basis: Reason | None = Field(None, description="The document (依据); needed for a field of the student register")


class ProofForm(FileForm):
    """A file that shows what is right: no identity card."""

    files: ClassVar[Files] = Files((JPEG, PNG, PDF), at_most=5 * MB)

    kind: ProofKind


class ProofAnswer(BaseModel):
    """A proof, with a link where one correction is read."""

    id: UUID
    kind: ProofKind
    media_type: str
    recorded_at: datetime
    url: str | None = Field(None, description="Path of the file, which works without a token until `url_expires_at`")
    url_expires_at: datetime | None = None


class CorrectionAnswer(RequestAnswer):
    """A correction as its readers see it."""

    school_code: str
    cohort: int
    college_code: str | None = Field(description="The graduate's when it was asked")
    graduate_id: UUID
    field: str
    value: str | bool | date | Decimal | None = Field(
        description="What is asked for: masked as the entry is; in clear to the graduate, and where one who may decide "
        "reads the open correction, which is logged"
    )
    before: str | bool | date | Decimal | None = Field(
        description="What the entry held when it was asked, masked as the entry is"
    )
    proofs: list[ProofAnswer]
    change_token: str | None = Field(description="Of the approval; null where no event shows what changed")

    @classmethod
    def of(
        cls, correction: Correction, caller: Principal, *, clear: bool = False, links: Mapping[UUID, Link] | None = None
    ) -> Self:
        """The correction, with what the caller may do."""
        role, field = caller.role.value, correction.field
        made = {
            "value": correction.value if clear else _seen(field, correction.value, role),
            "before": _seen(field, correction.before, role),
            "proofs": [
                ProofAnswer(
                    id=proof.id,
                    kind=proof.kind,
                    media_type=proof.media_type,
                    recorded_at=proof.recorded_at,
                    url=links[proof.id].url if links else None,
                    url_expires_at=links[proof.id].expires_at if links else None,
                )
                for proof in correction.proofs
            ],
            "allowed_transitions": allowed_actions(correction, caller.subject, decides=decides(role, field)),
        }
        shown = {name: getattr(correction, name) for name in cls.model_fields if name not in made}
        return cls(**shown, **made)


def _seen(field: str, value: Value, role: str) -> Value:
    seen: Value = as_seen({field: value}, role)[field]
    return seen
