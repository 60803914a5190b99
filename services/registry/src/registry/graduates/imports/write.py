"""Storing a chunk of checked rows: units, new graduates by COPY, changed ones over a staging table; history and events.

It does for each row what `storage.versions` and `announcements` do for one graduate; a test compares the two.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

import asyncpg
from sqlalchemy import text
from sqlalchemy.dialects import postgresql

from common.auth import Actor
from common.clock import day_in_shanghai
from common.contracts import ChangeToken, graduate
from common.crypto import DataCipher
from common.database import UnitOfWork
from common.identifiers import Cohort, OperationId, SchoolCode
from common.imports import Overtaken, Written
from common.season import SeasonDay, season_day
from registry.graduates.announcements import ANNOUNCED, carried, is_announced, moves_day, type_of
from registry.graduates.domain.entry import CLEAR, Source, changed_fields
from registry.graduates.domain.findings import RULES_VERSION, findings_of
from registry.graduates.domain.merging import placed
from registry.graduates.domain.unit_book import UnitBook
from registry.graduates.imports.rows import RosterRow
from registry.graduates.storage.locks import plans_kept
from registry.graduates.storage.sealing import sealed
from registry.graduates.tables import (
    FINDING_COLUMNS,
    INDEX_COLUMNS,
    SUPERSEDED_COLUMNS,
    VERSION_COLUMNS,
    graduates,
)
from registry.organisation import commands
from registry.organisation import storage as organisation
from registry.organisation.domain import Kind, OrganisationUnit

ACTION = "import"
STAGING = "roster_lines"

_WRITTEN = (*INDEX_COLUMNS, *VERSION_COLUMNS, "line_fingerprint", *FINDING_COLUMNS)
_COLUMNS = ("id", "school_code", "cohort", *_WRITTEN, "continues")
_EVENT = ("topic", "correlation_id", "school_code", "key", "sequence", "type", "data", "decided_on", "recorded_at")

_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]
_TYPES = ", ".join(f"{name} {graduates.c[name].type.compile(_DIALECT)}" for name in _COLUMNS)
_SUPERSEDED = ", ".join(SUPERSEDED_COLUMNS)

_STAGE = text(f"CREATE TEMP TABLE IF NOT EXISTS {STAGING} ({_TYPES}) ON COMMIT DELETE ROWS")
_EMPTY = text(f"TRUNCATE pg_temp.{STAGING}")
_SUPERSEDE = text(
    f"""
    INSERT INTO graduate_versions (graduate_id, {_SUPERSEDED})
    SELECT g.id, {", ".join(f"g.{name}" for name in SUPERSEDED_COLUMNS)}
      FROM {STAGING} s CROSS JOIN LATERAL (SELECT * FROM graduates WHERE id = s.id OFFSET 0) AS g
    """
)
_WITH_EVENT = f"(s.changed_fields && '{{{', '.join(sorted(ANNOUNCED))}}}')"
# how far the events have come may have risen since the row was read, by who puts back what was published
_UPDATE = text(
    f"""
    UPDATE graduates g
       SET {", ".join(f"{name} = s.{name}" for name in _WRITTEN)},
           shared_exam_number_index =
               CASE WHEN s.exam_number_index = g.exam_number_index THEN g.shared_exam_number_index END
      FROM {STAGING} s
     WHERE g.id = s.id AND g.version = s.version - 1
       AND (NOT {_WITH_EVENT} OR greatest(g.sequence, g.reached_sequence) = s.sequence - 1)
    """
)
_REMEMBER = text(
    """
    UPDATE graduates g SET line_fingerprint = r.fingerprint, name_index = coalesce(r.name_index, g.name_index)
      FROM unnest(CAST(:ids AS uuid[]), CAST(:fingerprints AS bytea[]), CAST(:name_indexes AS bytea[]))
           AS r (id, fingerprint, name_index)
     WHERE g.id = r.id
    """
)

Record = tuple[object, ...]


@dataclass(frozen=True)
class Writing:
    """What all rows of a chunk have in common; the code lists are those that they were read with."""

    school_code: SchoolCode
    cohort: Cohort
    school_name: str
    recorded_at: datetime
    lists_version: str
    actor: Actor
    correlation_id: str
    operation_id: OperationId
    data: DataCipher


@dataclass
class Lines:
    """The rows of a chunk as records of the tables that they go to."""

    created: list[Record] = field(default_factory=list)
    changed: list[Record] = field(default_factory=list)
    remembered: list[tuple[object, bytes, bytes | None]] = field(default_factory=list)
    events: list[Record] = field(default_factory=list)
    last: ChangeToken | None = None

    @property
    def counts(self) -> dict[str, int]:
        """The graduates that they create, change and leave as they are."""
        return {"created": len(self.created), "updated": len(self.changed), "unchanged": len(self.remembered)}


def lines_of(rows: Sequence[RosterRow], writing: Writing, book: UnitBook) -> Lines:
    """The rows as records; the units that they name are entered in the book."""
    lines = Lines()
    for row in rows:
        assert row.graduate_id is not None
        units = book.codes_of(row.units)
        default_college = None if "college_code" in units else book.college_of_major(units.get("major_code"))
        row.after.update(placed(row.before, units, default_college))
        changed = changed_fields(row.before, row.after)
        if not changed:
            lines.remembered.append((row.graduate_id, row.fingerprint, row.indexes.get("name_index")))
            continue
        sequence, day = _numbered(row, changed, writing)
        (lines.changed if row.known else lines.created).append(_record(row, changed, sequence, day, writing))
        if is_announced(changed):
            lines.events.append(_event(row, changed, sequence, day, writing))
            lines.last = ChangeToken(graduate.TOPIC, writing.school_code, str(row.graduate_id), sequence)
    return lines


async def store(unit: UnitOfWork, lines: Lines) -> Written:
    """Stores the lines, their history and events; never commits. No graduate may occur twice.

    Counts the graduates that it created, changed and left as they were. Raises Overtaken if another transaction has
    entered one of them, or has given a number away, since the rows were planned.
    """
    try:
        await _stored(unit, lines)
    except asyncpg.UniqueViolationError as error:
        raise Overtaken from error
    return Written(lines.counts, lines.last)


async def _stored(unit: UnitOfWork, lines: Lines) -> None:
    connection, driver = unit.connection, unit.driver
    if lines.changed:
        await connection.execute(_STAGE)
        await connection.execute(_EMPTY)
        await driver.copy_records_to_table(STAGING, records=lines.changed, columns=_COLUMNS, schema_name="pg_temp")
        await connection.execute(_SUPERSEDE)
        if await connection.affected(_UPDATE) != len(lines.changed):
            raise Overtaken
    if lines.remembered:
        ids, fingerprints, names = map(list, zip(*lines.remembered, strict=True))
        await connection.execute(_REMEMBER, {"ids": ids, "fingerprints": fingerprints, "name_indexes": names})
    async with plans_kept(connection):
        for table, columns, records in (
            ("graduates", _COLUMNS, lines.created),
            ("outbox", _EVENT, lines.events),
        ):
            if records:
                await driver.copy_records_to_table(table, records=records, columns=columns)


def _numbered(row: RosterRow, changed: Sequence[str], writing: Writing) -> tuple[int, date]:
    """The sequence of the row's version, and the day from which it counts."""
    newest = row.newest
    if newest is None:
        return 1, season_day(SeasonDay.BEGINS, writing.cohort)
    if not is_announced(changed):
        return newest.sequence, newest.decided_on
    since = day_in_shanghai(writing.recorded_at) if moves_day(changed) else newest.decided_on
    return newest.reached_sequence + 1, max(since, newest.reached_day)


def _record(row: RosterRow, changed: Sequence[str], sequence: int, day: date, writing: Writing) -> Record:
    graduate_id, content, newest = row.graduate_id, row.after, row.newest
    assert graduate_id is not None
    document = row.sealed or sealed(writing.data, graduate_id, row.version, content)
    indexes = row.indexes
    return (
        graduate_id,
        writing.school_code,
        writing.cohort,
        *(indexes[name] if name in indexes else newest and newest[name] for name in INDEX_COLUMNS),
        *map(content.get, CLEAR),
        document,
        row.version,
        sequence,
        day,
        writing.recorded_at,
        writing.lists_version,
        changed,
        ACTION,
        Source.IMPORT,
        writing.actor.subject,
        writing.actor.role,
        writing.operation_id,
        None,
        row.fingerprint,
        row.person_index,
        *findings_of(content, writing.cohort, writing.school_name),
        RULES_VERSION,
        row.version,
        row.continues,
    )


def _event(row: RosterRow, changed: Sequence[str], sequence: int, day: date, writing: Writing) -> Record:
    key, school_code = str(row.graduate_id), writing.school_code
    data = {
        "graduate_id": key,
        "version": row.version,
        "school_code": school_code,
        "cohort": writing.cohort,
        "decided_on": str(day),
        "recorded_at": writing.recorded_at.isoformat(),
        "changed_fields": changed,
        **carried(row.after),
    }
    kind = type_of(row.before.get("status"), row.after["status"])
    owned = (graduate.TOPIC, writing.correlation_id, school_code)
    return (*owned, key, sequence, kind, json.dumps(data), day, writing.recorded_at)


async def store_book(unit: UnitOfWork, school_code: SchoolCode, book: UnitBook) -> bool:
    """Stores units that rows have added or changed, with their events.

    False if another transaction has added or changed such units in the meantime, when nothing was stored and the rows
    must be resolved against a fresh book.
    """
    touched = list(book.touched())
    if not touched:
        return True
    await organisation.lock_school(unit.connection, school_code)
    added = [after for before, after in touched if before is None]
    changed = {after.code: (before, after) for before, after in touched if before}
    stored: dict[str, OrganisationUnit] = {}
    for code, (_, after) in changed.items():
        found = await organisation.find(unit.connection, after.place, lock=True)
        assert found is not None, "units are never deleted"
        stored[code] = found
    for kind in (Kind.COLLEGE, Kind.MAJOR, Kind.CLASS):
        codes = [new.code for new in added if new.kind is kind]
        if await organisation.known_codes(unit.connection, kind, school_code, codes):
            return False
    if any(_taught_by(stored[code]) != _taught_by(before) for code, (before, _) in changed.items()):
        return False
    for new in added:
        await commands.add(unit, new)
    for code, (_, after) in changed.items():
        # nothing else of what the book has read may overwrite what is stored
        taught = replace(stored[code], college_code=after.college_code, several_colleges=after.several_colleges)
        await commands.save(unit, stored[code], taught)
    return True


def _taught_by(major: OrganisationUnit) -> tuple[str | None, bool]:
    """What rows are resolved by, and what they change: the only college, or that there are several."""
    return major.college_code, major.several_colleges
