"""Contacts of employers in SQL: sealed, each once, until their day."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import date
from uuid import UUID, uuid4

from sqlalchemy import ARRAY, Integer, LargeBinary, Text, Uuid, bindparam, delete, select, text, update
from sqlalchemy.dialects.postgresql import insert

from common.clock import TODAY_SQL
from common.crypto import FieldCipher, UndecryptableError
from common.database import Database
from common.identifiers import EmployerId, SchoolCode
from common.resealing import by_another_key, reseal_rows
from common.sql import Connection, Row
from surveys.employers.domain import Contact, KeptContact
from surveys.employers.tables import contacts

FIELD = "employer_contacts.sealed"
_MEMBERS = ("name", "phone", "email", "post")

_OF_EMPLOYER = (
    select(contacts)
    .where(contacts.c.employer_id == bindparam("employer_id"), contacts.c.sealed.is_not(None))
    .order_by(contacts.c.id)
)
_OF_EMPLOYERS = (
    select(contacts)
    .where(contacts.c.employer_id == bindparam("ids", type_=ARRAY(Uuid)).any_(), contacts.c.sealed.is_not(None))
    .order_by(contacts.c.employer_id, contacts.c.by_hand, contacts.c.created_at)
)
_FIND = _OF_EMPLOYER.where(contacts.c.id == bindparam("id"))
_KNOWN = text(
    "SELECT employer_id, digest, expires_on FROM employer_contacts WHERE employer_id = ANY(CAST(:ids AS uuid[]))"
)
_NEW = insert(contacts)
_ADD = _NEW.on_conflict_do_update(
    index_elements=[contacts.c.employer_id, contacts.c.digest],
    set_={
        "id": _NEW.excluded.id,
        "sealed": _NEW.excluded.sealed,
        "by_hand": _NEW.excluded.by_hand,
        "expires_on": _NEW.excluded.expires_on,
    },
).returning(contacts)
_LEARN = _NEW.on_conflict_do_update(
    index_elements=[contacts.c.employer_id, contacts.c.digest],
    set_={"expires_on": _NEW.excluded.expires_on},
    where=contacts.c.expires_on < _NEW.excluded.expires_on,
)
_REMOVE = update(contacts).where(contacts.c.id == bindparam("of_id")).values(sealed=None)
_DROP = text(f"DELETE FROM employer_contacts WHERE expires_on < {TODAY_SQL}")
_TODAY = text(f"SELECT {TODAY_SQL}")
_OTHERS = text(
    f"""
    SELECT id, sealed FROM employer_contacts WHERE {by_another_key("sealed")}
     ORDER BY id LIMIT :part FOR UPDATE SKIP LOCKED
    """
)
_RESEAL = text("UPDATE employer_contacts SET sealed = :new WHERE id = :id").bindparams(
    bindparam("new", type_=LargeBinary), bindparam("id", type_=Uuid)
)
_PART = text(
    """
    SELECT id, digest, sealed FROM employer_contacts
     WHERE id > :after AND sealed IS NOT NULL AND (CAST(:school AS text) IS NULL OR school_code = :school)
     ORDER BY id LIMIT :part
    """
).bindparams(bindparam("after", type_=Uuid), bindparam("school", type_=Text), bindparam("part", type_=Integer))
_DELETE = delete(contacts).where(contacts.c.id == bindparam("of_id"))

Place = tuple[EmployerId, SchoolCode]
"""An employer and its school."""


async def today(connection: Connection) -> date:
    """The day, by the database's clock in Shanghai."""
    day: date = await connection.scalar(_TODAY)
    return day


async def of_employer(connection: Connection, cipher: FieldCipher, employer_id: EmployerId) -> list[KeptContact]:
    """The contacts of an employer in clear."""
    found = await connection.execute(_OF_EMPLOYER, {"employer_id": employer_id})
    return [_opened(cipher, row) for row in found]


async def contacts_of(
    connection: Connection, cipher: FieldCipher, employer_ids: Sequence[EmployerId]
) -> list[tuple[EmployerId, KeptContact]]:
    """The contacts of employers in clear, the one to ask first as the last: the newest that people wrote."""
    if not employer_ids:
        return []
    found = await connection.execute(_OF_EMPLOYERS, {"ids": employer_ids})
    return [(EmployerId(row.employer_id), _opened(cipher, row)) for row in found]


async def find(
    connection: Connection, cipher: FieldCipher, employer_id: EmployerId, contact_id: UUID
) -> KeptContact | None:
    """One of them."""
    found = (await connection.execute(_FIND, {"employer_id": employer_id, "id": contact_id})).one_or_none()
    return None if found is None else _opened(cipher, found)


async def add(
    connection: Connection, cipher: FieldCipher, place: Place, contact: Contact, expires_on: date
) -> KeptContact:
    """Keeps a contact that people wrote; one that is there is kept by them from now on."""
    values = _row(cipher, place, contact, expires_on, by_hand=True)
    return _opened(cipher, (await connection.execute(_ADD, values)).one())


async def learn(
    connection: Connection, cipher: FieldCipher, named: Iterable[tuple[Place, Contact]], expires_on: date
) -> int:
    """Keeps the contacts that registrations name, unless people have taken them out; how many were written."""
    said = list(named)
    found = await connection.execute(_KNOWN, {"ids": [employer_id for (employer_id, _), _ in said]})
    known = {(row.employer_id, bytes(row.digest)) for row in found if row.expires_on >= expires_on}
    new = [
        _row(cipher, place, contact, expires_on, by_hand=False)
        for place, contact in said
        if (place[0], _digest(cipher, contact)) not in known
    ]
    for values in new:
        await connection.execute(_LEARN, values)
    return len(new)


async def remove(connection: Connection, contact: KeptContact) -> None:
    """Takes a contact out; of one that registrations name stays that they may not bring it back."""
    await connection.execute(_DELETE if contact.by_hand else _REMOVE, {"of_id": contact.id})


async def drop_expired(connection: Connection) -> int:
    """Drops the contacts whose day is over; how many."""
    return await connection.affected(_DROP, {})


async def reseal_contacts(database: Database, cipher: FieldCipher) -> int:
    """Seals contacts by the ring's current key; how many it has sealed anew."""

    def anew(row: Row) -> dict[str, object]:
        return {"id": row.id, "new": cipher.encrypt(FIELD, row.id, cipher.decrypt(FIELD, row.id, row.sealed))}

    return await reseal_rows(database, cipher, _OTHERS, _RESEAL, anew)


async def sealed_part(
    connection: Connection, cipher: FieldCipher, school: SchoolCode | None, after: UUID, part: int
) -> list[tuple[UUID, bool]]:
    """The next contacts that are kept, in the order of their ids, each with whether it reads as something else."""
    found = await connection.execute(_PART, {"after": after, "school": school, "part": part})
    return [(row.id, not _is_whole(cipher, row)) for row in found]


def _is_whole(cipher: FieldCipher, row: Row) -> bool:
    """Whether a contact can be read, and is the one that its digest names."""
    try:
        said = Contact(**json.loads(cipher.decrypt(FIELD, row.id, row.sealed)))
    except UndecryptableError:
        return False
    return _digest(cipher, said) == bytes(row.digest)


def _row(cipher: FieldCipher, place: Place, contact: Contact, expires_on: date, *, by_hand: bool) -> dict[str, object]:
    # random: a ciphertext is bound to its row, and the row is not there yet
    contact_id, (employer_id, school_code) = uuid4(), place
    return {
        "id": contact_id,
        "employer_id": employer_id,
        "school_code": school_code,
        "digest": _digest(cipher, contact),
        "sealed": cipher.encrypt(FIELD, contact_id, json.dumps(_said(contact), ensure_ascii=False)),
        "by_hand": by_hand,
        "expires_on": expires_on,
    }


def _digest(cipher: FieldCipher, contact: Contact) -> bytes:
    return cipher.blind_index(FIELD, json.dumps([getattr(contact, name) for name in _MEMBERS]))


def _said(contact: Contact) -> dict[str, str | None]:
    said = asdict(contact)
    return {name: said[name] for name in _MEMBERS}


def _opened(cipher: FieldCipher, row: Row) -> KeptContact:
    said = json.loads(cipher.decrypt(FIELD, row.id, row.sealed))
    return KeptContact(**said, id=row.id, expires_on=row.expires_on, by_hand=row.by_hand)
