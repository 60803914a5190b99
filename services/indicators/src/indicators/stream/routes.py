"""GET /v1/stream: server-sent events of what moved, so that a page shows a change without asking again and again."""

import json
from collections.abc import AsyncIterator
from contextlib import ExitStack, aclosing
from typing import Annotated, Literal

from fastapi import Depends, Header, Query, Request, Response
from fastapi.sse import EventSourceResponse, format_sse_event
from starlette.types import Receive, Send
from starlette.types import Scope as AsgiScope

from common import clock
from common.auth import Caller, TokenVerifier
from common.auth.dependencies import token_of
from common.errors import BadQuery, FieldProblem, Message, Unauthenticated
from common.http import Router, Whole
from common.http.middleware import IS_HEAD
from common.identifiers import Cohort
from indicators.reading.query import SchoolQuery
from indicators.reading.selection import scope_of
from indicators.reading.snapshot import FiguresOf
from indicators.stream.announcements import Announcer, asked_by, listener_of
from indicators.stream.domain import Listener
from indicators.stream.storage import is_known

router = Router(tags=["stream"])

_UNKNOWN_EVENT = Message("须为本流某个事件的 id", "Must be the id of an event of this stream")
_MAX_POSITION = 2**63 - 1


class Stream(EventSourceResponse):
    """A stream that gives its place back however it ends, even if it never began."""

    def __init__(self, content: AsyncIterator[bytes], place: ExitStack) -> None:
        super().__init__(content, headers={"Cache-Control": "private, no-store", "X-Accel-Buffering": "no"})
        self._place = place

    async def __call__(self, scope: AsgiScope, receive: Receive, send: Send) -> None:
        """Sends the stream."""
        with self._place:
            await super().__call__(scope, receive, send)


async def announcer_of(request: Request) -> Announcer:
    """The application's announcer."""
    announcer: Announcer = request.app.state.announcer
    return announcer


@router.get(
    "/v1/stream",
    response_class=EventSourceResponse,
    summary="Groups whose figures moved, as they move",
    description="Events `moved` with `{school_code, cohort, groups}`, cut to the caller's scope; a comment every 15 "
    "seconds. The stream ends with the token. `id` is the position in the feed of changes: `Last-Event-ID` goes on "
    "after it and loses nothing.",
)
async def follow_stream(
    *,
    request: Request,
    caller: Caller,
    figures: FiguresOf,
    announcer: Annotated[Announcer, Depends(announcer_of)],
    school: SchoolQuery = None,
    province: Annotated[str | None, Query(pattern=r"^[0-9]{6}$", description="All schools of a province")] = None,
    nation: Annotated[Literal["CN"] | None, Query(description="All schools")] = None,
    cohort: Annotated[Whole | None, Query(ge=1977, le=2200, description="One cohort; all without")] = None,
    last_event_id: Annotated[str | None, Header(description="The last event that was received")] = None,
) -> Response:
    listener = listener_of(caller, scope_of(school, province, nation), Cohort(cohort) if cohort else None)
    await figures.require_readable(caller, asked_by(listener))
    after = await _position_of(figures, last_event_id)
    if request.scope.get(IS_HEAD):
        return Response(media_type=EventSourceResponse.media_type)
    verifier: TokenVerifier = request.app.state.verifier
    lasts = verifier.end_of(token_of(request) or "") - clock.now().timestamp()
    if lasts <= 0:
        # the clocks' difference that a request may have would begin it again and again
        raise Unauthenticated
    place = ExitStack()
    place.enter_context(announcer.place_of(caller.subject))
    return Stream(_written(announcer, listener, after, lasts), place)


async def _position_of(figures: FiguresOf, last_event_id: str | None) -> int | None:
    """The position after which the stream goes on; raises BadQuery for one that no event of ours has."""
    if last_event_id is None:
        return None
    position = int(last_event_id) if last_event_id.isascii() and last_event_id.isdigit() else _MAX_POSITION + 1
    if position > _MAX_POSITION or not await is_known(figures.database, position):
        raise BadQuery([FieldProblem("Last-Event-ID", "unknown_event", _UNKNOWN_EVENT)])
    return position


async def _written(announcer: Announcer, listener: Listener, after: int | None, lasts: float) -> AsyncIterator[bytes]:
    # at once, so that proxies and clients know that the stream stands
    yield format_sse_event(comment="open")
    async with aclosing(announcer.hear(listener, after, lasts)) as heard:
        async for said in heard:
            if said is None:
                yield format_sse_event(comment="alive")
                continue
            moved, groups = said
            shown = [group._asdict() for group in groups]
            data = json.dumps({"school_code": moved.school_code, "cohort": moved.cohort, "groups": shown})
            yield format_sse_event(event="moved", data_str=data, id=str(moved.position))
