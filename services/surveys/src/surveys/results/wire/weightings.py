"""Weightings on the wire."""

from collections.abc import Iterator
from datetime import datetime
from fractions import Fraction
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field

from common.errors import FieldProblem, Invalid, Message
from common.http import PageOf, StrictModel, rule_broken
from surveys.results.domain.weighting import WEIGHED_BY, Asked, Method
from surveys.results.wire.analysis import Group

NEAR = Fraction(1, 10**9)
"""By so much the shares of a margin may miss 1: a third has to be written somehow."""

_KNOWN = " ".join(WEIGHED_BY)
_UNKNOWN = Message(f"未知的分层变量；可用：{_KNOWN}", f"Unknown dimension; there are: {_KNOWN}")
_REPEATED = Message("分层变量重复或为空", "Name each dimension once, and one at least")
_REQUIRED = Message(
    "post_stratification 须给出 by，raking 须给出 margins", "Post-stratification needs `by`, raking `margins`"
)
_OTHER_METHOD = Message("另一种方法才有此项", "This is of the other method")
_SUM = Message("各取值的占比之和须为 1", "The shares must add up to 1")


def _listed(said: Any) -> Any:
    """Dimensions as a list, or separated by commas as in queries."""
    return said.split(",") if isinstance(said, str) else said


def _known(names: list[str]) -> list[str]:
    if any(name not in WEIGHED_BY for name in names):
        raise rule_broken("unknown_dimension", _UNKNOWN)
    if not names or len(set(names)) != len(names):
        raise rule_broken("repeated_dimension", _REPEATED)
    return names


Share = Annotated[float, Field(ge=0, le=1)]
Value = Annotated[str, Field(max_length=100, pattern=r"^[^\x00]*$")]


class NewWeighting(StrictModel):
    """Weights to make. Post-stratification has `by`: each stratum counts as it does among those who are eligible.

    Raking has `margins`, each of which is met, and `max_ratio`: no weight is more than so many times another.
    """

    method: Method
    by: Annotated[list[str], BeforeValidator(_listed), AfterValidator(_known)] | None = Field(
        default=None, description=f"Of post-stratification: of {_KNOWN}", examples=[["education_level", "sex"]]
    )
    margins: dict[Value, Annotated[dict[Value, Share], Field(min_length=1, max_length=1_000)]] | None = Field(
        default=None,
        description=f"Of raking: dimension ({_KNOWN}) → value → share; those of each add up to 1. Empty text: no value",
        examples=[{"education_level": {"bachelor": 0.8, "master": 0.2}, "sex": {"1": 0.5, "2": 0.5}}],
    )
    max_ratio: Annotated[float, Field(ge=1, le=1_000_000)] | None = Field(default=None, description="Of raking")

    def asked(self) -> Asked:
        """The domain value; raises Invalid for what the method lacks or has not, and for margins that are none."""
        if problems := [*self._problems()]:
            raise Invalid(problems)
        if self.margins is None:
            return Asked(Method.POST_STRATIFICATION, tuple(self.by or ()))
        exact = {
            name: {value or None: _exact(share) for value, share in of.items()} for name, of in self.margins.items()
        }
        as_sent = {name: {value: f"{share}" for value, share in of.items()} for name, of in self.margins.items()}
        ratio = None if self.max_ratio is None else _exact(self.max_ratio)
        return Asked(Method.RAKING, tuple(exact), exact, ratio, as_sent)

    def _problems(self) -> Iterator[FieldProblem]:
        raking = self.method is Method.RAKING
        for name, of_raking, given in (
            ("by", False, self.by is not None),
            ("margins", True, bool(self.margins)),
            ("max_ratio", True, self.max_ratio is not None),
        ):
            if given and of_raking != raking:
                yield FieldProblem(f"/{name}", "not_allowed", _OTHER_METHOD)
            elif not given and of_raking == raking and name != "max_ratio":
                yield FieldProblem(f"/{name}", "required", _REQUIRED)
        for name, shares in (self.margins or {}).items():
            if name not in WEIGHED_BY:
                yield FieldProblem(f"/margins/{name}", "unknown_dimension", _UNKNOWN)
            elif abs(sum(map(_exact, shares.values()), Fraction(-1))) > NEAR:
                yield FieldProblem(f"/margins/{name}", "sum_not_1", _SUM)


def _exact(number: float) -> Fraction:
    # as it was written: 0.1 is a tenth
    return Fraction(str(number))


class StratumBody(BaseModel):
    """One stratum with the weight of each of its answers."""

    group: Group
    answers: int
    weight: float


class WeightingBody(BaseModel, from_attributes=True):
    """Weights of mean 1 for the answers of an edition."""

    id: UUID
    version: int
    change_token: None = None
    edition: int
    method: Method
    by: list[str]
    margins: dict[str, dict[str, float]] | None
    max_ratio: float | None
    answers: int
    n_eff: float = Field(description="(Σw)²/Σw²: so many answers of one weight say as much")
    deff: float = Field(description="n Σw²/(Σw)²: by so much variances are larger")
    iterations: int | None = Field(description="Of raking")
    max_error: float | None = Field(description="Of raking: by how much the worst margin is missed, 1e-8 at most")
    strata: list[StratumBody]
    created_at: datetime


class WeightingsPage(PageOf[WeightingBody]):
    """Weightings of a wave."""
