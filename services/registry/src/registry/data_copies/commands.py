"""Noting that a graduate's data were read for a copy."""

from common.accesses import record_accesses
from common.auth import Principal
from common.data_copies import Holding
from common.database import UnitOfWork, new_id

KIND = "data_copy"
"""Of an access: all that is held about a person is read in clear."""


async def note_reading(unit: UnitOfWork, reader: Principal, held: Holding) -> None:
    """Stores that a service has read all that registry holds about a graduate."""
    occasion, [entry] = await new_id(unit.connection), held.records["entry"]
    people = {held.graduate_id: entry["school_code"]}
    fields = [name for name, records in held.records.items() if records]
    await record_accesses(unit.connection, reader, people, occasion_id=occasion, kind=KIND, purpose=None, fields=fields)
    detail = {"graduate": str(held.graduate_id)}
    await unit.audit("data.read", "reading", occasion, school_code=entry["school_code"], detail=detail)
