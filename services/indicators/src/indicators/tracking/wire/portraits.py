"""Portraits of a group (职业发展画像), never of a person: what its answers say over the cycles."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field

from common.clock import day_in_shanghai
from common.errors import Message
from indicators.formats.about import table_of
from indicators.formats.observation import Dataflow, FigureTable
from indicators.reading.answers import NamedGroup, Stamp
from indicators.reading.selection import Selection
from indicators.responses.domain import ResponseFigure
from indicators.tracking.domain import Columns, Edition
from indicators.tracking.wire.answers import EditionBody, IndicatorBody, Status, indicator_body, title_of
from indicators.tracking.wire.files import Place, observed_of
from indicators.tracking_counts.indicators import INDUSTRY_FLOWS, OF_PORTRAITS, SITUATIONS
from indicators.tracking_counts.readings import FLOW

_TITLE = Message("职业发展画像", "Portrait of a group")


class FlowBody(BaseModel):
    """Graduates by their industry in cycle 0 and now."""

    model_config = ConfigDict(populate_by_name=True)

    from_: str = Field(alias="from", examples=["39"])
    to: str
    count: int
    share: str


class FlowsBody(BaseModel):
    """Flows of industry, the largest first; without `status` ok base and flows are null."""

    base: int | None
    flows: list[FlowBody] | None
    status: Status


class PortraitCycle(BaseModel):
    """One cycle: who was asked and answered is live, everything else of its newest edition."""

    cycle: int
    edition: EditionBody | None
    eligible: int
    respondents: int
    response_rate: str | None
    destination_classes: IndicatorBody = Field(description="Share of each situation that answers name")
    indicators: dict[str, IndicatorBody]
    industry_flows: FlowsBody


class Portrait(Stamp):
    """What a group's answers say in the cycles 0, 1, 3 and 5."""

    school_code: str
    cohort: int
    group: NamedGroup
    cycles: list[PortraitCycle]


@dataclass(frozen=True)
class CycleFound:
    """What is known of one cycle: its edition, the figures of the group by indicator, and its response rate."""

    cycle: int
    edition: Edition | None
    figures: Mapping[str, Columns]
    response: ResponseFigure


def cycle_body(found: CycleFound) -> PortraitCycle:
    """A cycle as callers see it."""
    bodies = {
        name: IndicatorBody.model_validate(
            indicator_body(name, found.figures.get(name), top="75", any_edition=found.edition is not None)
        )
        for name in OF_PORTRAITS
    }
    flows = bodies.pop(INDUSTRY_FLOWS)
    return PortraitCycle(
        cycle=found.cycle,
        edition=None if found.edition is None else EditionBody.model_validate(found.edition),
        eligible=found.response.eligible,
        respondents=found.response.valid,
        response_rate=found.response.rate,
        destination_classes=bodies.pop(SITUATIONS),
        indicators=bodies,
        industry_flows=FlowsBody(base=flows.base, flows=_flows(flows), status=flows.status),
    )


def _flows(flows: IndicatorBody) -> list[FlowBody] | None:
    if not isinstance(flows.value, list):
        return None
    return [
        FlowBody(from_=before, to=after, count=each.count, share=each.share)
        for each in flows.value
        for before, _, after in [each.code.partition(FLOW)]
    ]


def portrait_table(selection: Selection, portrait: Portrait) -> FigureTable:
    """A row for each cycle and indicator, named like `1.salary`."""
    return table_of(
        selection,
        portrait,
        Dataflow.TRACKING,
        name="portrait",
        title=_TITLE,
        dimensions=[*portrait.group],
        titles={f"{each.cycle}.{name}": title_of(name) for each in portrait.cycles for name in each.indicators},
        observations=[
            observed
            for each in portrait.cycles
            for name, body in _bodies(each)
            for observed in observed_of(name, body, _place(portrait, each), before=f"{each.cycle}.")
        ],
    )


def _bodies(each: PortraitCycle) -> Iterator[tuple[str, IndicatorBody]]:
    yield SITUATIONS, each.destination_classes
    yield from each.indicators.items()


def _place(portrait: Portrait, each: PortraitCycle) -> Place:
    day = portrait.as_of if each.edition is None else day_in_shanghai(each.edition.taken_at)
    return Place(portrait.group, portrait.cohort, day)
