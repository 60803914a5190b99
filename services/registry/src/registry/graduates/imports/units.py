"""Storing the units that the rows of a chunk bring."""

from dataclasses import replace

from common.database import UnitOfWork
from common.identifiers import SchoolCode
from registry.graduates.domain.unit_book import UnitBook
from registry.organisation import commands
from registry.organisation import storage as organisation
from registry.organisation.domain import Kind, OrganisationUnit


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
