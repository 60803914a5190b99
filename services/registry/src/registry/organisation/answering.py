"""Units as HTTP answers."""

from fastapi import Response

from common.auth import Principal
from common.database import Database
from common.http import Answered, resource
from registry.organisation import reading
from registry.organisation.commands import Written, address_of
from registry.organisation.domain import Kind
from registry.organisation.models import CollegeAnswer


def shown(answer: type[CollegeAnswer], written: Written, status: int = 200) -> Response:
    """The unit after a write; a new one with its address."""
    unit = written.unit
    location = address_of(unit.kind, unit.school_code, unit.code) if status == 201 else None
    return resource(answer.of(unit, written.change_token), unit.version, status, location)


async def again(
    database: Database, caller: Principal, answer: type[CollegeAnswer], place: tuple[Kind, str, str], done: Answered
) -> Response:
    """The answer to a repeated request, as the caller may see it now."""
    unit = await reading.unit_in_scope(database, caller, *place)
    token = await reading.last_change(database, unit.school_code)
    return resource(answer.of(unit, token), unit.version, done.status, done.location)
