"""A service with the import of badges: its database, its application and its workers."""

import asyncio
import sys
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import badges
import httpx
import pytest
from fastapi import Response
from sqlalchemy import text

from common.audit import audit_table
from common.auth import TokenVerifier
from common.crypto import FieldCipher, KeyRing
from common.database import Database, new_metadata
from common.http import Router, Upload, create_app
from common.imports import ImportForm, ImportRequest
from common.once import idempotency_table
from common.operations import operation_tables
from common.operations.routes import Operation, operations_router
from common.settings import ServiceSettings
from testing.databases import service_database
from testing.http import running_app
from testing.tokens import TokenMint

METADATA = new_metadata()
operation_tables(METADATA)
idempotency_table(METADATA)
audit_table(METADATA)
badges.badges_table(METADATA)
HEADER = "学号,姓名,徽章,毕业年份"

router = Router(prefix="/v1/imports")


@router.post("/badges", status_code=202, response_model=Operation)
async def import_badges(sending: ImportRequest, upload: Upload[ImportForm]) -> Response:
    return await sending.accept(badges.KIND, upload)


@dataclass
class Office:
    """A school's office that sends files of badges, and a worker that imports them."""

    http: httpx.AsyncClient
    database: Database
    cipher: FieldCipher
    url: str
    keyring_file: Path

    async def post(self, rows: Sequence[str], **form: str) -> str:
        """Uploads the rows below the header; gives the operation's path."""
        content = "\n".join([HEADER, *rows]).encode()
        sent = {"school_code": "90001", "cohort": "2024", **form}
        answer = await self.http.post("/v1/imports/badges", data=sent, files={"file": ("a.csv", content)})
        assert answer.status_code == 202, answer.text
        return answer.headers["location"]

    async def send(self, rows: Sequence[str], **form: str) -> dict[str, Any]:
        """Imports the rows; gives the finished operation."""
        path = await self.post(rows, **form)
        assert await badges.badge_runner(self.database, self.cipher).run_once()
        return await self.operation(path)

    async def operation(self, path: str) -> dict[str, Any]:
        found: dict[str, Any] = (await self.http.get(path)).json()
        return found

    async def kill_a_worker(self) -> None:
        """Lets a worker begin the import that waits, and kills it once the first chunk is committed."""
        worker = await asyncio.create_subprocess_exec(
            sys.executable, badges.__file__, self.url, str(self.keyring_file), stdout=asyncio.subprocess.PIPE
        )
        assert worker.stdout is not None
        async with asyncio.timeout(60):
            await worker.stdout.readline()
        worker.kill()
        await worker.wait()

    async def stored(self, query: str = "SELECT student_number, badge FROM badges ORDER BY 1") -> list[tuple[Any, ...]]:
        async with self.database.reading() as connection:
            return [tuple(row) for row in await connection.execute(text(query))]


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    ring, mint = KeyRing.generate(), TokenMint(tmp_path)
    ring.store(tmp_path / "keyring.json")
    async with service_database("edge", METADATA) as found:
        database, cipher = Database.connect(found.app_url), FieldCipher(ring)
        settings = ServiceSettings(service="edge", database_url=found.app_url, **mint.settings)
        app = create_app(
            title="Badges",
            settings=settings,
            routers=[router, operations_router()],
            verifier=TokenVerifier(settings),
            database=database,
            cipher=cipher,
        )
        async with running_app(app) as http:
            http.headers["Authorization"] = f"Bearer {mint.token('school_officer', school='90001')}"
            yield Office(http, database, cipher, found.app_url, tmp_path / "keyring.json")
        await database.dispose()
