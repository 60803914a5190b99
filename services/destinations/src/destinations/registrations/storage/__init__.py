"""Registrations in SQL: lists and single ones cut to a scope, locks, the next version with its history.

`registrations` reads what stands, `season_terms` what its season says of it, `proving` what evidence that asks for,
`versions` what has been, `known` what was known before a moment, `lines` what of a file is known, `streams` locks,
`saving` writes one, `many` thousands, `sealing` encrypts, `erasing` empties, `filling` completes what the release
before has written, `rotation` seals by another key. Decides nothing.
"""

from destinations.registrations.storage.erasing import erase
from destinations.registrations.storage.filed import filed_as_seeking, has_seeking
from destinations.registrations.storage.known import KNOWN, SAID_THEN, answer_sql, known
from destinations.registrations.storage.lines import (
    Line,
    has_lines,
    known_lines,
    outdated_lines,
    remember_lines,
)
from destinations.registrations.storage.many import Stamped, Unsaved, save_many, stamp_many
from destinations.registrations.storage.proving import Judged, demand, demands, judged
from destinations.registrations.storage.registrations import (
    Filters,
    current,
    current_of,
    get,
    page,
)
from destinations.registrations.storage.saving import save
from destinations.registrations.storage.sealing import opened, sealed
from destinations.registrations.storage.season_terms import terms
from destinations.registrations.storage.streams import last_days, lock_imports, lock_stream, open_streams
from destinations.registrations.storage.versions import Version, change_token_of, versions, written_by

__all__ = [
    "KNOWN",
    "SAID_THEN",
    "Filters",
    "Judged",
    "Line",
    "Stamped",
    "Unsaved",
    "Version",
    "answer_sql",
    "change_token_of",
    "current",
    "current_of",
    "demand",
    "demands",
    "erase",
    "filed_as_seeking",
    "get",
    "has_lines",
    "has_seeking",
    "judged",
    "known",
    "known_lines",
    "last_days",
    "lock_imports",
    "lock_stream",
    "open_streams",
    "opened",
    "outdated_lines",
    "page",
    "remember_lines",
    "save",
    "save_many",
    "sealed",
    "stamp_many",
    "terms",
    "versions",
    "written_by",
]
