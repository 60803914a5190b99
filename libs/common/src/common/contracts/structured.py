"""Events as CloudEvents in structured JSON: the form of the change feed and of the committed examples."""

import json
from typing import Any

from common.contracts.envelope import CONTENT_TYPE, StoredEvent, attributes


def structured(event: StoredEvent, source: str, schema_base: str) -> dict[str, Any]:
    """The event with its data in one JSON object; sequence and position are numbers here."""
    named: dict[str, Any] = {**attributes(event, source, schema_base)}
    named |= {"sequence": event.sequence, "position": event.position, "datacontenttype": CONTENT_TYPE}
    return named | {"data": json.loads(event.data)}
