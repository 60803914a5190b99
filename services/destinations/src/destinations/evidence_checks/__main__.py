"""The process that looks into evidence which strangers sent: for each file it answers a fault, and the file to keep."""

from collections.abc import Callable, Sequence

from common.limited.asking import Answer, answer_all
from destinations.evidence_checks.findings import Finding

MEMORY = 1024**3
"""Address space: forty million pixels are unpacked, turned and packed again in it."""

CPU_SECONDS = 10
"""For one file; a scan of a telephone takes two."""


def load() -> Answer:
    """What looks into a file."""
    from destinations.evidence_checks.looking import looked_into

    return answering(looked_into)


def answering(looked_into: Callable[[bytes], Finding]) -> Answer:
    """A look into a file in the bytes that the service reads."""

    def look(content: bytes) -> Sequence[bytes]:
        finding = looked_into(content)
        return (finding.fault or "").encode(), finding.kept or b"", " ".join(finding.words).encode()

    return look


if __name__ == "__main__":
    answer_all(MEMORY, CPU_SECONDS, load)
