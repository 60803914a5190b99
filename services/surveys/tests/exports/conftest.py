"""A closed wave whose answers are written into files."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest
from three_versions import ANSWERS, VERSIONS

from common.crypto import FieldCipher
from common.database import Database
from common.operations import OperationRunner
from common.service_process import Runtime
from surveys.answers.commands import close_due_waves
from surveys.areas import AREAS
from surveys.exports.domain.plan import KIND
from surveys.settings import Settings

Json = dict[str, Any]
ANY = {"If-Match": "*"}
Moved = Callable[[str, str], Awaitable[None]]


@pytest.fixture
def worker(settings: Settings, database: Database, cipher: FieldCipher, registry: Any) -> OperationRunner:
    """Writes exports."""
    runtime = Runtime(settings, database, cipher, {"registry": registry})
    [found] = [area.operations[KIND] for area in AREAS if KIND in area.operations]
    return OperationRunner(
        database.patient, {KIND: found.make(runtime)}, cipher=cipher, empty_results={KIND: found.empty_result}
    )


@pytest.fixture
def close(moved: Moved, database: Database, cipher: FieldCipher) -> Callable[[str], Awaitable[None]]:
    """End a wave now."""

    async def end(wave_id: str) -> None:
        await moved(wave_id, "closes_at = statement_timestamp() - interval '1 second'")
        await close_due_waves(database, cipher)

    return end


@pytest.fixture
def officer(client: Callable[..., httpx.AsyncClient], school: str) -> httpx.AsyncClient:
    """An officer of the school."""
    return client("school_officer", school=school, subject="who decides")


@pytest.fixture
async def versions(manager: httpx.AsyncClient) -> str:
    """A questionnaire that was published three times."""
    path = (await manager.post("/v1/questionnaires", json=VERSIONS[0])).headers["Location"]
    for content in VERSIONS:
        assert (await manager.patch(path, json=content, headers=ANY)).status_code == 200
        published = await manager.post(f"{path}/publish", headers=ANY)
        assert published.status_code == 200, published.text
    assert published.json()["published_version"] == len(VERSIONS)
    return path.rpartition("/")[2]


@pytest.fixture
def plan(plan: Json, versions: str) -> Json:
    """A wave of the third version."""
    return plan | {"questionnaire_id": versions, "questionnaire_version": 3}


@pytest.fixture
async def answered(
    client: Callable[..., httpx.AsyncClient], agreed: list[str], wave: Json, close: Callable[[str], Awaitable[None]]
) -> Json:
    """The wave, closed with an answer of each of the three graduates."""
    for token, values in zip(agreed, ANSWERS, strict=True):
        sent = await client(link=token).post("/v1/answer/submit", json={"values": values}, headers=ANY)
        assert sent.status_code == 200, sent.text
    await close(wave["id"])
    return wave
