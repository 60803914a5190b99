"""A person's data over HTTP: the graduate's own, and a graduate's for the service that makes the copy."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Request, Response
from pydantic import BaseModel, Field
from pydantic_core import to_json

from common.auth import Owners, Principal, Role, require
from common.data_copies.holding import Collect, Holding, NothingHeld, held_about
from common.database import UnitOfWork
from common.http import Db, Router
from common.identifiers import GraduateId

Note = Callable[[UnitOfWork, Principal, Holding], Awaitable[None]]
"""Stores that a service reads a graduate's data, before they are answered."""

Reader = Annotated[Principal, Depends(require(Role.GRADUATE, Role.SYSTEM))]


class DataAnswer(BaseModel):
    """All that a service holds about a graduate at one moment."""

    service: str
    graduate_id: UUID
    recorded_at: datetime = Field(description="The moment of all that is answered")
    records: dict[str, list[dict[str, Any]]] = Field(
        description="Kind of record → the records, each with its values in clear by name. Kinds and names may be added"
    )


async def audited(unit: UnitOfWork, _reader: Principal, held: Holding) -> None:
    """Writes the audit entry of a service's reading."""
    await unit.audit("data.read", "graduate", held.graduate_id, school_code=None)


def data_router(collect: Collect, note: Note = audited) -> Router:
    """`GET /v1/graduates/{id}/data` of a service, answered with what `collect` gives.

    A graduate's own reading is not noted. A service with the table of accesses notes there what another one reads.
    """
    router = Router(prefix="/v1/graduates", tags=["data copies"])

    @router.get(
        "/{graduate_id}/data",
        response_model=DataAnswer,
        summary="All that this service holds about a graduate",
        description="In clear, of one moment, for the graduate and for the services that make the data copy. Where "
        "nothing is held it is 404.",
    )
    async def read_graduate_data(
        *, request: Request, caller: Reader, database: Db, graduate_id: GraduateId
    ) -> Response:
        if not caller.sees_row(Owners(graduate_id=graduate_id)):
            raise NothingHeld
        state = request.app.state
        async with database.reading(snapshot=True) as connection:
            held = await held_about(connection, state.cipher, graduate_id, service=state.service, collect=collect)
        if caller.role is Role.SYSTEM:
            await database.act(caller.actor, lambda unit: note(unit, caller, held))
        return Response(to_json(held), media_type="application/json")

    return router
