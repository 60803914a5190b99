"""Two processes share the parts of a file: each part is stored once, whatever becomes of the other process."""

from collections.abc import AsyncIterator
from functools import partial
from typing import Any

import httpx
import pytest
from importing import Rows, counts, faults

from common.contracts import ChangeToken
from common.crypto import FieldCipher
from common.database import Database
from common.imports import run_import
from common.operations import OperationContext, OperationRunner
from common.operations.helping import Assigned
from common.operations.storage import Claimed
from registry.graduates.imports.operations import KIND, roster_import
from testing.helping import helped

CHUNK = 20
ROWS = 200
HEADER = ["学号", "考生号", "姓名", "身份证号", "院系", "专业名称"]


def table() -> list[list[Any]]:
    """Each sixtieth row repeats a number of an earlier part; college and major are new in each part."""
    lines: list[list[Any]] = [
        [f"{number:05}", f"E{number}", "张三", None, f"学院{number // CHUNK}", f"专业{number // CHUNK}"]
        for number in range(ROWS)
    ]
    lines[60][0], lines[120][1], lines[180][2] = " 00003 ", "E５", None
    lines[10][3] = "11010119900307002X"
    lines[130][3] = "11010119900307002x"
    return [HEADER, *lines]


@pytest.mark.parametrize("end", ["all is done", "it fails", "it fails later", "it is gone"])
async def test_each_part_is_stored_once(
    officer: httpx.AsyncClient,
    school: str,
    files: Any,
    database: Database,
    cipher: FieldCipher,
    rows: Rows,
    end: str,
) -> None:
    kind, began = roster_import(cipher, CHUNK), list[int]()

    async def work(claimed: Claimed, assigned: Assigned) -> None:
        parts, answer = assigned.parts, assigned.answer

        async def watched() -> AsyncIterator[tuple[int, Any]]:
            async for part in parts():
                began.append(part[0])
                if end == "it fails" or (end == "it fails later" and len(began) > 1):
                    raise RuntimeError
                yield part

        def answered(*, is_done: bool) -> None:
            if end == "it is gone":
                # the part is committed, and nobody is told
                assigned._writer.close()
                raise RuntimeError
            answer(is_done=is_done)

        assigned.parts, assigned.answer = watched, answered  # type: ignore[method-assign, assignment]
        await run_import(kind, OperationContext(claimed, database, cipher, assigned=assigned))

    form = {"school_code": school, "cohort": "2024", "on_error": "skip"}
    sent = await officer.post("/v1/imports/graduates", data=form, files={"file": ("a.csv", files.csv(table()))})
    async with helped(work) as helper:
        handlers = {KIND: partial(run_import, kind)}
        runner = OperationRunner(database.patient, handlers, cipher=cipher, helper=helper)
        await runner.run_once()
    assert began
    if end == "all is done":
        assert 1 < len(began) < ROWS // CHUNK
    done = (await officer.get(sent.headers["location"])).json()
    assert (done["state"], counts(done)) == ("succeeded", [ROWS - 4, 0, 0, 4])
    assert faults(done) == [
        (62, "学号", "duplicate_in_file"),
        (122, "考生号", "duplicate_in_file"),
        (132, "身份证号", "duplicate_citizen_id"),
        (182, "姓名", "required"),
    ]
    assert done["result"]["units_created"] == 2 * ROWS // CHUNK
    entries = await rows(
        "SELECT detail FROM audit_entries WHERE action = :kind AND object_id = :id", kind=KIND, id=done["id"]
    )
    assert sorted(each["detail"]["first_row"] for each in entries) == [*range(2, ROWS + 2, CHUNK)]
    events = "SELECT key FROM outbox WHERE topic LIKE '%graduate%' AND school_code = :school ORDER BY id DESC"
    keys = [each["key"] for each in await rows(events, school=school)]
    assert len(set(keys)) == len(keys) == ROWS - 4
    assert ChangeToken.decode(done["result"]["change_token"]).key == keys[0]
