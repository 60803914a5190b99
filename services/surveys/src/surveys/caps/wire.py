"""Caps on the wire."""

from typing import Annotated

from pydantic import Field

from common.http import StrictModel
from surveys.caps.domain import MAX_CAPS, Cap
from surveys.questionnaires.wire.forms import Expression

MAX_LIMIT = 10_000_000


class CapForm(StrictModel, from_attributes=True):
    """At most `limit` answers for which the condition holds."""

    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{1,64}$")]
    condition: Expression
    limit: Annotated[int, Field(ge=0, le=MAX_LIMIT)]
    taken: Annotated[int, Field(ge=0, description="Answers that hold a place; what is sent is not looked at")] = 0


CapForms = Annotated[list[CapForm], Field(max_length=MAX_CAPS, description="How many answers of a kind are taken")]


def caps_of(given: list[CapForm]) -> tuple[Cap, ...]:
    """The domain values; what is said to be taken is left out."""
    return tuple(Cap(each.id, each.condition, each.limit) for each in given)
