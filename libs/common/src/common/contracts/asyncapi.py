"""The AsyncAPI 3 document: every public topic with its messages, headers, key and retention."""

from typing import Any

from common.contracts.catalogue import EVENT_TYPES, SUBSCRIPTIONS, TOPICS
from common.contracts.events import EventType, TopicSpec
from common.contracts.schemas import schema_of

_HEADERS: dict[str, Any] = {
    "type": "object",
    "required": [
        "content-type",
        "ce_specversion",
        "ce_id",
        "ce_source",
        "ce_type",
        "ce_subject",
        "ce_time",
        "ce_dataschema",
        "ce_sequence",
        "ce_position",
        "ce_schoolcode",
    ],
    "properties": {
        "content-type": {"const": "application/json"},
        "ce_specversion": {"const": "1.0"},
        "ce_id": {"type": "string", "format": "uuid", "description": "UUID version 7; the same in every delivery"},
        "ce_source": {"type": "string", "description": "The service that published it"},
        "ce_type": {"type": "string"},
        "ce_subject": {"type": "string", "description": "Equal to the message key"},
        "ce_time": {"type": "string", "format": "date-time", "description": "recorded_at"},
        "ce_dataschema": {"type": "string", "format": "uri"},
        "ce_sequence": {"type": "string", "description": "Per topic and key: from 1, by one, without a gap"},
        "ce_position": {"type": "string", "description": "Per producer: the order of its change feed"},
        "ce_decidedon": {"type": "string", "format": "date", "description": "Day from which the fact counts"},
        "ce_schoolcode": {"type": "string", "description": "Decides the partition"},
        "ce_traceparent": {"type": "string"},
        "ce_correlationid": {"type": "string"},
    },
}


def asyncapi_document() -> dict[str, Any]:
    """The document as plain values."""
    public = {name: spec for name, spec in TOPICS.items() if not spec.is_internal}
    sending = {
        f"{spec.owner} sends {spec.name}": {"action": "send", "channel": {"$ref": f"#/channels/{spec.name}"}}
        for spec in public.values()
    }
    receiving = {
        f"{group} receives {topic}": {"action": "receive", "channel": {"$ref": f"#/channels/{topic}"}}
        for group, topics in SUBSCRIPTIONS.items()
        for topic in topics
        if topic in public
    }
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Quxiang events",
            "version": "1.0.0",
            "description": (
                "CloudEvents 1.0, Kafka binding, binary mode. Delivery is at least once; per key, first deliveries "
                "come in sequence order. No personal data in clear. Partition = murmur2 of the ASCII school code."
            ),
        },
        "defaultContentType": "application/json",
        "channels": {name: _channel(spec) for name, spec in public.items()},
        "operations": sending | receiving,
        "components": {
            "messages": {each.name: _message(each) for each in EVENT_TYPES.values() if each.topic in public},
            "schemas": {"headers": _HEADERS},
        },
    }


def _channel(spec: TopicSpec) -> dict[str, Any]:
    names = [described.name for described in EVENT_TYPES.values() if described.topic == spec.name]
    return {
        "address": spec.name,
        "description": f"{spec.summary}. Key: {' or '.join(dict.fromkeys(EVENT_TYPES[name].key for name in names))}.",
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in names},
        "bindings": {
            "kafka": {
                "topic": spec.name,
                "partitions": 12,
                "topicConfiguration": {"cleanup.policy": ["delete"], "retention.ms": spec.retention_days * 86_400_000},
            }
        },
    }


def _message(described: EventType) -> dict[str, Any]:
    key = {"type": "string", "description": described.key}
    return {
        "name": described.name,
        "summary": described.summary,
        "headers": {"$ref": "#/components/schemas/headers"},
        "payload": {"schemaFormat": "application/schema+json;version=draft-2020-12", "schema": schema_of(described)},
        "bindings": {"kafka": {"key": key}},
        "examples": [{"payload": described.example.model_dump(mode="json")}],
    }
