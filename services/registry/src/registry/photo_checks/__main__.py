"""The process that looks at photos which strangers took, run as a module with the profile's name.

For each photo it answers the checks as JSON, and the photo to keep.
"""

import json
import os
import sys
from collections.abc import Sequence

from common.limited.asking import Answer, answer_all

MEMORY = 1024**3
"""Address space: what is loaded takes most of it."""

CPU_SECONDS = 10
"""For one photo; a telephone's takes one."""


def load() -> Answer:
    """What looks at a photo of a school with the profile."""
    # a thread for each core takes address space, and one photo is no work for two
    os.environ |= {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "OPENCV_NUM_THREADS": "1"}
    from registry.photo_checks.looking import looked_at

    profile = sys.argv[1]

    def look(content: bytes) -> Sequence[bytes]:
        checks, kept = looked_at(content, profile)
        return json.dumps([[each.rule, each.state, each.measured] for each in checks]).encode(), kept

    return look


if __name__ == "__main__":
    answer_all(MEMORY, CPU_SECONDS, load)
