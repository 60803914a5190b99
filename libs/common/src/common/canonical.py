"""JSON in the one spelling of RFC 8785, so that who hashes the same values gets the same hash."""

import json
from collections.abc import Mapping
from typing import Any


def canonical(value: Mapping[str, Any]) -> bytes:
    """RFC 8785 of objects with names in ASCII, texts, whole numbers, truth values, lists and null.

    >>> canonical({"b": 1, "a": ["去向", None]}).decode()
    '{"a":["去向",null],"b":1}'
    """
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
