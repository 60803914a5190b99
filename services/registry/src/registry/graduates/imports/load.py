"""What an import asks of the database, all rows of a chunk at once."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields

from sqlalchemy import text

from common.identifiers import Cohort, GraduateId, SchoolCode
from common.sql import Connection
from registry.graduates.domain.unit_book import UnitBook
from registry.graduates.imports.rows import KnownGraduate
from registry.graduates.storage.numbers import select_by_keys
from registry.graduates.tables import graduates
from registry.organisation import storage as organisation

_HAS_GRADUATES = text("SELECT EXISTS (SELECT FROM graduates WHERE school_code = :school_code AND cohort = :cohort)")
_KNOWN = tuple(graduates.c[field.name] for field in fields(KnownGraduate))


async def has_graduates(connection: Connection, school_code: SchoolCode, cohort: Cohort) -> bool:
    """True unless the roster is empty."""
    return bool(await connection.scalar(_HAS_GRADUATES, {"school_code": school_code, "cohort": cohort}))


async def by_student_number(
    connection: Connection, school_code: SchoolCode, cohort: Cohort, numbers: Collection[str]
) -> Mapping[str, KnownGraduate]:
    """The graduates with these student numbers."""
    query = select_by_keys(_KNOWN, graduates.c.student_number, school_code, cohort, numbers)
    return {row.student_number: KnownGraduate(*row) for row in await connection.execute(*query)}


async def by_exam_number(
    connection: Connection, school_code: SchoolCode, cohort: Cohort, numbers: Collection[str]
) -> Mapping[str, Sequence[KnownGraduate]]:
    """The graduates with these examinee numbers; one number may belong to several."""
    query = select_by_keys(_KNOWN, graduates.c.exam_number, school_code, cohort, numbers)
    found: dict[str, list[KnownGraduate]] = {}
    for row in await connection.execute(*query):
        found.setdefault(row.exam_number, []).append(KnownGraduate(*row))
    return found


async def owners_of_citizen_ids(
    connection: Connection, school_code: SchoolCode, cohort: Cohort, indexes: Collection[bytes]
) -> Mapping[bytes, GraduateId]:
    """Which graduate of the school and cohort has each of these citizen ids."""
    columns = (graduates.c.citizen_id_index, graduates.c.id)
    query = select_by_keys(columns, graduates.c.citizen_id_index, school_code, cohort, indexes)
    return {row.citizen_id_index: GraduateId(row.id) for row in await connection.execute(*query)}


async def load_book(connection: Connection, school_code: SchoolCode) -> UnitBook:
    """The school's units as an import knows them."""
    return UnitBook(school_code, await organisation.units_of(connection, school_code))
