"""JSON Schemas of the events: made from the models, and read back from the package for `/schemas/{name}`."""

import json
from importlib.resources import files
from typing import Any

from common.contracts.catalogue import EVENT_TYPES, TOPICS
from common.contracts.events import EventType

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema_of(described: EventType) -> dict[str, Any]:
    """The schema of a type's data as producers write them: nothing beyond the named fields."""
    made = described.model.model_json_schema(mode="serialization")
    # a default is what a reader assumes of an older producer; a producer of today writes every field
    title = {
        "$schema": DIALECT,
        "$id": described.schema_name,
        "title": described.name,
        "description": described.summary,
    }
    return made | title


def served_schema(name: str) -> bytes | None:
    """The committed schema of a public event by its file name, None if there is none. Open to everybody."""
    described = EVENT_TYPES.get(name.removesuffix(".json"))
    if described is None or TOPICS[described.topic].is_internal or not name.endswith(".json"):
        return None
    return files("common.contracts").joinpath("schemas", name).read_bytes()


def rendered(document: Any) -> str:
    """A generated document as it is committed."""
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"
