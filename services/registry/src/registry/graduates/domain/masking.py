"""What a reader sees of an entry: a graduate the own one in clear, others what is personal masked or not at all."""

from collections.abc import Callable, Mapping
from typing import Any

from registry.graduates.domain.identity import masked_email, masked_name, masked_number, masked_phone, masked_text

MASKS: Mapping[str, Callable[[str], str]] = {
    "name": masked_name,
    "citizen_id": masked_number,
    "phone": masked_phone,
    "home_phone": masked_phone,
    "email": masked_email,
    "residence_address": masked_text,
    "household_address": masked_text,
    "prior_police_station": masked_text,
    "prior_file_unit": masked_text,
    "commissioning_unit": masked_text,
}
"""Field → its mask, for all but the graduate."""

HIDDEN = frozenset({"marital_status_code", "health_status_code"})
"""Fields that only the graduate sees."""

NUMBER_MASKS: Mapping[str, Callable[[str], str]] = {"student_number": masked_number, "exam_number": masked_number}
"""The same as `MASKS` for roles that do not read numbers in clear."""

READ_NUMBERS = frozenset(
    {"graduate", "counsellor", "college_officer", "school_officer", "provincial_officer", "admin", "system"}
)
"""Roles that read student and examinee numbers in clear."""


def as_seen(content: Mapping[str, Any], role: str) -> dict[str, Any]:
    """Fields of an entry as a role sees them; a graduate sees no other entry than the own one."""
    if role == "graduate":
        return dict(content)
    masks = MASKS if role in READ_NUMBERS else {**MASKS, **NUMBER_MASKS}
    shown = {field: mask(content[field]) for field, mask in masks.items() if content.get(field)}
    return {**content, **shown, **dict.fromkeys(HIDDEN & content.keys())}
