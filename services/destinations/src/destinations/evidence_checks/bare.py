"""The same process for files whose sender must not be known: a PDF, too, is written anew without what is not seen."""

from common.limited.asking import Answer, answer_all
from destinations.evidence_checks.__main__ import CPU_SECONDS, MEMORY, answering


def load() -> Answer:
    """What looks into a file."""
    from destinations.evidence_checks.rewriting import rewritten

    return answering(rewritten)


if __name__ == "__main__":
    answer_all(MEMORY, CPU_SECONDS, load)
