"""The pack of a sample: hashed file by file, drawn again by the script of the inspectors' page; who opens evidence."""

import csv
import hashlib
import io
import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from acting import rows
from desks import UNIT, Desk, Seat, approved, code_of
from enrolling import Enrolment, erasure
from fastapi import FastAPI
from proofs import pdf
from rounds import draw, in_province
from sending import on, send
from sqlalchemy import text

from common.auth import SYSTEM
from common.consuming import Handle
from common.crypto import FieldCipher
from common.database import Database
from common.operations import OperationRunner
from destinations.checks.domain.samples import PACKING
from destinations.checks.operations import NOTHING_PACKED, pack
from destinations.evidence.operations import check_waiting
from destinations.settings import Settings

PAGE = Path(__file__).parents[4] / "docs" / "inspections.md"
VERIFICATION = {"X-Purpose": "verification"}
Packing = Callable[[Desk, httpx.Response], Awaitable[bytes]]


@pytest.fixture
def packed(app: FastAPI, database: Database, settings: Settings) -> Packing:
    """Packs a sample as the worker does, and fetches the archive."""
    cipher = FieldCipher.load(settings.keyring_file)
    handlers = {PACKING: partial(pack, objects=app.state.objects, cipher=cipher)}
    runner = OperationRunner(database.patient, handlers, cipher=cipher, empty_results={PACKING: NOTHING_PACKED})

    async def of(desk: Desk, sample: httpx.Response) -> bytes:
        accepted = await desk.post(f"/v1/samples/{sample.json()['id']}/pack", **VERIFICATION)
        assert accepted.status_code == 202, accepted.text
        assert await runner.run_once()
        ended = (await desk.get(accepted.headers["location"])).json()
        assert ended["state"] == "succeeded", ended
        fetched = await desk.get(ended["result"]["file"])
        assert fetched.headers["content-type"] == "application/zip"
        return fetched.content

    return of


async def a_school(enrol: Enrolment, school: Desk, college: Desk) -> dict[str, httpx.Response]:
    """Nine graduates of three colleges, each of the first two with a contract that was checked; by graduate."""
    ids = [await enrol(college_code=code) for code in ("C01", "C01", "C01", "C01", "C01", "C02", "C02", "C03", "C03")]
    registered = {str(each): await approved(school, college, each, UNIT) for each in ids[:2]}
    return {each: await send(college, answer, pdf(), title="金丝雀") for each, answer in registered.items()}


async def test_the_pack_proves_itself_and_is_drawn_again(
    enrol: Enrolment,
    school: Desk,
    college: Desk,
    seat: Seat,
    packed: Packing,
    database: Database,
    app: FastAPI,
    settings: Settings,
    tmp_path: Path,
) -> None:
    pieces = await a_school(enrol, school, college)
    await check_waiting(database, app.state.objects, FieldCipher.load(settings.keyring_file))
    auditor = seat("auditor")
    drawn = await draw(auditor, 7, strata="college")
    decide = f"/v1/samples/{drawn.json()['id']}/items/1/decide"
    said = {"result": "wrong", "method": "phone", "outcome": "reached", "note": "=SUM(A1)"}
    assert (await auditor.post(decide, said)).status_code == 200
    content = await packed(auditor, drawn)
    archive = zipfile.ZipFile(io.BytesIO(content))
    manifest = json.loads(archive.read("manifest.json"))
    hashed = {each["name"]: each["sha256"] for each in manifest["files"]}
    assert hashed.keys() == {*archive.namelist()} - {"manifest.json"}
    assert hashed == {name: hashlib.sha256(archive.read(name)).hexdigest() for name in hashed}
    items = list(csv.DictReader(archive.read("items.csv").decode().splitlines()))
    assert len(items) == 7
    [decision] = csv.DictReader(archive.read("decisions.csv").decode().splitlines())
    assert (decision["n"], decision["result"], decision["by_role"]) == ("1", "wrong", "auditor")
    assert decision["note"] == "'=SUM(A1)"
    for item in items:
        history = json.loads(archive.read(f"histories/{item['graduate_id']}.json"))
        assert [each["version"] for each in history] == ([1, 2, 3, 4] if item["version"] == "4" else [])
        assert not any({"contact_name", "contact_phone", "pay_amount", "by_subject"} & each.keys() for each in history)
    shown = {each["graduate_id"]: each for each in csv.DictReader(archive.read("evidence.csv").decode().splitlines())}
    assert shown.keys() == {item["graduate_id"] for item in items} & pieces.keys()
    for graduate_id, piece in shown.items():
        assert piece["id"] == pieces[graduate_id].json()["id"]
        assert hashlib.sha256(archive.read(piece["file"])).hexdigest() == piece["stored_sha256"]
    everything = b"".join(archive.read(name) for name in archive.namelist())
    for secret in ("金丝雀", "auditor:", "school_officer:10001"):
        assert secret.encode() not in everything
    assert "as drawn: 7 of 9" in recomputed(tmp_path, content)
    graduate_id = items[0]["graduate_id"]
    accesses = (await seat("graduate", graduate=graduate_id).get("/v1/accesses")).json()["items"]
    assert [(each["kind"], each["role"], each["purpose"]) for each in accesses] == [("pack", "auditor", "verification")]


async def test_the_script_notices_what_was_changed(
    enrol: Enrolment, school: Desk, packed: Packing, tmp_path: Path
) -> None:
    for _ in range(4):
        await enrol()
    content = await packed(school, await draw(school, 2))
    for name, fault in (("frame.txt", "frame.txt"), ("items.csv", "items.csv"), ("sample.json", "sample.json")):
        assert fault in recomputed(tmp_path, changed(content, name), fails=True)


async def test_a_pack_is_deleted_once_somebody_in_it_is_erased(
    database: Database, enrol: Enrolment, school: Desk, packed: Packing, apply: Handle
) -> None:
    erased, _, stranger = [await enrol(college_code=each) for each in ("C01", "C01", "C02")]
    drawn = await draw(school, 2, filter={"college_code": "C01"})
    await packed(school, drawn)
    assert (await school.post(f"/v1/samples/{drawn.json()['id']}/pack", **VERIFICATION)).status_code == 202
    await apply([erasure(stranger)])
    made, running = await rows(database, "SELECT * FROM operations ORDER BY id")
    assert (made.file is None, running.state) == (False, "queued")
    # a worker holds it, and has written a part
    async with database.transaction(SYSTEM) as unit:
        await unit.connection.execute(text("UPDATE operations SET state = 'running', worker = 'w' WHERE file IS NULL"))
        await unit.connection.execute(
            text("INSERT INTO operation_file_parts SELECT :file, 0, id, 'x' FROM operations WHERE worker = 'w'"),
            {"file": uuid4()},
        )
        await unit.commit()
    await apply([erasure(erased)])
    made, running = await rows(database, "SELECT * FROM operations ORDER BY id")
    assert (made.file, made.result, running.worker) == (None, {"items": 2, "evidence": 0}, None)
    assert not await rows(database, "SELECT 1 FROM operation_file_parts")
    assert code_of(await school.get(f"/v1/operations/{made.id}/file")) == (404, "not_found")


def recomputed(folder: Path, content: bytes, *, fails: bool = False) -> str:
    """What the script of the page says of a pack, in a Python that finds nothing of ours."""
    [script] = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.S)
    assert len(script.strip().splitlines()) <= 25
    (folder / "recompute.py").write_text(script)
    (folder / "sample.zip").write_bytes(content)
    ran = subprocess.run(
        [sys.executable, "-I", "recompute.py", "sample.zip"], cwd=folder, capture_output=True, text=True, check=False
    )
    assert (ran.returncode != 0) is fails, ran.stderr
    return ran.stderr if fails else ran.stdout


def changed(content: bytes, name: str) -> bytes:
    """The archive with one digit of a member changed."""
    before, after = zipfile.ZipFile(io.BytesIO(content)), io.BytesIO()
    with zipfile.ZipFile(after, "w") as written:
        for each in before.namelist():
            said = before.read(each)
            written.writestr(each, said.replace(b"a", b"b", 1) if each == name else said)
    return after.getvalue()


async def test_who_drew_it_packs_it(enrol: Enrolment, school: Desk, college: Desk, seat: Seat) -> None:
    await enrol()
    await enrol(college_code="C02")
    drawn = await draw(school, 2, strata="college", checked_by="next_college")
    path = f"/v1/samples/{drawn.json()['id']}/pack"
    assert code_of(await school.post(path)) == (422, "purpose_required")
    assert code_of(await school.post(path, **{"X-Purpose": "review"})) == (403, "purpose_not_permitted")
    assert code_of(await college.post(path, **VERIFICATION)) == (403, "forbidden")
    assert code_of(await seat("auditor").post(path, **VERIFICATION)) == (404, "not_found")


async def test_inspectors_open_evidence_of_their_own_samples_and_cases(
    enrol: Enrolment,
    school: Desk,
    college: Desk,
    seat: Seat,
    database: Database,
    app: FastAPI,
    settings: Settings,
) -> None:
    await in_province(database)
    graduate_id = await enrol()
    piece = await send(college, await approved(school, college, graduate_id, UNIT), pdf())
    await check_waiting(database, app.state.objects, FieldCipher.load(settings.keyring_file))
    province, auditor = seat("provincial_officer", province="410000"), seat("auditor")

    async def opened(desk: Desk) -> Any:
        return await on(desk, piece, "link", **VERIFICATION)

    assert code_of(await opened(province)) == (403, "forbidden")
    assert code_of(await opened(auditor)) == (404, "not_found")
    assert (await draw(auditor)).status_code == 201
    assert (await opened(auditor)).status_code == 200
    assert code_of(await opened(seat("auditor", subject="another"))) == (404, "not_found")
    assert code_of(await opened(province)) == (403, "forbidden")
    assert (await draw(province)).status_code == 201
    assert (await opened(province)).status_code == 200
    assert code_of(await opened(seat("provincial_officer", province="210000"))) == (404, "not_found")
