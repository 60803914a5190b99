"""The side of the process that starts it: `limited_process`."""

import asyncio
import contextlib
import os
import sys
from collections.abc import AsyncIterator

_PASSED = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "LD_LIBRARY_PATH", "MALLOC_ARENA_MAX")
"""What the process is given of our surroundings. The credentials of the object storage have names of others' making, so
that all but these are kept from it."""


@contextlib.asynccontextmanager
async def limited_process(module: str, *arguments: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """`python -m module`, killed when the context ends; it calls `limit_myself` before anything else."""
    environment = {name: os.environ[name] for name in _PASSED if name in os.environ}
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
