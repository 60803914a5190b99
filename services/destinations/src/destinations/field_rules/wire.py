"""Answers about field rules."""

from pydantic import BaseModel, ConfigDict, Field

from destinations.evidence.domain import Kind
from destinations.field_rules.domain import Use

_AS_IT_IS = ConfigDict(from_attributes=True)


class FieldUse(BaseModel):
    """One use of a field under a destination code; a field may be `required` and, of a row of a file, `imported`."""

    code: str = Field(description="毕业去向, list destination")
    field: str
    use: Use = Field(
        description="`required` to submit; `expected`: its lack is a warning, and in `incomplete_fields`; `imported`: "
        "its lack in a row of a file is a warning; `optional`, as where no rule stands; `forbidden`"
    )
    verified: bool


class PairAnswer(BaseModel):
    """`code` in `field` goes with `other_code` in `other_field` where both are given."""

    model_config = _AS_IT_IS

    rule: str
    field: str
    code: str
    other_field: str
    other_code: str
    both_ways: bool = Field(description="The other code goes with this one only, too")
    verified: bool


class NeededEvidence(BaseModel):
    """Evidence (证明材料) of a destination; whether it is asked for stands in the season."""

    code: str = Field(description="毕业去向, list destination")
    needed: list[list[Kind]] = Field(description="Of each group one kind is needed")
    taken: list[Kind] = Field(description="Kinds that may be sent")


class FlexibleDefault(BaseModel):
    """灵活就业 where a registration leaves it open: these codes are."""

    codes: list[str]
    verified: bool


class FieldRules(BaseModel):
    """What registrations of a cohort are asked (填报规则)."""

    cohort: int
    scheme: str
    fields: list[FieldUse]
    pairs: list[PairAnswer]
    evidence: list[NeededEvidence]
    flexible_default: FlexibleDefault
