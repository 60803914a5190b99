"""Saving and deleting mappings."""

from collections.abc import Collection, Mapping

from common.auth import Principal, Role
from common.database import UnitOfWork
from common.errors import NotFound
from common.identifiers import SchoolCode
from registry.import_mappings import storage
from registry.import_mappings.domain import ImportMapping, TooManyMappings, must_be_usable
from registry.organisation import storage as organisation

WRITERS = frozenset({Role.SCHOOL_OFFICER})


async def save(
    unit: UnitOfWork,
    *,
    caller: Principal,
    school_code: SchoolCode,
    name: str,
    columns: Mapping[str, str | None],
    fields: Collection[str],
) -> ImportMapping:
    """Saves a mapping under its name, in place of what was saved there.

    Raises NotFound, Forbidden, IdentifyingText, Invalid, DuplicateMapping or TooManyMappings.
    """
    await organisation.require_school(unit.connection, caller, school_code)
    caller.must_be_in(WRITERS)
    must_be_usable(name, columns, fields)
    if await storage.save(unit.connection, school_code, name, columns):
        await unit.audit(
            "import_mapping.save", "import_mapping", name, school_code=school_code, detail={"columns": len(columns)}
        )
    saved = await storage.find(unit.connection, school_code, name)
    if saved is None:
        raise TooManyMappings
    return saved


async def delete(unit: UnitOfWork, *, caller: Principal, school_code: SchoolCode, name: str) -> None:
    """Deletes a mapping; raises NotFound or Forbidden."""
    await organisation.require_school(unit.connection, caller, school_code)
    caller.must_be_in(WRITERS)
    if not await storage.remove(unit.connection, school_code, name):
        raise NotFound
    await unit.audit("import_mapping.delete", "import_mapping", name, school_code=school_code)
