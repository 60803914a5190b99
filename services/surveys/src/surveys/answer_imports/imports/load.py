"""What is stored about the persons of some rows, in few statements."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ARRAY, Uuid, bindparam, text

from common.crypto import FieldCipher
from common.identifiers import GraduateId, InvitationId, WaveId
from common.sql import Connection
from surveys.answers.storage.values import Values, opened
from surveys.invitations.domain import InvitationState
from surveys.roster.domain import Situation
from surveys.roster.storage import situations_of

_STANDING = text(
    """
    SELECT eligible.graduate_id, person.erased, invited.id AS invitation_id, invited.state,
           response.id AS response_id, response.effective_version, content.values_ciphertext
      FROM wave_eligible AS eligible JOIN graduates AS person USING (graduate_id)
      LEFT JOIN invitations AS invited ON invited.wave_id = eligible.wave_id
                                      AND invited.graduate_id = eligible.graduate_id
      LEFT JOIN responses AS response ON response.invitation_id = invited.id
      LEFT JOIN submitted_contents AS content ON content.response_id = response.id
                                             AND content.version = response.effective_version
     WHERE eligible.wave_id = :wave_id AND eligible.graduate_id = ANY(:ids)
    """
).bindparams(bindparam("ids", type_=ARRAY(Uuid)))


@dataclass(frozen=True)
class Known:
    """A person whom the wave asks: the invitation if there is one, what counts, and what the roster says."""

    erased: bool
    invitation_id: InvitationId | None
    state: InvitationState | None
    effective: Values | None
    situation: Situation


Standing = Mapping[GraduateId, Known]


async def standing_of(
    connection: Connection, cipher: FieldCipher, wave_id: WaveId, graduate_ids: Sequence[GraduateId]
) -> Standing:
    """Those of these graduates whom the wave asks."""
    situations = await situations_of(connection, graduate_ids)
    return {
        GraduateId(row.graduate_id): Known(
            row.erased,
            row.invitation_id,
            row.state and InvitationState(row.state),
            row.values_ciphertext and opened(cipher, row.response_id, row.effective_version, row.values_ciphertext),
            situations[row.graduate_id],
        )
        for row in await connection.execute(_STANDING, {"wave_id": wave_id, "ids": graduate_ids})
    }
