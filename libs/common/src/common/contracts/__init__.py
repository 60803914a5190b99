"""Event contracts: the one home of what travels between the services.

`catalogue` says which type belongs to which topic and model, `envelope` how an event looks on the wire, one module
per producer what its data hold. `python -m common.contracts.generate` writes schemas, examples and the AsyncAPI page.
"""

from common.contracts.catalogue import EVENT_TYPES, TOPICS
from common.contracts.envelope import IncomingEvent, OutgoingEvent
from common.contracts.events import EventType, TopicSpec
from common.contracts.fields import EventData
from common.contracts.tokens import ChangeToken, MalformedTokenError

__all__ = [
    "EVENT_TYPES",
    "TOPICS",
    "ChangeToken",
    "EventData",
    "EventType",
    "IncomingEvent",
    "MalformedTokenError",
    "OutgoingEvent",
    "TopicSpec",
]
