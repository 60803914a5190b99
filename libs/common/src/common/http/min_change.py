"""Reading one's own change: wait until what a change token names is included, at most as long as the caller allows."""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated

from fastapi import Depends, Query, Request

from common.contracts.tokens import ChangeToken
from common.errors import BadQuery, FieldProblem, Message, NotFound

MAX_TOKENS = 10
MAX_WAIT = 30.0
_FIRST_PAUSE = 0.004
_LONGEST_PAUSE = 0.02
_WAIT = re.compile(r"([0-9]{1,5})(ms|s)")

Applied = Callable[[Sequence[ChangeToken]], Awaitable[bool]]


class RequestedChanges:
    """The changes that an answer must include, and how long the caller waits for them."""

    def __init__(self, tokens: Sequence[ChangeToken], wait: float, request: Request | None = None) -> None:
        self.tokens = tuple(tokens)
        self.wait = wait
        self._request = request

    def must_be_of(self, sees_school: Callable[[str], bool]) -> None:
        """Raises NotFound if a token belongs to a school that the caller does not see."""
        if not all(sees_school(token.school_code) for token in self.tokens):
            raise NotFound

    async def met(self, applied: Applied) -> bool:
        """True as soon as `applied(tokens)` is, False when the wait ran out. Call it before the figures are read."""
        if not self.tokens:
            return True
        return await wait_until(lambda: applied(self.tokens), self.wait, self.gone)

    async def gone(self) -> bool:
        """Whether the client has hung up, so that no answer is waited for."""
        return self._request is not None and await self._request.is_disconnected()


async def wait_until(
    applied: Callable[[], Awaitable[bool]], seconds: float, gone: Callable[[], Awaitable[bool]] | None = None
) -> bool:
    """Asks again and again, soon at first; stops early when the client has gone."""
    deadline = time.monotonic() + seconds
    pause = _FIRST_PAUSE
    while not await applied():
        left = deadline - time.monotonic()
        if left <= 0 or (gone is not None and await gone()):
            return False
        await asyncio.sleep(min(pause, left))
        pause = min(pause * 1.25, _LONGEST_PAUSE)
    return True


async def read_min_change(
    request: Request,
    min_change: Annotated[
        list[str] | None,
        Query(max_length=MAX_TOKENS, description="`change_token` of writes that the answer must include"),
    ] = None,
    wait: Annotated[str, Query(description="How long to wait for them, as `500ms` or `2s`; at most 30 s")] = "0s",
) -> RequestedChanges:
    """FastAPI dependency; OpenAPI shows `min_change` and `wait` through it."""
    try:
        tokens = [ChangeToken.decode(each) for each in min_change or ()]
    except ValueError:
        raise _bad("min_change", "bad_change_token", Message("变更令牌无效", "Not a change token")) from None
    return RequestedChanges(tokens, _seconds(wait), request)


MinChange = Annotated[RequestedChanges, Depends(read_min_change)]
"""In a route's signature; then `min_change.must_be_of(…)` and `await min_change.met(…)`."""


def _seconds(text: str) -> float:
    matched = _WAIT.fullmatch(text)
    seconds = int(matched[1]) / (1000 if matched[2] == "ms" else 1) if matched else 0.0 if text == "0" else MAX_WAIT + 1
    if seconds > MAX_WAIT:
        raise _bad("wait", "bad_wait", Message("应为 500ms、2s 等，最长 30s", "Must be like 500ms or 2s, at most 30s"))
    return seconds


def _bad(pointer: str, rule: str, message: Message) -> BadQuery:
    return BadQuery([FieldProblem(pointer, rule, message)])
