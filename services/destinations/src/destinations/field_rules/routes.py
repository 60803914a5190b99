"""The route that shows what registrations are asked; a form asks for what it names."""

from typing import Annotated

from fastapi import Depends, Query

from common.auth import Role, require
from common.codes import CodeLists
from common.http import Router, Whole
from common.identifiers import Cohort
from destinations.evidence.domain import needed, taken
from destinations.field_rules import domain
from destinations.field_rules.wire import FieldRules, FieldUse, FlexibleDefault, NeededEvidence, PairAnswer

router = Router(prefix="/v1", tags=["field-rules"])

READERS = (
    *(Role.GRADUATE, Role.COUNSELLOR, Role.COLLEGE_OFFICER, Role.SCHOOL_OFFICER),
    *(Role.PROVINCIAL_OFFICER, Role.AUDITOR),
)


@router.get(
    "/field-rules", summary="What each destination asks of the fields", dependencies=[Depends(require(*READERS))]
)
async def read_field_rules(*, cohort: Annotated[Whole, Query(ge=1977, le=2200)]) -> FieldRules:
    of_cohort = Cohort(cohort)
    scheme = domain.scheme_of(of_cohort)
    return FieldRules(
        cohort=cohort,
        scheme=scheme.name,
        fields=[
            FieldUse(code=code, field=each.field, use=each.use, verified=each.verified)
            for code in CodeLists.load().get("destination").codes()
            for each in sorted(domain.asked_by(code, of_cohort).rules, key=lambda each: (each.field, each.use))
        ],
        pairs=[PairAnswer.model_validate(each) for each in domain.pairs()],
        evidence=[
            NeededEvidence(code=code, needed=[sorted(group) for group in needed(code)], taken=sorted(taken(code)))
            for code in CodeLists.load().get("destination").codes()
        ],
        flexible_default=FlexibleDefault(codes=list(scheme.flexible_default), verified=scheme.verified),
    )
