"""Whose rows these are, as registry says; while it is down, the operation is tried again later."""

from collections.abc import Awaitable, Callable, Sequence

from common.identifiers import Cohort, SchoolCode
from destinations.registrations.imports.rows import Fault, Row
from destinations.registry_client import Registry, RowKey
from destinations.roster.domain import RosterEntry

CHUNK = 5_000
"""The most rows that registry resolves at once."""

_RULES = {"not_found": "unknown_graduate", "ambiguous": "ambiguous", "name_mismatch": "name_mismatch"}
_COLUMNS = {"unknown_graduate": "student_number", "name_mismatch": "name"}

Entries = dict[int, RosterEntry]
Progress = Callable[[int, int], Awaitable[None]]


async def resolve(
    registry: Registry, rows: Sequence[Row], school_code: SchoolCode, cohort: Cohort, progress: Progress
) -> Entries:
    """The roster entry of each row that names a graduate; the others get a fault.

    Raises RegistryUnavailable or RegistryRefused.
    """
    asked = [row for row in rows if _is_named(row)]
    entries: Entries = {}
    for start in range(0, len(asked), CHUNK):
        chunk = asked[start : start + CHUNK]
        await progress(start, 2 * len(rows))
        keys = [RowKey(row.number, row.student_number, row.exam_number, row.name) for row in chunk]
        answers = await registry.resolve(school_code, cohort, keys)
        for row in chunk:
            answer = answers.get(row.number, "not_found")
            if isinstance(answer, str):
                row.faults.append(_fault(row, answer))
            else:
                entries[row.number] = answer
    return entries


def _is_named(row: Row) -> bool:
    return not row.silent and bool(row.name and row.key)


def _fault(row: Row, problem: str) -> Fault:
    rule = _RULES.get(problem, "unknown_graduate")
    return Fault(_COLUMNS.get(rule, row.key_column), rule)
