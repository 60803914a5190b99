"""The side of the process that starts it: `limited_process`."""

import asyncio
import contextlib
import os
import sys
from collections.abc import AsyncIterator


@contextlib.asynccontextmanager
async def limited_process(module: str, *arguments: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """`python -m module`, killed when the context ends; it calls `limit_myself` before anything else."""
    # it gets no address and no secret of ours
    environment = {name: value for name, value in os.environ.items() if not name.startswith("QUXIANG_")}
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-I",
        "-m",
        module,
        *arguments,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env=environment,
    )
    try:
        yield child
    finally:
        with contextlib.suppress(ProcessLookupError):
            child.kill()
        await child.wait()
