"""The process that makes PDF files, run as a module: it is sent a document as JSON, and answers the file."""

import json
from collections.abc import Sequence

from common.limited.asking import Answer, answer_all
from common.limited.limits import DATA

MEMORY = 1024**3
"""Of data: a report takes two hundred megabytes. What draws charts reserves sixty gigabytes of addresses unused."""

CPU_SECONDS = 60
"""For one report; one takes a second."""


def load() -> Answer:
    """What makes the files."""
    # not before the process has limited itself
    from indicators.report_files.writing import FileWriter

    writer = FileWriter()

    def write(content: bytes) -> Sequence[bytes]:
        return [writer.compiled(writer.with_pictures(json.loads(content)))]

    return write


if __name__ == "__main__":
    answer_all(MEMORY, CPU_SECONDS, load, of=DATA)
