"""Who reads results, and the wave that they are of."""

from common.auth import Owners, Principal, Role, RowScope
from common.errors import NotFound
from common.identifiers import WaveId
from common.sql import Connection
from surveys.waves import storage as waves
from surveys.waves.commands import MANAGERS
from surveys.waves.domain import Wave

READERS = MANAGERS | {Role.COLLEGE_OFFICER}


async def readable(connection: Connection, caller: Principal, wave_id: WaveId) -> Wave:
    """The wave whose results are asked for; raises NotFound, then Forbidden."""
    wave = await waves.find(connection, _of_school(caller), wave_id)
    if wave is None:
        raise NotFound
    caller.must_be_in(READERS)
    return wave


def _of_school(caller: Principal) -> RowScope:
    """A college's officer sees the waves of its school, and in them the own college."""
    if caller.role is not Role.COLLEGE_OFFICER:
        return caller.row_scope()
    caller.own_college()
    return RowScope(Owners(school_code=frozenset({caller.school_code}))) if caller.school_code else RowScope()
