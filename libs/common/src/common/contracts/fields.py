"""Field types that the contracts share.

They are narrow on purpose: a code is at most eight characters, so neither a phone number nor a citizen id fits into
one, and a model that is written accepts no field that the contract does not name.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, Self

from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)

Code = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z][0-9A-Za-z.\-]{0,7}$")]
"""代码: a value of a code list."""

SchoolCodeField = Annotated[str, StringConstraints(pattern=r"^[0-9]{5}$")]
"""院校代码: the national five digits."""

UnitCode = Annotated[str, StringConstraints(min_length=1, max_length=100)]
"""A school's own code of a college, major or class; schools without codes use the unit's name."""

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,47}$")]
"""A word of ours: a field's name, a class of destinations."""

CohortField = Annotated[int, Field(ge=1900, le=2200)]
"""届: the year of graduation."""

Version = Annotated[int, Field(ge=1)]

_TOLERANT = {"tolerant": True}
_MAX_UNKNOWN_WORD = 64


def _keep_unknown_word(value: Any, handler: ValidatorFunctionWrapHandler, info: ValidationInfo) -> Any:
    try:
        return handler(value)
    except ValidationError:
        if info.context == _TOLERANT and isinstance(value, str) and 0 < len(value) <= _MAX_UNKNOWN_WORD:
            return value
        raise


ADDITIVE = WrapValidator(_keep_unknown_word)
"""Marks an enumeration that may grow: readers keep a word they do not know yet, writers may not use one."""


class EventData(BaseModel):
    """What every event's data have in common: the day it counts from, the instant it was recorded, what changed."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    school_code: SchoolCodeField
    decided_on: date | None = Field(default=None, description="Day in Asia/Shanghai from which the fact counts")
    recorded_at: AwareDatetime = Field(description="The database's clock at the write")
    changed_fields: tuple[Slug, ...] = Field(default=(), description="Fields that differ from the version before")

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> Self:
        """Reads data of a possibly newer producer: unknown fields and unknown words of growing lists are no error."""
        return cls.model_validate(data, extra="ignore", context=_TOLERANT)

    @classmethod
    def read_json(cls, body: bytes) -> Self:
        """Reads the body of a message as tolerantly as `read`."""
        # the validator itself: consumers read every event
        read: Self = cls.__pydantic_validator__.validate_json(body, extra="ignore", context=_TOLERANT)
        return read


def example_instant() -> datetime:
    """The instant that all committed examples carry."""
    return datetime.fromisoformat("2024-06-20T02:15:30.123456+00:00")


def example_day() -> date:
    """The day that all committed examples carry."""
    return date(2024, 6, 20)
