"""How long a body may be."""

from fastapi import Request
from starlette.types import Message, Receive

from common.http.refusals import ContentTooLarge

MAX_BODY = 1024 * 1024


def limited(request: Request, limit: int) -> Receive:
    """What receives the body; raises ContentTooLarge: at once by the declared length, else beyond `limit` bytes."""
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > limit:
        raise ContentTooLarge(limit)
    received, as_it_comes = 0, request.receive

    async def receive() -> Message:
        nonlocal received
        message = await as_it_comes()
        received += len(message.get("body", b""))
        if received > limit:
            raise ContentTooLarge(limit)
        return message

    return receive
