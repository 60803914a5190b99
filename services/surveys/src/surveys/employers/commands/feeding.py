"""The worker's acts on the directory: what registrations of a cohort say of employers, page by page."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from uuid import UUID

from common.crypto import FieldCipher
from common.database import UnitOfWork
from common.identifiers import EmployerId
from surveys.employers.domain import Contact, Employer, Hired, kept_until
from surveys.employers.storage import contacts, feeding
from surveys.employers.storage.contacts import Place
from surveys.employers.storage.feeding import Feed


async def keep_cohorts(unit: UnitOfWork, *, feeds: Iterable[Feed]) -> None:
    """Notes that registrations of these cohorts have changed, so that they are read again."""
    await feeding.hear(unit.connection, feeds)


async def begin_reading(unit: UnitOfWork, *, feed: Feed) -> datetime:
    """The moment at which a reading of a cohort's registrations begins."""
    return await feeding.begin(unit.connection, feed)


async def keep(unit: UnitOfWork, *, cipher: FieldCipher, feed: Feed, began: datetime, hired: Sequence[Hired]) -> bool:
    """Takes in what registrations say of some employers; False where a later reading has ended by now.

    An employer is known by its id in destinations, then by its credit code; what people wrote stays.
    """
    if not await feeding.hold(unit.connection, feed, began):
        return False
    school_code, cohort = feed
    known = await feeding.lock_hiring(unit.connection, school_code, hired)
    named: list[tuple[Place, Contact]] = []
    for each in sorted(hired, key=lambda one: one.registered_as):
        found = _known(known, each)
        if found is None:
            employer_id = await feeding.add_hiring(unit.connection, feed, each)
        else:
            employer_id = await _learn(unit, known, found, each, cohort)
        named += [((employer_id, school_code), contact) for contact in each.contacts if contact.phone or contact.email]
    until = kept_until(cohort)
    if until >= await contacts.today(unit.connection):
        await contacts.learn(unit.connection, cipher, named, until)
    return True


async def end_reading(unit: UnitOfWork, *, feed: Feed, began: datetime, seen: Collection[UUID]) -> None:
    """Ends a reading: who was not seen in it hires the cohort no more."""
    if not await feeding.hold(unit.connection, feed, began):
        return
    left = await feeding.end(unit.connection, feed, began, seen)
    school_code, cohort = feed
    if seen or left:
        detail = {"cohort": cohort, "employers": len(seen), "left": left}
        await unit.audit("employer.learn", "school", school_code, school_code=school_code, detail=detail)


async def _learn(unit: UnitOfWork, known: Sequence[Employer], found: Employer, hired: Hired, cohort: int) -> EmployerId:
    changed = found.taught(hired, cohort)
    if "uscc" in changed and any(each.uscc == hired.uscc and each.id != found.id for each in known):
        # the directory has another employer with this code: people decide which of them it is
        del changed["uscc"]
    if changed:
        await feeding.learn(unit.connection, found, changed)
    return found.id


def _known(known: Sequence[Employer], hired: Hired) -> Employer | None:
    by_id = next((each for each in known if each.registered_as == hired.registered_as), None)
    return by_id or next((each for each in known if hired.uscc and each.uscc == hired.uscc), None)
