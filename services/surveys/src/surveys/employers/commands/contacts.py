"""Acts on the contacts of employers, which only managers read."""

from datetime import date
from uuid import UUID

from common.auth import Principal
from common.crypto import FieldCipher
from common.database import UnitOfWork
from common.errors import FieldProblem, Invalid, Message, NotFound
from common.identifiers import EmployerId
from common.sql import Connection
from surveys.employers import storage
from surveys.employers.commands.directory import found_by, scope_of
from surveys.employers.domain import Contact, Employer, KeptContact, latest_day, usual_day
from surveys.employers.storage import contacts
from surveys.waves.commands import MANAGERS

_OVER = Message("须在今天或以后", "Must be today or later")


async def readable(connection: Connection, caller: Principal, employer_id: EmployerId) -> Employer:
    """The employer whose contacts are asked for; raises NotFound, then Forbidden."""
    employer = found_by(await storage.find(connection, scope_of(caller), employer_id))
    caller.must_be_in(MANAGERS)
    return employer


async def read_contacts(
    unit: UnitOfWork, *, caller: Principal, cipher: FieldCipher, employer_id: EmployerId
) -> list[KeptContact]:
    """The contacts of an employer in clear, and notes that they are read; raises NotFound or Forbidden."""
    employer = await readable(unit.connection, caller, employer_id)
    found = await contacts.of_employer(unit.connection, cipher, employer.id)
    if found:
        await _audit(unit, "read_contacts", employer, {"contacts": len(found)})
    return found


async def add_contact(
    unit: UnitOfWork,
    *,
    caller: Principal,
    cipher: FieldCipher,
    employer_id: EmployerId,
    contact: Contact,
    expires_on: date | None,
) -> KeptContact:
    """Keeps a contact until a day; raises NotFound, Forbidden, or Invalid for a day that is over or too far ahead."""
    employer = await readable(unit.connection, caller, employer_id)
    today = await contacts.today(unit.connection)
    until = usual_day(today) if expires_on is None else expires_on
    if until < today:
        raise Invalid([FieldProblem("/expires_on", "too_early", _OVER)])
    if until > latest_day(today):
        latest = Message(f"最晚 {latest_day(today)}", f"At the latest {latest_day(today)}")
        raise Invalid([FieldProblem("/expires_on", "too_late", latest)])
    place = (employer.id, employer.school_code)
    kept = await contacts.add(unit.connection, cipher, place, contact, until)
    await _audit(unit, "add_contact", employer, {"contact_id": str(kept.id)})
    return kept


async def remove_contact(
    unit: UnitOfWork, *, caller: Principal, cipher: FieldCipher, employer_id: EmployerId, contact_id: UUID
) -> None:
    """Takes a contact out, for good also where registrations name it; raises NotFound or Forbidden."""
    employer = await readable(unit.connection, caller, employer_id)
    contact = await contacts.find(unit.connection, cipher, employer.id, contact_id)
    if contact is None:
        raise NotFound
    await contacts.remove(unit.connection, contact)
    await _audit(unit, "remove_contact", employer, {"contact_id": str(contact.id)})


async def _audit(unit: UnitOfWork, act: str, employer: Employer, detail: dict[str, object]) -> None:
    await unit.audit(f"employer.{act}", "employer", employer.id, school_code=employer.school_code, detail=detail)
