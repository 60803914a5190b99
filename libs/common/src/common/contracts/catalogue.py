"""Who publishes what, gathered from the producers' modules: type → model and topic, topic → owner and key."""

from collections.abc import Mapping
from types import MappingProxyType

from common.contracts import (
    code_list,
    fact,
    graduate,
    measure,
    monitoring,
    organisation,
    rate,
    registration,
    response,
    task,
)
from common.contracts.events import EventType, TopicSpec

TOPICS: Mapping[str, TopicSpec] = MappingProxyType(
    {
        spec.name: spec
        for spec in (
            organisation.TOPIC_SPEC,
            code_list.TOPIC_SPEC,
            graduate.TOPIC_SPEC,
            registration.TOPIC_SPEC,
            monitoring.TOPIC_SPEC,
            fact.TOPIC_SPEC,
            task.TOPIC_SPEC,
            response.TOPIC_SPEC,
            measure.TOPIC_SPEC,
            rate.TOPIC_SPEC,
        )
    }
)

EVENT_TYPES: Mapping[str, EventType] = MappingProxyType(
    {
        event.name: EventType(**{**vars(event), "topic": spec.name, "key": event.key or spec.key})
        for spec in TOPICS.values()
        for event in spec.events
    }
)

SUBSCRIPTIONS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "quxiang.destinations.roster": (organisation.TOPIC, code_list.TOPIC, graduate.TOPIC),
        # apart, so that it begins with what the topic has from before it came
        "quxiang.destinations.roster-versions": (graduate.TOPIC,),
        "quxiang.surveys.roster": (organisation.TOPIC, graduate.TOPIC),
        "quxiang.surveys.situations": (graduate.TOPIC, registration.TOPIC),
        "quxiang.surveys.units": (organisation.TOPIC,),
        "quxiang.indicators.figures": (organisation.TOPIC, code_list.TOPIC, graduate.TOPIC, registration.TOPIC),
        # apart, so that a fault there never stops the rates
        "quxiang.indicators.responses": (response.TOPIC,),
        "quxiang.indicators.facts": (fact.TOPIC,),
        "quxiang.indicators.measures": (measure.TOPIC,),
    }
)
"""Consumer group → topics."""


def topics_of(owner: str) -> tuple[str, ...]:
    """Names of the topics that a service publishes."""
    return tuple(name for name, spec in TOPICS.items() if spec.owner == owner)


def public_topics_of(owner: str) -> tuple[str, ...]:
    """Those of them that others may follow."""
    return tuple(name for name in topics_of(owner) if not TOPICS[name].is_internal)


def dead_letter_topic(topic: str, group: str) -> str:
    """Where a group puts the messages of a topic that it cannot process."""
    return f"{topic}.dlq.{group}"
