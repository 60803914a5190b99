"""From an odd file to a roster: the proposal, the mapping that people make of it, the import by it."""

import json
from collections.abc import Callable
from functools import partial
from typing import Any

import httpx
import pytest
from importing import Imported, Json, Rows, counts, roster

from common.crypto import FieldCipher
from common.database import Database
from common.operations import OperationRunner
from registry.graduates.imports.proposals.operations import EMPTY_RESULT, KIND, propose_mapping

HEADERS = ["学生编号", "毕业生姓名", "身份证件号码", "所学专业名称", "现家庭住址", "联系人电话", "备注", "代号"]
LINES = [
    [
        "2020000001",
        "张三",
        "11010119900307002X",
        "软件工程",
        "河南省郑州市金水区文化路一百号",
        "13800138000",
        "班长王五",
        "410102",
    ],
    ["2020000002", "李四", None, "软件工程", None, "13900139000", None, "110101"],
]
SECRETS = ["张三", "李四", "王五", "11010119900307002X", "文化路", "13800138000", "13900139000", "2020000001"]

KEPT = """
    SELECT o.*, (SELECT count(*) FROM upload_chunks WHERE operation_id = o.id) AS chunks
      FROM operations o WHERE kind = 'mapping_proposal' AND school_code = :s
"""

Propose = Callable[..., Any]


@pytest.fixture
def propose(officer: httpx.AsyncClient, school: str, database: Database, cipher: FieldCipher) -> Propose:
    """Upload a file and give the finished operation."""
    handlers, empty = {KIND: propose_mapping}, {KIND: EMPTY_RESULT}
    runner = OperationRunner(database.patient, handlers, cipher=cipher, empty_results=empty)

    async def run(content: bytes, **form: str) -> Json:
        fields = {"school_code": school, **form}
        answer = await officer.post("/v1/import-mappings/proposals", data=fields, files={"file": ("odd", content)})
        assert answer.status_code == 202, answer.text
        while await runner.run_once():
            pass
        return dict((await officer.get(answer.headers["location"])).json())

    return run


async def test_an_odd_file_is_proposed_mapped_and_imported(
    officer: httpx.AsyncClient, school: str, propose: Propose, imported: Imported, files: Any, rows: Rows
) -> None:
    notes = [["填表说明"], ["张三"]]
    content = files.xlsx(notes, 名单=[["某校 2024 届毕业生"], HEADERS, *LINES])
    ended = await propose(content)
    result = ended["result"]
    assert (ended["state"], result["sheet"], result["header_row"], result["missing"]) == ("succeeded", "名单", 2, [])
    shown = [(each["header"], each["field"], each["score"], each["how"]) for each in result["columns"]]
    assert shown == [
        ("学生编号", "student_number", 0.75, "similar"),
        ("毕业生姓名", "name", 1.0, "exact"),
        ("身份证件号码", "citizen_id", 1.0, "exact"),
        ("所学专业名称", "major_name", 1.0, "exact"),
        ("现家庭住址", "residence_address", 1.0, "exact"),
        ("联系人电话", "phone", 0.89, "similar"),
        ("备注", None, None, None),
        ("代号", "origin_place_code", 1.0, "content"),
    ]
    assert result["columns"][1]["samples"] == ["张***", "李***"]
    assert result["columns"][2]["samples"] == ["1101**********002X"]
    kept = await rows(KEPT, s=school)
    assert [each["chunks"] for each in kept] == [0]
    whole = json.dumps(ended, ensure_ascii=False) + repr(kept)
    assert [secret for secret in SECRETS if secret in whole] == []
    assert await roster(officer) == []
    columns = {each["header"]: each["field"] for each in result["columns"]} | {"联系人电话": None}
    saved = await officer.put(f"/v1/schools/{school}/import-mappings/教务", json={"columns": columns})
    assert saved.status_code == 200, saved.text
    again = await propose(content, sheet="名单")
    assert {each["how"] for each in again["result"]["columns"]} == {"saved"}
    done = await imported(content)
    assert (counts(done), done["errors"], done["result"]["mapping"]) == ([2, 0, 0, 0], [], "教务")
    assert done["result"]["ignored_columns"] == ["联系人电话", "备注"]
    assert [(each["phone"], each["origin_place_code"]) for each in await roster(officer)] == [
        (None, "410102"),
        (None, "110101"),
    ]


async def test_a_file_that_cannot_be_read_ends_with_its_rule_and_shows_no_cell(
    client: Callable[..., httpx.AsyncClient], school: str, propose: Propose, files: Any
) -> None:
    data = [["理学院", "软件专业", "2024001", "张三"], ["文学院", "历史专业", "2024002", "李四"]]
    for content, broken in ((files.csv(data), "header_missing"), (files.xlsx([["甲"]])[:-40], "file_corrupt")):
        ended = await propose(content)
        assert (ended["state"], [each["rule"] for each in ended["errors"]]) == ("failed", [broken])
        assert ended["result"] == EMPTY_RESULT
    ended = await propose(files.xlsx(data), sheet="没有")
    assert [each["rule"] for each in ended["errors"]] == ["sheet_unknown"]
    asked = partial(httpx.AsyncClient.post, url="/v1/import-mappings/proposals", data={"school_code": school})
    file = {"file": ("odd.csv", files.csv(data))}
    refused = {"school_officer": 404, "counsellor": 403, "admin": 403, "graduate": 404}
    for role, status in refused.items():
        caller = client(role, school="10001" if role == "school_officer" else school, class_="K1")
        assert (await asked(caller, files=file)).status_code == status, role
    assert (await asked(client("college_officer", school=school, college="C1"), files=file)).status_code == 202
