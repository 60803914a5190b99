"""What checks hold about persons in texts and scans, three years after the closing day or the last act on it."""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import text

from common.clock import TODAY_SQL
from common.objects import ObjectName
from common.sql import Connection
from destinations.seasons.storage import kept_until_sql

_ENTRIES = f"""
    SELECT entry.id, {kept_until_sql("entry", "entry.recorded_at")} AS kept_until
      FROM ledger_entries entry WHERE entry.note_cipher IS NOT NULL
"""
_DECISIONS = f"""
    SELECT decided.sample_id, decided.n, {kept_until_sql("sample", "decided.recorded_at")} AS kept_until
      FROM sample_decisions decided JOIN samples sample ON sample.id = decided.sample_id
     WHERE decided.note_cipher IS NOT NULL
"""
_SCANS = f"""
    SELECT report.id, {kept_until_sql("report", "report.submitted_at")} AS kept_until
      FROM self_check_reports report WHERE report.file IS NOT NULL
"""
_PAST = text(
    f"""
    SELECT count(*) AS count, min(kept_until) AS oldest
      FROM (SELECT kept_until FROM ({_ENTRIES}) entry UNION ALL SELECT kept_until FROM ({_DECISIONS}) decided
            UNION ALL SELECT kept_until FROM ({_SCANS}) scan) each WHERE kept_until < {TODAY_SQL}
    """
)
# what another act holds is left to a later round
_END_ENTRIES = text(
    f"""
    UPDATE ledger_entries SET note_cipher = NULL
     WHERE id IN (SELECT id FROM ledger_entries
                   WHERE id IN (SELECT id FROM ({_ENTRIES}) entry WHERE kept_until < {TODAY_SQL} LIMIT :part)
                     FOR NO KEY UPDATE SKIP LOCKED)
    RETURNING school_code, CAST(NULL AS uuid) AS file
    """
)
_END_DECISIONS = text(
    f"""
    UPDATE sample_decisions SET note_cipher = NULL
     WHERE (sample_id, n) IN (SELECT sample_id, n FROM sample_decisions
                               WHERE (sample_id, n) IN (SELECT sample_id, n FROM ({_DECISIONS}) decided
                                                         WHERE kept_until < {TODAY_SQL} LIMIT :part)
                                 FOR NO KEY UPDATE SKIP LOCKED)
    RETURNING school_code, CAST(NULL AS uuid) AS file
    """
)
_END_SCANS = text(
    f"""
    WITH past AS (
        SELECT id, school_code, file FROM self_check_reports
         WHERE id IN (SELECT id FROM ({_SCANS}) scan WHERE kept_until < {TODAY_SQL} LIMIT :part)
           FOR NO KEY UPDATE SKIP LOCKED
    ), ended AS (
        UPDATE self_check_reports report SET file = NULL, file_deleted_on = {TODAY_SQL}
          FROM past WHERE report.id = past.id
    )
    SELECT school_code, file FROM past
    """
)


class Kept(StrEnum):
    """What is kept until its day."""

    LEDGER_NOTE = "ledger_note"
    SAMPLE_NOTE = "sample_note"
    SEALED_SCAN = "sealed_scan"


_ENDS = {Kept.LEDGER_NOTE: _END_ENTRIES, Kept.SAMPLE_NOTE: _END_DECISIONS, Kept.SEALED_SCAN: _END_SCANS}


class Ended(NamedTuple):
    """The school of each note or scan that was ended, and the files that are to be deleted."""

    schools: Sequence[str]
    files: Sequence[ObjectName]


async def past(connection: Connection) -> tuple[int, date | None]:
    """How many texts and scans are past their day, and the first of these days."""
    row = (await connection.execute(_PAST)).one()
    return row.count, row.oldest


async def end(connection: Connection, kept: Kept, part: int) -> Ended:
    """Empties up to so many notes, or takes out as many scans, that are past their day."""
    rows = list(await connection.execute(_ENDS[kept], {"part": part}))
    return Ended([row.school_code for row in rows], [ObjectName(row.file) for row in rows if row.file])
