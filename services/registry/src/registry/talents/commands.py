"""Publishing a profile and taking it back, searching, asking for a contact, answering."""

from collections.abc import Collection, Sequence
from uuid import UUID, uuid4

from common import clock
from common.accesses import record_accesses
from common.auth import Principal, Role
from common.crypto import FieldCipher
from common.database import UnitOfWork, new_id
from common.errors import Forbidden, NotFound
from common.identifiers import GraduateId
from common.sql import Connection
from registry.graduates.domain.entry import StoredGraduate
from registry.graduates.domain.notices import Notice
from registry.graduates.domain.refusals import must_not_be_erased
from registry.graduates.storage import locks, roster
from registry.graduates.storage.keys import key_of_roster
from registry.graduates.storage.notices import notify
from registry.talents.domain.contacts import (
    Contact,
    ContactId,
    ContactLimit,
    ContactOpen,
    ContactPlan,
    must_be_employer,
    must_be_open,
    shared_values,
)
from registry.talents.domain.profiles import (
    Profile,
    ProfileId,
    ProfilePlan,
    ShownProfile,
    must_be_codes,
    must_consent,
    must_not_name,
    shown_major,
)
from registry.talents.storage import contacts, profiles
from registry.talents.storage.profiles import Wanted

SHOWN, GIVEN = "talent_shown", "contact_shared"
"""Kinds of accesses."""

MAX_SHOWN = 50
"""Profiles of one page."""

READ_AT_ONCE = 200
"""Profiles that are compared with what is shown of them, until a page is full."""

EXPIRY_SECONDS = 60.0

SHOWN_FIELDS = (
    *("cohort", "education_level_code", "province_code", "major_code", "skills", "regions", "industries", "positions"),
    "available_from",
)


async def publish(
    unit: UnitOfWork, *, caller: Principal, cipher: FieldCipher, graduate_id: GraduateId, plan: ProfilePlan
) -> Profile:
    """Publishes the own profile, or another content of it.

    Raises NotFound, Forbidden, ErasedPerson; ConsentOutdated, Invalid, IdentifyingSkill.
    """
    graduate = await _own(unit, caller, cipher, graduate_id)
    must_consent(plan)
    must_be_codes(plan)
    must_not_name(plan, graduate.entry.name)
    before = await profiles.find(unit.connection, cipher, graduate_id)
    if before is None or before.consent_version != plan.consent_version:
        await profiles.receipt(unit.connection, graduate_id, plan.consent_version, "given")
    data = await key_of_roster(unit.connection, cipher, graduate.school_code, graduate.cohort)
    await profiles.put(unit.connection, data, graduate_id, ProfileId(uuid4()), plan)
    await unit.audit("talent.publish", "graduate", graduate_id, school_code=graduate.school_code)
    stored = await profiles.find(unit.connection, cipher, graduate_id)
    assert stored is not None, "it was stored in this act"
    return stored


async def read(connection: Connection, *, caller: Principal, cipher: FieldCipher, graduate_id: GraduateId) -> Profile:
    """The own profile; raises NotFound, also where there is none, and Forbidden."""
    await roster.require(connection, caller.row_scope(), graduate_id)
    caller.must_be(Role.GRADUATE)
    found = await profiles.find(connection, cipher, graduate_id)
    if found is None:
        raise NotFound
    return found


async def take_back(unit: UnitOfWork, *, caller: Principal, cipher: FieldCipher, graduate_id: GraduateId) -> None:
    """Deletes the own profile: no search finds it, open requests are closed, what was given is gone.

    Raises NotFound, also where there is none, Forbidden, ErasedPerson.
    """
    graduate = await _own(unit, caller, cipher, graduate_id)
    before = await profiles.find(unit.connection, cipher, graduate_id)
    if before is None:
        raise NotFound
    await profiles.receipt(unit.connection, graduate_id, before.consent_version, "withdrawn")
    await profiles.remove(unit.connection, [graduate_id])
    await contacts.close(unit.connection, [graduate_id])
    await unit.audit("talent.take_back", "graduate", graduate_id, school_code=graduate.school_code)


async def search(
    unit: UnitOfWork, *, caller: Principal, cipher: FieldCipher, wanted: Wanted, after: UUID | None, limit: int
) -> list[ShownProfile]:
    """Up to `limit` profiles as employers see them and one that is not shown yet, in the order of their random ids.

    Each showing is logged with the employer. Raises Forbidden for a token that names none.
    """
    _employer(caller)
    shown: list[ShownProfile] = []
    while len(shown) <= limit:
        found = await profiles.page(unit.connection, cipher, wanted, after, READ_AT_ONCE)
        shown += [each for each in await _shown(unit.connection, found) if each.major_begins_with(wanted.major)]
        if len(found) < READ_AT_ONCE:
            break
        after = found[-1].profile_id
    if shown:
        people = {each.profile.graduate_id: each.profile.school_code for each in shown[:limit]}
        occasion = await new_id(unit.connection)
        await record_accesses(
            unit.connection, caller, people, occasion_id=occasion, kind=SHOWN, purpose=None, fields=SHOWN_FIELDS
        )
        await unit.audit("talent.search", "talents", occasion, school_code=None, detail={"shown": len(people)})
    return shown[: limit + 1]


async def ask(
    unit: UnitOfWork, *, caller: Principal, cipher: FieldCipher, profile_id: ProfileId, plan: ContactPlan
) -> Contact:
    """Asks the graduate of a profile for a contact.

    Raises NotFound for a profile that no search would show; Invalid, ContactOpen, ContactLimit.
    """
    employer_id = _employer(caller)
    found = await profiles.shown(unit.connection, cipher, profile_id)
    if found is None:
        raise NotFound
    await locks.lock_graduates(unit.connection, [found.graduate_id])
    # the graduate may have taken it back since
    profile = await profiles.shown(unit.connection, cipher, profile_id)
    if profile is None or not await _shown(unit.connection, [profile]):
        raise NotFound
    must_be_employer(plan)
    contact_id = ContactId(await new_id(unit.connection))
    data = await key_of_roster(unit.connection, cipher, profile.school_code, profile.cohort)
    await contacts.expire_of(unit.connection, employer_id, profile_id)
    if not await contacts.add(unit.connection, data, contact_id, employer_id, profile, plan):
        raise ContactOpen
    if not await contacts.count(unit.connection, employer_id):
        raise ContactLimit(clock.seconds_left(clock.now()))
    await notify(unit.connection, profile.graduate_id, Notice.CONTACT_REQUESTED)
    return await _recorded(unit, cipher, contact_id, "ask")


async def own_contact(unit: UnitOfWork, *, caller: Principal, cipher: FieldCipher, contact_id: ContactId) -> Contact:
    """A request of the own employer or to the graduate; an employer's reading of what was given is logged.

    Raises NotFound.
    """
    found = await contacts.find(unit.connection, cipher, contact_id)
    if found is None or not _is_party(found, caller):
        raise NotFound
    await _log_given(unit, caller, [found])
    return found


async def _log_given(unit: UnitOfWork, caller: Principal, found: Collection[Contact]) -> None:
    """Notes that an employer reads what graduates gave."""
    given = [each for each in found if each.shared is not None] if caller.role is Role.EMPLOYER else []
    for each in given:
        await record_accesses(
            unit.connection,
            caller,
            {each.graduate_id: each.school_code},
            occasion_id=each.id,
            kind=GIVEN,
            purpose=None,
            fields=[name for name, value in (each.shared or {}).items() if value is not None],
        )
    if given:
        await unit.audit("contact.read", "contact", given[0].id, school_code=None, detail={"contacts": len(given)})


async def own_contacts(
    unit: UnitOfWork, *, caller: Principal, cipher: FieldCipher, after: UUID | None, limit: int
) -> list[Contact]:
    """Up to `limit` requests of the own employer or to the graduate and one more, newest first."""
    owner, owner_id = ("employer_id", _employer(caller)) if caller.role is Role.EMPLOYER else _graduate(caller)
    found = await contacts.page(unit.connection, cipher, owner, owner_id, after, limit + 1)
    await _log_given(unit, caller, found[:limit])
    return found


async def accept(
    unit: UnitOfWork, *, caller: Principal, cipher: FieldCipher, contact_id: ContactId, share: Sequence[str]
) -> Contact:
    """Gives the employer what the graduate chooses, for 30 days; raises NotFound, TransitionNotAllowed."""
    contact, graduate = await _answered(unit, caller, cipher, contact_id)
    data = await key_of_roster(unit.connection, cipher, graduate.school_code, graduate.cohort)
    await contacts.accept(unit.connection, data, contact.id, shared_values(graduate.entry, share))
    return await _recorded(unit, cipher, contact.id, "accept")


async def decline(unit: UnitOfWork, *, caller: Principal, cipher: FieldCipher, contact_id: ContactId) -> Contact:
    """Gives the employer nothing; raises NotFound, TransitionNotAllowed."""
    contact, _ = await _answered(unit, caller, cipher, contact_id)
    await contacts.decline(unit.connection, contact.id)
    return await _recorded(unit, cipher, contact.id, "decline")


async def expire_contacts(unit: UnitOfWork) -> None:
    """Lets requests expire that nothing answered in time, and forgets what can be read no more."""
    await contacts.expire(unit.connection)


async def _answered(
    unit: UnitOfWork, caller: Principal, cipher: FieldCipher, contact_id: ContactId
) -> tuple[Contact, StoredGraduate]:
    """The open request, locked after the graduate's entry."""
    found = await contacts.find(unit.connection, cipher, contact_id)
    if found is None or not _is_party(found, caller):
        raise NotFound
    graduate = await roster.get(unit.connection, cipher, caller.row_scope(), found.graduate_id, lock=True)
    contact = await contacts.find(unit.connection, cipher, contact_id, lock=True)
    if contact is None:
        # the graduate was erased meanwhile
        raise NotFound
    must_be_open(contact)
    return contact, graduate


async def _own(unit: UnitOfWork, caller: Principal, cipher: FieldCipher, graduate_id: GraduateId) -> StoredGraduate:
    """The graduate's own entry, locked: what is shown of it and who may be asked change one after the other."""
    await roster.require(unit.connection, caller.row_scope(), graduate_id)
    caller.must_be(Role.GRADUATE)
    graduate = await roster.get(unit.connection, cipher, caller.row_scope(), graduate_id, lock=True)
    must_not_be_erased(graduate)
    return graduate


async def _shown(connection: Connection, found: Sequence[Profile]) -> list[ShownProfile]:
    """Those of the profiles that stand in a group that is large enough, with what is shown of the major."""
    sizes = await profiles.sizes_of(connection, {each.group for each in found})
    majors = [shown_major(each.major_code, sizes[each.group]) for each in found]
    return [ShownProfile(each, major) for each, major in zip(found, majors, strict=True) if major is not None]


async def _recorded(unit: UnitOfWork, cipher: FieldCipher, contact_id: ContactId, action: str) -> Contact:
    contact = await contacts.find(unit.connection, cipher, contact_id)
    assert contact is not None, "it was stored in this act"
    await unit.audit(f"contact.{action}", "contact", contact.id, school_code=contact.school_code)
    return contact


def _is_party(contact: Contact, caller: Principal) -> bool:
    if caller.role is Role.EMPLOYER:
        return contact.employer_id == caller.employer_id
    return caller.role is Role.GRADUATE and contact.graduate_id == caller.graduate_id


def _employer(caller: Principal) -> UUID:
    if caller.employer_id is None:
        raise Forbidden
    return caller.employer_id


def _graduate(caller: Principal) -> tuple[str, UUID]:
    if caller.graduate_id is None:
        raise Forbidden
    return "graduate_id", caller.graduate_id
