"""Names and numbers in other spellings mean the same person, also where an earlier release has stored the row."""

from collections.abc import Sequence
from typing import Any

import httpx
import pytest
from importing import Imported, Json, counts, faults, roster
from sqlalchemy import text

from common.crypto import FieldCipher
from common.database import Database
from testing.databases import committed

HEADER = ["学号", "考生号", "姓名", "证件号码", "手机号"]
PLAIN: list[list[str | None]] = [
    ["2022001", "26410101110001", "阿里木·买买提", "11010119900307002X", "13800138000"],
    ["2022002", "26410101110002", "李〇", "12345678", None],
    ["2022003", "26410101110003", "O'Brien", "C01X00T47", "037167781234"],
    ["2022004", "26410101110004", "陈\U0002ebf0䶮", "H12345678", None],
]
SPELT: list[list[str | None]] = [
    [
        "\u202d2022001\u202c",
        "\ufeff26410101110001",
        "阿里木．买买提",
        "110101 19900307 002ｘ",
        "\u202d138–0013–8000\u202c",
    ],
    ["２０２２００２", "26410101110002\u200b", "李\u200b〇", "１２３４５６７８", None],
    ["٢٠٢٢٠٠٣", "26410101110003", "Ｏ’Ｂｒｉｅｎ", "c01x00t47", "(0371) 67781234"],
    ["2022004", "26410101110004", "陈\U0002ebf0\ue863", "\u2066H12345678\u2069", None],
]


async def resolved(client: Any, school: str, rows: Sequence[Sequence[str | None]]) -> list[Json]:
    named = [{"row": at, "student_number": row[0], "name": row[2]} for at, row in enumerate(rows)]
    named += [{"row": at + 10, "exam_number": row[1], "name": row[2]} for at, row in enumerate(rows)]
    asked = {"school_code": school, "cohort": 2024, "rows": named}
    answered: list[Json] = (await client("system").post("/v1/graduates/resolve", json=asked)).json()["rows"]
    return answered


@pytest.mark.parametrize(("first", "then"), [(SPELT, PLAIN), (PLAIN, SPELT), (SPELT, SPELT)])
async def test_another_spelling_changes_nothing(
    imported: Imported, files: Any, client: Any, officer: httpx.AsyncClient, school: str, first: Any, then: Any
) -> None:
    assert counts(await imported(files.xlsx([HEADER, *first]))) == [4, 0, 0, 0]
    assert counts(await imported(files.xlsx([HEADER, *then]))) == [0, 0, 4, 0]
    assert [item["student_number"] for item in await roster(officer)] == [row[0] for row in PLAIN]
    ids = [item["id"] for item in await roster(officer)]
    assert [each.get("graduate_id") for each in await resolved(client, school, then)] == ids * 2
    for row, graduate in zip(then, ids, strict=True):
        for body in ({"name": row[2]}, {"citizen_id": row[3]}, {"student_number": row[0]}, {"exam_number": row[1]}):
            found = (await officer.post("/v1/graduates/search", json=body)).json()["items"]
            assert [item["id"] for item in found] == [graduate]


async def test_a_row_of_an_earlier_release_is_found_and_brought_up_to_date(
    imported: Imported,
    files: Any,
    client: Any,
    officer: httpx.AsyncClient,
    school: str,
    rows: Any,
    cipher: FieldCipher,
    database: Database,
) -> None:
    table = [["2022001", "E1", "艾力·玉素甫"], ["2022002", "E2", "张三"]]
    header = HEADER[:3]
    await imported(files.xlsx([header, *table]))
    query = "SELECT name_index FROM graduates WHERE school_code = :school ORDER BY id"
    today = await rows(query, school=school)
    # earlier releases compared a full stop as itself
    earlier = cipher.blind_index("name", f"{school}|艾力.玉素甫")
    async with committed(database) as connection:
        statement = "UPDATE graduates SET name_index = :earlier, line_fingerprint = NULL"
        where = " WHERE school_code = :school AND student_number_index = :number"
        number = cipher.blind_index("student_number", "2022001")
        await connection.execute(text(statement + where), {"earlier": earlier, "school": school, "number": number})
    spelt = ["2022001", "E1", "艾力•玉素甫"]
    assert ["graduate_id" in each for each in await resolved(client, school, [spelt])] == [True, True]
    found = (await officer.post("/v1/graduates/search", json={"name": spelt[2]})).json()["items"]
    assert len(found) == 1
    assert counts(await imported(files.xlsx([header, [None, *spelt[1:]]]))) == [0, 0, 1, 0]
    assert await rows(query, school=school) == today


async def test_a_number_with_more_than_marks_is_still_at_fault(imported: Imported, files: Any) -> None:
    table = [["20 22001", "张三", "11010119900307002X"], ["2022002", "张三", "1101O119900307002X"]]
    done = await imported(files.xlsx([["学号", "姓名", "证件号码"], *table]), on_error="skip")
    assert faults(done) == [(2, "学号", "student_number_format"), (3, "证件号码", "citizen_id_format")]


async def test_what_is_newer_than_the_tables_is_taken_with_a_warning(imported: Imported, files: Any) -> None:
    table = [
        ["1", "陈\U0002ebf0", "11010119900307002X", "500157"],
        ["2", "李〇", "13800138000", "500112"],
        ["3", "张三", "12345678", None],
        ["4", "John Smith", "C01X00T47", "410102"],
    ]
    header = ["学号", "姓名", "证件号码", "生源地代码"]
    for dry_run in ("true", "false"):
        done = await imported(files.xlsx([header, *table]), dry_run=dry_run)
        assert counts(done) == [4, 0, 0, 0]
        assert done["result"]["warnings"] == {"newer_letter": 1, "unusual_document": 1, "newer_code": 1}
        assert [(each["row"], each["column"], each["rule"]) for each in done["warnings"]] == [
            (2, "姓名", "newer_letter"),
            (2, "生源地代码", "newer_code"),
            (3, "证件号码", "unusual_document"),
        ]


async def test_a_newer_place_is_taken_and_marked(officer: httpx.AsyncClient, school: str) -> None:
    body = {"school_code": school, "cohort": 2024, "student_number": "1", "name": "张三", "origin_place_code": "500157"}
    created = await officer.post("/v1/graduates", json=body)
    assert (created.status_code, created.json()["verified"]) == (201, False)
    address, match = created.headers["location"], {"If-Match": created.headers["etag"]}
    changed = await officer.patch(address, json={"origin_place_code": "500112"}, headers=match)
    assert (changed.status_code, changed.json()["verified"]) == (200, True)
