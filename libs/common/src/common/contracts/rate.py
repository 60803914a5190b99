"""Rate topic of indicators: groups whose figures (落实率 and the others) moved, and figures that were frozen."""

from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from common.contracts.events import EXAMPLE_FACTS, Event, TopicSpec
from common.contracts.fields import ADDITIVE, CohortField, EventData, Slug, UnitCode

TOPIC = "quxiang.indicators.rate.v1"
MOVED = "quxiang.rate.moved"
FROZEN = "quxiang.snapshot.frozen"
RELEASED = "quxiang.publication.released"
PUBLICATION_WITHDRAWN = "quxiang.publication.withdrawn"


class MovedGroup(BaseModel):
    """One group: the whole school (`total`) or one value of one dimension; a missing value is null."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    dimension: Slug
    value: UnitCode | None = None


class RateMovedData(EventData):
    """Groups of one school and cohort whose counts moved within about a second."""

    cohort: CohortField
    groups: Annotated[tuple[MovedGroup, ...], Field(min_length=1)]


class SnapshotKind(StrEnum):
    """初次 of 31 August, 年终 of 31 December, or any other day."""

    INITIAL = "initial"
    YEAR_END = "year_end"
    FREE = "free"


class SnapshotFrozenData(EventData):
    """A day of a school's cohort by what was recorded before `known_at`: from now on it never changes."""

    snapshot_id: UUID
    cohort: CohortField
    kind: Annotated[SnapshotKind, ADDITIVE]
    as_of: date
    known_at: AwareDatetime
    revision: Annotated[int, Field(ge=0)]
    base: Annotated[int, Field(ge=0, description="N: graduates in the population")]
    hash: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$", description="SHA-256 of its rows")]


class PublicationData(EventData):
    """A publication of a frozen snapshot; what is released stands at `/v1/published/{publication_id}`."""

    publication_id: UUID
    snapshot_id: UUID
    cohort: CohortField
    hash: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$", description="SHA-256 of its tables")]


_PUBLISHED = PublicationData(
    **EXAMPLE_FACTS,
    publication_id=UUID("01902f0e-6f5c-7b61-9e0b-3a55c1a8f030"),
    snapshot_id=UUID("01902f0e-6f5c-7b61-9e0b-3a55c1a8f020"),
    cohort=2024,
    hash="35a867b22b33ef8389ac8882050e2e464cb1989011aeeb20e1303ea7b58e162c",
)

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
    Event(
        FROZEN,
        SnapshotFrozenData,
        "A snapshot was frozen",
        SnapshotFrozenData(
            **EXAMPLE_FACTS,
            snapshot_id=UUID("01902f0e-6f5c-7b61-9e0b-3a55c1a8f020"),
            cohort=2024,
            kind=SnapshotKind.INITIAL,
            as_of=date(2024, 8, 31),
            known_at=datetime(2024, 8, 31, 16, tzinfo=UTC),
            revision=0,
            base=1,
            hash="35a867b22b33ef8389ac8882050e2e464cb1989011aeeb20e1303ea7b58e162c",
        ),
    ),
    Event(RELEASED, PublicationData, "A publication was released: it is open to all", _PUBLISHED),
    Event(PUBLICATION_WITHDRAWN, PublicationData, "A publication was withdrawn", _PUBLISHED),
)

TOPIC_SPEC = TopicSpec(
    TOPIC, "indicators", "school_code", "Groups whose figures moved, snapshots, publications", EVENTS
)
