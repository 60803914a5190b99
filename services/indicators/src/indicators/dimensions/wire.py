"""Dimensions as documents."""

from pydantic import BaseModel, Field

from common.http import PageOf
from indicators.reading.answers import Label


class ValueBody(BaseModel):
    """A value with its name."""

    code: str
    label: Label


class DimensionBody(BaseModel):
    """What `by` and filters may name."""

    name: str
    label: Label
    values: list[ValueBody] | None = Field(description="All of them; null where each school has its own")


class Dimensions(PageOf[DimensionBody]):
    """Dimensions, in the order in which tables are made of them."""

    min_change_met: bool
