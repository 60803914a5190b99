"""Storing a chunk of checked rows: the units they bring, then COPY into a staging table, and a few statements over all.

The rules that run here over many rows (blank keeps, the college of the major, the status that follows the level, the
day from which a version counts) have their pure twins in `graduates.domain`; a test compares the two.
"""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import text
from sqlalchemy.dialects import postgresql

from common.clock import NOW_SQL, TODAY_SQL
from common.contracts import ChangeToken, graduate
from common.database import UnitOfWork
from common.identifiers import Cohort, OperationId, SchoolCode
from common.imports import Written
from common.season import SeasonDay, season_day
from registry.graduates.announcements import PUBLISHED
from registry.graduates.domain.entry import FIELDS, PERSONAL, Status
from registry.graduates.domain.population import COUNTED, levels_with_status
from registry.graduates.domain.unit_book import UnitBook
from registry.graduates.storage.locks import plans_kept
from registry.graduates.tables import CONTENT_COLUMNS, graduates
from registry.organisation import commands
from registry.organisation import storage as organisation
from registry.organisation.domain import Kind, OrganisationUnit

STAGING = "roster_lines"
MERGED = "roster_merged"
STAGING_COLUMNS = ("row_number", "id", "known_id", "given", "default_college", "line_fingerprint", *CONTENT_COLUMNS)
"""`known_id` is the id of a graduate of the roster, NULL for a new one."""

_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]
_COUNTED = ", ".join(f"'{status.value}'" for status in sorted(COUNTED))

_STORED_COLLEGE = (
    "CASE WHEN s.major_code <> g.major_code THEN s.default_college ELSE coalesce(g.college_code, s.default_college) END"
)
"""Of a line that names none: who goes to another major leaves the college of the one before."""


def _merged_value(column: str) -> str:
    """What a field becomes: the line's value where it gives one, else what is stored."""
    stored = _STORED_COLLEGE if column == "college_code" else f"g.{column}"
    return f"CASE WHEN s.given & {1 << CONTENT_COLUMNS.index(column)} <> 0 THEN s.{column} ELSE {stored} END"


def _level_status(alias: str) -> str:
    return (
        f"CASE WHEN {alias}.education_level_code = ANY(cast(:completed AS text[])) THEN '{Status.COMPLETED}'"
        f" WHEN {alias}.education_level_code = ANY(cast(:left AS text[])) THEN '{Status.WITHDRAWN}'"
        f" ELSE '{Status.REGISTERED}' END"
    )


_TYPES = {column.name: column.type.compile(_DIALECT) for column in graduates.columns}
_CONTENT = ", ".join(CONTENT_COLUMNS)
_MERGED_VALUES = ", ".join(f"{_merged_value(column)} AS {column}" for column in CONTENT_COLUMNS)
_STORED = {field: f"{field}_cipher" if field in PERSONAL else field for field in FIELDS}
_DIFFERENCES = ", ".join(
    f"CASE WHEN m.{column} IS DISTINCT FROM g.{column} THEN '{field}' END" for field, column in _STORED.items()
)
_OWNER = "cast(:school_code AS text), cast(:cohort AS integer)"
_LISTS = "cast(:code_lists_version AS text)"
_STATED = "status, version, sequence, decided_on, recorded_at"
_CHANGED = "(is_new OR cardinality(changed_fields) > 0)"

_BY_KEY = "OFFSET 0"
"""Keeps a look-up by key what it is: as a join, it would be planned to read the whole roster for each chunk."""

_STAGE = text(
    f"CREATE TEMP TABLE IF NOT EXISTS {STAGING} (row_number integer, id uuid, known_id uuid, given bigint,"
    " default_college text, line_fingerprint bytea,"
    f" {', '.join(f'{name} {_TYPES[name]}' for name in CONTENT_COLUMNS)}) ON COMMIT DELETE ROWS"
)
_EMPTY = text(f"TRUNCATE pg_temp.{STAGING}")
_DROP_MERGED = text(f"DROP TABLE IF EXISTS pg_temp.{MERGED}")
_MERGE = text(
    f"""
    CREATE TEMP TABLE {MERGED} ON COMMIT DROP AS
    SELECT s.row_number, s.id, s.known_id IS NULL AS is_new, s.line_fingerprint, m.*,
           coalesce(g.version, 0) + 1 AS version, coalesce(g.sequence, 0) + 1 AS sequence,
           CASE WHEN g.id IS NULL THEN cast(:first_day AS date)
                ELSE greatest({TODAY_SQL}, g.decided_on) END AS decided_on,
           {NOW_SQL} AS recorded_at, g.status AS status_before,
           array_remove(ARRAY[{_DIFFERENCES}], NULL) AS changed_fields
      FROM {STAGING} s
      LEFT JOIN LATERAL (SELECT * FROM graduates WHERE id = s.known_id {_BY_KEY}) AS g ON true
     CROSS JOIN LATERAL (SELECT {_MERGED_VALUES}) AS v
     CROSS JOIN LATERAL (
         SELECT v.*, CASE WHEN g.id IS NOT NULL AND g.status IS DISTINCT FROM {_level_status("g")} THEN g.status
                          ELSE {_level_status("v")} END AS status
     ) AS m
    """
)
_INSERT = text(
    f"""
    INSERT INTO graduates (id, school_code, cohort, {_CONTENT}, {_STATED}, code_lists_version, line_fingerprint)
    SELECT id, {_OWNER}, {_CONTENT}, {_STATED}, {_LISTS}, line_fingerprint
      FROM {MERGED} WHERE is_new
    """
)
_UPDATE = text(
    f"""
    UPDATE graduates g
       SET {", ".join(f"{column} = m.{column}" for column in (*CONTENT_COLUMNS, *_STATED.split(", ")))},
           code_lists_version = {_LISTS}, line_fingerprint = m.line_fingerprint,
           shared_exam_number = CASE WHEN m.exam_number = g.exam_number THEN g.shared_exam_number END
      FROM {MERGED} m WHERE g.id = m.id AND NOT m.is_new AND cardinality(m.changed_fields) > 0
    """
)
_REMEMBER = text(
    f"""
    UPDATE graduates g SET line_fingerprint = m.line_fingerprint, name_index = m.name_index
      FROM {MERGED} m WHERE g.id = m.id AND cardinality(m.changed_fields) = 0
    """
)
_HISTORY = text(
    f"""
    INSERT INTO graduate_versions (graduate_id, school_code, cohort, {_CONTENT}, {_STATED}, code_lists_version,
                                   changed_fields, action, subject, role, operation_id)
    SELECT id, {_OWNER}, {_CONTENT}, {_STATED}, {_LISTS},
           changed_fields, 'import', cast(:subject AS text), cast(:role AS text), cast(:operation_id AS uuid)
      FROM {MERGED} WHERE {_CHANGED}
    """
)
_ANNOUNCE = text(
    f"""
    WITH announced AS (
        INSERT INTO outbox (topic, key, sequence, type, school_code, decided_on, recorded_at, data, correlation_id)
        SELECT '{graduate.TOPIC}', id::text, sequence,
               CASE WHEN is_new THEN '{graduate.REGISTERED}'
                    WHEN status_before IN ({_COUNTED}) AND status NOT IN ({_COUNTED}) THEN '{graduate.WITHDRAWN}'
                    ELSE '{graduate.CHANGED}' END,
               cast(:school_code AS text), decided_on, recorded_at,
               (SELECT to_jsonb(said)
                  FROM (SELECT id AS graduate_id, version, cast(:school_code AS text) AS school_code,
                               cast(:cohort AS integer) AS cohort, decided_on, recorded_at, status,
                               status IN ({_COUNTED}) AS counted, changed_fields,
                               {", ".join(PUBLISHED)}) AS said),
               cast(:correlation_id AS text)
          FROM {MERGED} WHERE {_CHANGED}
        RETURNING id, key, sequence
    )
    SELECT key, sequence FROM announced ORDER BY id DESC LIMIT 1
    """
)
_AUDIT = text(
    f"""
    INSERT INTO audit_entries (subject, role, action, object_kind, object_id, school_code, correlation_id, detail)
    SELECT cast(:subject AS text), cast(:role AS text), 'import', 'graduate', id::text, cast(:school_code AS text),
           cast(:correlation_id AS text),
           jsonb_build_object('version', version, 'operation_id', cast(:operation_id AS uuid))
      FROM {MERGED} WHERE {_CHANGED}
    """
)
_COUNT = text(
    f"""
    SELECT count(*) FILTER (WHERE is_new) AS created,
           count(*) FILTER (WHERE NOT is_new AND cardinality(changed_fields) > 0) AS updated,
           count(*) FILTER (WHERE NOT is_new AND cardinality(changed_fields) = 0) AS unchanged
      FROM {MERGED}
    """
)


async def merge(
    unit: UnitOfWork,
    records: Sequence[tuple[object, ...]],
    school_code: SchoolCode,
    cohort: Cohort,
    lists_version: str,
    operation_id: OperationId | None = None,
) -> Written:
    """Stores the records, their history, events and audit entries; never commits. No graduate may occur twice.

    `lists_version` is that of the code lists which the records were checked with.
    Counts the graduates that it created, changed and left as they were.
    """
    if not records:
        return Written()
    connection = unit.connection
    await connection.execute(_STAGE)
    await connection.execute(_EMPTY)
    await unit.driver.copy_records_to_table(STAGING, records=records, columns=STAGING_COLUMNS, schema_name="pg_temp")
    parameters = {
        "school_code": school_code,
        "cohort": cohort,
        "operation_id": operation_id,
        "first_day": season_day(SeasonDay.BEGINS, cohort),
        "completed": list(levels_with_status(Status.COMPLETED)),
        "left": list(levels_with_status(Status.WITHDRAWN)),
        "code_lists_version": lists_version,
        "subject": unit.actor.subject,
        "role": unit.actor.role,
        "correlation_id": unit.correlation_id,
    }
    await connection.execute(_DROP_MERGED)
    await connection.execute(_MERGE, parameters)
    counted = (await connection.execute(_COUNT)).one()
    for statement, rows in ((_UPDATE, counted.updated), (_REMEMBER, counted.unchanged)):
        if rows:
            await connection.execute(statement, parameters)
    async with plans_kept(connection):
        for statement in (_INSERT, _HISTORY, _AUDIT):
            await connection.execute(statement, parameters)
        last = (await connection.execute(_ANNOUNCE, parameters)).one_or_none()
    token = ChangeToken(graduate.TOPIC, school_code, last.key, last.sequence) if last else None
    return Written({name: counted[name] for name in ("created", "updated", "unchanged")}, token)


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
