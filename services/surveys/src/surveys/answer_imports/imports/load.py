"""What is stored about the persons of some rows, in few statements."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import text

from common.crypto import FieldCipher
from common.identifiers import GraduateId, InvitationId, WaveId
from common.sql import Connection, array, array_sql
from surveys.answers.storage.values import Values, opened
from surveys.invitations.domain import InvitationState
from surveys.roster.domain import Situation
from surveys.roster.storage import situations_of

_STANDING = text(
    f"""
    SELECT eligible.graduate_id, person.erased, invited.id AS invitation_id, invited.state,
           response.id AS response_id, response.effective_version, content.values_ciphertext
      FROM wave_eligible AS eligible JOIN graduates AS person USING (graduate_id)
      LEFT JOIN invitations AS invited ON invited.wave_id = eligible.wave_id
                                      AND invited.graduate_id = eligible.graduate_id
      LEFT JOIN responses AS response ON response.invitation_id = invited.id
      LEFT JOIN submitted_contents AS content ON content.response_id = response.id
                                             AND content.version = response.effective_version
     WHERE eligible.wave_id = :wave_id AND eligible.graduate_id = ANY({array_sql("ids", "uuid")})
    """
)


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
        GraduateId(graduate_id): Known(
            erased,
            invitation_id,
            state and InvitationState(state),
            sealed and opened(cipher, response_id, version, sealed),
            situations[graduate_id],
        )
        for graduate_id, erased, invitation_id, state, response_id, version, sealed in await connection.execute(
            _STANDING, {"wave_id": wave_id, "ids": array(graduate_ids)}
        )
    }
