"""Files of units through the worker."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import httpx
import pytest

from common.crypto import FieldCipher
from common.database import Database
from common.imports import run_import
from common.operations import OperationRunner
from registry.organisation.imports.operations import KIND, UNIT_IMPORT

Json = dict[str, Any]


@pytest.fixture
def units_runner(database: Database, cipher: FieldCipher) -> OperationRunner:
    """A worker of imports of units."""
    return OperationRunner(
        database.patient,
        {KIND: partial(run_import, UNIT_IMPORT)},
        cipher=cipher,
        empty_results={KIND: UNIT_IMPORT.empty_result},
    )


@pytest.fixture
def imported_units(
    school: str, officer: httpx.AsyncClient, units_runner: OperationRunner
) -> Callable[..., Awaitable[Json]]:
    """Upload a file of the school's units and give the finished operation."""

    async def run(content: bytes, filename: str = "units.csv", **form: str) -> Json:
        fields = {"school_code": school, **form}
        answer = await officer.post("/v1/imports/units", data=fields, files={"file": (filename, content)})
        assert answer.status_code == 202, answer.text
        while await units_runner.run_once():
            pass
        return dict((await officer.get(answer.headers["location"])).json())

    return run
