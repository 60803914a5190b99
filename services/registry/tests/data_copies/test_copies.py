"""A copy of all that is held about a person: asked for, made over a service that is down, fetched for a day, gone."""

import asyncio
import io
import json
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any
from uuid import UUID
from zipfile import ZipFile

import httpx
from living import CANARY, PDF, Life

from common.auth import SYSTEM
from common.crypto import FieldCipher
from common.database import Database, UnitOfWork
from common.identifiers import GraduateId
from common.operations import OperationContext, OperationRunner
from common.operations.storage import changing, claim
from common.service_process import Runtime
from registry.data_copies.domain.copies import KIND
from registry.data_copies.operations import end_over, make_copy
from registry.graduates.storage import locks
from registry.graduates.storage.erasing import erase
from testing.waiting import eventually

Json = dict[str, Any]
Client = Callable[..., httpx.AsyncClient]
Rows = Callable[..., Awaitable[list[Json]]]

PATH = "/v1/data-copies"


async def asked(own: httpx.AsyncClient, **headers: str) -> str:
    """The id of the operation that makes a copy."""
    answer = await own.post(PATH, headers=headers)
    assert answer.status_code == 202, answer.text
    assert answer.headers["location"] == f"/v1/operations/{answer.json()['id']}"
    return str(answer.json()["id"])


async def state(own: httpx.AsyncClient, operation: str) -> str:
    return str((await own.get(f"/v1/operations/{operation}")).json()["state"])


async def refusal(own: httpx.AsyncClient, operation: str) -> tuple[int, str]:
    answer = await own.get(f"{PATH}/{operation}/file")
    return answer.status_code, answer.json()["code"]


async def test_a_copy_waits_for_a_service_that_is_down_and_holds_a_whole_life(
    client: Client, life: Life, worker: OperationRunner, neighbours: Mapping[str, Any], rows: Rows
) -> None:
    one, other = await asyncio.gather(asked(life.own), asked(life.own))
    assert one == other == await asked(life.own, **{"Idempotency-Key": "a-copy-of-mine"})
    neighbours["surveys"].is_down = True
    assert await worker.run_once()
    assert (await state(life.own, one), await refusal(life.own, one)) == ("running", (409, "data_copy_not_ready"))
    neighbours["surveys"].is_down = False
    assert await eventually(worker.run_once)
    done = (await life.own.get(f"/v1/operations/{one}")).json()
    assert (done["state"], done["result"], done["errors"]) == ("succeeded", {}, [])
    assert done["progress"] == {"done": 4, "total": 4}
    assert (await life.own.get(f"/v1/operations/{one}/file")).status_code == 404
    for stranger in (client("graduate", graduate=life.id, subject="another"), client("graduate", graduate=UUID(int=1))):
        assert await refusal(stranger, one) == (404, "not_found")
    assert (await client("school_officer", school=life.school).get(f"{PATH}/{one}/file")).status_code == 403
    assert (await client("school_officer", school=life.school).get(f"/v1/operations/{one}")).status_code == 404

    # as often as wanted
    assert (await life.own.head(f"{PATH}/{one}/file")).status_code == 200
    answer = await life.own.get(f"{PATH}/{one}/file")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/zip")
    archive = ZipFile(io.BytesIO(answer.content))
    held = {name: json.loads(archive.read(name)) for name in archive.namelist() if name.endswith(".json")}
    now = (await life.own.get(f"/v1/graduates/{life.id}/data")).json()
    [proof] = held["registry.json"]["records"]["corrections"][0]["proofs"]
    assert sorted(archive.namelist()) == [
        "accesses.json", "destinations.json", "index.html", "indicators.json", "photo.jpg", f"proofs/{proof['id']}.pdf",
        "registry.json", "surveys.json",
    ]  # fmt: skip
    made = {"accesses", "data_copies"}
    assert {name: items for name, items in now["records"].items() if name not in made} == {
        name: items for name, items in held["registry.json"]["records"].items() if name not in made
    }
    assert (held["surveys.json"]["records"]["answers"][0]["remarks"], held["destinations.json"]["records"]) == (
        CANARY,
        {},
    )
    assert archive.read(f"proofs/{proof['id']}.pdf") == PDF
    assert archive.read("photo.jpg")[:3] == b"\xff\xd8\xff"
    assert {each["kind"] for each in held["accesses.json"]} == {"reveal", "photo"}
    page = archive.read("index.html").decode()
    assert (page.count(CANARY), "<script" in page) == (0, False)
    assert all(text in page for text in ("11010119900307002X", "欧阳珣", "&lt;script&gt;alert(1)&lt;/script&gt;"))

    [access] = [each for each in now["records"]["accesses"] if each["kind"] == "data_copy"]
    assert (access["role"], access["unit"], access["purpose"]) == ("graduate", None, None)
    assert [each["file_until"] is None for each in now["records"]["data_copies"]] == [False]
    parts = "SELECT sealed FROM operation_file_parts WHERE operation_id = CAST(CAST(:id AS text) AS uuid)"
    sealed = await rows(parts, id=one)
    assert sealed
    assert not any(each["sealed"][:2] == b"PK" or b"index.html" in each["sealed"] for each in sealed)

    # another one takes its place
    second = await asked(life.own)
    assert second != one
    assert (await refusal(life.own, one), await rows(parts, id=one)) == ((410, "data_copy_gone"), [])
    assert (await life.own.post(f"/v1/operations/{second}/cancel")).status_code == 200
    third = await asked(life.own)
    assert third not in {one, second}
    # a copy that is cancelled waits for nothing
    neighbours["destinations"].is_down = True
    assert await worker.run_once()
    assert (await state(life.own, second), await state(life.own, third)) == ("cancelled", "queued")
    neighbours["destinations"].is_down = False
    assert await worker.run_once()
    assert await state(life.own, third) == "succeeded"
    assert await refusal(life.own, second) == (410, "data_copy_gone")


async def test_a_copy_is_there_for_its_hours(
    own: httpx.AsyncClient, worker: OperationRunner, database: Database, rows: Rows
) -> None:
    operation = await asked(own)
    await worker.run_once()
    left = (
        "SELECT extract(epoch FROM file_until - quxiang_now()) / 3600 AS hours FROM data_copies WHERE operation_id = "
    )
    this = "CAST(CAST(:id AS text) AS uuid)"
    [until] = await rows(left + this, id=operation)
    assert 23.9 < until["hours"] <= 24
    await end_over(database)
    assert (await own.get(f"{PATH}/{operation}/file")).status_code == 200
    async with changing(database) as connection:
        over = "UPDATE data_copies SET file_until = quxiang_now() WHERE operation_id = $1"
        await connection.driver.execute(over, UUID(operation))
    assert await refusal(own, operation) == (410, "data_copy_gone")
    await end_over(database)
    assert await rows(f"SELECT 1 FROM operation_file_parts WHERE operation_id = {this}", id=operation) == []
    again = await asked(own)
    assert again != operation
    await worker.run_once()
    assert await state(own, again) == "succeeded"


async def test_with_the_person_goes_the_copy(
    own: httpx.AsyncClient, worker: OperationRunner, database: Database, cipher: FieldCipher, graduate: Json, rows: Rows
) -> None:
    graduate_id = GraduateId(UUID(graduate["id"]))

    async def erased(unit: UnitOfWork) -> None:
        await locks.lock_graduates(unit.connection, [graduate_id])
        await erase(unit.connection, cipher, graduate_id, SYSTEM)

    operation = await asked(own)
    await worker.run_once()
    await database.act(SYSTEM, erased)
    assert await refusal(own, operation) == (410, "data_copy_gone")
    # another copy there will not be
    said = (await own.get(f"{PATH}/{operation}/file")).json()["title"]
    assert said == "副本只保留 24 小时，现已不可用；个人信息未删除的，可重新申请"
    this = "CAST(CAST(:id AS text) AS uuid)"
    assert await rows(f"SELECT 1 FROM operation_file_parts WHERE operation_id = {this}", id=operation) == []
    late = await own.post(PATH)
    assert (late.status_code, late.json()["code"]) == (409, "erased_person")
    assert (await own.get(f"/v1/graduates/{graduate_id}/data")).json()["records"]["entry"][0]["name"] is None


async def test_who_stops_or_is_killed_leaves_the_work_to_the_next(
    own: httpx.AsyncClient, worker: OperationRunner, runtime: Runtime, neighbours: Mapping[str, Any], rows: Rows
) -> None:
    operation, reached, goes_on = await asked(own), asyncio.Event(), asyncio.Event()

    async def hold() -> None:
        reached.set()
        await goes_on.wait()

    neighbours["indicators"].held.append(hold)
    stopped = asyncio.create_task(worker.run_once())
    await asyncio.wait_for(reached.wait(), 15)
    stopped.cancel()
    await asyncio.wait({stopped})
    goes_on.set()
    # killed once all is stored, before it could say so: the next one says it
    async with changing(runtime.database) as connection:
        claimed = await claim(connection, "killed", [KIND], 0)
    assert claimed is not None
    make = partial(make_copy, runtime.clients["others"], runtime.objects, runtime.cipher)
    first = await make(OperationContext(claimed, runtime.database, runtime.cipher))
    assert await eventually(worker.run_once)
    [kept] = await rows(
        "SELECT file, attempts FROM operations WHERE id = CAST(CAST(:id AS text) AS uuid)", id=operation
    )
    assert first.file is not None
    assert (kept["file"], kept["attempts"]) == (first.file.to_json(), 2)
    assert (await own.get(f"{PATH}/{operation}/file")).status_code == 200
    assert [each["kind"] for each in (await own.get("/v1/accesses")).json()["items"]] == ["data_copy"]


async def test_a_person_who_is_erased_meanwhile_gets_no_copy(
    own: httpx.AsyncClient, worker: OperationRunner, database: Database, cipher: FieldCipher, graduate: Json,
    neighbours: Mapping[str, Any],
) -> None:  # fmt: skip
    graduate_id = GraduateId(UUID(graduate["id"]))

    async def erased(unit: UnitOfWork) -> None:
        await locks.lock_graduates(unit.connection, [graduate_id])
        await erase(unit.connection, cipher, graduate_id, SYSTEM)

    async def hold() -> None:
        await database.act(SYSTEM, erased)

    operation = await asked(own)
    neighbours["indicators"].held.append(hold)
    await worker.run_once()
    assert (await state(own, operation), await refusal(own, operation)) == ("cancelled", (410, "data_copy_gone"))
