"""The data key of each roster: made when the roster is first written, wrapped by the key ring, unwrapped once."""

from collections.abc import Collection, Iterable, Mapping
from uuid import UUID

from sqlalchemy import TextClause, text

from common.clock import NOW_SQL
from common.crypto import DataCipher, FieldCipher, data_key_of
from common.errors import PermanentError
from common.identifiers import Cohort, SchoolCode
from common.sql import Connection, Row
from registry.graduates.domain.refusals import RetentionEnded

BEGINNING_SQL = "hashtextextended('data keys', 0)"
"""The lock that transactions share which begin a roster: who looks at all data keys sees when none is at it."""

_BY_ID = text("SELECT id, wrapped FROM data_keys WHERE id = ANY(CAST(:ids AS uuid[]))")
_OF_ROSTER = text("SELECT id, wrapped FROM data_keys WHERE school_code = :school_code AND cohort = :cohort")
# who destroys the key waits for who writes under it
_TO_WRITE = text(f"{_OF_ROSTER.text} FOR KEY SHARE")
_OF_SERVICE = text("SELECT id, wrapped FROM data_keys WHERE school_code IS NULL")
# waits for a first writer who has not committed yet
_ADD = text(
    """
    INSERT INTO data_keys (id, school_code, cohort, wrapped)
    VALUES (:id, CAST(:school_code AS text), CAST(:cohort AS integer), :wrapped)
    ON CONFLICT (school_code, cohort) DO NOTHING
    """
)
_TAKE = text(f"{_OF_ROSTER.text} AND wrapped IS NOT NULL FOR UPDATE SKIP LOCKED")
_DESTROY = text(
    f"""
    UPDATE data_keys k SET wrapped = NULL, destroyed_at = {NOW_SQL}
     WHERE id = :id AND NOT EXISTS (SELECT FROM graduates g WHERE g.school_code = k.school_code
                                       AND g.cohort = k.cohort AND g.erased_at IS NULL)
    """
)
_BEGIN = text(f"SELECT pg_advisory_xact_lock_shared({BEGINNING_SQL})")


class DataKeyGoneError(PermanentError):
    """A document names a data key that the database does not have."""

    code = "data_key_gone"


async def key_of_roster(
    connection: Connection, cipher: FieldCipher, school_code: SchoolCode, cohort: Cohort
) -> DataCipher:
    """The cipher that seals this roster; its first writer makes the key, in the own transaction.

    Raises RetentionEnded where it was destroyed.
    """
    return await _key(connection, cipher, _TO_WRITE, {"school_code": school_code, "cohort": cohort})


async def key_to_read(
    connection: Connection, cipher: FieldCipher, school_code: SchoolCode, cohort: Cohort
) -> DataCipher:
    """The same of who writes nothing: over a key that is kept nowhere where the roster has none yet."""
    owner = {"school_code": school_code, "cohort": cohort}
    found = (await connection.execute(_OF_ROSTER, owner)).one_or_none()
    return cipher.data_cipher(*cipher.new_data_key()) if found is None else _cipher_over(cipher, found)


async def key_of_service(connection: Connection, cipher: FieldCipher) -> DataCipher:
    """The cipher that seals what belongs to no one roster."""
    return await _key(connection, cipher, _OF_SERVICE, {"school_code": None, "cohort": None})


async def _key(
    connection: Connection, cipher: FieldCipher, query: TextClause, owner: Mapping[str, object]
) -> DataCipher:
    found = (await connection.execute(query, owner)).one_or_none()
    if found is None:
        await connection.execute(_BEGIN)
        key_id, wrapped = cipher.new_data_key()
        await connection.execute(_ADD, {**owner, "id": key_id, "wrapped": wrapped})
        found = (await connection.execute(query, owner)).one()
    return _cipher_over(cipher, found)


def _cipher_over(cipher: FieldCipher, found: Row) -> DataCipher:
    if found.wrapped is None:
        raise RetentionEnded
    return cipher.data_cipher(found.id, found.wrapped)


async def openers(connection: Connection, cipher: FieldCipher, found: Iterable[Row]) -> list[DataCipher | None]:
    """The cipher that opens the sealed document of each row, none of an erased entry's.

    Raises UndecryptableError, DataKeyGoneError.
    """
    key_ids = [row.sealed and data_key_of(row.sealed) for row in found]
    keys = await keys_of(connection, cipher, {key_id for key_id in key_ids if key_id})
    return [keys[key_id] if key_id else None for key_id in key_ids]


async def keys_of(connection: Connection, cipher: FieldCipher, wanted: Collection[UUID]) -> Mapping[UUID, DataCipher]:
    """The ciphers over those of the data keys that were not destroyed; raises UndecryptableError, DataKeyGoneError."""
    known = {key_id: found for key_id in wanted if (found := cipher.known_data_cipher(key_id)) is not None}
    if len(known) == len(wanted):
        return known
    stored = await connection.execute(_BY_ID, {"ids": [each for each in wanted if each not in known]})
    if len(known) + len(stored) < len(wanted):
        raise DataKeyGoneError
    return known | {row.id: cipher.data_cipher(row.id, row.wrapped) for row in stored if row.wrapped is not None}


def text_of(
    keys: Mapping[UUID, DataCipher], what: str, record_id: UUID, version: int, sealed: bytes | None
) -> str | None:
    """A text that was sealed under one of these keys; None where there is none, and where its key was destroyed."""
    data = None if sealed is None else keys.get(data_key_of(sealed))
    return None if data is None or sealed is None else data.open(what, record_id, version, sealed).decode()


async def destroy_key(connection: Connection, school_code: SchoolCode, cohort: Cohort) -> bool:
    """Destroys the data key of a roster of which no entry is left that is not erased.

    False if one is left, and, without waiting, while another act writes under the key.
    """
    roster = {"school_code": school_code, "cohort": cohort}
    key_id = await connection.scalar(_TAKE, roster)
    return key_id is not None and bool(await connection.affected(_DESTROY, {"id": key_id}))
