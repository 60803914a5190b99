"""The process that counts publications, run as a module: it is sent what is to be counted, and answers the tables."""

import os
from collections.abc import Sequence

from common.limited.asking import Answer, answer_all

MEMORY = 3 * 1024**3
"""Address space; matrices of a cohort of twenty thousand take half of it."""

CPU_SECONDS = 480
"""For one publication."""


def load() -> Answer:
    """What counts a publication."""
    # a thread for each core takes address space, and a publication is not urgent
    os.environ |= {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    from indicators.publishing_counts.counting import published
    from indicators.publishing_counts.people import Counting

    def count(content: bytes) -> Sequence[bytes]:
        return [published(Counting.model_validate_json(content)).model_dump_json().encode()]

    return count


if __name__ == "__main__":
    answer_all(MEMORY, CPU_SECONDS, load)
