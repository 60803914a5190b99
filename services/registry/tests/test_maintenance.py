"""Commands of the service: what they refuse, and what they end with."""

from argparse import Namespace
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from common.crypto import FieldCipher, KeyRing
from common.database import Database
from registry.graduates.storage.rotation import ServiceConnectedError
from registry.maintenance import run_rotate_keys, run_seal_roster
from registry.settings import Settings


async def test_a_key_is_retired_only_when_nothing_needs_it(
    settings: Settings, database: Database, cipher: FieldCipher, graduate: httpx.Response, tmp_path: Path
) -> None:
    assert settings.keyring_file is not None
    ring, spare = KeyRing.load(settings.keyring_file), KeyRing.generate("spare").fields
    replace(ring, fields={**ring.fields, **spare}).store(tmp_path / "ring")
    settings = settings.model_copy(update={"keyring_file": tmp_path / "ring"})
    for retire, code in ((cipher.current, 1), ("gone", 1), ("spare", 0), (None, 0)):
        assert await run_rotate_keys(settings, database.patient, Namespace(index=False, retire=retire)) == code


async def test_indexes_are_not_touched_while_the_service_is_connected(
    settings: Settings, database: Database, graduate: httpx.Response
) -> None:
    async with database.reading():
        with pytest.raises(ServiceConnectedError):
            await run_rotate_keys(settings, database.patient, Namespace(index=True, retire=None))


async def test_the_roster_is_sealed_by_its_owner(settings: Settings, database: Database) -> None:
    assert await run_seal_roster(settings, database, Namespace()) == 1
    assert settings.migration_database_url is None
