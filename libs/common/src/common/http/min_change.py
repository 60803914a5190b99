"""Reading one's own change: wait until what a change token names is included, at most as long as the caller allows.

The application keeps its `Waits`, which know what is included, in `app.state.waits`.
"""

import re
from collections.abc import Callable, Sequence
from typing import Annotated

from fastapi import Depends, Query, Request

from common.contracts.tokens import ChangeToken
from common.errors import BadQuery, FieldProblem, Message, NotFound
from common.http.waits import Waits

MAX_TOKENS = 10
MAX_WAIT = 30.0
_WAIT = re.compile(r"([0-9]{1,5})(ms|s)")


class RequestedChanges:
    """The changes that an answer must include, and how long the caller waits for them."""

    def __init__(self, tokens: Sequence[ChangeToken], wait: float, request: Request) -> None:
        self.tokens = tuple(tokens)
        self._wait = wait
        self._request = request

    def must_be_of(self, sees_school: Callable[[str], bool]) -> None:
        """Raises NotFound if a token belongs to a school that the caller does not see."""
        if not all(sees_school(token.school_code) for token in self.tokens):
            raise NotFound

    async def met(self) -> bool:
        """True as soon as all changes are included, False when the wait ran out. Call it before anything is read.

        Raises TooManyWaiting.
        """
        if not self.tokens:
            return True
        waits: Waits = self._request.app.state.waits
        return await waits.met(self.tokens, self._wait, self._request.is_disconnected)


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
"""In a route's signature; then `min_change.must_be_of(…)` and `await min_change.met()`."""


def _seconds(text: str) -> float:
    matched = _WAIT.fullmatch(text)
    seconds = int(matched[1]) / (1000 if matched[2] == "ms" else 1) if matched else 0.0 if text == "0" else MAX_WAIT + 1
    if seconds > MAX_WAIT:
        raise _bad("wait", "bad_wait", Message("应为 500ms、2s 等，最长 30s", "Must be like 500ms or 2s, at most 30s"))
    return seconds


def _bad(pointer: str, rule: str, message: Message) -> BadQuery:
    return BadQuery([FieldProblem(pointer, rule, message)])
