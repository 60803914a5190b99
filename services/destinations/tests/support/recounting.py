"""Coverage counted anew from the histories, row by row: it shares no rule and no statement with the service."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import text

from common.database import Database

PROVES = {"destination_code", "employer_name", "employer_uscc", "study_school_name"} | {
    "abroad_school_name_zh",
    "abroad_school_name_en",
}
FLEXIBLE = {"12", "76"}
COUNTS = (
    *("population", "registered", "approved", "confirmed", "disputed", "unconfirmed"),
    *("self_registered", "evidence_complete", "incomplete", "flexible"),
)


async def histories(database: Database) -> tuple[Sequence[Any], Sequence[Any]]:
    """All versions of the roster and of registrations."""
    async with database.reading() as connection:
        return (
            await connection.execute(text("SELECT * FROM roster_versions")),
            await connection.execute(text("SELECT * FROM registration_versions")),
        )


def recount(
    histories: tuple[Sequence[Any], Sequence[Any]], before: datetime, by: str | None, *, cohort: int = 2024
) -> dict[str | None, dict[str, int]]:
    """The counts of each group of a cohort, of what was recorded before a moment."""
    roster, registrations = histories
    entries: dict[Any, Any] = {}
    for row in roster:
        if row.recorded_at < before and (
            row.graduate_id not in entries or entries[row.graduate_id].sequence < row.sequence
        ):
            entries[row.graduate_id] = row
    lives: dict[Any, list[Any]] = defaultdict(list)
    for row in sorted(registrations, key=lambda each: each.version):
        if row.recorded_at < before:
            lives[row.registration_id].append(row)
    standing = {life[-1].graduate_id: life for life in lives.values() if life[-1].state != "voided"}
    found: dict[str | None, dict[str, int]] = {} if by else {None: dict.fromkeys(COUNTS, 0)}
    for entry in entries.values():
        if entry.cohort == cohort and entry.counted:
            group = entry[f"{by}_code"] if by else None
            counts = found.setdefault(group, dict.fromkeys(COUNTS, 0))
            for name in told(standing.get(entry.graduate_id, ())):
                counts[name] += 1
    return found


def told(life: Sequence[Any]) -> Iterable[str]:
    """The counts that a graduate is in, by the versions of the registration."""
    yield "population"
    if not any(row.action in {"submit", "import"} for row in life):
        return
    yield "registered"
    if _is_effective(life):
        yield "approved"
        yield _answer(life)
    newest = life[-1]
    if newest.source == "graduate":
        yield "self_registered"
    if _found_evidence(life):
        yield "evidence_complete"
    if newest.incomplete:
        yield "incomplete"
    if newest.destination_code in FLEXIBLE if newest.flexible is None else newest.flexible:
        yield "flexible"


def _is_effective(life: Sequence[Any]) -> bool:
    return any(map(_takes_effect, life))


def _takes_effect(row: Any) -> bool:
    return row.action in {"school-approve", "import", "edit"} and row.state == "school_approved"


def _answer(life: Sequence[Any]) -> str:
    """What the graduate said last of the content that counts."""
    said = ""
    for row in life:
        if _takes_effect(row) or row.action in {"confirm", "dispute"}:
            said = row.confirmation
    return said


def _found_evidence(life: Sequence[Any]) -> bool:
    """By the last submission or approval of content, unless another destination stands since."""
    found = False
    for row in life:
        if not PROVES.isdisjoint(row.changed_fields):
            found = False
        if row.action in {"submit", "counsellor-approve", "college-approve", "school-approve"}:
            found = found if row.state == "void_requested" else bool(row.evidence_complete)
    return found


def by_code(items: Iterable[Mapping[str, Any]]) -> dict[str | None, dict[str, int]]:
    """What `GET /v1/coverage` answered, in the shape of `recount`."""
    return {next(iter(item["group"].values()), None): {name: item[name] for name in COUNTS} for item in items}
