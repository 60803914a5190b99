"""Ending what checks keep about persons once it is past its day."""

from collections import Counter

from common.database import UnitOfWork
from common.objects import drop
from destinations.checks.storage import ending
from destinations.checks.storage.ending import Kept


async def end_part(unit: UnitOfWork, *, kept: Kept, part: int) -> int:
    """Ends up to so many notes or scans that are past their day; how many. Results, counts and hashes stay."""
    ended = await ending.end(unit.connection, kept, part)
    await drop(unit, *ended.files)
    for school_code, count in sorted(Counter(ended.schools).items()):
        await unit.audit("retention.end", "retention", kept.value, school_code=school_code, detail={"count": count})
    return len(ended.schools)
