"""Their rows, three years after the closing day, the comparison, or the decision: emptied, as of who is erased."""

from datetime import date

from sqlalchemy import text

from common.clock import TODAY_SQL
from common.sql import Connection
from destinations.seasons.storage import kept_until_sql

_ITEMS = f"""
    SELECT item.reconciliation_id, item.n,
           {kept_until_sql("compared", "greatest(compared.recorded_at, item.decided_at)")} AS kept_until
      FROM reconciliation_items item JOIN reconciliations compared ON compared.id = item.reconciliation_id
     WHERE item.theirs_cipher IS NOT NULL
"""
_PAST = text(f"SELECT count(*) AS count, min(kept_until) AS oldest FROM ({_ITEMS}) item WHERE kept_until < {TODAY_SQL}")
# what another act holds is left to a later round
_END = text(
    f"""
    UPDATE reconciliation_items SET theirs_cipher = NULL
     WHERE (reconciliation_id, n) IN (
           SELECT reconciliation_id, n FROM reconciliation_items
            WHERE (reconciliation_id, n) IN (SELECT reconciliation_id, n FROM ({_ITEMS}) item
                                              WHERE kept_until < {TODAY_SQL} LIMIT :part)
              FOR NO KEY UPDATE SKIP LOCKED)
    RETURNING school_code
    """
)


async def past(connection: Connection) -> tuple[int, date | None]:
    """How many rows are past their day, and the first of these days."""
    row = (await connection.execute(_PAST)).one()
    return row.count, row.oldest


async def end(connection: Connection, part: int) -> list[str]:
    """Empties up to so many rows that are past their day; the school of each."""
    return await connection.scalars(_END, {"part": part})
