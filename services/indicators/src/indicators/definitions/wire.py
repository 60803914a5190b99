"""Definitions as callers see them: each is the whole document, so that its hash can be computed again."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, Field, TypeAdapter

from common.http import PageOf
from indicators.reading.answers import Label


class DefinitionHead(BaseModel):
    """What every definition says of itself."""

    id: str
    version: str
    title: Label
    changes: Label = Field(description="What this version, or this scheme, says otherwise than the one before")
    breaks: list[str] = Field(description="Measures that are not comparable with their name one scheme before")
    source: str
    verified: bool
    hash: str = Field(description="SHA-256 of the RFC 8785 JSON of this object without `hash` and `min_change_met`")


class MeasureBody(BaseModel):
    """How a rate is made of classes; without a denominator the population is meant."""

    name: str
    title: Label
    numerator: list[str]
    denominator: list[str] | None
    overlapping: bool


class SchemeDefinition(DefinitionHead):
    """口径: a scheme with its classes of destination codes."""

    kind: Literal["scheme"]
    first_cohort: int | None
    last_cohort: int | None
    classes: dict[str, list[str]]
    measures: list[MeasureBody]


class DenominatorDefinition(DefinitionHead):
    """分母: whose structure a table shows, in classes of the newest scheme and codes."""

    kind: Literal["denominator"]
    classes: list[str]
    codes: list[str]
    without: list[str] = Field(description="Codes that are left out")
    all_graduates: bool


class MethodDefinition(DefinitionHead):
    """How tracking indicators, protections and scores are made: in words, and by the numbers in them."""

    kind: Literal["tracking", "policy", "score"]
    base: Label
    value: Label
    parameters: Mapping[str, int | str]


Definition = Annotated[SchemeDefinition | DenominatorDefinition | MethodDefinition, Field(discriminator="kind")]

DEFINITION: TypeAdapter[SchemeDefinition | DenominatorDefinition | MethodDefinition] = TypeAdapter(Definition)


class Definitions(PageOf[Definition]):
    """Definitions in their newest version, schemes from the newest to the oldest first."""

    min_change_met: bool


class SchemeAnswer(SchemeDefinition):
    """A scheme; its `version` is the ETag."""

    min_change_met: bool


class DenominatorAnswer(DenominatorDefinition):
    """A denominator; its `version` is the ETag."""

    min_change_met: bool


class MethodAnswer(MethodDefinition):
    """A method; its `version` is the ETag."""

    min_change_met: bool


DefinitionAnswer = Annotated[SchemeAnswer | DenominatorAnswer | MethodAnswer, Field(discriminator="kind")]
ANSWER: TypeAdapter[SchemeAnswer | DenominatorAnswer | MethodAnswer] = TypeAdapter(DefinitionAnswer)
