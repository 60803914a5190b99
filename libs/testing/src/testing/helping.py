"""A helper of long work without a second process: at the other end of its socket, in the same event loop."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from common.operations.helping import Help, Helper, help_out


@asynccontextmanager
async def helped(work: Help) -> AsyncIterator[Helper]:
    """The helper that does this with what it is given."""
    ours, its = socket.socketpair()
    helping = asyncio.create_task(help_out(its, work))
    helper = await Helper.over(ours)
    try:
        yield helper
    finally:
        helper.close()
        await helping
