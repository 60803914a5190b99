"""Asking for a copy of the own data, noting that it was made or that data were read for it, and fetching it."""

from collections.abc import Sequence

from common.accesses import record_accesses
from common.auth import Principal, Role
from common.crypto import FieldCipher
from common.database import UnitOfWork
from common.errors import NotFound
from common.identifiers import GraduateId, OperationId
from common.operations.files import OperationFile
from common.operations.storage import read
from registry.data_copies.domain.copies import KIND, DataCopy, DataCopyGone, DataCopyNotReady
from registry.data_copies.storage import copies
from registry.graduates.domain.refusals import must_not_be_erased
from registry.graduates.storage import roster


async def ask(unit: UnitOfWork, *, caller: Principal, cipher: FieldCipher) -> OperationId | None:
    """Makes room for a new copy of the caller's data; gives the work instead that is making one for the caller.

    A copy that is there gives way. Raises NotFound, ErasedPerson.
    """
    graduate_id = _own(caller)
    must_not_be_erased(await roster.get(unit.connection, cipher, caller.row_scope(), graduate_id, lock=True))
    before = await copies.last(unit.connection, graduate_id, unit.actor.subject)
    if before is None:
        return None
    if before.is_under_way:
        return before.operation_id
    await copies.end(unit.connection, before.operation_id)
    return None


async def asked(unit: UnitOfWork, operation_id: OperationId, *, caller: Principal) -> None:
    """Stores what the work is for."""
    await copies.add(unit.connection, operation_id, _own(caller), unit.actor.subject)


async def made(unit: UnitOfWork, *, copy: DataCopy, fields: Sequence[str]) -> bool:
    """Stores that the file with all these kinds of records was made, for the graduate to see; False if it was ended."""
    if not await copies.keep_made(unit.connection, copy.operation_id):
        return False
    reader = Principal(copy.subject, Role.GRADUATE, graduate_id=copy.graduate_id)
    people = {copy.graduate_id: copy.school_code}
    occasion = copy.operation_id
    await record_accesses(unit.connection, reader, people, occasion_id=occasion, kind=KIND, purpose=None, fields=fields)
    await unit.audit("data_copy.make", KIND, occasion, school_code=copy.school_code)
    return True


async def fetch(unit: UnitOfWork, *, caller: Principal, operation_id: OperationId) -> OperationFile:
    """The file, for who asked for it, as often as wanted.

    Raises NotFound for another's, DataCopyNotReady, DataCopyGone.
    """
    copy = await copies.find(unit.connection, operation_id)
    if copy is None or copy.subject != caller.subject or copy.graduate_id != caller.graduate_id:
        raise NotFound
    if copy.is_under_way and not copy.is_there:
        raise DataCopyNotReady
    made_by = await read(unit.connection, operation_id) if copy.is_there else None
    if made_by is None or made_by.file is None:
        raise DataCopyGone
    await unit.audit("data_copy.fetch", KIND, operation_id, school_code=copy.school_code)
    return OperationFile.of(made_by.file)


def _own(caller: Principal) -> GraduateId:
    if caller.graduate_id is None:
        raise NotFound
    return GraduateId(caller.graduate_id)
