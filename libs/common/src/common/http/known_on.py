"""`known_on`: what was recorded until the end of a day of Shanghai, in place of what stands by now."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, TypeAlias

from fastapi import Depends, Query

from common.clock import end_of, today
from common.errors import BadQuery, FieldProblem, Message
from common.http.models import Day

_AFTER_TODAY = Message("known_on 不得晚于今天", "`known_on` must not be after today")


@dataclass(frozen=True)
class AsKnown:
    """The day, and the moment at which it is over; both None: by now."""

    day: date | None = None
    before: datetime | None = None


async def read_known_on(
    known_on: Annotated[
        Day | None, Query(description="As it was known at the end of this day in Shanghai, not after today")
    ] = None,
) -> AsKnown:
    """What the query says; raises BadQuery for a day after today."""
    if known_on is None:
        return AsKnown()
    if known_on > today():
        raise BadQuery([FieldProblem("known_on", "after_today", _AFTER_TODAY)])
    return AsKnown(known_on, end_of(known_on))


KnownOn: TypeAlias = Annotated[AsKnown, Depends(read_known_on)]
