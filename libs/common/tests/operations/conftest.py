"""A database with operations and counters that work writes, and an application over it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from fastapi import Request, Response
from sqlalchemy import Column, Integer, Table, text

from common.audit import audit_table
from common.auth import Actor, Caller, Role, TokenVerifier
from common.crypto import FieldCipher, KeyRing
from common.database import Database, new_metadata
from common.http import Cipher, Db, IdempotencyKey, Router, Upload, create_app
from common.identifiers import OperationId
from common.imports import ImportForm
from common.once import idempotency_table
from common.operations import operation_tables, prepare, submit
from common.operations.routes import Operation, accept, operations_router
from common.settings import ServiceSettings
from testing.databases import service_database
from testing.tokens import TokenMint

METADATA = new_metadata()
operation_tables(METADATA)
idempotency_table(METADATA)
audit_table(METADATA)
Table("written", METADATA, Column("part", Integer, nullable=False))

OFFICER = Actor("officer", Role.SCHOOL_OFFICER.value)


@dataclass
class Works:
    """Operations in a database of their own."""

    database: Database
    cipher: FieldCipher
    keyring_file: Path
    url: str
    mint: TokenMint

    async def submit(self, kind: str, upload: bytes | None = None, **parameters: Any) -> OperationId:
        new = await prepare(self.database, upload or b"", self.cipher)
        async with self.database.transaction(OFFICER) as unit:
            await submit(unit, new, kind, parameters, school_code="90001")
            await unit.commit()
        return new.id

    async def row(self, operation: OperationId) -> Any:
        async with self.database.reading() as connection:
            statement = text("SELECT * FROM operations WHERE id = :id")
            return (await connection.execute(statement, {"id": operation})).one()

    async def written(self) -> list[int]:
        async with self.database.reading() as connection:
            return await connection.scalars(text("SELECT part FROM written ORDER BY part"))

    async def scalar(self, statement: str) -> Any:
        async with self.database.reading() as connection:
            return await connection.scalar(text(statement))

    async def change(self, statement: str) -> None:
        async with self.database.transaction(OFFICER) as unit:
            await unit.connection.execute(text(statement))
            await unit.commit()

    def app(self) -> Any:
        settings = ServiceSettings(service="edge", database_url=self.url, **self.mint.settings)
        return create_app(
            title="Work",
            settings=settings,
            routers=[imports_router(), operations_router()],
            verifier=TokenVerifier(settings),
            database=self.database,
            cipher=self.cipher,
        )


def imports_router() -> Router:
    router = Router(prefix="/v1/imports")

    @router.post("", status_code=202, response_model=Operation)
    async def import_file(
        *,
        request: Request,
        caller: Caller,
        database: Db,
        cipher: Cipher,
        once: IdempotencyKey,
        upload: Upload[ImportForm],
    ) -> Response:
        return await accept(
            request, database, caller, once,
            kind="import", parameters=upload.form.model_dump(), school_code=upload.form.school_code,
            upload=upload.content, cipher=cipher,
        )  # fmt: skip

    return router


@pytest.fixture
async def works(tmp_path: Path) -> AsyncIterator[Works]:
    ring = KeyRing.generate()
    ring.store(tmp_path / "keyring.json")
    async with service_database("edge", METADATA) as found:
        database = Database.connect(found.app_url)
        yield Works(database, FieldCipher(ring), tmp_path / "keyring.json", found.app_url, TokenMint(tmp_path))
        await database.dispose()
