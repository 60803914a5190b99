from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from file_forms import FORMAT_A, FORMAT_C
from hypothesis import given
from hypothesis import strategies as st

from common.codes import Cell
from common.identifiers import Cohort
from common.imports import CellReader, Fault, plain
from common.spreadsheets.cells import identifier_text
from common.spreadsheets.headers import Header, find_header
from registry.graduates.domain import identity
from registry.graduates.domain.cross_checks import days_of, said_by
from registry.graduates.domain.unit_book import UnitNamed
from registry.graduates.imports.columns import COLUMNS
from registry.graduates.imports.readings import NUMBERS, readings
from registry.graduates.imports.rows import RosterRow, RowReader

PERSON = {"学号": "2020001", "姓名": "张三"}


def read(row: Mapping[str, Cell], headers: Sequence[str] = ()) -> RosterRow:
    names = list(headers or row)
    header = find_header([names], COLUMNS.field_of_header)
    assert header is not None
    reader = RowReader(header, "90001", 2024)
    (found,) = reader.read([(2, [row.get(name) for name in names])])
    reader.check([found])
    found.faults += found.own_faults or ()
    days = days_of(found.given, found.month_of_birth, {}, Cohort(2024))
    found.faults += [Fault(*each) for each in said_by(found.given, days.contradictions)]
    return found


NUMBERS_AND_NAMES = (
    st.text("0123456789Xx +-86", max_size=42) | st.text(max_size=5) | st.text("张三\u4e00\u9fff·", max_size=3)
)


@given(NUMBERS_AND_NAMES | st.sampled_from(["1" * 40, "1" * 41, "8" * 6, "8613812345678", "张" * 100, "张" * 101]))
def test_a_text_that_is_not_read_stands_as_it_would_be_read(text: str) -> None:
    names = ["student_number", "exam_number", "name", "phone", "citizen_id"]
    header = Header(0, {name: at for at, name in enumerate(names)}, {name: name for name in names})
    unread = [*(plain(name, NUMBERS[name]) for name in names[:2]), *readings(Cohort(2024))]
    read_all = CellReader[object](header, [replace(each, is_value=None) for each in unread])
    reader = RowReader(header, "90001", 2024)
    (row,) = reader.read([(2, [text] * len(names))])
    reader.check([row])
    faults: list[Fault] = []
    assert row.given == read_all.read([text] * len(names), faults)
    assert {*faults} <= {*(row.own_faults or ())}


@pytest.mark.parametrize("born", ["19000101", "18991231", "20241231", "20250101", "20230229"])
def test_a_citizen_id_stands_as_it_is_only_without_a_fault(born: str) -> None:
    for digit in "0123456789X":
        number = f"410102{born}001{digit}"
        try:
            read = identity.citizen_id(number, 2024)
        except identity.RuleBroken:
            read = None
        assert identity.stands_as_citizen_id(number, 2024) is (read == number)
        assert not identity.stands_as_citizen_id(number.lower() + " ", 2024)


def test_a_row_of_the_export_format_is_read_whole() -> None:
    row = read(
        PERSON
        | {
            "考生号": 20410102150001.0,
            "性别": "男",
            "出生日期": "2002-03-07",
            "生源地名称": "河南省郑州市",
            "生源地代码": 410102.0,
            "民族名称": "毛难族",
            "政治面貌": "共青团员",
            "城乡生源": "农村",
            "学历层次": "本科生毕业",
            "专业名称": "数学与应用数学",
            "专业方向": "统计",
            "专业代码": "070101",
            "毕业年份": "2024届",
            "入学年月": "202009",
            "毕业日期": 45473.0,
            "培养方式": "委培",
            "委培单位": "某厂（集团）",
            "学习形式": "全日制",
        },
        FORMAT_A,
    )
    assert row.faults == []
    assert row.given == {
        "student_number": "2020001",
        "exam_number": "20410102150001",
        "name": "张三",
        "sex_code": "1",
        "birth_date": date(2002, 3, 7),
        "origin_place_code": "410102",
        "ethnicity_code": "36",
        "political_status_code": "03",
        "urban_rural": "rural",
        "education_level_code": "31",
        "major_direction": "统计",
        "enrolled_on": date(2020, 9, 1),
        "graduated_on": date(2024, 6, 30),
        "training_mode_code": "4",
        "commissioning_unit": "某厂(集团)",
        "study_form": "full_time",
    }
    assert row.units == {"major": UnitNamed("070101", "数学与应用数学")}


def test_a_row_of_the_intake_format_is_read_whole() -> None:
    row = read(
        PERSON
        | {
            "所在院系": "理学院",
            "院系代码": "C1",
            "性别": "女",
            "民族": "汉族",
            "院校代码": "4111090001",
            "学制": "4年",
            "学历": "本科结业",
            "学历代码": 33.0,
            "政治面貌": "群众",
            "政治面貌代码": "13",
            "身份证号": "11010119900307002x",
            "入学日期": date(2020, 9, 1),
            "预计毕业日期": "2024/7/1",
            "师范生类别": "免费师范生",
            "困难生类别代码": 2.0,
            "城乡生源": "城镇",
            "生源所在地参考": "410102",
            "手机号": 13800138000.0,
            "拟毕业去向": "就业",
        },
        FORMAT_C,
    )
    assert row.faults == []
    expected = {
        "sex_code": "2",
        "ethnicity_code": "01",
        "duration_years": Decimal("4.0"),
        "education_level_code": "33",
        "political_status_code": "13",
        "citizen_id": "11010119900307002X",
        "enrolled_on": date(2020, 9, 1),
        "graduated_on": date(2024, 7, 1),
        "teacher_training_code": "12",
        "hardship_code": "2",
        "urban_rural": "urban",
        "origin_place_code": "410102",
        "phone": "13800138000",
    }
    assert {field: row.given[field] for field in expected} == expected
    assert row.units == {"college": UnitNamed("C1", "理学院")}


@pytest.mark.parametrize(
    ("cells", "fault"),
    [
        ({"身份证号": 1.10101199003070e17}, Fault("citizen_id", "number_in_scientific_notation")),
        ({"身份证号": "1.1E+17"}, Fault("citizen_id", "number_in_scientific_notation")),
        ({"考生号": "2.04E+13"}, Fault("exam_number", "number_in_scientific_notation")),
        ({"身份证号": "110101199003070020"}, Fault("citizen_id", "citizen_id_check_digit")),
        (
            {"身份证号": "11010119900307002X", "出生日期": "1990-03-08"},
            Fault("birth_date", "birth_date_contradicts_citizen_id"),
        ),
        (
            {"身份证号": "11010119900307002X", "出生年月": "1990-04"},
            Fault("birth_date", "birth_date_contradicts_citizen_id"),
        ),
        (
            {"身份证号": "11010119900307002X", "出生日期": "1990-03-01"},
            Fault("birth_date", "birth_date_contradicts_citizen_id"),
        ),
        ({"院校代码": "90002"}, Fault("school", "other_school")),
        ({"院校代码": "4111090002"}, Fault("school", "other_school")),
        ({"毕业年份": 2023.0}, Fault("cohort", "other_cohort")),
        ({"毕业年份": "2023年6月"}, Fault("cohort", "other_cohort")),
        ({"学历代码": "31", "学历": "本科结业"}, Fault("education_level", "code_label_disagree")),
        ({"学历代码": "30"}, Fault("education_level", "unknown_code")),
        ({"学历": "小学毕业"}, Fault("education_level_label", "unknown_label")),
        ({"入学年月": "201913"}, Fault("enrolled_on", "date_format")),
        ({"入学年月": "202409", "毕业日期": "2024-06-30"}, Fault("graduated_on", "graduated_after_enrolled")),
        ({"手机号": "none"}, Fault("phone", "phone_format")),
        ({"城乡生源": "郊区"}, Fault("urban_rural", "choice")),
        *(
            ({"学制": years}, Fault("duration_years", "number_format"))
            for years in (
                "四",
                "nan",
                "sNaN",
                "inf",
                "-inf",
                "1e400",
                "-4",
                "0",
                "0.01",
                "2.55",
                2.55,
                "4.04年",
                float("nan"),
                float("inf"),
                1e300,
            )
        ),
        *(
            ({"入学年月": day}, Fault("enrolled_on", "date_format"))
            for day in (float("nan"), float("-inf"), "nan", "1e400", -43647.0, 1e300)
        ),
        *(
            ({"学号": number}, Fault("student_number", "number_in_scientific_notation"))
            for number in (float("nan"), float("inf"), 1e300, -1e300)
        ),
        ({"学号": 2020001.5}, Fault("student_number", "number_with_decimals")),
        ({"性别": float("nan")}, Fault("sex_label", "unknown_label")),
        ({"学历代码": float("inf")}, Fault("education_level", "unknown_label")),
        ({"毕业年份": float("nan")}, Fault("cohort", "other_cohort")),
        ({"姓名": "**CLEAR**"}, Fault("name", "required")),
        ({"姓名": " "}, Fault("name", "required")),
        ({"学号": None}, Fault("student_number", "required")),
        ({"专业名称": "x" * 201}, Fault("major_name", "length")),
        ({"专业代码": "x" * 65, "专业名称": "数学"}, Fault("major", "length")),
        ({"委培单位": "a\x00b"}, Fault("commissioning_unit", "printable")),
    ],
)
def test_a_faulty_cell_is_named(cells: Mapping[str, Cell], fault: Fault) -> None:
    assert read({**PERSON, **cells}).faults == [fault]


@pytest.mark.parametrize(
    ("code", "read_as"),
    [
        (70101, "070101"),
        (70101.0, "070101"),
        ("070101", "070101"),
        ("70101", "70101"),
        (510301.0, "510301"),
        (7010.0, "7010"),
        ("0701A", "0701A"),
    ],
)
def test_a_major_gets_back_the_zero_that_a_number_lost(code: Cell, read_as: str) -> None:
    row = read({**PERSON, "专业代码": code, "院系代码": code})
    assert row.units["major"] == UnitNamed(read_as, None)
    assert row.units["college"] == UnitNamed(identifier_text(code), None)


@pytest.mark.parametrize("length", [64, 65, 200])
def test_a_unit_may_have_a_long_name_without_a_code(length: int) -> None:
    row = read({**PERSON, "班级": "班" * length})
    assert (row.faults, row.units) == ([], {"class": UnitNamed(None, "班" * length)})


@pytest.mark.parametrize("cohort", ["2024年6月", "202406", date(2024, 6, 30), "2024届", 2024.0])
def test_the_year_of_graduation_counts(cohort: Cell) -> None:
    assert read({**PERSON, "毕业年份": cohort, "院校代码": "'90001"}).faults == []


@pytest.mark.parametrize("month", ["199003", 199003.0, "1990-03", "1990年3月", "1990 年 3 月"])
def test_a_month_of_birth_becomes_the_day_of_the_citizen_id(month: Cell) -> None:
    row = read({**PERSON, "身份证号": "11010119900307002X", "出生年月": month})
    assert (row.faults, row.given["birth_date"]) == ([], date(1990, 3, 7))
    assert read({**PERSON, "出生年月": month}).given["birth_date"] == date(1990, 3, 1)


def test_an_examinee_number_may_stand_for_the_student_number() -> None:
    assert read({"学号": None, "姓名": "张三", "考生号": "204101"}).faults == []


def test_blank_keeps_and_clear_erases() -> None:
    row = read({**PERSON, "手机号": " ", "考生号": "**CLEAR**", "学历代码": "**CLEAR**", "院系": "**CLEAR**"})
    assert row.given == {"student_number": "2020001", "name": "张三", "exam_number": None, "education_level_code": None}
    assert row.units == {"college": None}


def test_a_place_name_is_advice() -> None:
    row = read({**PERSON, "生源所在地参考": "河南省郑州市"})
    assert (row.faults, "origin_place_code" in row.given) == ([], False)


@given(
    st.dictionaries(
        st.sampled_from(sorted(COLUMNS.field_of_header)), st.one_of(st.none(), st.text(), st.floats(), st.dates())
    )
)
def test_no_row_breaks_the_reader(cells: dict[str, Cell]) -> None:
    row = read({**PERSON, **cells})
    assert all(isinstance(fault, Fault) for fault in row.faults)


def test_a_code_of_a_unit_keeps_its_own_hyphen() -> None:
    row = read({**PERSON, "院系代码": "计–1\u200b", "班级": "计\u200b2401"})
    assert (row.units["college"], row.units["class"]) == (UnitNamed("计–1", None), UnitNamed(None, "计2401"))


def test_a_row_states_the_national_code_of_its_major() -> None:
    for header in ("国标代码", "专业代码（国标）", "国标专业代码"):
        row = read(PERSON | {"专业代码": "M1", "专业名称": "数据科学", header: "80910t"})
        assert row.faults == [Fault("national_code", "national_code_format")]
    row = read(PERSON | {"专业代码": "M1", "专业名称": "数据科学", "国标代码": "080910tk"})
    assert row.units == {"major": UnitNamed("M1", "数据科学", "080910TK")}
