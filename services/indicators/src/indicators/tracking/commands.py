"""The act of an edition: its figures and what it remembers are there together, or not at all."""

from collections.abc import Mapping
from datetime import datetime

from common.database import UnitOfWork
from indicators.tracking import storage
from indicators.tracking.domain import Due
from indicators.tracking_counts.edition import Counted


async def keep(
    unit: UnitOfWork,
    *,
    due: Due,
    number: int,
    taken_at: datetime,
    moved: int,
    tables: Mapping[str, int],
    counted: Counted,
) -> bool:
    """Stores an edition; False where another worker has taken it."""
    series = due.series
    kept = await storage.add(
        unit.connection, due, number=number, taken_at=taken_at, moved=moved, tables=tables, counted=counted
    )
    if kept:
        detail = {name: value for name, value in series.values().items() if value is not None and name != "school"}
        await unit.audit(
            "edition.take",
            "edition",
            f"{number}",
            school_code=series.school_code,
            detail={**detail, "why": due.because},
        )
    return kept
