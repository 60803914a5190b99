"""Base of request bodies, and the shapes that every service answers with."""

import contextlib
import re
from datetime import UTC, date, datetime
from typing import Annotated, Any, Generic, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from common.errors import Message

STRICT = ConfigDict(extra="forbid", strict=True, hide_input_in_errors=True, allow_inf_nan=False, frozen=True)
"""No unknown field, no `"13"` for 13, and no error that quotes what was sent."""

Item = TypeVar("Item")


class StrictModel(BaseModel):
    """A request body: `class NewSchool(StrictModel)`. Lengths and ranges belong to the fields."""

    model_config = STRICT


KEPT: Any = None
"""Default of a member of a patch that may not be null: what is absent keeps what stands, so it is never used."""


def _without_defaults(schema: dict[str, Any]) -> None:
    for member in schema["properties"].values():
        member.pop("default", None)


class PatchModel(StrictModel):
    """A merge patch: what is absent keeps what stands, so its description names no default that would be stored."""

    model_config = ConfigDict(json_schema_extra=_without_defaults)


class PageOf(BaseModel, Generic[Item]):
    """One page of a list; `next_cursor` is null on the last one."""

    items: list[Item]
    next_cursor: str | None = Field(description="Give it back as `cursor` for the next page")


class ProblemItem(BaseModel):
    """One faulty field."""

    pointer: str = Field(description="JSON pointer into the body, or the name of a query parameter or header")
    rule: str = Field(description="The rule that is broken; stable")
    message: str
    row: int | None = Field(default=None, description="Of a cell in a file: the row as a spreadsheet program shows it")
    column: str | None = Field(default=None, description="Of a cell in a file: the text of the column's header")


class Problem(BaseModel):
    """What went wrong (RFC 9457)."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(description="Relative address of the page that explains this kind of problem")
    title: str
    status: int
    detail: str
    code: str = Field(description="Stable name of the problem")
    trace_id: str = Field(description="Name it when you ask for help: our logs carry it")
    errors: list[ProblemItem] = Field(default_factory=list)


def rule_broken(rule: str, message: Message) -> PydanticCustomError:
    """What a validator of a body raises, so that the caller gets the rule's id and the sentence in its language."""
    context: dict[str, Any] = {"zh": message.zh, "en": message.en}
    return PydanticCustomError(rule, "{en}", context)


_WHOLE = re.compile(r"-?[0-9]{1,18}")
_WHOLE_FORMAT = Message("应为整数，只含数字", "Must be a whole number in digits")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DAY_FORMAT = Message("应为日期，格式 YYYY-MM-DD", "Must be a day as YYYY-MM-DD")

_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})")
_INSTANT_FORMAT = Message(
    "应为带时区的时刻，例如 2024-08-31T16:00:00Z（网址中的 + 应写作 %2B）",
    "Must be an instant with its zone, such as 2024-08-31T16:00:00Z (in an address, + is written %2B)",
)


def _day(value: object) -> date:
    """Pydantic alone also takes seconds since 1970, and midnight, for a day."""
    if isinstance(value, str) and _DAY.fullmatch(value):
        with contextlib.suppress(ValueError):
            return date.fromisoformat(value)
    raise rule_broken("day_format", _DAY_FORMAT)


def _instant(value: object) -> datetime:
    """Pydantic alone also takes seconds since 1970, and instants that are none in UTC."""
    if isinstance(value, str) and _INSTANT.fullmatch(value):
        with contextlib.suppress(ValueError, OverflowError):
            return datetime.fromisoformat(value).astimezone(UTC)
    raise rule_broken("instant_format", _INSTANT_FORMAT)


def _whole(value: object) -> object:
    """Pydantic alone also takes `2_024`, `+2024` and `2024.0` for the year."""
    if isinstance(value, str) and not _WHOLE.fullmatch(value):
        raise rule_broken("wrong_type", _WHOLE_FORMAT)
    return value


Whole = Annotated[int, BeforeValidator(_whole)]
"""A number in a form or a query, in digits only: `cohort: Whole | None = None`."""

Day = Annotated[date, BeforeValidator(_day)]
"""A day in a body, a form or a query: `signed_on: Day | None = None`."""

Instant = Annotated[datetime, BeforeValidator(_instant)]
"""An instant in a query, in UTC, to the microsecond: `recorded_before: Instant`."""
