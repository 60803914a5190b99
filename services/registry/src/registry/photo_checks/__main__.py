"""The process that looks at photos which strangers took, run as a module with the profile's name.

Standard input is one photo after the other, each after four bytes of its length. For each, standard output has the
checks as JSON and the photo to keep, both after four bytes of their length. It limits its own memory and time before
anything else.
"""

import json
import os
import sys

from common.limited.limits import limit_myself, limit_time

MEMORY = 1024**3
"""Address space: what is loaded takes most of it."""

CPU_SECONDS = 10
"""For one photo; a telephone's takes one."""


def main(profile: str) -> None:
    """Looks at photos until there are no more."""
    limit_myself(MEMORY, CPU_SECONDS)
    # a thread for each core takes address space, and one photo is no work for two
    os.environ |= {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "OPENCV_NUM_THREADS": "1"}
    from registry.photo_checks.looking import looked_at

    read, write = sys.stdin.buffer.read, sys.stdout.buffer.write
    while length := int.from_bytes(read(4)):
        limit_time(CPU_SECONDS)
        checks, kept = looked_at(read(length), profile)
        for part in (json.dumps([[each.rule, each.state, each.measured] for each in checks]).encode(), kept):
            write(len(part).to_bytes(4) + part)
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main(sys.argv[1])
