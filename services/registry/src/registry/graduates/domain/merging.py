"""What a row of a file makes of a graduate: a blank cell keeps what is stored. Pure."""

from collections.abc import Mapping
from typing import Any

from registry.graduates.domain.population import status_after

Content = Mapping[str, Any]
"""Fields of an entry by name; an absent one has no value. A graduate who is new has none at all."""


def merged(before: Content, given: Content) -> dict[str, Any]:
    """The content after a row, but for its units; the status follows the level."""
    after = {**before, **given}
    after["status"] = status_after(before, after.get("education_level_code"))
    return after


def placed(before: Content, units: Mapping[str, str | None], default_college: str | None) -> Mapping[str, str | None]:
    """The codes of the units after a row that names these; `default_college` is the only one of its major.

    Who goes to another major without a word on the college leaves the college of the one before.
    """
    if "college_code" in units:
        return units
    moved = before.get("major_code") and units.get("major_code") not in {None, before["major_code"]}
    kept = None if moved else before.get("college_code")
    return {**units, "college_code": kept or default_college}
