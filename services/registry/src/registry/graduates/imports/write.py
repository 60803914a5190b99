"""Storing a chunk of checked rows: units, new graduates by COPY, changed ones over a staging table, events."""

from dataclasses import replace

import asyncpg
from sqlalchemy import text
from sqlalchemy.dialects import postgresql

from common.copying import copy_rows
from common.database import UnitOfWork
from common.identifiers import SchoolCode
from common.imports import Overtaken, Written
from registry.graduates.announcements import ANNOUNCED
from registry.graduates.domain.editing import LOCKED
from registry.graduates.domain.notices import Notice
from registry.graduates.domain.unit_book import UnitBook
from registry.graduates.imports.records import COLUMNS, EVENT_COLUMNS, WRITTEN, Lines
from registry.graduates.storage.locks import plans_kept
from registry.graduates.tables import SUPERSEDED_COLUMNS, graduates
from registry.organisation import commands
from registry.organisation import storage as organisation
from registry.organisation.domain import OrganisationUnit

STAGING = "roster_lines"

_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]
_TYPES = ", ".join(f"{name} {graduates.c[name].type.compile(_DIALECT)}" for name in COLUMNS)
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
       SET {", ".join(f"{name} = s.{name}" for name in WRITTEN)},
           shared_exam_number_index =
               CASE WHEN s.exam_number_index = g.exam_number_index THEN g.shared_exam_number_index END
      FROM {STAGING} s
     WHERE g.id = s.id AND g.version = s.version - 1
       AND (NOT {_WITH_EVENT} OR greatest(g.sequence, g.reached_sequence) = s.sequence - 1)
    """
)
_NOTIFY = text(
    f"""
    INSERT INTO notices (graduate_id, kind)
    SELECT id, '{Notice.LOCKED_FIELD_CHANGED}' FROM {STAGING} WHERE changed_fields && '{{{", ".join(LOCKED)}}}'
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
        await copy_rows(driver, STAGING, COLUMNS, lines.changed, schema="pg_temp")
        await connection.execute(_SUPERSEDE)
        if await connection.affected(_UPDATE) != len(lines.changed):
            raise Overtaken
        await connection.execute(_NOTIFY)
    if lines.remembered:
        ids, fingerprints, names = map(list, zip(*lines.remembered, strict=True))
        await connection.execute(_REMEMBER, {"ids": ids, "fingerprints": fingerprints, "name_indexes": names})
    async with plans_kept(connection):
        await copy_rows(driver, "graduates", COLUMNS, lines.created)
        await copy_rows(driver, "outbox", EVENT_COLUMNS, lines.events)


_OF_ROWS = ("college_code", "several_colleges", "national_code", "national_code_source")


async def store_book(unit: UnitOfWork, school_code: SchoolCode, book: UnitBook) -> bool:
    """Stores units that rows have added or changed, with their events.

    False if another transaction has added or changed such units in the meantime, when nothing was stored and the rows
    must be resolved against a fresh book.
    """
    touched = list(book.touched())
    if not touched:
        return True
    await organisation.lock_school(unit.connection, school_code)
    stored = {(each.kind, each.code): each for each in await organisation.units_of(unit.connection, school_code)}
    added, changed = [], []
    for before, after in touched:
        now = stored.get((after.kind, after.code))
        if before is None and now is None:
            added.append(after)
        elif before and now and _said_by_rows(now) == _said_by_rows(before):
            # nothing else of what the book has read may overwrite what is stored
            changed.append((now, replace(now, **{name: getattr(after, name) for name in _OF_ROWS})))
        else:
            return False
    await commands.store_all(unit, school_code, added, changed)
    return True


def _said_by_rows(major: OrganisationUnit) -> tuple[object, ...]:
    """What rows are resolved by, and what they change: the only college, or that there are several; national code."""
    return tuple(getattr(major, name) for name in _OF_ROWS)
