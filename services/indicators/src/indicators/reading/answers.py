"""Shapes that the answers of all figures share."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from types import MappingProxyType
from typing import Annotated, Any

from fastapi import Depends, Request, Response
from pydantic import BaseModel, Field
from pydantic_core import to_json

from common.http.language import preferred_language
from indicators.schemes.groupings import Group
from indicators.schemes.tally import Figure

Json = dict[str, Any]

NamedGroup = dict[str, str | None]
"""A group with the names of its dimensions."""

_NOT_KEPT: Mapping[str, str] = MappingProxyType({"Cache-Control": "private, no-store"})


class Stamp(BaseModel):
    """Which moment a figure answers for and how far the events are included."""

    as_of: date
    watermark: datetime | None = Field(description="Everything published before this instant is included")
    lag_ms: int | None = Field(description="Age of the watermark")
    min_change_met: bool = Field(description="Whether all changes named by `min_change` are included")


class Label(BaseModel):
    """A label in both languages."""

    zh: str
    en: str


def json_answer(body: Json, headers: Mapping[str, str] = _NOT_KEPT) -> Response:
    """A body that was built in the shape of the route's model; validating it again would cost more than reading it."""
    return Response(to_json(body), media_type="application/json", headers=headers)


def named(by: Sequence[str], group: Group) -> NamedGroup:
    """A group with the names of its dimensions."""
    return dict(zip(by, group, strict=True))


def in_order(groups: Iterable[Group]) -> list[Group]:
    """Groups by their values, missing values last."""
    return sorted(groups, key=lambda group: [(value is None, value or "") for value in group])


def shown(figure: Figure) -> Json:
    """Numerator, denominator and the percentage."""
    return {"numerator": figure.numerator, "denominator": figure.denominator, "rate": figure.rate}


async def read_language(request: Request) -> str:
    """Language of labels, by Accept-Language."""
    return preferred_language(request.headers.get("accept-language"))


Language = Annotated[str, Depends(read_language)]
