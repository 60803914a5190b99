"""Noting a reveal, before anything is opened."""

from collections.abc import Mapping

from common import clock
from common.accesses import record_accesses
from common.auth import Principal, Role
from common.crypto import FieldCipher
from common.database import UnitOfWork
from common.identifiers import GraduateId
from registry.graduates.domain.entry import StoredGraduate
from registry.graduates.storage import roster
from registry.reveals import storage
from registry.reveals.domain import KIND, Asked, RevealLimit, must_open, unopened


async def reveal(
    unit: UnitOfWork, *, caller: Principal, cipher: FieldCipher, asked: Asked
) -> Mapping[GraduateId, StoredGraduate]:
    """Counts and logs that values are read in clear, and gives the graduates in scope, also those not to be opened.

    They are to be shown after the commit. Raises PurposeNotPermitted, Invalid, FieldNotForPurpose and RevealLimit.
    """
    must_open(asked.purpose, caller.role.value, asked.fields)
    found = await roster.among(unit.connection, cipher, caller.row_scope(), asked.graduate_ids)
    people = {stored.id: stored for stored in found}
    schools = {stored.id: stored.school_code for stored in found if unopened(stored) is None}
    opened = sum(each in schools for each in asked.graduate_ids)
    if caller.role is not Role.SYSTEM and not await storage.count(unit.connection, caller.subject, opened):
        raise RevealLimit(clock.seconds_left(clock.now()))
    reveal_id = await storage.keep(unit.connection, cipher, asked, opened)
    await record_accesses(
        unit.connection,
        caller,
        schools,
        occasion_id=reveal_id,
        kind=KIND,
        purpose=asked.purpose,
        fields=asked.fields,
    )
    of_one_school = set(schools.values())
    await unit.audit(
        "graduate.reveal",
        "reveal",
        reveal_id,
        school_code=of_one_school.pop() if len(of_one_school) == 1 else caller.school_code,
        detail={"purpose": asked.purpose, "fields": list(asked.fields), "people": opened},
    )
    return people
