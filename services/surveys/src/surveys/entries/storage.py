"""What asks a graduate, in SQL."""

from uuid import UUID

from sqlalchemy import ColumnElement, and_, bindparam, exists, select

from common import rows
from common.auth import Owners, RowScope, ScopeShape
from common.database.pages import page_by_id
from common.identifiers import GraduateId, WaveId
from common.sql import Connection
from surveys.entries.domain import MyWave
from surveys.invitations.tables import invitations
from surveys.questionnaires.tables import questionnaire_versions
from surveys.waves.storage import PHASE
from surveys.waves.tables import wave_eligible, waves

_ASKS = waves.c.id == wave_eligible.c.wave_id
_ASKED = and_(
    questionnaire_versions.c.questionnaire_id == waves.c.questionnaire_id,
    questionnaire_versions.c.number == waves.c.questionnaire_version,
)
_INVITES = and_(
    invitations.c.wave_id == wave_eligible.c.wave_id, invitations.c.graduate_id == wave_eligible.c.graduate_id
)
_MINE = select(
    waves.c.id.label("wave_id"),
    *(waves.c[name] for name in ("school_code", "cycle", "opens_at", "closes_at", "anonymity")),
    questionnaire_versions.c.title,
    PHASE.label("phase"),
    invitations.c.state,
).select_from(waves.join(wave_eligible, _ASKS).join(questionnaire_versions, _ASKED).outerjoin(invitations, _INVITES))
_IS_ASKED = select(
    exists().where(
        wave_eligible.c.wave_id == bindparam("wave_id"), wave_eligible.c.graduate_id == bindparam("graduate_id")
    )
)


async def page(connection: Connection, scope: RowScope, after: UUID | None, limit: int) -> list[MyWave]:
    """The waves that ask the graduates of the scope, in the order of their creation."""
    return rows.all(MyWave, await connection.execute(*page_by_id(waves, _of_mine, scope, after, limit, _MINE)))


async def is_asked(connection: Connection, wave_id: WaveId, graduate_id: GraduateId) -> bool:
    """Whether a wave asks a graduate."""
    return bool(await connection.scalar(_IS_ASKED, {"wave_id": wave_id, "graduate_id": graduate_id}))


def _of_mine(seen: ScopeShape) -> ColumnElement[bool]:
    return seen.condition(Owners(graduate_id=wave_eligible.c.graduate_id))
