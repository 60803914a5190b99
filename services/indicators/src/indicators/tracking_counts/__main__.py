"""The process that counts editions, run as a module: it is sent what is to be counted, and answers the results."""

import os
from collections.abc import Sequence

from common.limited.asking import Answer, answer_all

MEMORY = 3 * 1024**3
"""Address space; matrices of a cohort of ten thousand answers take a third of it."""

CPU_SECONDS = 480
"""For one edition; one of a thousand answers takes a tenth."""


def load() -> Answer:
    """What counts an edition."""
    # a thread for each core takes address space, and editions are nothing that anybody waits for
    os.environ |= {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    from indicators.tracking_counts.counting import counted
    from indicators.tracking_counts.edition import Counting

    def count(content: bytes) -> Sequence[bytes]:
        return [counted(Counting.model_validate_json(content)).model_dump_json().encode()]

    return count


if __name__ == "__main__":
    answer_all(MEMORY, CPU_SECONDS, load)
