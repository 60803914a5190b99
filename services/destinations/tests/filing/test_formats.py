"""Each format as it is written, and as the import reads it again."""

from collections.abc import Mapping
from typing import Any

import pytest

from common.codes import Cell, CodeLists
from common.crypto import FieldCipher
from common.exports import marked
from common.identifiers import Cohort, SchoolCode
from common.sheet_reader.cells import SerialOf1904
from common.spreadsheets import safe_text
from destinations.filing.formats import FORMATS, Format, Owner, RowMaker
from destinations.filing.formats.classes import CLASSES, FLEXIBLE, HEADERS, LEVEL, disagreeing, flag_in
from destinations.filing.formats.layouts import Of
from destinations.registrations.domain.content import Destination
from destinations.registrations.imports.columns import COLUMNS
from destinations.registrations.imports.plan import merged
from destinations.registrations.imports.rows import RegistrationRow, RowReader

OWNER = Owner(SchoolCode("10001"), Cohort(2024), "某大学", "410000", {"080901": "计算机科学与技术"})
PERSON: Mapping[str, Any] = {
    "student_number": "20240001",
    "exam_number": "24410101110001",
    "name": "张三",
    "sex_code": "2",
    "birth_date": "2002-03-04",
    "origin_place_code": "410102",
    "urban_rural": "rural",
    "education_level_code": "31",
    "major_code": "080901",
    "enrolled_on": "2020-09-01",
    "graduated_on": "2024-06-30",
    "study_form": "full_time",
    "file_moved_in": True,
}
EMPLOYED: Mapping[str, Any] = {
    "employer_name": "郑州（高新）某公司",
    "employer_uscc": "91110000600037341L",
    "employer_nature_code": "39",
    "industry_code": "34",
    "place_code": "410102",
    "employer_address": "测试路 1 号",
    "position_code": "13",
}
CONTENTS = [
    *(Destination(code, **EMPLOYED) for code in ("10", "11", "12")),
    Destination("271", employer_name="某项目办公室", place_code="110101"),
    Destination("27", employer_name="某项目办公室"),
    *(Destination(code, employer_name="某项目", place_code="410102") for code in ("501", "502", "512", "519")),
    Destination("46"),
    *(Destination(code, employer_name="=1+1 公司", industry_code="34") for code in ("75", "751", "753")),
    Destination("76", freelance_kind="自由撰稿", place_code="410102"),
    *(Destination(code, study_school_name="某大学", study_level_code="11") for code in ("801", "802", "80", "81")),
    Destination("85", abroad_country="英国", abroad_country_code="GB", abroad_school_name_en="'A' University"),
    Destination("85", abroad_country_code="GB"),
    Destination("85", abroad_country="新大陆"),
    Destination("85", abroad_country="新大陆", abroad_country_code="GB"),
    Destination("70", reason="job_seeking"),
    *(Destination(code) for code in ("70", "701", "71", "72", "721")),
]
"""Of each class and of old codes, with particulars of every kind."""

LEVEL_2 = {
    **dict.fromkeys(("10", "11", "12", "271", "27", "46", "501", "502", "512", "519"), "是否单位就业"),
    **dict.fromkeys(("75", "751", "753"), "是否自主创业"),
    "76": "是否自由职业",
    **dict.fromkeys(("80", "81", "801", "802"), "是否境内升学"),
    "85": "是否境外留学",
    **dict.fromkeys(("70", "701"), "是否待就业"),
    **dict.fromkeys(("71", "72", "721"), "是否暂不就业"),
}
"""The table of the domain reference, 1.1."""


def written(format_: Format, content: Destination) -> list[str | None]:
    made = RowMaker(FORMATS[format_], OWNER)
    return made.row(made.said(content), PERSON)


def read(format_: Format, cells: list[Any], cipher: FieldCipher) -> RegistrationRow:
    header = COLUMNS.find([[*FORMATS[format_].header], cells])
    assert header is not None
    row = RegistrationRow(2, cells)
    RowReader(header, OWNER.school_code, OWNER.cohort, cipher).read([row])
    return row


@pytest.fixture(scope="module")
def cipher(keyring_file: Any) -> FieldCipher:
    return FieldCipher.load(keyring_file)


@pytest.mark.parametrize("format_", Format)
@pytest.mark.parametrize("content", CONTENTS, ids=lambda each: f"{each.destination_code}")
def test_what_is_written_is_read_as_no_change(format_: Format, content: Destination, cipher: FieldCipher) -> None:
    cells = [each and safe_text(marked(each) or "") for each in written(format_, content)]
    row = read(format_, cells, cipher)
    assert row.faults == []
    assert merged(content, row.given, OWNER.cohort) == content


@pytest.mark.parametrize("format_", Format)
def test_every_value_of_a_destination_stands_in_a_column_that_the_import_reads(format_: Format) -> None:
    read_ = {each.header: COLUMNS.column_headed(each.header) for each in FORMATS[format_].columns}
    assert [
        each.header for each in FORMATS[format_].columns if each.of is Of.DESTINATION and not read_[each.header]
    ] == []
    by_key = {"A": "student_number", "B": "exam_number", "D": "exam_number", "F": "student_number"}
    assert FORMATS[format_].keys == (by_key[format_.value],)
    assert by_key[format_.value] in read_.values()
    assert ("name" in read_.values()) is (format_ is not Format.D)


def test_the_headers_are_those_of_the_public_exports() -> None:
    assert [len(FORMATS[each].header) for each in Format] == [39, 11, 46, 47]
    assert FORMATS[Format.F].header[:39] == FORMATS[Format.A].header
    assert FORMATS[Format.F].header[39:] == (
        *("是否单位就业", "是否自主创业", "是否自由职业", "是否境内升学", "是否境外留学", "是否待就业"),
        *("是否暂不就业", "是否灵活就业"),
    )
    assert FORMATS[Format.D].header[:3] == ("考生号", "政治面貌", "性别代码")
    assert "姓名" not in FORMATS[Format.D].header


def test_a_row_says_who_it_is_about() -> None:
    row = dict(zip(FORMATS[Format.A].header, written(Format.A, Destination("10", **EMPLOYED)), strict=True))
    said = {
        "学号": "20240001",
        "姓名": "张三",
        "性别": "女",
        "生源地名称": "河南省郑州市中原区",
        "城乡生源": "农村",
        "学历层次": "本科毕业",
        "专业名称": "计算机科学与技术",
        "毕业年份": "2024",
        "入学年月": "202009",
        "毕业日期": "2024-06-30",
        "学习形式": "全日制",
        "毕业去向": "签就业协议形式就业",
        "单位性质": "其他",
    }
    labels = CodeLists.of_release()
    nature = labels.get("employer-nature").lookup("39")
    assert nature is not None
    assert {name: row[name] for name in said} == said | {"单位性质": nature.label_zh}


@pytest.mark.parametrize("code", LEVEL_2)
def test_one_class_has_a_1(code: str) -> None:
    row = dict(zip(FORMATS[Format.F].header, written(Format.F, Destination(code)), strict=True))
    flags = {name: row[name] for name in FORMATS[Format.F].header[39:46]}
    assert flags == dict.fromkeys(flags, "0") | {LEVEL_2[code]: "1"}
    assert row["是否灵活就业"] == "0" or code in {"12", "76"}


def test_flexible_employment_is_as_recorded() -> None:
    def flag(content: Destination) -> str | None:
        return written(Format.F, content)[-1]

    flags = [flag(Destination("12")), flag(Destination("12", flexible=False)), flag(Destination("11", flexible=True))]
    assert flags == ["1", "0", "1"]


@pytest.mark.parametrize(
    ("code", "column", "cell", "disagrees"),
    [
        ("10", LEVEL, "就业", False),
        ("10", LEVEL, "已就业", False),
        ("10", LEVEL, "升学", True),
        ("801", LEVEL, "升学", False),
        ("85", LEVEL, "升学", False),
        ("70", LEVEL, "未就业", False),
        ("70", LEVEL, "就业", True),
        ("70", LEVEL, None, False),
        ("10", "class_unit", "1", False),
        ("10", "class_unit", 1.0, False),
        ("10", "class_unit", "0", True),
        ("10", "class_unit", "两", True),
        ("10", "class_seeking", "1", True),
        ("10", "class_seeking", "", False),
        ("72", "class_not_seeking", "是", False),
        ("99", "class_seeking", "1", False),
    ],
)
def test_a_class_must_be_that_of_the_code(code: str, column: str, cell: Cell, disagrees: bool) -> None:
    assert [*disagreeing(code, {column: cell})] == ([column] if disagrees else [])


def test_what_flags_say() -> None:
    assert [flag_in(each) for each in ("1", 0.0, None, "", "否", SerialOf1904(1))] == [
        True,
        False,
        None,
        None,
        False,
        True,
    ]
    assert {*CLASSES, LEVEL, FLEXIBLE} == HEADERS.keys()


def test_a_flag_must_agree_with_the_registration(cipher: FieldCipher) -> None:
    cells = written(Format.F, Destination("10", **EMPLOYED))
    cells[39], cells[-1] = "0", "x"
    faults = {(each.column, each.rule) for each in read(Format.F, cells, cipher).faults}
    assert faults == {("class_unit", "class_flags_disagree"), (FLEXIBLE, "class_flags_disagree")}
