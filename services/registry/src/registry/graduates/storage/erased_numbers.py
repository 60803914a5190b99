"""What is kept of an erased person: a hash of each number, by which the same number is recognised when it comes again.

The hash is keyed, and its key is made of the service's own data key: neither a new ring nor rotated indexes change it.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sqlalchemy import text

from common.crypto import DataCipher, FieldCipher
from common.identifiers import Cohort, SchoolCode
from common.sql import Connection
from registry.graduates.domain.refusals import ErasedPerson
from registry.graduates.storage.keys import key_of_service

HASHED = ("student_number", "exam_number", "citizen_id")
"""The numbers that name one person within a school's cohort."""

Number = tuple[str, str]
"""One of these fields, and what it holds."""

_PURPOSE = "erased number"
_ANY = text("SELECT EXISTS (SELECT FROM erased_numbers WHERE school_code = :school_code AND cohort = :cohort)")
_AMONG = text(
    """
    SELECT erased.number_hash FROM unnest(CAST(:hashes AS bytea[])) AS wanted (number_hash)
      JOIN erased_numbers erased USING (number_hash)
     WHERE erased.school_code = :school_code AND erased.cohort = :cohort
    """
)


def number_hashes(data: DataCipher, school_code: SchoolCode, cohort: Cohort, content: Mapping[str, Any]) -> list[bytes]:
    """The hash of each number of an entry, as stored there, in its school and cohort: 32 bytes each.

    `data` is the cipher of the service's own data key (`key_of_service`).
    """
    numbers = ((field, content.get(field)) for field in HASHED)
    return [_hash(data, school_code, cohort, (field, number)) for field, number in numbers if number]


async def erased_among(
    connection: Connection, cipher: FieldCipher, school_code: SchoolCode, cohort: Cohort, numbers: Iterable[Number]
) -> frozenset[Number]:
    """Those of the numbers that were an erased person's of this roster; without such people none is looked at.

    Who stores a number looks after that: the unique index that refuses it lets it pass once its person is erased, and
    the hash is there by then.
    """
    roster = {"school_code": school_code, "cohort": cohort}
    if not await connection.scalar(_ANY, roster):
        return frozenset()
    data = await key_of_service(connection, cipher)
    hashes = {_hash(data, school_code, cohort, each): each for each in numbers}
    found = await connection.scalars(_AMONG, {**roster, "hashes": list(hashes)})
    return frozenset(hashes[each] for each in found)


async def must_not_return(
    connection: Connection, cipher: FieldCipher, wanted: Mapping[str, Any], changed: Collection[str]
) -> None:
    """Raises ErasedPerson for a changed number that was an erased person's; `wanted` has the roster, too."""
    numbers = [(field, wanted[field]) for field in HASHED if field in changed and wanted[field]]
    if numbers and await erased_among(connection, cipher, wanted["school_code"], wanted["cohort"], numbers):
        raise ErasedPerson


def _hash(data: DataCipher, school_code: SchoolCode, cohort: Cohort, number: Number) -> bytes:
    return data.digest(_PURPOSE, f"{number[0]}|{school_code}|{cohort}|{number[1]}".encode())
