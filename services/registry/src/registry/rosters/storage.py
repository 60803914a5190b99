"""What an import asks of the database, and the units that a file brings with it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from common.database import UnitOfWork
from common.identifiers import Cohort, SchoolCode
from registry.graduates.storage.numbers import select_by_keys
from registry.graduates.tables import graduates
from registry.organisation import commands
from registry.organisation import storage as organisation
from registry.organisation.domain import Kind, OrganisationUnit
from registry.rosters.lines import Known
from registry.rosters.units import UnitBook

_KNOWN = (
    graduates.c.id,
    graduates.c.student_number,
    graduates.c.exam_number,
    graduates.c.name_index,
    graduates.c.citizen_id_cipher,
    graduates.c.citizen_id_index,
    graduates.c.birth_date,
    graduates.c.enrolled_on,
    graduates.c.graduated_on,
    graduates.c.college_code,
    graduates.c.major_code,
    graduates.c.line_fingerprint,
)


async def by_student_number(
    connection: AsyncConnection, school_code: SchoolCode, cohort: Cohort, numbers: Collection[str]
) -> Mapping[str, Known]:
    """The graduates with these student numbers."""
    query = select_by_keys(_KNOWN, graduates.c.student_number, school_code, cohort, numbers)
    return {row.student_number: Known(*row) for row in await connection.execute(query)}


async def by_exam_number(
    connection: AsyncConnection, school_code: SchoolCode, cohort: Cohort, numbers: Collection[str]
) -> Mapping[str, Sequence[Known]]:
    """The graduates with these examinee numbers; one number may belong to several."""
    query = select_by_keys(_KNOWN, graduates.c.exam_number, school_code, cohort, numbers)
    found: dict[str, list[Known]] = {}
    for row in await connection.execute(query):
        found.setdefault(row.exam_number, []).append(Known(*row))
    return found


async def owners_of_citizen_ids(
    connection: AsyncConnection, school_code: SchoolCode, cohort: Cohort, indexes: Collection[bytes]
) -> Mapping[bytes, UUID]:
    """Which graduate of the school and cohort has each of these citizen ids."""
    columns = (graduates.c.citizen_id_index, graduates.c.id)
    query = select_by_keys(columns, graduates.c.citizen_id_index, school_code, cohort, indexes)
    return {row.citizen_id_index: row.id for row in await connection.execute(query)}


async def load_book(connection: AsyncConnection, school_code: SchoolCode) -> UnitBook:
    """The school's units as an import knows them."""
    return UnitBook(school_code, await organisation.units_of(connection, school_code))


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
    stored = {code: await _locked(unit.connection, after) for code, (_, after) in changed.items()}
    if await _any_stored(unit.connection, school_code, added):
        return False
    if any(_taught_by(stored[code]) != _taught_by(before) for code, (before, _) in changed.items()):
        return False
    for new in added:
        await commands.add(unit, new)
    for code, (_, after) in changed.items():
        await _share_major(unit, stored[code], after)
    return True


async def _locked(connection: AsyncConnection, known: OrganisationUnit) -> OrganisationUnit:
    stored = await organisation.find(connection, known.place, lock=True)
    assert stored is not None, "units are never deleted"
    return stored


async def _any_stored(connection: AsyncConnection, school_code: SchoolCode, added: Sequence[OrganisationUnit]) -> bool:
    for kind in (Kind.COLLEGE, Kind.MAJOR, Kind.CLASS):
        codes = [new.code for new in added if new.kind is kind]
        if await organisation.known_codes(connection, kind, school_code, codes):
            return True
    return False


def _taught_by(major: OrganisationUnit) -> tuple[str | None, bool]:
    """What rows are resolved by, and what they change: the only college, or that there are several."""
    return major.college_code, major.several_colleges


async def _share_major(unit: UnitOfWork, stored: OrganisationUnit, major: OrganisationUnit) -> None:
    """Stores which college a major has from now on, and nothing else of what the book has read."""
    after = replace(stored, college_code=major.college_code, several_colleges=major.several_colleges)
    await commands.save(unit, stored, after)
