"""Mappings over HTTP: who saves and reads them, and two at once."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import httpx

from registry.import_mappings.domain import MAX_MAPPINGS

Json = dict[str, Any]
Rows = Callable[..., Awaitable[list[Json]]]

COLUMNS = {"学生编号": "student_number", "学生": "name", "备注": None}


async def test_a_mapping_is_saved_read_replaced_and_deleted(
    client: Callable[..., httpx.AsyncClient], officer: httpx.AsyncClient, school: str, rows: Rows
) -> None:
    listed, path = f"/v1/schools/{school}/import-mappings", f"/v1/schools/{school}/import-mappings/教务系统"
    for _ in range(2):
        saved = await officer.put(path, json={"columns": COLUMNS})
        assert (saved.status_code, saved.json()["columns"]) == (200, COLUMNS)
    college = client("college_officer", school=school, college="C1")
    assert (await college.get(path)).json() == saved.json()
    assert (await college.get(listed)).json() == {"items": [saved.json()], "next_cursor": None}
    assert (await officer.put(path, json={"columns": {"学生": "name"}})).json()["columns"] == {"学生": "name"}
    refusals = [
        (college.put(path, json={"columns": COLUMNS}), 403, "forbidden"),
        (client("counsellor", school=school, class_="K1").get(path), 403, "forbidden"),
        (client("school_officer", school="10001").get(path), 404, "not_found"),
        (client("school_officer", school="10001").put(path, json={"columns": COLUMNS}), 404, "not_found"),
        (officer.get(f"{listed}/别的"), 404, "not_found"),
        (officer.put(path, json={"columns": {}}), 422, "invalid"),
        (officer.put(path, json={"columns": {"甲": "name", "乙": "name"}}), 422, "duplicate_mapping"),
        (officer.put(f"{listed}/{'长' * 51}", json={"columns": COLUMNS}), 422, "invalid"),
        (college.delete(path), 403, "forbidden"),
    ]
    for asked, status, code in refusals:
        answered = await asked
        assert (answered.status_code, answered.json()["code"]) == (status, code), answered.text
    assert (await officer.delete(path)).status_code == 204
    assert (await officer.delete(path)).status_code == 404
    audited = "SELECT action, object_id FROM audit_entries WHERE object_kind = 'import_mapping' AND school_code = :s"
    acts = ["import_mapping.save", "import_mapping.save", "import_mapping.delete"]
    assert await rows(f"{audited} ORDER BY id", s=school) == [{"action": act, "object_id": "教务系统"} for act in acts]


async def test_a_school_has_so_many_mappings_at_most_and_writes_at_once_leave_one_row(
    officer: httpx.AsyncClient, school: str, rows: Rows
) -> None:
    path = f"/v1/schools/{school}/import-mappings"
    for number in range(MAX_MAPPINGS - 1):
        assert (await officer.put(f"{path}/{number}", json={"columns": COLUMNS})).status_code == 200
    both = [officer.put(f"{path}/last", json={"columns": COLUMNS}) for _ in range(4)]
    answers = await asyncio.gather(*both, officer.delete(f"{path}/last"), *(officer.delete(f"{path}/last"),))
    assert {each.status_code for each in answers[:4]} == {200}
    assert {each.status_code for each in answers[4:]} <= {204, 404}
    assert (await officer.put(f"{path}/last", json={"columns": COLUMNS})).status_code == 200
    refused = await officer.put(f"{path}/one more", json={"columns": COLUMNS})
    assert (refused.status_code, refused.json()["code"]) == (409, "too_many_mappings")
    assert (await officer.put(f"{path}/last", json={"columns": {"学生": "name"}})).status_code == 200
    counted = "SELECT count(*) AS n FROM import_mappings WHERE school_code = :s"
    assert await rows(counted, s=school) == [{"n": MAX_MAPPINGS}]
