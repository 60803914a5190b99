"""What counts of a wave's answers in SQL, and the digests that are kept of it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ARRAY, LargeBinary, Uuid, bindparam, select, text

from common import rows
from common.canonical import canonical
from common.crypto import FieldCipher
from common.identifiers import ResponseId, SchoolCode, WaveId
from common.sql import Connection
from surveys.answers.storage.values import CONTENT_FIELD, record_of
from surveys.responses.tables import responses
from surveys.responses.tables import submitted_contents as contents
from surveys.waves.domain import Wave

_COUNTED = (
    select(contents)
    .join(responses, responses.c.id == contents.c.response_id)
    .where(responses.c.wave_id == bindparam("wave_id"), responses.c.effective_version == contents.c.version)
    .order_by(contents.c.response_id)
)
_KEEP = text(
    """
    INSERT INTO frozen_rows (response_id, wave_id, school_code, digest, salt)
    SELECT kept.response_id, :wave_id, :school_code, kept.digest, kept.salt
      FROM unnest(:ids, :digests, :salts) AS kept (response_id, digest, salt)
    """
).bindparams(
    bindparam("wave_id", type_=Uuid),
    bindparam("ids", type_=ARRAY(Uuid)),
    bindparam("digests", type_=ARRAY(LargeBinary)),
    bindparam("salts", type_=ARRAY(LargeBinary)),
)

_WAVES = text(
    """
    SELECT wave.id,
           (wave.audience = 'graduates'
            AND wave.eligible <> (SELECT count(*) FROM wave_eligible WHERE wave_id = wave.id))
           OR (wave.dataset_hash IS NOT NULL AND wave.dataset_hash <> (
               SELECT encode(sha256(coalesce(string_agg(digest, ''::bytea ORDER BY digest), ''::bytea)), 'hex')
                 FROM (SELECT digest FROM frozen_rows WHERE wave_id = wave.id
                       UNION ALL
                       SELECT frozen_digest FROM ballots
                        WHERE wave_id = wave.id AND frozen_digest IS NOT NULL) AS kept))
           OR EXISTS (
               SELECT FROM frozen_rows AS kept JOIN responses AS response ON response.id = kept.response_id
                 LEFT JOIN graduates AS person ON person.graduate_id = response.graduate_id
                WHERE kept.wave_id = wave.id AND kept.salt IS NOT NULL
                  AND (response.state = 'withdrawn' OR response.detached_at IS NOT NULL OR person.erased)) AS differs
      FROM waves AS wave WHERE CAST(:school AS text) IS NULL OR wave.school_code = :school ORDER BY wave.id
    """
)


@dataclass(frozen=True)
class Counted:
    """What counts of one response, as it is stored."""

    response_id: ResponseId
    version: int
    completeness: str
    mode: str
    values_ciphertext: bytes


@dataclass(frozen=True)
class FrozenRow:
    """The digest of what counts of one response, and the random bytes that it begins with."""

    response_id: ResponseId
    version: int
    salt: bytes
    digest: bytes


async def counted(connection: Connection, wave_id: WaveId) -> list[Counted]:
    """What counts of a wave's responses."""
    return rows.all(Counted, await connection.execute(_COUNTED, {"wave_id": wave_id}))


async def keep(connection: Connection, wave: Wave, made: Sequence[FrozenRow]) -> None:
    """Keeps the digests of a wave."""
    values = {
        "wave_id": wave.id,
        "school_code": wave.school_code,
        "ids": [each.response_id for each in made],
        "digests": [each.digest for each in made],
        "salts": [each.salt for each in made],
    }
    await connection.execute(_KEEP, values)


async def waves_kept(connection: Connection, school: SchoolCode | None) -> list[tuple[WaveId, bool]]:
    """Of each wave whether it asks others than it counts, or the hash that it was frozen with is not of its digests.

    So it is where the random bytes of an answer stay that was withdrawn, or whose person is gone from it.
    """
    found = await connection.execute(_WAVES, {"school": school})
    return [(WaveId(row.id), bool(row.differs)) for row in found]


def row_of(cipher: FieldCipher, counted: Counted) -> bytes:
    """What a digest is of: a response with all that counts of it, in one spelling."""
    record = record_of(counted.response_id, counted.version)
    return canonical(
        {
            "response_id": str(counted.response_id),
            "version": counted.version,
            "completeness": counted.completeness,
            "mode": counted.mode,
            "values": json.loads(cipher.decrypt(CONTENT_FIELD, record, counted.values_ciphertext)),
        }
    )
