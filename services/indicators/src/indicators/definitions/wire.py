"""The schemes as documents."""

from pydantic import BaseModel, ConfigDict

from common.http import PageOf
from indicators.reading.answers import Label


class MeasureBody(BaseModel):
    """How a rate is made of classes; without a denominator the population is meant."""

    model_config = ConfigDict(from_attributes=True)

    name: str
    title: Label
    numerator: list[str]
    denominator: list[str] | None
    overlapping: bool


class Definition(BaseModel):
    """口径: a scheme with its classes of destination codes."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    version: str
    title: Label
    first_cohort: int | None
    last_cohort: int | None
    classes: dict[str, list[str]]
    measures: list[MeasureBody]
    source: str
    verified: bool


class Definitions(PageOf[Definition]):
    """Schemes, the newest first."""

    min_change_met: bool


class DefinitionAnswer(Definition):
    """One scheme; its `version` is the ETag."""

    min_change_met: bool
