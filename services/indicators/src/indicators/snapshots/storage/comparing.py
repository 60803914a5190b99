"""What would be frozen now, beside what is frozen."""

from collections.abc import Sequence

from sqlalchemy import Uuid, bindparam, text

from common.sql import Connection
from indicators.schemes.tally import Count
from indicators.snapshots.domain.document import FIELDS
from indicators.snapshots.domain.snapshots import Moment, SnapshotId
from indicators.snapshots.storage.reading import moment_values

_SAID = [name for name in FIELDS if name != "graduate_id"]
_NOW = "spans WHERE school_code = :school_code AND cohort = :cohort AND from_day <= :as_of AND to_day > :as_of"


def _row(of: str) -> str:
    return f"({', '.join(f'{of}.{name}' for name in _SAID)})"


_DRIFT = text(
    f"""
    SELECT count(*) FROM (SELECT * FROM snapshot_rows WHERE snapshot_id = :id) AS frozen
      FULL JOIN (SELECT * FROM {_NOW}) AS present USING (graduate_id)
     WHERE {_row("frozen")} IS DISTINCT FROM {_row("present")}
    """
).bindparams(bindparam("id", type_=Uuid()))
_COUNTS = text(
    f"""
    SELECT true AS frozen, college_code, destination_code, flexible, count(*) AS graduates
      FROM snapshot_rows WHERE snapshot_id = :id GROUP BY 2, 3, 4
    UNION ALL
    SELECT false, college_code, destination_code, flexible, count(*) FROM {_NOW} GROUP BY 2, 3, 4
    """
).bindparams(bindparam("id", type_=Uuid()))


async def drift(connection: Connection, snapshot_id: SnapshotId, moment: Moment) -> int:
    """How many graduates would differ if the day were frozen now: in what is said of them, or in being there."""
    return int(await connection.scalar(_DRIFT, {"id": snapshot_id, **moment_values(moment)}))


async def counts(
    connection: Connection, snapshot_id: SnapshotId, moment: Moment
) -> tuple[Sequence[tuple[str | None, Count]], Sequence[tuple[str | None, Count]]]:
    """Graduates by college and destination, as frozen and as they would be frozen now."""
    found = await connection.execute(_COUNTS, {"id": snapshot_id, **moment_values(moment)})
    listed = [(row.frozen, (row.college_code, Count(*row[2:]))) for row in found]
    return [each for frozen, each in listed if frozen], [each for frozen, each in listed if not frozen]
