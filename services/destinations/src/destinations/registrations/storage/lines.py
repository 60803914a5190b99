"""Lines of files by their fingerprints: which of them left registrations as they stand."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import ARRAY, BigInteger, LargeBinary, Uuid, bindparam, text

from common.identifiers import Cohort, GraduateId, RegistrationId, SchoolCode
from common.sql import Connection
from destinations.registrations.domain.lifecycle import UNDER_REVIEW
from destinations.roster.storage import same_since

_UNDER_REVIEW = ", ".join(f"'{each}'" for each in sorted(UNDER_REVIEW))
# whatever was written about either since then, by whichever release, has moved one of the two, but for events that
# only say again what stood; a row that waits for review, since it came late, says more once an extension is given
_AS_IT_STANDS = f"""
      FROM registrations current JOIN roster_graduates graduate ON graduate.graduate_id = current.graduate_id
     WHERE current.line_fingerprint = line.fingerprint AND current.stage NOT IN ({_UNDER_REVIEW})
       AND current.line_version = current.version
       AND current.line_sequence BETWEEN {same_since("graduate")} AND graduate.sequence
"""
_FINGERPRINTS = bindparam("fingerprints", type_=ARRAY(LargeBinary))
_ANY = text(
    """
    SELECT EXISTS (SELECT 1 FROM registrations
                    WHERE school_code = :school_code AND cohort = :cohort AND line_fingerprint IS NOT NULL)
    """
)
_KNOWN = text(
    f"""
    SELECT line.fingerprint, found.graduate_id
      FROM unnest(:fingerprints) AS line (fingerprint)
     CROSS JOIN LATERAL (SELECT current.graduate_id {_AS_IT_STANDS} LIMIT 1) AS found
    """
).bindparams(_FINGERPRINTS)
_OUTDATED = text(
    f"""
    SELECT line.fingerprint FROM unnest(:fingerprints) AS line (fingerprint)
     WHERE NOT EXISTS (SELECT 1 {_AS_IT_STANDS} OFFSET 0)
    """
).bindparams(_FINGERPRINTS)
_REMEMBER = text(
    """
    UPDATE registrations current
       SET line_fingerprint = line.fingerprint, line_version = current.version, line_sequence = line.sequence
      FROM unnest(:ids, :fingerprints, :sequences) AS line (id, fingerprint, sequence) WHERE current.id = line.id
    """
).bindparams(bindparam("ids", type_=ARRAY(Uuid)), _FINGERPRINTS, bindparam("sequences", type_=ARRAY(BigInteger)))


class Line(NamedTuple):
    """A line of a file: its keyed fingerprint, and the sequence of the roster entry whose graduate it means."""

    fingerprint: bytes
    sequence: int


async def has_lines(connection: Connection, school_code: SchoolCode, cohort: Cohort) -> bool:
    """Whether any registration of the cohort was left by a line that could come again."""
    found: bool = await connection.scalar(_ANY, {"school_code": school_code, "cohort": cohort})
    return found


async def known_lines(connection: Connection, fingerprints: Sequence[bytes]) -> dict[bytes, GraduateId]:
    """Of these lines those that change nothing, each with its graduate: they left what stands, and nothing moved since.

    Neither the registration nor the roster entry of the graduate was written after the line, by anything.
    """
    return {row[0]: row[1] for row in await connection.execute(_KNOWN, {"fingerprints": fingerprints})}


async def outdated_lines(connection: Connection, fingerprints: Sequence[bytes]) -> set[bytes]:
    """Of these lines those that are not known any more."""
    return set(await connection.scalars(_OUTDATED, {"fingerprints": fingerprints}))


async def remember_lines(connection: Connection, lines: Sequence[tuple[RegistrationId, Line]]) -> None:
    """Notes lines that say what stands already, though otherwise than the lines before; under the streams' locks."""
    if lines:
        values = {
            "ids": [registration_id for registration_id, _ in lines],
            "fingerprints": [line.fingerprint for _, line in lines],
            "sequences": [line.sequence for _, line in lines],
        }
        await connection.execute(_REMEMBER, values)
