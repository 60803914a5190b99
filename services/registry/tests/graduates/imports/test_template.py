"""The template of a roster: what it shows, and that it comes back as a file without a fault."""

import io
from collections.abc import Callable
from typing import Any

import httpx
import openpyxl
from importing import Imported, counts

from common.codes import CodeLists
from registry.graduates.domain.fields import COLUMNS

TYPED = {
    "student_number": "0001",
    "exam_number": "24410100000001",
    "name": "张三",
    "citizen_id": "11010119900307002X",
    "birth_date": "1990-03-07",
    "phone": "13800138000",
    "home_phone": "010-12345678",
    "email": "z@example.cn",
    "duration_years": "4",
    "enrolled_on": "2020-09-01",
    "graduated_on": "2024-06-30",
    "major_code": "080902",
}
"""What no drop-down gives, by field; any other text column is filled with its own header."""


def drop_downs(book: openpyxl.Workbook) -> dict[str, list[str]]:
    """The choices of each column, by its title."""
    sheet, shown = book.worksheets[0], {}
    for each in sheet.data_validations.dataValidation:
        if each.type == "list":
            column = openpyxl.utils.range_boundaries(str(each.sqref))[0]
            name, _, area = each.formula1.lstrip("=").partition("!")
            cells = book[name][area.replace("$", "")]
            shown[sheet.cell(1, column).value] = [
                row[0].value for row in (cells if isinstance(cells, tuple) else ((cells,),))
            ]
    return shown


async def test_a_template_that_is_filled_in_is_imported_without_a_fault(
    officer: httpx.AsyncClient, school: str, imported: Imported, files: Any
) -> None:
    unit = {"code": "C1", "name": "理学院"}
    assert (await officer.post(f"/v1/schools/{school}/colleges", json=unit)).status_code == 201
    template = await officer.get("/v1/templates/graduates", params={"school": school})
    assert template.headers["content-disposition"] == 'attachment; filename="graduates.xlsx"'
    book = openpyxl.load_workbook(io.BytesIO(template.content))
    assert [(each.title, each.sheet_state) for each in book] == [
        ("数据", "visible"),
        ("可选值", "visible"),
        ("长列表", "hidden"),
    ]
    sheet, listed = book.worksheets[0], drop_downs(book)
    titles = [cell.value for cell in sheet[1]]
    assert titles == list(COLUMNS.values())
    assert sheet.column_dimensions["A"].number_format == "@"
    assert (listed["院系代码"], listed["院系"], listed["学习形式"]) == (["C1"], ["理学院"], ["全日制", "非全日制"])
    assert "班级" not in listed
    assert listed["性别"] == [each.label_zh for each in CodeLists.load().get("sex")]
    assert {"410102", "110101"} < set(listed["生源地代码"])
    of_field = {title: TYPED.get(field, title) for field, title in COLUMNS.items()}
    # the last choice of each: the first level and the first sex are as good
    sheet.append([listed[title][-1] if title in listed else of_field[title] for title in titles])
    filled = io.BytesIO()
    book.save(filled)
    ended = await imported(filled.getvalue())
    assert (ended["state"], ended["errors"], counts(ended)) == ("succeeded", [], [1, 0, 0, 0])
    assert ended["result"]["ignored_columns"] == []
    again = await imported(files.csv([titles, [cell.value for cell in sheet[2]]]), "graduates.csv")
    assert (again["state"], counts(again)) == ("succeeded", [0, 0, 1, 0])


async def test_the_text_form_has_the_same_columns_and_units_are_those_of_a_school_in_scope(
    client: Callable[..., httpx.AsyncClient], officer: httpx.AsyncClient, school: str
) -> None:
    text = await officer.get("/v1/templates/graduates", params={"format": "csv"})
    assert text.content.decode("utf-8-sig").strip().split(",") == list(COLUMNS.values())
    foreign = client("school_officer", school="10001")
    assert (await foreign.get("/v1/templates/graduates", params={"school": school})).status_code == 404
