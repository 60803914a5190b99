"""Rate topic of indicators: groups whose figures (落实率 and the others) moved; figures are read over HTTP."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from common.contracts.events import EXAMPLE_FACTS, Event, TopicSpec
from common.contracts.fields import CohortField, EventData, Slug, UnitCode

TOPIC = "quxiang.indicators.rate.v1"
MOVED = "quxiang.rate.moved"


class MovedGroup(BaseModel):
    """One group: the whole school (`total`) or one value of one dimension; a missing value is null."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    dimension: Slug
    value: UnitCode | None = None


class RateMovedData(EventData):
    """Groups of one school and cohort whose counts moved within about a second."""

    cohort: CohortField
    groups: Annotated[tuple[MovedGroup, ...], Field(min_length=1)]


EVENTS = (
    Event(
        MOVED,
        RateMovedData,
        "Figures of these groups moved",
        RateMovedData(
            **EXAMPLE_FACTS,
            cohort=2024,
            groups=(MovedGroup(dimension="total"), MovedGroup(dimension="college", value="C01")),
        ),
    ),
)

TOPIC_SPEC = TopicSpec(TOPIC, "indicators", "school_code", "Groups whose figures moved", EVENTS)
