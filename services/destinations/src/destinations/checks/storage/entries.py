"""Entries of the ledger: found in a scope, entered and renewed."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache, partial
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Boolean,
    ColumnElement,
    Integer,
    LargeBinary,
    Select,
    Text,
    Uuid,
    any_,
    bindparam,
    insert,
    literal_column,
    select,
    text,
)

from common import rows
from common.auth import RowScope, ScopeShape
from common.clock import NOW_SQL
from common.crypto import FieldCipher
from common.identifiers import Cohort, CollegeCode, GraduateId, SchoolCode
from common.sql import Connection, Row, Rows
from destinations.checks.domain.ledger import CallOutcome, CheckMethod, CheckResult, Entry, EntryId, Finding, Seen
from destinations.checks.storage.contents import stale
from destinations.checks.tables import ledger_entries, ledger_results
from destinations.registrations.tables import registrations
from destinations.roster import storage as roster
from destinations.roster.tables import graduates, schools

NOTE = "ledger_entries.note"
"""What the ciphertext of a note is bound to, beside its entry."""

_entries, _current = ledger_entries.c, registrations.c
_STALE: ColumnElement[bool] = literal_column(stale("ledger_entries", "registrations"), Boolean)
_OF_NOW = (_current.graduate_id == _entries.graduate_id) & (_current.stage != literal_column("'voided'"))
_ALL = (
    select(ledger_entries, _STALE.label("stale"))
    .join(graduates, graduates.c.graduate_id == _entries.graduate_id)
    # a school's first event may come after its graduates
    .outerjoin(schools, schools.c.school_code == graduates.c.school_code)
    .outerjoin(registrations, _OF_NOW)
)
_OF_ROUND = _ALL.where(
    _entries.graduate_id == any_(bindparam("ids", type_=ARRAY(Uuid))),
    _entries.cohort == bindparam("cohort"),
    _entries.round == bindparam("round"),
)
_OF_GRADUATE = _ALL.where(_entries.graduate_id == bindparam("id", type_=Uuid)).order_by(_entries.id)
_ADD = insert(ledger_entries)
_KEEP_RESULT = "INSERT INTO ledger_results (entry_id, version, school_code, result, recorded_at)"
_SAY = text(
    f"""
    {_KEEP_RESULT}
    SELECT id, version, school_code, result, recorded_at FROM ledger_entries WHERE id = ANY(:ids)
    """
).bindparams(bindparam("ids", type_=ARRAY(Uuid)))
_RESULTS_OF_GRADUATE = (
    select(*(ledger_results.c[name] for name in ("entry_id", "version", "result", "recorded_at")))
    .join(ledger_entries, _entries.id == ledger_results.c.entry_id)
    .where(_entries.graduate_id == bindparam("id", type_=Uuid))
    .order_by(ledger_results.c.entry_id, ledger_results.c.version)
)
_NEW_IDS = text("SELECT uuidv7() FROM generate_series(1, :count)")
_SAID = "method = :method, outcome = :outcome, result = :result, note_cipher = :note_cipher"
_RENEW = text(
    f"""
    WITH renewed AS (
    UPDATE ledger_entries
       SET version = version + 1, {_SAID}, evidence_ids = :evidence_ids, registration_id = :registration_id,
           effective_version = :effective_version, recorded_at = {NOW_SQL},
           hands = CASE WHEN :subject = ANY(hands) THEN hands ELSE hands || CAST(:subject AS text) END
     WHERE id = :id
    RETURNING id, version, school_code, result, recorded_at
    )
    {_KEEP_RESULT} SELECT * FROM renewed
    """
).bindparams(
    bindparam("evidence_ids", type_=ARRAY(Uuid)),
    bindparam("registration_id", type_=Uuid),
    bindparam("note_cipher", type_=LargeBinary),
    bindparam("subject", type_=Text),
)
_FILTERED: Mapping[str, ColumnElement[Any]] = {
    "school": _entries.school_code,
    "cohort": _entries.cohort,
    "college": graduates.c.college_code,
    "round": _entries.round,
    "result": _entries.result,
    "graduate": _entries.graduate_id,
    "stale": _STALE,
}


@dataclass(frozen=True)
class Filters:
    """What a list is narrowed to; None narrows nothing."""

    school: SchoolCode | None = None
    cohort: Cohort | None = None
    college: CollegeCode | None = None
    round: int | None = None
    result: CheckResult | None = None
    graduate: GraduateId | None = None
    stale: bool | None = None

    @property
    def given(self) -> Mapping[str, object]:
        """What narrows, by name."""
        return {name: value for name, value in vars(self).items() if value is not None}


@dataclass(frozen=True)
class Said:
    """What one version of an entry has said."""

    entry_id: EntryId
    version: int
    result: CheckResult
    recorded_at: datetime


@dataclass(frozen=True, kw_only=True)
class NewEntry:
    """An entry about to be stored, by one subject."""

    id: EntryId
    school_code: SchoolCode
    cohort: Cohort
    graduate_id: GraduateId
    round: int
    finding: Finding
    seen: Seen
    subject: str

    def __repr__(self) -> str:
        return "NewEntry(…)"


async def find(connection: Connection, cipher: FieldCipher, scope: RowScope, entry_id: EntryId) -> Entry | None:
    """An entry about a graduate of the scope."""
    found = _opened(cipher, await connection.execute(_one(scope.shape), {**scope.values, "id": entry_id}))
    return found[0] if found else None


async def page(
    connection: Connection, cipher: FieldCipher, scope: RowScope, filters: Filters, after: UUID | None, limit: int
) -> list[Entry]:
    """Entries of the scope in the order in which they were made, those after one."""
    given = filters.given
    query = _page(scope.shape, tuple(given), following=after is not None)
    bound = {**scope.values, **given, "limit": limit}
    return _opened(cipher, await connection.execute(query, bound if after is None else {**bound, "after": after}))


async def of_round(
    connection: Connection, cipher: FieldCipher, cohort: Cohort, number: int, graduate_ids: Collection[GraduateId]
) -> dict[GraduateId, Entry]:
    """The entries of these graduates in a round."""
    values = {"ids": list(graduate_ids), "cohort": cohort, "round": number}
    return {each.graduate_id: each for each in _opened(cipher, await connection.execute(_OF_ROUND, values))}


async def of_graduate(connection: Connection, cipher: FieldCipher, graduate_id: GraduateId) -> list[Entry]:
    """All entries about a graduate."""
    return _opened(cipher, await connection.execute(_OF_GRADUATE, {"id": graduate_id}))


async def results_of_graduate(connection: Connection, graduate_id: GraduateId) -> list[Said]:
    """What each version of the entries about a graduate has said."""
    return rows.all(Said, await connection.execute(_RESULTS_OF_GRADUATE, {"id": graduate_id}))


async def new_ids(connection: Connection, count: int) -> list[EntryId]:
    """Ids of entries about to be stored: what is encrypted for one is bound to its id."""
    return [EntryId(each) for each in await connection.scalars(_NEW_IDS, {"count": count})]


async def add(connection: Connection, cipher: FieldCipher, new: Sequence[NewEntry]) -> None:
    """Stores entries about graduates who have none in the round; their streams are locked."""
    await connection.execute_many(
        _ADD,
        [
            {
                "id": each.id,
                "school_code": each.school_code,
                "cohort": each.cohort,
                "graduate_id": each.graduate_id,
                "round": each.round,
                "hands": [each.subject],
                **_values(cipher, each.id, each.finding, each.seen),
            }
            for each in new
        ],
    )
    await connection.execute(_SAY, {"ids": [each.id for each in new]})


async def renew(
    connection: Connection, cipher: FieldCipher, renewed: Sequence[tuple[EntryId, Finding, Seen]], subject: str
) -> None:
    """Says of entries anew what was found, and what was looked at, by one subject."""
    await connection.execute_many(
        _RENEW,
        [
            {"id": entry_id, "subject": subject, **_values(cipher, entry_id, finding, seen)}
            for entry_id, finding, seen in renewed
        ],
    )


@lru_cache
def _one(seen: ScopeShape) -> Select[Any]:
    return _ALL.where(_entries.id == bindparam("id", type_=Uuid), roster.visible(seen))


@lru_cache(maxsize=256)
def _page(seen: ScopeShape, given: tuple[str, ...], *, following: bool) -> Select[Any]:
    conditions = [_FILTERED[name] == bindparam(name, type_=_FILTERED[name].type) for name in given]
    if following:
        conditions.append(_entries.id > bindparam("after", type_=Uuid))
    listed = _ALL.where(roster.visible(seen), *conditions)
    return listed.order_by(_entries.id).limit(bindparam("limit", type_=Integer))


def _values(cipher: FieldCipher, entry_id: EntryId, finding: Finding, seen: Seen) -> dict[str, object]:
    note = finding.note
    return {
        **vars(seen),
        "method": finding.method.value,
        "outcome": finding.outcome and finding.outcome.value,
        "result": finding.result.value,
        "evidence_ids": list(finding.evidence_ids),
        "note_cipher": None if note is None else cipher.encrypt(NOTE, entry_id, note),
    }


def _opened(cipher: FieldCipher, found: Rows) -> list[Entry]:
    return rows.all(Entry, found, finding=partial(_finding, cipher))


def _finding(cipher: FieldCipher, row: Row) -> Finding:
    sealed = row.note_cipher
    return Finding(
        method=CheckMethod(row.method),
        outcome=row.outcome and CallOutcome(row.outcome),
        result=CheckResult(row.result),
        evidence_ids=tuple(row.evidence_ids),
        note=None if sealed is None else cipher.decrypt(NOTE, row.id, sealed),
    )
