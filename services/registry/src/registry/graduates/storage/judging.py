"""What is found of an entry, as columns of the roster; and entries that are judged anew when the rules have changed."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import text

from common.auth import SYSTEM
from common.crypto import FieldCipher, data_key_of
from common.database import Database
from common.identifiers import Cohort, SchoolCode
from common.sql import Connection
from registry.graduates.domain.entry import CLEAR, Entry
from registry.graduates.domain.findings import ADDRESSES, RULES_VERSION, findings_of
from registry.graduates.storage.keys import keys_of
from registry.graduates.storage.sealing import content_of, name_index, person_index
from registry.graduates.tables import FINDING_COLUMNS
from registry.organisation import storage as organisation

PART = 500
"""Rows that are judged in one transaction: who edits one of them must not wait long."""

JUDGE_SECONDS = 10.0

# a row that a writer holds is judged by its write, or in a later round
_STALE = text(
    f"""
    SELECT g.id, g.version, g.sealed, g.school_code, g.cohort, schools.name AS school_name,
           {", ".join(f"g.{name}" for name in CLEAR)}
      FROM graduates g JOIN schools ON schools.code = g.school_code
     WHERE g.rules_version < :rules_version AND g.erased_at IS NULL
     ORDER BY g.rules_version LIMIT :part FOR NO KEY UPDATE OF g SKIP LOCKED
    """
)
_JUDGE = text(
    f"""
    UPDATE graduates g SET {", ".join(f"{name} = judged.{name}" for name in FINDING_COLUMNS)}
      FROM unnest(CAST(:id AS uuid[]), CAST(:person_index AS bytea[]), CAST(:filled AS bigint[]),
                  CAST(:checked AS integer[]), CAST(:broken AS integer[]), CAST(:rules_version AS integer[]),
                  CAST(:judged_version AS integer[])) AS judged (id, {", ".join(FINDING_COLUMNS)})
     WHERE g.id = judged.id
    """
)


async def school_compared(connection: Connection, school_code: SchoolCode, entries: Iterable[Entry]) -> str:
    """What the school is called that addresses of these entries are compared with; nothing where they have none."""
    if not any(getattr(entry, field) for entry in entries for field in ADDRESSES):
        return ""
    return await organisation.name_of(connection, school_code)


def judged(
    cipher: FieldCipher,
    school_code: SchoolCode,
    school_name: str,
    cohort: Cohort,
    content: Mapping[str, Any],
    version: int,
) -> dict[str, object]:
    """The columns that say what is found of one version of an entry."""
    return {
        "person_index": person_index(cipher, name_index(cipher, school_code, content["name"]), content),
        **findings_of(content, cohort, school_name)._asdict(),
        "rules_version": RULES_VERSION,
        "judged_version": version,
    }


async def judge_again(database: Database, cipher: FieldCipher, part: int = PART) -> int:
    """Judges the entries that were judged by earlier rules, in parts that may end anywhere; how many there were."""
    count = 0
    while True:
        async with database.transaction(SYSTEM) as unit:
            found = await unit.connection.execute(_STALE, {"rules_version": RULES_VERSION, "part": part})
            if not found:
                return count
            keys = await keys_of(unit.connection, cipher, {data_key_of(row.sealed) for row in found})
            columns = [
                judged(
                    cipher,
                    SchoolCode(row.school_code),
                    row.school_name,
                    Cohort(row.cohort),
                    content_of(keys[data_key_of(row.sealed)], row),
                    row.version,
                )
                for row in found
            ]
            values = {name: [each[name] for each in columns] for name in FINDING_COLUMNS}
            await unit.connection.execute(_JUDGE, {"id": [row.id for row in found], **values})
            await unit.commit()
        count += len(found)
