"""Has an edition counted in a process of its own, whose hundred megabytes go with it."""

from common.limited.asking import AskedProcess
from indicators.tracking_counts.edition import Counted, Counting

MODULE = "indicators.tracking_counts"

SECONDS = 540.0
"""For one edition, on the clock: below what periodic work may take."""


async def counted(counting: Counting) -> Counted:
    """The results of an edition; raises ProcessEnded."""
    process = AskedProcess(MODULE, seconds=SECONDS)
    try:
        (answer,) = await process.ask(counting.model_dump_json().encode())
    finally:
        await process.end()
    return Counted.model_validate_json(answer)
