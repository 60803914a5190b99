"""The process that judges groups, run as a module: it is sent editions with questions, and answers what is shown."""

import os
from collections.abc import Sequence

from common.limited.asking import Answer, answer_all

MEMORY = 3 * 1024**3
"""Address space; matrices of ten thousand answers take a third of it."""

CPU_SECONDS = 480
"""For all questions about one edition."""


def load() -> Answer:
    """What judges."""
    # a thread for each core takes address space, and editions are nothing that anybody waits for
    os.environ |= {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    from common.shown_groups.answering import answered
    from common.shown_groups.asking import Asks

    def answer(content: bytes) -> Sequence[bytes]:
        return [answered(Asks.model_validate_json(content)).model_dump_json().encode()]

    return answer


if __name__ == "__main__":
    answer_all(MEMORY, CPU_SECONDS, load)
