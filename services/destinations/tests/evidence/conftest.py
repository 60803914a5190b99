"""A worker that checks evidence, and persons who send it."""

from functools import partial

import pytest
from fastapi import FastAPI
from sending import Checked

from common.crypto import FieldCipher
from common.database import Database
from common.objects import Objects
from destinations.evidence.operations import check_waiting
from destinations.settings import Settings


@pytest.fixture
def cipher(settings: Settings) -> FieldCipher:
    return FieldCipher.load(settings.keyring_file)


@pytest.fixture
def objects(app: FastAPI) -> Objects:
    stored: Objects = app.state.objects
    return stored


@pytest.fixture
def checked(database: Database, objects: Objects, cipher: FieldCipher) -> Checked:
    """Checks all that waits, as the worker does; how many pieces that were."""
    return partial(check_waiting, database, objects, cipher)
