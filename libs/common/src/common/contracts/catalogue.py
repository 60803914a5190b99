"""Who publishes what: type → model and topic, topic → owner, key and retention."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from common.contracts import graduate, organisation, rate, registration, response
from common.contracts.fields import EventData

RETENTION_DAYS = 90
"""Older history comes from `replay` or from the change feed."""


@dataclass(frozen=True)
class TopicSpec:
    """One topic of the contract; `key` names the field of the data that is the message key."""

    name: str
    owner: str
    key: str
    summary: str
    retention_days: int = RETENTION_DAYS


@dataclass(frozen=True)
class EventType:
    """One type of event."""

    name: str
    topic: str
    model: type[EventData]
    summary: str

    @property
    def schema_name(self) -> str:
        """File name of the JSON Schema, below `/schemas/` of the producer."""
        return f"{self.name}.json"


def _topics(*specs: TopicSpec) -> Mapping[str, TopicSpec]:
    return MappingProxyType({spec.name: spec for spec in specs})


def _types(*types: EventType) -> Mapping[str, EventType]:
    return MappingProxyType({each.name: each for each in types})


TOPICS = _topics(
    TopicSpec(organisation.TOPIC, "registry", "school_code", "Schools with their colleges, majors and classes"),
    TopicSpec(graduate.TOPIC, "registry", "graduate_id", "State of one graduate's roster entry"),
    TopicSpec(registration.TOPIC, "destinations", "graduate_id", "State of one graduate's approved destination"),
    TopicSpec(response.TOPIC, "surveys", "graduate_id", "Who was asked in a wave and who answered"),
    TopicSpec(rate.TOPIC, "indicators", "school_code", "Groups whose figures moved"),
)

EVENT_TYPES = _types(
    EventType(organisation.CHANGED, organisation.TOPIC, organisation.OrganisationData, "A unit was created or changed"),
    EventType(graduate.REGISTERED, graduate.TOPIC, graduate.GraduateData, "A graduate entered the roster"),
    EventType(graduate.CHANGED, graduate.TOPIC, graduate.GraduateData, "A roster entry changed"),
    EventType(graduate.WITHDRAWN, graduate.TOPIC, graduate.GraduateData, "A graduate left the population"),
    EventType(registration.DECIDED, registration.TOPIC, registration.DestinationData, "A destination was approved"),
    EventType(registration.CHANGED, registration.TOPIC, registration.DestinationData, "Effective content changed"),
    EventType(registration.VOIDED, registration.TOPIC, registration.DestinationData, "A registration was voided"),
    EventType(registration.CONFIRMED, registration.TOPIC, registration.DestinationData, "The graduate confirmed"),
    EventType(registration.DISPUTED, registration.TOPIC, registration.DestinationData, "The graduate disputed"),
    EventType(response.REQUESTED, response.TOPIC, response.ResponseData, "A graduate was asked in a wave"),
    EventType(response.SUBMITTED, response.TOPIC, response.ResponseData, "An answer was submitted"),
    EventType(response.WITHDRAWN, response.TOPIC, response.ResponseData, "An answer was withdrawn"),
    EventType(rate.MOVED, rate.TOPIC, rate.RateMovedData, "Figures of these groups moved"),
)

SUBSCRIPTIONS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "quxiang.destinations.roster": (organisation.TOPIC, graduate.TOPIC),
        "quxiang.surveys.roster": (organisation.TOPIC, graduate.TOPIC),
        "quxiang.indicators.figures": (organisation.TOPIC, graduate.TOPIC, registration.TOPIC, response.TOPIC),
    }
)
"""Consumer group → topics."""


def topics_of(owner: str) -> tuple[str, ...]:
    """Names of the topics that a service publishes."""
    return tuple(name for name, spec in TOPICS.items() if spec.owner == owner)


def dead_letter_topic(topic: str, group: str) -> str:
    """Where a group puts the messages of a topic that it cannot process."""
    return f"{topic}.dlq.{group}"
