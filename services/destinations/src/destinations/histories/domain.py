"""What differs between two versions of a registration. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from destinations.registrations.domain.content import FIELDS, PAY

COMPARED = (*FIELDS, "state", "confirmation")
"""What versions differ in, by the names that a history's `changed_fields` have."""


@dataclass(frozen=True)
class Difference:
    """One field with its value in both versions."""

    field: str
    before: Any
    after: Any


def differences(before: Mapping[str, Any], after: Mapping[str, Any], *, with_pay: bool) -> list[Difference]:
    """The fields that differ between two versions in clear, in the order of the contract; pay where it is read."""
    seen = COMPARED if with_pay else tuple(name for name in COMPARED if name not in PAY)
    return [Difference(name, before[name], after[name]) for name in seen if before[name] != after[name]]
