"""What imports say their files come from, sealed like the roster that they fill."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import insert

from common.crypto import DataCipher, FieldCipher, data_key_of
from common.identifiers import OperationId
from common.sql import Connection
from registry.graduates.storage.keys import keys_of, text_of
from registry.graduates.tables import import_sources

NAME = "source_name"

_KEEP = insert(import_sources)


async def keep(connection: Connection, data: DataCipher, operation_id: OperationId, name: str) -> None:
    """Stores the name for the versions of an import, which outlive its operation. Once an operation."""
    sealed = data.seal(NAME, operation_id, 1, name.encode())
    await connection.execute(_KEEP, {"operation_id": operation_id, "name_cipher": sealed})


async def opened_names(connection: Connection, cipher: FieldCipher, sealed: Mapping[UUID, bytes]) -> Mapping[UUID, str]:
    """The names of operations in clear; none of those whose data key was destroyed."""
    keys = await keys_of(connection, cipher, {data_key_of(each) for each in sealed.values()})
    return {key: name for key, each in sealed.items() if (name := text_of(keys, NAME, key, 1, each)) is not None}
