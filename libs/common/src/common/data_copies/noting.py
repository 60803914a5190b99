"""A service's reading of all that is held about a graduate, as an access of this person's data."""

from common.accesses import record_accesses
from common.auth import Principal
from common.data_copies.holding import Holding
from common.data_copies.routes import Note
from common.database import UnitOfWork, new_id

KIND = "data_copy"
"""Of the access."""


def noted_by(entry: str) -> Note:
    """For a service with the table of accesses: the kind of record that names the graduate's school, of which each has
    one.
    """

    async def note(unit: UnitOfWork, reader: Principal, held: Holding) -> None:
        occasion, [named] = await new_id(unit.connection), held.records[entry]
        people = {held.graduate_id: named["school_code"]}
        fields = [name for name, records in held.records.items() if records]
        await record_accesses(
            unit.connection, reader, people, occasion_id=occasion, kind=KIND, purpose=None, fields=fields
        )
        detail = {"graduate": str(held.graduate_id)}
        await unit.audit("data.read", "reading", occasion, school_code=named["school_code"], detail=detail)

    return note
