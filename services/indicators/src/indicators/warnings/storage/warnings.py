"""Runs and what they found, in SQL."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Uuid, bindparam, select, text

from common import rows
from common.auth import Actor, Owners, RowScope, ScopeShape
from common.crypto import FieldCipher
from common.database import Database
from common.database.pages import page_by_id
from common.errors import NotFound
from common.identifiers import Cohort, SchoolCode
from common.resealing import by_another_key, reseal_rows
from common.sql import Connection, Row, array, array_sql
from indicators.warnings.domain.warnings import MajorWarning, WarningId, WarningOutcome
from indicators.warnings.tables import runs, warnings

NOTE = "warning_note"
"""What is sealed of a warning, under its id."""

_ITS = warnings.c
_ALL = select(
    *(_ITS[name] for name in (
        "id", "version", "school_code", "cohort", "education_level", "major_code", "state", "content", "opened_by",
        "outcome", "note_cipher",
    )),
    runs.c.rule,
    runs.c.inputs_hash,
).join_from(warnings, runs, runs.c.id == _ITS.run_id)  # fmt: skip
_IN_TURN = text("SELECT pg_advisory_xact_lock(hashtextextended('warnings of ' || :cohort_of_school, 0))")
_ADD_RUN = text(
    """
    INSERT INTO warning_runs (id, school_code, cohort, rule, inputs, inputs_hash)
    VALUES (:id, :school_code, :cohort, CAST(:rule AS jsonb), CAST(:inputs AS jsonb), :inputs_hash)
    """
).bindparams(bindparam("id", type_=Uuid()))
# what people have opened or closed stays as it is; what a run no longer warns of lapses
_KEEP = text(
    f"""
    INSERT INTO warnings AS kept
        (school_code, cohort, education_level, major_code, college_code, run_id, content, state)
    SELECT :school_code, CAST(:cohort AS integer), found.level, found.major, found.college, CAST(:run_id AS uuid),
           found.content, CASE WHEN found.warned THEN 'review_suggested' END
      FROM unnest({array_sql("levels", "text")}, {array_sql("majors", "text")}, {array_sql("colleges", "text")},
                  {array_sql("contents", "jsonb")}, {array_sql("warned", "boolean")})
           AS found (level, major, college, content, warned)
     ORDER BY found.level, found.major
    ON CONFLICT (school_code, cohort, education_level, major_code) DO UPDATE SET
        version = kept.version + 1, college_code = excluded.college_code, run_id = excluded.run_id,
        content = excluded.content,
        state = CASE WHEN excluded.state IS NOT NULL AND coalesce(kept.state, 'lapsed') = 'lapsed' THEN excluded.state
                     WHEN excluded.state IS NULL AND kept.state = 'review_suggested' THEN 'lapsed'
                     ELSE kept.state END
    """
)
_LAPSE = text(
    """
    UPDATE warnings SET state = 'lapsed', version = version + 1
     WHERE school_code = :school_code AND cohort = :cohort AND state = 'review_suggested'
       AND run_id <> CAST(:run_id AS uuid)
    """
)
_LOCK = text("SELECT FROM warnings WHERE id = :id FOR UPDATE").bindparams(bindparam("id", type_=Uuid()))
_OPEN = text(
    """
    UPDATE warnings SET state = 'under_review', version = version + 1, opened_by = :by_subject,
                        opened_by_role = :by_role
     WHERE id = :id
    """
).bindparams(bindparam("id", type_=Uuid()))
_CLOSE = text(
    """
    UPDATE warnings SET state = 'closed', version = version + 1, closed_by = :by_subject, closed_by_role = :by_role,
                        outcome = :outcome, note_cipher = :note_cipher
     WHERE id = :id
    """
).bindparams(bindparam("id", type_=Uuid()))
_OTHERS = text(
    f"""
    SELECT id, note_cipher FROM warnings WHERE {by_another_key("note_cipher")} ORDER BY id LIMIT :part FOR UPDATE
    """
)
_RESEAL = text("UPDATE warnings SET note_cipher = :new WHERE id = :id").bindparams(bindparam("id", type_=Uuid()))


@dataclass(frozen=True)
class Filters:
    """What a list is narrowed to; None narrows nothing."""

    school_code: SchoolCode | None = None
    cohort: Cohort | None = None
    state: str | None = None


async def in_turn(connection: Connection, school_code: SchoolCode, cohort: Cohort) -> None:
    """Waits for the run of the school and cohort that is under way, so that the last to end has seen the newest."""
    await connection.execute(_IN_TURN, {"cohort_of_school": f"{cohort} of {school_code}"})


async def add_run(
    connection: Connection,
    run_id: UUID,
    school_code: SchoolCode,
    cohort: Cohort,
    rule: Mapping[str, Any],
    inputs: Mapping[str, Any],
    inputs_hash: bytes,
) -> None:
    """Stores what a run was made by and from."""
    values = {"id": run_id, "school_code": school_code, "cohort": cohort, "inputs_hash": inputs_hash}
    await connection.execute(_ADD_RUN, values | {"rule": json.dumps(rule), "inputs": json.dumps(inputs)})


async def keep(
    connection: Connection, run_id: UUID, school_code: SchoolCode, cohort: Cohort, found: Sequence[Mapping[str, Any]]
) -> None:
    """Stores what a run has found of each major."""
    values = {"school_code": school_code, "cohort": cohort, "run_id": run_id}
    arrays = {
        "levels": array(each["level"] for each in found),
        "majors": array(each["major"] for each in found),
        "colleges": array(each["college"] for each in found),
        "contents": array(json.dumps(each["content"]) for each in found),
        "warned": array(each["warned"] for each in found),
    }
    await connection.execute(_KEEP, values | arrays)
    await connection.execute(_LAPSE, values)


async def find(connection: Connection, cipher: FieldCipher, scope: RowScope, warning_id: WarningId) -> MajorWarning:
    """A warning in scope; raises NotFound."""
    result = await connection.execute(_one(scope.shape), {**scope.values, "id": warning_id})
    found = rows.one_or_none(MajorWarning, result, **_read(cipher))
    if found is None:
        raise NotFound
    return found


async def page(
    connection: Connection, cipher: FieldCipher, scope: RowScope, filters: Filters, after: UUID | None, limit: int
) -> list[MajorWarning]:
    """Warnings in scope in the order of their ids."""
    query = page_by_id(warnings, _visible, scope, after, limit, _ALL, **vars(filters))
    return rows.all(MajorWarning, await connection.execute(*query), **_read(cipher))


async def lock(connection: Connection, warning_id: WarningId) -> None:
    """Locks a warning until the transaction ends."""
    await connection.execute(_LOCK, {"id": warning_id})


async def open_review(connection: Connection, warning_id: WarningId, by: Actor) -> None:
    """Puts a locked one under review."""
    await connection.execute(_OPEN, {"id": warning_id, "by_subject": by.subject, "by_role": by.role})


async def close(
    connection: Connection, cipher: FieldCipher, warning_id: WarningId, outcome: WarningOutcome, note: str, by: Actor
) -> None:
    """Closes a locked one."""
    values = {"id": warning_id, "outcome": outcome.value, "note_cipher": cipher.encrypt(NOTE, warning_id, note)}
    await connection.execute(_CLOSE, values | {"by_subject": by.subject, "by_role": by.role})


async def reseal_notes(database: Database, cipher: FieldCipher) -> int:
    """Seals notes by the ring's current key; how many."""

    def anew(row: Row) -> dict[str, object]:
        return {"id": row.id, "new": cipher.encrypt(NOTE, row.id, cipher.decrypt(NOTE, row.id, row.note_cipher))}

    return await reseal_rows(database, cipher, _OTHERS, _RESEAL, anew)


def _visible(seen: ScopeShape) -> ColumnElement[bool]:
    return seen.condition(Owners(school_code=_ITS.school_code, college_code=_ITS.college_code))


@lru_cache
def _one(seen: ScopeShape) -> Select[Any]:
    return _ALL.where(_ITS.id == bindparam("id"), _visible(seen))


@lru_cache
def _read(cipher: FieldCipher) -> dict[str, Any]:
    return {
        "content": lambda row: row["content"],
        "rule": lambda row: row["rule"],
        "note": lambda row: row["note_cipher"] and cipher.decrypt(NOTE, row["id"], row["note_cipher"]),
    }
