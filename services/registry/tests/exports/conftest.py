"""A roster of two colleges, its officers, and a worker of exports and imports."""

from collections.abc import Callable

import httpx
import pytest
from exporting import PERSON

from common.crypto import FieldCipher
from common.database import Database
from common.operations import OperationRunner
from common.service_process.runtime import Runtime
from registry.areas import AREAS
from registry.exports.domain.clear import KIND as CLEAR_EXPORT
from registry.exports.domain.plan import KIND as EXPORT
from registry.graduates.imports.operations import KIND as IMPORT
from registry.settings import Settings

Client = Callable[..., httpx.AsyncClient]


@pytest.fixture
async def people(admin: httpx.AsyncClient, officer: httpx.AsyncClient, school: str) -> list[str]:
    """One graduate of college C1 with every field, and one of C2."""
    for code in ("C1", "C2"):
        made = await admin.post(f"/v1/schools/{school}/colleges", json={"code": code, "name": f"学院{code}"})
        assert made.status_code == 201
    entered = []
    other = {"student_number": "2", "name": "李四", "phone": "13987654321", "college_code": "C2"}
    for entry in ({**PERSON, "college_code": "C1"}, other):
        answer = await officer.post("/v1/graduates", json={"school_code": school, "cohort": 2024, **entry})
        assert answer.status_code == 201, answer.text
        entered.append(str(answer.json()["id"]))
    return entered


@pytest.fixture
def college_officer(client: Client, school: str) -> httpx.AsyncClient:
    """An officer of college C1."""
    return client("college_officer", school=school, college="C1")


@pytest.fixture
def decider(client: Client, school: str) -> httpx.AsyncClient:
    """An officer of the school, another person than `officer`."""
    return client("school_officer", school=school, subject="who decides")


@pytest.fixture
def worker(settings: Settings, database: Database, cipher: FieldCipher) -> OperationRunner:
    """Does exports and imports of rosters."""
    runtime = Runtime(settings, database, cipher)
    found = {kind: operation for area in AREAS for kind, operation in area.operations.items()}
    kinds = {kind: found[kind] for kind in (EXPORT, CLEAR_EXPORT, IMPORT)}
    return OperationRunner(
        database.patient,
        {kind: operation.make(runtime) for kind, operation in kinds.items()},
        cipher=cipher,
        empty_results={kind: operation.empty_result for kind, operation in kinds.items()},
    )
