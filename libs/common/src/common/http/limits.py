"""How long a body may be."""

from collections.abc import Callable

from fastapi import Request
from starlette.types import Message, Receive

from common import errors
from common.http.refusals import ContentTooLarge

MAX_BODY = 1024 * 1024


def too_large() -> ContentTooLarge:
    """The refusal of a body without a file."""
    zh, en = f"请求体不得超过 {MAX_BODY} 字节", f"The body may have at most {MAX_BODY} bytes"
    return ContentTooLarge(errors.Message(zh, en))


def limited(request: Request, limit: int, refusal: Callable[[], errors.QuxiangError]) -> Receive:
    """What receives the body; raises the refusal: at once by the declared length, else beyond `limit` bytes."""
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > limit:
        raise refusal()
    received, as_it_comes = 0, request.receive

    async def receive() -> Message:
        nonlocal received
        message = await as_it_comes()
        received += len(message.get("body", b""))
        if received > limit:
            raise refusal()
        return message

    return receive


async def whole_body(request: Request) -> bytes:
    """The body, for a credential that is made of it; raises ContentTooLarge. Who reads it later gets the same bytes."""
    request._receive = limited(request, MAX_BODY, too_large)
    return await request.body()
