"""Acts on employers: making and linking them, correcting and merging them."""

from collections.abc import Sequence

from common.database import UnitOfWork
from destinations.employers import storage
from destinations.employers.domain import Due


async def make(unit: UnitOfWork, *, due: Sequence[Due]) -> int:
    """Makes the employers that are not known of what names them; how many.

    In an act of its own: who waits for an employer that another worker makes holds no other.
    """
    keys = {each.naming.key: each for each in reversed(due)}
    known = await storage.known(unit.connection, keys)
    wanted = [each for key, each in keys.items() if key not in known]
    made = await storage.make(unit.connection, wanted) if wanted else 0
    if made:
        await unit.audit(
            "employer.make", "employers", wanted[0].naming.school_code, school_code=None, detail={"made": made}
        )
    return made


async def link(unit: UnitOfWork, *, due: Sequence[Due]) -> int:
    """Links what is named to its employer, by which every registration that says the same is linked; how many namings.

    What another worker links, and what names an employer that is merged or deleted at this moment, stays due.
    """
    held = await storage.lock_due(unit.connection, [each.id for each in due])
    mine = [each for each in due if each.id in held]
    known = await storage.known(unit.connection, {each.naming.key for each in mine})
    standing = await storage.share(unit.connection, set(known.values()))
    ends = {each.id: each.naming for each in mine if known.get(each.naming.key) in standing}
    if ends:
        await storage.name(unit.connection, {each: known[each.key] for each in ends.values()}, ends)
    return len(ends)


async def mend(unit: UnitOfWork, *, school_code: str) -> tuple[int, int]:
    """Notes what of a school's registrations is named and not linked, and ends what is named no more; both counted."""
    found = await storage.find_unnamed(unit.connection, school_code)
    return found, await storage.end_unnamed(unit.connection, school_code)
