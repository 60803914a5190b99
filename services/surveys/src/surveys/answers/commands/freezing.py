"""A closed wave is frozen: a hash fixes what counts of its answers, and withdrawing is all that is left to do."""

import asyncio
from collections.abc import Iterable, Sequence
from hashlib import sha256
from secrets import token_bytes

from common.auth import Principal
from common.crypto import FieldCipher
from common.database import Database, UnitOfWork
from common.errors import ExpectedVersion, Missing, must_equal
from common.identifiers import ResponseId, WaveId
from common.sql import Connection
from surveys.answers.storage import freezing as storage
from surveys.answers.storage.freezing import Counted, FrozenRow
from surveys.ballots import storage as ballots
from surveys.ballots.domain import Ballot
from surveys.waves import storage as waves
from surveys.waves.commands import managed
from surveys.waves.domain import Anonymity, Wave, must_be_freezable

SALT_BYTES = 16
"""Random bytes before each row: without them a digest says nothing, and withdrawal destroys them."""


async def freezable(database: Database, caller: Principal, cipher: FieldCipher, wave_id: WaveId) -> list[FrozenRow]:
    """The rows of a wave as they count now, for `freeze`; raises NotFound, Forbidden, NotClosed or WaveFrozen."""
    async with database.reading() as connection:
        must_be_freezable(await managed(connection, caller, wave_id))
        counted = await _counted(connection, wave_id)
    # decrypting thousands of answers would hold up every request of this process
    return await asyncio.to_thread(_frozen, cipher, counted)


async def freeze(
    unit: UnitOfWork, *, caller: Principal, wave_id: WaveId, expected: ExpectedVersion, made: Sequence[FrozenRow]
) -> Wave:
    """Keeps the digests of a wave's answers, and the hash of all of them.

    Raises NotFound, Forbidden, the refusals of a precondition, NotClosed, WaveFrozen, or Missing where answers have
    been withdrawn since the rows were made.
    """
    await managed(unit.connection, caller, wave_id)
    wave = await waves.lock(unit.connection, wave_id)
    must_equal(expected, wave.version)
    must_be_freezable(wave)
    counted = await _counted(unit.connection, wave_id)
    if set(map(_place, counted)) != {(each.response_id, each.version) for each in made}:
        raise Missing("rows")
    if wave.anonymity is Anonymity.UNLINKABLE:
        await ballots.freeze(unit.connection, made)
    else:
        await storage.keep(unit.connection, wave, made)
    frozen = await waves.freeze(unit.connection, wave, dataset_hash(each.digest for each in made))
    detail = {"version": frozen.version, "rows": len(made), "dataset_hash": frozen.dataset_hash}
    await unit.audit("wave.freeze", "wave", wave.id, school_code=wave.school_code, detail=detail)
    return frozen


def dataset_hash(digests: Iterable[bytes]) -> str:
    """The SHA-256 over the sorted digests, in hexadecimal.

    >>> dataset_hash([b"b", b"a"]) == dataset_hash([b"a", b"b"])
    True
    """
    return sha256(b"".join(sorted(digests))).hexdigest()


async def _counted(connection: Connection, wave_id: WaveId) -> Sequence[Counted | Ballot]:
    """What counts of a wave: it has either responses or ballots."""
    return await storage.counted(connection, wave_id) or await ballots.given(connection, wave_id)


def _place(counted: Counted | Ballot) -> tuple[ResponseId, int]:
    return counted.id if isinstance(counted, Ballot) else counted.response_id, counted.version


def _frozen(cipher: FieldCipher, counted: Sequence[Counted | Ballot]) -> list[FrozenRow]:
    made = []
    for each in counted:
        salt = token_bytes(SALT_BYTES)
        row = ballots.row_of(cipher, each) if isinstance(each, Ballot) else storage.row_of(cipher, each)
        made.append(FrozenRow(*_place(each), salt, sha256(salt + row).digest()))
    return made
