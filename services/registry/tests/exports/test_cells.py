"""What a column of our files says of a value, and that an import reads the same value again."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.codes import CodeEntry, CodeList, CodeLists
from common.exports import marked
from common.sheet_reader.cells import Unclear, text_of
from common.spreadsheets.cells import unmarked
from common.spreadsheets.headers import find_header
from common.spreadsheets.writing import safe_text
from registry.exports.domain.cells import RowMaker, label_of
from registry.exports.domain.plan import COLUMNS, UNIT_NAMES, ExportPlan, Narrowing
from registry.exports.operations import FIRST_WORDS
from registry.graduates.domain.entry import CODE_LIST_OF, FIELDS
from registry.graduates.domain.fields import COLUMNS as HEADERS
from registry.graduates.imports.columns import COLUMNS as IMPORTED
from registry.graduates.imports.columns import WORDS
from registry.graduates.imports.rows import RowReader

UNITS = {"college_name": {"01": "理学院"}, "major_name": {}, "class_name": {}}


def cell(column: str, value: Any) -> str | None:
    field = UNIT_NAMES.get(column, column)
    return RowMaker([column], UNITS, FIRST_WORDS).row({field: value})[0]


def values() -> Iterator[tuple[str, Any]]:
    """Every value that a coded field or one with few values can have, and some of the others."""
    for field, code_list in CODE_LIST_OF.items():
        codes = CodeLists.of_release().get(code_list).codes()
        yield from ((field, code) for code in codes[:: max(1, len(codes) // 60)])
    for field, words in WORDS.items():
        yield from ((field, value) for value in dict.fromkeys(words.values()))
    yield from (("duration_years", Decimal(years)) for years in ("4.0", "2.5", "10.0"))
    yield from ((field, date(2024, 6, 30)) for field in ("enrolled_on", "graduated_on"))
    yield from (("campus", text) for text in ("=1+1", "-甲", "'乙", "''", "+86", "@丙", "东校区"))
    yield "student_number", "0012"


@pytest.mark.parametrize(("field", "value"), list(values()))
def test_an_import_reads_from_a_cell_what_was_written(field: str, value: Any) -> None:
    written = text_of(safe_text(marked(cell(field, value)) or ""))
    header = find_header([[HEADERS[each] for each in (field, "name", "exam_number")]], IMPORTED.field_of_header)
    assert header is not None
    reader = RowReader(header, "90001", 2024)
    rows = reader.read([(2, [written, "张三", "1"])])
    reader.check(rows)
    (row,) = rows
    assert row.own_faults is not None
    assert [fault for fault in row.own_faults if fault.rule != "required"] == []
    assert row.given[field] == value


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=20))
def test_reading_takes_off_what_writing_puts_before_a_text(text: str) -> None:
    plain = text.strip()
    read = text_of(safe_text(marked(plain) or ""))
    # an error of a spreadsheet program, a broken character
    assert read == text_of(plain) if isinstance(read, Unclear) else unmarked(read) == (plain or None)


def test_columns_hold_codes_labels_and_names() -> None:
    assert (cell("college_code", "01"), cell("college_name", "01"), cell("college_name", "02")) == (
        "01",
        "理学院",
        None,
    )
    assert (cell("origin_place_code", "410102"), cell("education_level_code", "31")) == ("410102", "本科毕业")
    assert (cell("higher_vocational", False), cell("file_moved_in", True), cell("campus", None)) == ("否", "是", None)


def test_a_label_of_several_codes_is_written_as_the_code() -> None:
    labels = {"1": "甲", "2": "甲", "3": "乙"}
    entries = [CodeEntry(code, label, None, None, None, "", verified=True) for code, label in labels.items()]
    written = label_of(CodeList("any", title_zh="", title_en="", version="1", found_by_label=True, entries=entries))
    assert [written(code) for code in ("1", "2", "3", "9")] == ["1", "2", "乙", "9"]


def test_a_file_has_every_field_and_the_names_of_units() -> None:
    assert set(COLUMNS) == {*FIELDS, *UNIT_NAMES} - {"status"}
    plan = ExportPlan(school_code="90001", cohort=2024, filters=Narrowing(), columns=None, format="csv")  # type: ignore[arg-type]
    assert ExportPlan.of(plan.to_json()) == plan
    assert list(plan.header[:3]) == ["学号", "考生号", "姓名"]
