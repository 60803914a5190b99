"""What the routes of one kind of request answer: a request as its readers see it, and what an act made of it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from uuid import UUID

from fastapi import Response
from pydantic import BaseModel

from common.auth import Principal
from common.crypto import FieldCipher
from common.database import Database, UnitOfWork
from common.http import answer, resource
from common.once import Answered, Once, Remembered
from common.sql import Connection

Request = TypeVar("Request", bound=Remembered)


@dataclass(frozen=True)
class RequestAnswers(Generic[Request]):
    """Of one kind: the path of its list, the command that finds one for a caller, the body that shows one."""

    path: str
    get: Callable[[Connection, FieldCipher, Principal, Any], Awaitable[Request]]
    body: Callable[[Request, Principal], BaseModel]

    def shown(self, request: Request, caller: Principal, status: int = 200, location: str | None = None) -> Response:
        """The request as the caller sees it."""
        assert request.version is not None, "a request has versions"
        return resource(self.body(request, caller), request.version, status, location)

    async def found(self, database: Database, cipher: FieldCipher, caller: Principal, request_id: UUID) -> Request:
        """The request as it stands; raises what the command raises."""
        async with database.reading() as connection:
            return await self.get(connection, cipher, caller, request_id)

    async def asked(
        self,
        database: Database,
        cipher: FieldCipher,
        caller: Principal,
        once: Once | None,
        act: Callable[[UnitOfWork], Awaitable[Request]],
    ) -> Response:
        """The request that the act made, with its address."""
        return await answer(
            database.act(caller.actor, act, once),
            show=lambda request: self.shown(request, caller, 201, f"{self.path}/{request.id}"),
            again=lambda done: self._again(database, cipher, caller, done),
        )

    async def acted(
        self,
        database: Database,
        cipher: FieldCipher,
        caller: Principal,
        once: Once | None,
        act: Callable[[UnitOfWork], Awaitable[Request]],
        status: int = 200,
    ) -> Response:
        """The request after the act; for a repeated act as it is by now."""
        return await answer(
            database.act(caller.actor, act, once),
            show=lambda request: self.shown(request, caller, status),
            again=lambda done: self._again(database, cipher, caller, done),
        )

    async def _again(self, database: Database, cipher: FieldCipher, caller: Principal, done: Answered) -> Request:
        return await self.found(database, cipher, caller, UUID(done.object_id))
