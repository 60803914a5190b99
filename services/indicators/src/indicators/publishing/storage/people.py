"""Whom a publication is counted from: the rows of snapshots, with the groups and cells that they are in."""

from collections.abc import Sequence
from functools import lru_cache

from sqlalchemy import TextClause, Uuid, bindparam, text

from common.sql import Connection
from indicators.publishing_counts.people import Person
from indicators.schemes.groupings import DIMENSIONS, joins_of
from indicators.snapshots.domain.snapshots import SnapshotId
from indicators.snapshots.tables import rows
from indicators.structures.domain.places import FOUR
from indicators.structures.domain.spreads import SPREADS, Situation

_SAID = ", ".join(c.name for c in rows.c if c.name not in {"snapshot_id", "graduate_id", "school_code", "cohort"})


async def people_of(
    connection: Connection, snapshot_id: SnapshotId, dimensions: Sequence[str], structures: Sequence[str]
) -> list[Person]:
    """The graduates of a frozen snapshot; `structures` are those whose cells are wanted."""
    spreads = {name: SPREADS[name] for name in structures}
    found = []
    for row in await connection.execute(_people(tuple(dimensions), tuple(structures)), {"snapshot": snapshot_id}):
        state, graduate_id, destination_code, flexible, *values = row
        group, stored, cells = tuple(values[: len(dimensions)]), values[len(dimensions) :], {}
        for name, spread in spreads.items():
            width = len(spread.columns)
            cells[name] = spread.cell(Situation(destination_code, flexible, stored[:width]), FOUR)
            stored = stored[width:]
        found.append(
            Person(
                id=f"{graduate_id}",
                state=state,
                group=group,
                destination_code=destination_code,
                flexible=flexible,
                cells=cells,
            )
        )
    return found


@lru_cache(maxsize=64)
def _people(dimensions: tuple[str, ...], structures: tuple[str, ...]) -> TextClause:
    columns = [DIMENSIONS[name].sql for name in dimensions]
    columns += [column for name in structures for column in SPREADS[name].columns]
    # numbered, because a dimension and a structure may look at one column
    listed = "".join(f", {column} AS column_{number}" for number, column in enumerate(columns))
    joined = joins_of([DIMENSIONS[name] for name in dimensions])
    further = dict.fromkeys(SPREADS[name].joined for name in structures)
    joined += "".join(each for each in further if each is not None and each not in joined)
    return text(
        f"""
        SELECT md5(CAST(ROW({_SAID}) AS text)), graduate_id, destination_code, flexible{listed}
          FROM (SELECT * FROM snapshot_rows WHERE snapshot_id = :snapshot) AS frozen{joined}
         ORDER BY graduate_id
        """
    ).bindparams(bindparam("snapshot", type_=Uuid()))
