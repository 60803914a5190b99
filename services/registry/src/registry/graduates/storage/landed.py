"""Brings rows of the release before into sealed documents, in parts that may end anywhere and go on again.

It runs as the owner between two migrations, first beside that release, whose writes leave a document behind: a row is
left while its document is of another version. What a writer holds at the moment is passed over until the next round.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import text

from common.auth import SYSTEM
from common.crypto import DataCipher, FieldCipher
from common.database import Database
from common.identifiers import Cohort, SchoolCode
from common.sql import Connection, Row
from registry.graduates.domain.entry import CLEAR, Source
from registry.graduates.storage.keys import key_of_roster
from registry.graduates.storage.sealing import indexes, number_indexes, sealed, sealed_reason

PART = 1_000

_TEXTS = ("student_number", "exam_number", "political_status_code", "major_direction", "commissioning_unit")
_DAYS_AND_YEARS = ("birth_date", "enrolled_on", "graduated_on", "duration_years")
_ENCRYPTED = ("name", "citizen_id", "phone")
_ACT = ("changed_fields", "action", "source", "subject", "role", "operation_id", "sealed_reason")

_IS_BETWEEN = text(
    """
    SELECT 1 FROM information_schema.columns
     WHERE table_schema = 'public' AND table_name = 'graduates' AND column_name = 'sealed_version'
    """
)
_ROSTERS = text(
    """
    SELECT DISTINCT school_code, cohort FROM graduates WHERE sealed_version IS DISTINCT FROM version ORDER BY 1, 2
    """
)
_PART = text(
    """
    SELECT * FROM graduates
     WHERE school_code = :school_code AND cohort = :cohort AND id > :after AND sealed_version IS DISTINCT FROM version
     ORDER BY id LIMIT :part FOR UPDATE SKIP LOCKED
    """
)
_VERSIONS = text(
    """
    SELECT v.*, v.graduate_id AS id, v.version = g.version AS is_newest
      FROM graduate_versions v JOIN graduates g ON g.id = v.graduate_id
     WHERE g.id = ANY(CAST(:ids AS uuid[])) AND (v.sealed IS NULL OR v.version = g.version)
    """
)
_SEAL = text(
    """
    UPDATE graduates SET sealed = :sealed, sealed_version = version, name_index = :name_index,
           student_number_index = :student_number_index, exam_number_index = :exam_number_index,
           citizen_id_index = :citizen_id_index, phone_index = :phone_index,
           shared_exam_number_index = :shared_exam_number_index, changed_fields = CAST(:changed_fields AS text[]),
           action = :action, source = :source, subject = :subject, role = :role, operation_id = :operation_id,
           sealed_reason = :sealed_reason
     WHERE id = :id
    """
)
_SEAL_VERSION = text(
    """
    UPDATE graduate_versions SET sealed = :sealed, source = :source, sealed_reason = :sealed_reason
     WHERE graduate_id = :id AND version = :version
    """
)
_LEFT = text("SELECT count(*) FROM graduates WHERE sealed_version IS DISTINCT FROM version")

_FIRST = UUID(int=0)


async def seal_landed(database: Database, cipher: FieldCipher, part: int = PART) -> int:
    """Seals what is left, roster by roster, each part in a transaction of its own; how many rows are left still.

    The database is the owner's. Where the rows are gone that could be left, there is nothing to do.
    """
    async with database.reading() as connection:
        if await connection.scalar(_IS_BETWEEN) is None:
            return 0
        rosters = await connection.execute(_ROSTERS)
    for roster in rosters:
        after: UUID | None = _FIRST
        while after is not None:
            async with database.transaction(SYSTEM) as unit:
                after = await _seal_part(
                    unit.connection, cipher, SchoolCode(roster.school_code), Cohort(roster.cohort), after, part
                )
                await unit.commit()
    async with database.reading() as connection:
        return int(await connection.scalar(_LEFT))


async def _seal_part(
    connection: Connection, cipher: FieldCipher, school_code: SchoolCode, cohort: Cohort, after: UUID, part: int
) -> UUID | None:
    """Seals some rows behind an id; the last one's, None where there are no more."""
    bound = {"school_code": school_code, "cohort": cohort, "after": after, "part": part}
    found = await connection.execute(_PART, bound)
    if not found:
        return None
    data = await key_of_roster(connection, cipher, school_code, cohort)
    versions = await connection.execute(_VERSIONS, {"ids": [row.id for row in found]})
    stated = [_sealed_version(cipher, data, version) for version in versions]
    newest = {each["id"]: each for each, version in zip(stated, versions, strict=True) if version.is_newest}
    await connection.execute_many(_SEAL_VERSION, stated)
    await connection.execute_many(_SEAL, [_sealed_row(cipher, data, row, newest[row.id]) for row in found])
    return UUID(str(found[-1].id))


def _sealed_version(cipher: FieldCipher, data: DataCipher, version: Row) -> dict[str, Any]:
    """A row of the history: its document, the door that it came in by, and its reason under the data key."""
    given = version.reason_cipher
    reason = None if given is None else cipher.decrypt("reason", version.id, given)
    return {
        **{name: version[name] for name in _ACT},
        "id": version.id,
        "version": version.version,
        "sealed": sealed(data, version.id, version.version, _content(cipher, version)),
        "source": Source.IMPORT if version.action == "import" else Source.OFFICER,
        "sealed_reason": sealed_reason(data, version.id, version.version, reason),
    }


def _sealed_row(cipher: FieldCipher, data: DataCipher, row: Row, newest: dict[str, Any]) -> dict[str, Any]:
    """A row of the roster with the act of its newest version."""
    content = _content(cipher, row)
    shared = number_indexes(cipher, {"exam_number": row.shared_exam_number})["exam_number_index"]
    return {
        **{name: newest[name] for name in _ACT},
        **indexes(cipher, SchoolCode(row.school_code), content),
        "id": row.id,
        "shared_exam_number_index": shared,
        "sealed": sealed(data, row.id, row.version, content),
    }


def _content(cipher: FieldCipher, row: Row) -> dict[str, Any]:
    """The fields in clear, as the release before has them."""
    content = {field: row[field] for field in (*CLEAR, *_TEXTS, *_DAYS_AND_YEARS)}
    for field in _ENCRYPTED:
        given = row[f"{field}_cipher"]
        content[field] = None if given is None else cipher.decrypt(field, row.id, given)
    return content
