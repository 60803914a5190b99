"""Has a publication counted in a process of its own, whose memory goes with it."""

from common.limited.asking import AskedProcess
from indicators.publishing_counts.people import Counting, Published

MODULE = "indicators.publishing_counts"

SECONDS = 540.0
"""For one publication, on the clock."""


async def counted(counting: Counting) -> Published:
    """The tables of a publication; raises ProcessEnded."""
    process = AskedProcess(MODULE, seconds=SECONDS)
    try:
        (answer,) = await process.ask(counting.model_dump_json().encode())
    finally:
        await process.end()
    return Published.model_validate_json(answer)
