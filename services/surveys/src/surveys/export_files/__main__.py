"""The process, run as a module: it is sent columns and rows, and answers the file."""

import contextlib
import os
import sys
from collections.abc import Iterator
from typing import BinaryIO

from common.limited.limits import DATA, limit_myself

MEMORY = 1024**3
"""Of data: 100,000 rows of 150 columns take half of it."""

CPU_SECONDS = 600

_READ = 64 * 1024


def parts(stream: BinaryIO) -> Iterator[bytes]:
    """What is sent, each part after four bytes of its length."""
    while length := stream.read(4):
        yield stream.read(int.from_bytes(length))


@contextlib.contextmanager
def path_to(answer: BinaryIO) -> Iterator[str]:
    """A path by which a file is written to `answer`, which may be a socket: uvloop gives one, and a socket has no path.

    A process of its own passes on what comes; the library that writes lets no other thread run meanwhile.
    """
    reading, writing = os.pipe()
    if not (passing := os.fork()):
        os.close(writing)
        _pass_on(reading, answer)
    os.close(reading)
    try:
        yield f"/dev/fd/{writing}"
    finally:
        os.close(writing)
        os.waitpid(passing, 0)


def _pass_on(reading: int, answer: BinaryIO) -> None:
    try:
        while part := os.read(reading, _READ):
            answer.write(part)
            answer.flush()
    finally:
        os._exit(0)


if __name__ == "__main__":
    limit_myself(MEMORY, CPU_SECONDS, DATA)
    with path_to(sys.stdout.buffer) as path:
        # not before the process has limited itself
        from surveys.export_files.writing import write

        write(parts(sys.stdin.buffer), path)
