"""Any table in any form of file: each row is stored or reported, and a dry run comes to what the run comes to."""

import io
from typing import Any

import httpx
import openpyxl
from file_forms import FORMAT_A, FORMAT_C, FORMAT_D, FORMAT_E
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from importing import Imported, counts, faults
from planning import Roster, unit

from common.codes import Cell
from registry.graduates.domain.editing import overwritten
from registry.graduates.domain.fields import COLUMNS as TEMPLATE
from registry.organisation.domain import Kind

CITIZEN_IDS = ["11010119900307002X", "110101200203077774"]
PEOPLE = [
    {"student_number": "1", "exam_number": "E1", "name": "张三", "citizen_id": CITIZEN_IDS[0], "college_code": "C1"},
    {"student_number": "2", "exam_number": "E2", "name": "李四", "phone": "13800138000", "education_level_code": "31"},
]
UNITS = (unit(Kind.COLLEGE, "C1", "理学院"), unit(Kind.MAJOR, "M1", "数学", college_code="C1"))
ROSTER = Roster(PEOPLE, UNITS)
WORDS: list[Cell] = [
    *(None, "", " ", "1", "2", "3", "E1", "E2", "E3", "张三", "李四", "王五", "张***", "**CLEAR**", "=1+1"),
    *("138****8000", "13800138000", "男", "本科", "31", "本科生结业", "本科生肄业", "理学院", "C1", "数学", "汉族"),
    *("2024-06-30", "202009", *CITIZEN_IDS, "1101**********002X", "某厂（集团）", "是"),
    *(31.0, 1.5, True),
]
FORMS = (FORMAT_A, ("学生姓名", "考生号"), FORMAT_C, FORMAT_D, FORMAT_E, tuple(TEMPLATE.values()))
TABLES = st.sampled_from(FORMS).flatmap(
    lambda titles: st.tuples(
        st.just(titles),
        st.lists(
            st.dictionaries(st.sampled_from(titles[:36]), st.sampled_from(WORDS), max_size=12).map(
                lambda line: [line.get(title) for title in titles]
            ),
            min_size=1,
            max_size=8,
        ),
    )
)


@given(TABLES, st.sampled_from(["refuse", "accept"]), st.sampled_from([None, "C1"]))
@settings(max_examples=60, deadline=None)
def test_a_row_is_good_or_at_fault_and_does_only_what_it_may(
    table: Any, authoritative: str, college: str | None
) -> None:
    titles, lines = table
    rows = ROSTER.planned(titles, lines, authoritative=authoritative, college_code=college)
    good = [row for row in rows if not row.faults]
    assert all(row.graduate_id is not None for row in good)
    assert len({row.graduate_id for row in good}) == len(good)
    for row in good:
        assert row.known or (row.given["student_number"] and row.given["name"])
        assert "*" not in f"{row.after['name']}{row.after.get('citizen_id')}{row.after.get('phone')}"
        if authoritative == "refuse":
            assert not overwritten(row.before, row.given)
        if college and row.known:
            assert row.known.college_code == college


@given(TABLES)
@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_a_dry_run_foretells_any_run(imported: Imported, files: Any, table: Any) -> None:
    titles, lines = table
    content = files.csv([titles, ["1", *["E1"] * (len(titles) - 1)], *lines])
    foretold = await imported(content, "a.csv", dry_run="true", on_error="skip")
    done = await imported(content, "a.csv", on_error="skip")
    for each in ("state", "errors", "warnings"):
        assert foretold[each] == done[each]
    assert {**foretold["result"], "change_token": None} == {**done["result"], "change_token": None}
    assert sum(counts(done)[:3]) + len({row for row, _, _ in faults(done)}) == sum(counts(done))


async def test_a_corrected_report_is_a_file(imported: Imported, files: Any, officer: httpx.AsyncClient) -> None:
    titles = ["学号", "姓名", "证件号", "手机号", "常住地址", "学历"]
    address = "河南省郑州市科学大道 100 号"
    stored = [["1", "张三", CITIZEN_IDS[0], "13800138000", address, "本科"], ["2", "李四", None, None, None, "本科"]]
    await imported(files.xlsx([titles, *stored]))
    sent = [
        ["1", "张 三", CITIZEN_IDS[0].lower(), "138-0013-8000", address, "幼儿园"],
        ["2", "李四", CITIZEN_IDS[1], "13900139000", None, "幼儿园"],
        ["3", "王五", None, "13700137000", address, "幼儿园"],
        ["1", "张***", "1101**********002X", "138****0000", "河南省郑州市***", "本科"],
    ]
    done = await imported(files.xlsx([titles, *sent]), on_error="skip")
    assert faults(done)[-2:] == [(5, "手机号", "masked_value"), (5, "学号", "duplicate_in_file")]
    report = await officer.get(done["error_report"])
    sheet = openpyxl.load_workbook(io.BytesIO(report.content)).active
    assert sheet is not None
    header, *rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert [row[:6] for row in rows] == [
        ["1", "张***", "1101**********002X", "138****8000", "河南省郑州市***", "幼儿园"],
        ["2", "李***", CITIZEN_IDS[1], "13900139000", None, "幼儿园"],
        *sent[2:],
    ]
    mended = [[*row[:5], "本科", row[6]] for row in rows[:3]]
    again = await imported(files.xlsx([header, *mended]))
    assert (counts(again), again["errors"]) == ([1, 1, 1, 0], [])
