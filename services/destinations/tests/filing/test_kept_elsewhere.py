"""A file that is kept in object storage, written and read by two processes that share nothing but the store."""

from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest
from fastapi import FastAPI
from filing_desk import FilingDesk, table
from office import Office

from common.crypto import FieldCipher
from common.database import Database
from common.objects import Objects
from common.objects.store import open_store
from common.operations import OperationRunner
from destinations.filing import operations
from destinations.filing.domain.filing import KIND
from destinations.registry_client import Registry
from destinations.settings import Settings
from destinations.verification import verify_filings
from testing.object_storage import CREDENTIALS, object_storage


@pytest.fixture
async def elsewhere(tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Settings]:
    """Settings that name a bucket."""
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    async with object_storage(tmp_path) as running:
        yield settings.model_copy(update={"objects": running.address})


async def test_a_file_on_s3_has_its_hash(
    office: Office, app: FastAPI, database: Database, registry: Registry, elsewhere: Settings
) -> None:
    cipher, desk = FieldCipher.load(elsewhere.keyring_file), FilingDesk(office, database)
    people = await desk.graduates(*({"毕业去向类别代码": "46"} for _ in range(3)))

    def objects() -> Objects:
        """Those of a process of its own."""
        return Objects(database, cipher, open_store(elsewhere.objects, elsewhere.service))

    prepare = partial(operations.prepare, registry, cipher, objects())
    office.runner = OperationRunner(database.patient, {KIND: prepare}, cipher=cipher)
    filing = await desk.sent()
    before, app.state.objects = app.state.objects, objects()
    try:
        content = await desk.file(filing)
    finally:
        app.state.objects = before
    assert {row["学号"] for row in table(content)} == {each["学号"] for each in people}
    verified = await verify_filings(database, elsewhere)
    assert (verified.compared, verified.differences) == (1, 0)
