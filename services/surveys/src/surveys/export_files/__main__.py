"""The process, run as a module: it is sent columns and rows, and answers the file."""

import sys
from collections.abc import Iterator
from typing import BinaryIO

from common.limited.limits import DATA, limit_myself

MEMORY = 1024**3
"""Of data: 100,000 rows of 150 columns take a third of it."""

CPU_SECONDS = 600


def parts(stream: BinaryIO) -> Iterator[bytes]:
    """What is sent, each part after four bytes of its length."""
    while length := stream.read(4):
        yield stream.read(int.from_bytes(length))


if __name__ == "__main__":
    limit_myself(MEMORY, CPU_SECONDS, DATA)
    # not before the process has limited itself
    from surveys.export_files.writing import write

    write(parts(sys.stdin.buffer), sys.stdout.buffer)
