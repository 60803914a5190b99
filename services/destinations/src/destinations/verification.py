"""Proves that what is stored fits together: rows = last versions, coverage, reports = histories, files = hashes.

Each part of the rows is compared by one statement, which sees one moment, so that writers go on beside it.
"""

import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import Integer, TextClause, Uuid, bindparam, text

from common.auth import EVERYTHING
from common.clock import NOW_SQL
from common.codes import CodeLists
from common.consuming.counted import newest_counted
from common.crypto import FieldCipher, UndecryptableError
from common.database import Database
from common.errors import NotFound
from common.objects import ObjectName, Objects
from common.objects.store import ObjectsUnavailable, Store, open_store
from common.sql import Row
from common.verifying import PART, Verified
from destinations.checks.storage import drawing
from destinations.coverage.domain import Asked, By
from destinations.coverage.storage import coverage
from destinations.filing.operations import compared_files
from destinations.monitoring import storage as monitoring
from destinations.monitoring.domain.reports import sealed
from destinations.registrations.domain.content import FIELDS
from destinations.registrations.tables import HANDS
from destinations.settings import Settings

REPORTS_AT_ONCE = 100
"""Reports that are read together; each is counted by itself."""

_FIRST = UUID(int=0)
_COMPARED = (
    *("graduate_id", "school_code", "version", "confirmation", "source", *FIELDS, "code_lists"),
    *("decided_on", "recorded_at"),
)
_STATE = "CASE WHEN current.stage LIKE 'void\\_at\\_%' THEN 'void_requested' ELSE current.stage END"
# versions of the release before name none of these until the owner has filled them
_FILLED = ("cohort", "effective_version", *HANDS, "submitted_at", "late_reason")
_LATEST = ("evidence_complete", "incomplete")
_DIFFERS = f"""
    ({", ".join(f"current.{name}" for name in _COMPARED)}, {_STATE})
    IS DISTINCT FROM ({", ".join(f"last.{name}" for name in _COMPARED)}, last.state)
    OR last.cohort IS NOT NULL AND ({", ".join(f"last.{name}" for name in _FILLED)})
                                   IS DISTINCT FROM ({", ".join(f"current.{name}" for name in _FILLED)})
    OR last.incomplete IS NOT NULL AND ({", ".join(f"last.{name}" for name in _LATEST)})
                                       IS DISTINCT FROM ({", ".join(f"current.{name}" for name in _LATEST)})
"""
_ROWS = text(
    f"""
    WITH current AS (SELECT * FROM registrations WHERE id > :after ORDER BY id LIMIT :part)
    SELECT current.id, last.registration_id IS NULL OR {_DIFFERS} AS differs
      FROM current LEFT JOIN LATERAL (
           SELECT * FROM registration_versions WHERE registration_id = current.id ORDER BY version DESC LIMIT 1
      ) last ON true
     ORDER BY current.id
    """
).bindparams(bindparam("after", type_=Uuid), bindparam("part", type_=Integer))
_STATED = ("school_code", "cohort", "college_code", "major_code", "class_code", "education_level_code", "status")
# an entry from an answer over HTTP has no event yet; who is erased stays so, whatever an event says
_ROSTER = text(
    f"""
    WITH entry AS (SELECT * FROM roster_graduates WHERE graduate_id > :after ORDER BY graduate_id LIMIT :part)
    SELECT entry.graduate_id AS id,
           entry.event_id IS NOT NULL AND newest.sequence IS DISTINCT FROM entry.sequence
           OR newest.sequence = entry.sequence
              AND (({", ".join(f"entry.{name}" for name in _STATED)}, {newest_counted("entry")})
                   IS DISTINCT FROM ({", ".join(f"newest.{name}" for name in _STATED)}, newest.counted)
                   OR newest.erased AND NOT entry.erased) IS TRUE AS differs
      FROM entry LEFT JOIN LATERAL (
           SELECT * FROM roster_versions WHERE graduate_id = entry.graduate_id ORDER BY sequence DESC LIMIT 1
      ) newest ON true
     ORDER BY entry.graduate_id
    """
).bindparams(bindparam("after", type_=Uuid), bindparam("part", type_=Integer))
_CASES = text(
    """
    SELECT current.id, (current.version, current.state, current.handler, current.finding)
                       IS DISTINCT FROM (last.version, last.state, last.handler, last.finding) AS differs
      FROM (SELECT * FROM cases WHERE id > :after ORDER BY id LIMIT :part) current
      LEFT JOIN LATERAL (
           SELECT * FROM case_events WHERE case_id = current.id ORDER BY version DESC LIMIT 1
      ) last ON true
     ORDER BY current.id
    """
).bindparams(bindparam("after", type_=Uuid), bindparam("part", type_=Integer))
_COHORTS = text("SELECT school_code, cohort FROM roster_graduates GROUP BY school_code, cohort ORDER BY 1, 2")
_EVER = datetime(9999, 1, 1, tzinfo=UTC)
_LOOKS = 5
"""So often coverage is counted at most, until no write has come between."""

_STORED = """
    FROM (SELECT id, name, stored_sha256 FROM evidence
          UNION ALL SELECT id, file, file_sha256 FROM self_check_reports) stored WHERE name IS NOT NULL
"""
_EMPLOYERS = text(
    f"""
    WITH current AS (SELECT * FROM registrations WHERE id > :after ORDER BY id LIMIT :part)
    SELECT current.id, current.employer_name IS NOT NULL AND current.recorded_at < {NOW_SQL} - interval '1 hour'
           AND (employer.id IS NULL OR employer.merged_into IS NOT NULL) AS differs
      FROM current
      LEFT JOIN employer_namings naming
        ON naming.school_code = current.school_code AND naming.employer_name = current.employer_name
       AND naming.employer_uscc = coalesce(current.employer_uscc, '')
      LEFT JOIN employers employer ON employer.id = naming.employer_id
     ORDER BY current.id
    """
).bindparams(bindparam("after", type_=Uuid), bindparam("part", type_=Integer))
_FILES = text(f"SELECT id, name, stored_sha256 {_STORED} AND id > :after ORDER BY id LIMIT :part").bindparams(
    bindparam("after", type_=Uuid), bindparam("part", type_=Integer)
)
_FILE = text(f"SELECT name, stored_sha256 {_STORED} AND id = :id")


async def verify_rows(database: Database, _settings: Settings) -> Verified:
    """Compares the current row of each registration with its last version."""
    verified = Verified("current_rows")
    async for row in _each(database, _ROWS):
        verified.note(row.id, differs=row.differs)
    return verified


async def verify_employers(database: Database, _settings: Settings) -> Verified:
    """Looks for an employer of each registration that has named one for a while."""
    verified = Verified("employers")
    async for row in _each(database, _EMPLOYERS):
        verified.note(row.id, differs=row.differs)
    return verified


async def verify_roster(database: Database, _settings: Settings) -> Verified:
    """Compares the roster with its newest versions; what differs for a moment alone is an event under way."""
    verified = Verified("roster")
    suspected = {row.id async for row in _each(database, _ROSTER) if row.differs}
    async for row in _each(database, _ROSTER):
        verified.note(row.id, differs=row.differs and row.id in suspected)
    return verified


async def verify_cases(database: Database, _settings: Settings) -> Verified:
    """Compares each case with the end of its history."""
    verified = Verified("cases")
    async for row in _each(database, _CASES):
        verified.note(row.id, differs=row.differs)
    return verified


async def verify_coverage(database: Database, _settings: Settings) -> Verified:
    """Counts the coverage of each cohort anew, of the histories alone."""
    verified = Verified("coverage")
    async with database.reading() as connection:
        cohorts = await connection.execute(_COHORTS)
    for school_code, cohort in cohorts:
        asked = Asked(school_code, cohort, By.COLLEGE)
        async with database.reading() as connection:
            for _ in range(_LOOKS):
                live = await coverage(connection, EVERYTHING, asked)
                recounted = await coverage(connection, EVERYTHING, replace(asked, before=_EVER))
                if live == await coverage(connection, EVERYTHING, asked):
                    break
        verified.note(f"{school_code} {cohort}", differs=live != recounted)
    return verified


async def verify_files(database: Database, settings: Settings) -> Verified:
    """Reads every stored file of evidence and of reports, and compares its hash.

    Raises ObjectsUnavailable while the store is away.
    """
    store = open_store(settings.objects, settings.service)
    objects = Objects(database, FieldCipher.load(settings.keyring_file), store)
    verified = Verified("objects")
    async for row in _each(database, _FILES):
        differs = not await _has_hash(objects, store, row.name, row.stored_sha256)
        if differs:
            # it may have been checked, deleted or dropped since it was listed
            async with database.reading() as connection:
                now = (await connection.execute(_FILE, {"id": row.id})).one_or_none()
            differs = now is not None and not await _has_hash(objects, store, now.name, now.stored_sha256)
        verified.note(row.id, differs=differs)
    return verified


async def verify_filings(database: Database, settings: Settings) -> Verified:
    """Reads the stored file of every filing part by part, and compares its hash; raises ObjectsUnavailable."""
    store = open_store(settings.objects, settings.service)
    objects = Objects(database, FieldCipher.load(settings.keyring_file), store)
    verified = Verified("filings")
    async for filing_id, differs in compared_files(database, objects, store):
        verified.note(filing_id, differs=differs)
    return verified


async def verify_reports(database: Database, _settings: Settings) -> Verified:
    """Counts what each monitoring report says anew, of the histories, and compares it and its seal."""
    verified, after = Verified("reports"), None
    while True:
        async with database.reading() as connection:
            found = await monitoring.next_made(connection, after, REPORTS_AT_ONCE)
            for report in found:
                with CodeLists.held():
                    # what it says of checks was true then: entries are renewed, and cases assigned
                    content = {**(report.content or {}), **await monitoring.counted(connection, report)}
                differs = content != report.content or sealed(report, content) != report.sha256
                verified.note(report.id, differs=differs)
        if len(found) < REPORTS_AT_ONCE:
            return verified
        after = found[-1].id


async def verify_samples(database: Database, _settings: Settings) -> Verified:
    """Draws each sample again from its frame and its seed."""
    verified = Verified("samples")
    async with database.reading() as connection:
        drawn = await drawing.sample_ids(connection)
    for sample_id in drawn:
        async with database.reading() as connection:
            differs = not (await drawing.stored(connection, sample_id)).is_as_drawn
        verified.note(sample_id, differs=differs)
    return verified


CHECKS: Mapping[str, Callable[[Database, Settings], Awaitable[Verified]]] = {
    "current_rows": verify_rows,
    "employers": verify_employers,
    "roster": verify_roster,
    "coverage": verify_coverage,
    "cases": verify_cases,
    "objects": verify_files,
    "filings": verify_filings,
    "reports": verify_reports,
    "samples": verify_samples,
}
"""All checks by name, in their order."""


async def _each(database: Database, query: TextClause) -> AsyncIterator[Row]:
    after, count = _FIRST, PART
    while count == PART:
        async with database.reading() as connection:
            found = await connection.execute(query, {"after": after, "part": PART})
        for row in found:
            yield row
            after = row.id
        count = len(found)


async def _has_hash(objects: Objects, store: Store, name: ObjectName, sha256: bytes) -> bool:
    try:
        stored = await objects.get(name)
    except (NotFound, UndecryptableError):
        return False
    except ObjectsUnavailable:
        # the same for a file that is lost, and for a store that does not answer
        if await store.not_ready() is not None:
            raise
        return False
    return hashlib.sha256(stored.content).digest() == sha256
