"""Who reads results, and the wave that they are of."""

from collections.abc import Sequence
from dataclasses import dataclass

from common.auth import Principal, Role
from common.errors import BadQuery, FieldProblem, Message
from common.identifiers import WaveId
from common.shown_groups.editions import in_order
from common.shown_groups.tables import Table
from common.sql import Connection
from surveys.results.domain.dimensions import Key
from surveys.results.domain.editions import table_for
from surveys.results.storage import editions
from surveys.waves.commands import MANAGERS, of_own_school
from surveys.waves.domain import Wave

READERS = MANAGERS | {Role.COLLEGE_OFFICER}


async def readable(connection: Connection, caller: Principal, wave_id: WaveId) -> Wave:
    """The wave whose results are asked for; raises NotFound, then Forbidden."""
    wave = await of_own_school(connection, caller, wave_id)
    caller.must_be_in(READERS)
    caller.own_college()
    return wave


_NO_GROUPS = Message(
    "本轮答卷不知属于哪个分组（不可关联，或调查用人单位），不能按此分组",
    "Of these answers no group is known (unlinkable, or of employers); ask without `by`",
)


def must_know_groups(wave: Wave, by: Sequence[str], college: str | None) -> None:
    """Raises BadQuery where groups of a wave's people are asked for, and nothing says who of them has answered."""
    if not wave.has_groups and (by or college is not None):
        raise BadQuery([FieldProblem("by", "no_groups", _NO_GROUPS)])


@dataclass(frozen=True)
class Groups:
    """Groups as they are asked for, each with its key in the table that has them."""

    by: tuple[str, ...]
    table: Table
    keys: Sequence[tuple[Key, Key]]


async def groups_for(connection: Connection, caller: Principal, wave: Wave, by: str | None) -> Groups:
    """The groups of a table that a caller may ask for, in their order; raises BadQuery where no table has them.

    An officer of a college asks for those of the own one.
    """
    own = caller.own_college()
    names, table = table_for(by, own is not None)
    must_know_groups(wave, names, own)
    dimensions = tuple(dict.fromkeys([*names, *table]))
    found = await editions.groups(connection, wave.id, dimensions, own)
    places = [dimensions.index(name) for name in table]
    keys = [(group[: len(names)], tuple(group[place] for place in places)) for group, _ in found]
    return Groups(names, table, sorted(keys, key=lambda each: in_order(each[0])))
