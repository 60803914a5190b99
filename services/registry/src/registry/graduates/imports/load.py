"""What an import asks of the database, all rows of a chunk at once."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields
from datetime import datetime

from sqlalchemy import text

from common.clock import NOW_SQL
from common.crypto import FieldCipher
from common.identifiers import Cohort, GraduateId, SchoolCode
from common.imports import Overtaken
from common.sql import Connection, Row
from registry.graduates.domain.entry import CLEAR
from registry.graduates.domain.unit_book import UnitBook
from registry.graduates.imports.guards import taken
from registry.graduates.imports.rows import KnownGraduate, RosterRow
from registry.graduates.storage import continuing
from registry.graduates.storage.erased_numbers import erased_among
from registry.graduates.storage.numbers import select_by_keys
from registry.graduates.tables import INDEX_COLUMNS, REACHED_DAY, REACHED_SEQUENCE, graduates
from registry.organisation import storage as organisation

_HAS_GRADUATES = text("SELECT EXISTS (SELECT FROM graduates WHERE school_code = :school_code AND cohort = :cohort)")
_CLOCK = text(f"SELECT {NOW_SQL}")
_KNOWN = tuple(graduates.c[field.name] for field in fields(KnownGraduate))
_NEWEST = (
    *(graduates.c[name] for name in ("id", "version", "sequence", "decided_on", "recorded_at", "sealed")),
    *(graduates.c[name] for name in (*CLEAR, *INDEX_COLUMNS)),
    REACHED_SEQUENCE.label("reached_sequence"),
    REACHED_DAY.label("reached_day"),
)


async def instant(connection: Connection) -> datetime:
    """Now, of versions whose graduates are locked: none before them is later."""
    now: datetime = await connection.scalar(_CLOCK)
    return now


async def has_graduates(connection: Connection, school_code: SchoolCode, cohort: Cohort) -> bool:
    """True unless the roster is empty."""
    return bool(await connection.scalar(_HAS_GRADUATES, {"school_code": school_code, "cohort": cohort}))


async def by_student_number(
    connection: Connection, school_code: SchoolCode, cohort: Cohort, indexes: Collection[bytes]
) -> Mapping[bytes, KnownGraduate]:
    """The graduates with these student numbers, by their indexes."""
    query = select_by_keys(_KNOWN, graduates.c.student_number_index, school_code, cohort, indexes)
    return {row.student_number_index: KnownGraduate(*row) for row in await connection.execute(*query)}


async def by_exam_number(
    connection: Connection, school_code: SchoolCode, cohort: Cohort, indexes: Collection[bytes]
) -> Mapping[bytes, Sequence[KnownGraduate]]:
    """The graduates with these examinee numbers, by their indexes; one number may belong to several."""
    query = select_by_keys(_KNOWN, graduates.c.exam_number_index, school_code, cohort, indexes)
    found: dict[bytes, list[KnownGraduate]] = {}
    for row in await connection.execute(*query):
        found.setdefault(row.exam_number_index, []).append(KnownGraduate(*row))
    return found


async def by_citizen_id(
    connection: Connection, school_code: SchoolCode, cohort: Cohort, indexes: Collection[bytes]
) -> Mapping[bytes, KnownGraduate]:
    """The graduates with these citizen ids, by their indexes."""
    query = select_by_keys(_KNOWN, graduates.c.citizen_id_index, school_code, cohort, indexes)
    return {row.citizen_id_index: KnownGraduate(*row) for row in await connection.execute(*query)}


async def continued_by(
    connection: Connection, school_code: SchoolCode, cohort: Cohort, rows: Sequence[RosterRow]
) -> Mapping[bytes, GraduateId]:
    """The earlier entries that rows of new graduates continue, by the index of a number."""
    new = [row for row in rows if row.known is None]
    citizen_ids = [index for row in new if (index := row.citizen_id_index)]
    student_numbers = [index for row in new if (index := row.student_number_index)]
    if not new:
        return {}
    return await continuing.continued(connection, school_code, cohort, citizen_ids, student_numbers)


async def newest_versions(
    connection: Connection, school_code: SchoolCode, cohort: Cohort, ids: Collection[GraduateId], *, lock: bool
) -> Mapping[GraduateId, Row]:
    """What is stored of these graduates, sealed as it is; with `lock` it stays so, in the order of the ids."""
    query = select_by_keys(_NEWEST, graduates.c.id, school_code, cohort, ids, lock=lock)
    return {GraduateId(row.id): row for row in await connection.execute(*query)}


async def must_not_return(
    connection: Connection, cipher: FieldCipher, school_code: SchoolCode, cohort: Cohort, rows: Sequence[RosterRow]
) -> None:
    """Raises Overtaken if a number that the rows have just stored was an erased person's.

    The unique index lets it pass once its person is erased, though it was had when the rows were planned.
    """
    numbers = (number for row in rows for number in taken(row))
    if await erased_among(connection, cipher, school_code, cohort, numbers):
        raise Overtaken


async def load_book(connection: Connection, school_code: SchoolCode) -> UnitBook:
    """The school's units as an import knows them."""
    return UnitBook(school_code, await organisation.units_of(connection, school_code))
