"""The columns of the formats A, B, D and F in their order, with the headers as they are in public exports.

A: 就业方案导出; B: the workbook that people fill in; D: the classic 就业方案; F: A, then 0 or 1 for each class.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum

from destinations.filing.formats.classes import CLASSES, FLEXIBLE, HEADERS, LEVEL


class Format(StrEnum):
    """The formats by their letters."""

    A = "A"
    B = "B"
    D = "D"
    F = "F"


class Of(Enum):
    """Whose value a column shows: the graduate's of the roster, the destination's, the school's, or none."""

    PERSON = 1
    DESTINATION = 2
    OWNER = 3
    NOTHING = 4


class Shown(Enum):
    """How a value stands in its cell: as it is, as the label of its code, as the whole name of its place, as a word."""

    PLAIN = 1
    LABEL = 2
    PLACE = 3
    WORD = 4


@dataclass(frozen=True)
class Column:
    """One column: its header, and the value that it shows."""

    header: str
    of: Of
    value: str = ""
    shown: Shown = Shown.PLAIN


@dataclass(frozen=True)
class Layout:
    """The columns of a format, by one of whose `keys` a row is found again.

    Its workbooks may have notes above the header, and a sheet of a certain name.
    """

    columns: tuple[Column, ...]
    keys: tuple[str, ...] = ("student_number",)
    sheet: str = "数据"
    notes: tuple[str, ...] = ()

    @property
    def header(self) -> tuple[str, ...]:
        """The header texts."""
        return tuple(each.header for each in self.columns)

    def values(self, of: Of) -> tuple[str, ...]:
        """The names of the values that the columns show of one kind."""
        return tuple(dict.fromkeys(each.value for each in self.columns if each.of is of))


NAMED = "named"
"""What 单位名称 holds: the unit, the admitting school, or the kind of freelance work."""


def _person(header: str, value: str, shown: Shown = Shown.PLAIN) -> Column:
    return Column(header, Of.PERSON, value, shown)


def _said(header: str, value: str, shown: Shown = Shown.PLAIN) -> Column:
    return Column(header, Of.DESTINATION, value, shown)


def _owner(header: str, value: str) -> Column:
    return Column(header, Of.OWNER, value)


def _empty(*headers: str) -> tuple[Column, ...]:
    return tuple(Column(each, Of.NOTHING) for each in headers)


_STUDENT, _EXAM = _person("学号", "student_number"), _person("考生号", "exam_number")
_NAME = _person("姓名", "name")

_A = (
    *(_STUDENT, _EXAM, _NAME, _person("性别", "sex_code", Shown.LABEL), _person("出生日期", "birth_date")),
    _person("生源地名称", "origin_place_code", Shown.PLACE),
    _person("生源地代码", "origin_place_code"),
    _person("民族名称", "ethnicity_code", Shown.LABEL),
    _person("政治面貌", "political_status_code", Shown.LABEL),
    _person("城乡生源", "urban_rural", Shown.WORD),
    _person("学历层次", "education_level_code", Shown.LABEL),
    _person("专业名称", "major_code", Shown.LABEL),
    _person("专业方向", "major_direction"),
    _person("专业代码", "major_code"),
    _owner("毕业年份", "cohort"),
    _person("入学年月", "enrolled_on", Shown.WORD),
    _person("毕业日期", "graduated_on"),
    _person("培养方式", "training_mode_code", Shown.LABEL),
    _person("委培单位", "commissioning_unit"),
    _person("学习形式", "study_form", Shown.WORD),
    _said("毕业去向类别代码", "destination_code"),
    _said("毕业去向", "destination_code", Shown.LABEL),
    _said("签约日期", "signed_on"),
    _said("单位名称", NAMED),
    _said("统一社会信用代码", "employer_uscc"),
    _said("留学国家地区", "abroad_country"),
    _said("留学院校中文名称", "abroad_school_name_zh"),
    _said("留学院校外文名称", "abroad_school_name_en"),
    _said("留学专业中文名称", "abroad_major_zh"),
    _said("留学专业外文名称", "abroad_major_en"),
    _said("单位性质代码", "employer_nature_code"),
    _said("单位性质", "employer_nature_code", Shown.LABEL),
    _said("单位行业代码", "industry_code"),
    _said("单位行业", "industry_code", Shown.LABEL),
    _said("单位所在地代码", "place_code"),
    _said("单位所在地", "place_code", Shown.PLACE),
    _said("单位地址", "employer_address"),
    _said("工作职位类别代码", "position_code"),
    _said("工作职位类别", "position_code", Shown.LABEL),
)

_B = (
    *_empty("录入时间"),
    *(_EXAM, _NAME),
    _said(HEADERS[LEVEL][0], LEVEL),
    _said("毕业去向类型", "destination_code", Shown.LABEL),
    _said("单位名称", NAMED),
    _said("单位统一社会信用代码", "employer_uscc"),
    _said("单位行业", "industry_code", Shown.LABEL),
    _said("单位性质", "employer_nature_code", Shown.LABEL),
    _said("单位所在地代码", "place_code"),
    _said("单位所在地", "place_code", Shown.PLACE),
)

_D = (
    _EXAM,
    _person("政治面貌", "political_status_code", Shown.LABEL),
    _person("性别代码", "sex_code"),
    _person("民族代码", "ethnicity_code"),
    _owner("院校名称", "school_name"),
    _person("分校名称", "campus"),
    _owner("学校代码", "school_code"),
    _owner("院校所在省代码", "province_code"),
    _person("学历代码", "education_level_code"),
    _person("专业代码", "major_code"),
    _person("专业方向", "major_direction"),
    _person("培养方式代码", "training_mode_code"),
    _person("生源所在地代码", "origin_place_code"),
    _person("城乡生源", "urban_rural", Shown.WORD),
    _person("师范生类别代码", "teacher_training_code"),
    _person("困难生类别代码", "hardship_code"),
    _person("定向或委培单位", "commissioning_unit"),
    _person("入学前档案所在单位", "prior_file_unit"),
    _person("档案是否转入学校", "file_moved_in", Shown.WORD),
    _person("入学前户口所在地派出所", "prior_police_station"),
    _person("户口是否转入学校", "household_moved_in", Shown.WORD),
    _said("毕业去向代码", "destination_code"),
    _said("单位名称", NAMED),
    _said("单位组织机构代码", "employer_uscc"),
    _said("单位性质代码", "employer_nature_code"),
    _said("单位行业代码", "industry_code"),
    _said("单位所在地代码", "place_code"),
    _said("单位所在地", "place_code", Shown.PLACE),
    _said("工作职位类别代码", "position_code"),
    _said("单位联系人", "contact_name"),
    _said("联系人电话", "contact_phone"),
    *_empty("联系人手机", "联系人电子邮箱", "联系人传真"),
    _said("单位地址", "employer_address"),
    # 报到证 is abolished since 2023; files and hukou are not this service's
    *_empty("单位邮编", "报到证签发类别代码", "报到证签往单位名称", "签往单位所在地代码", "签往单位所在地"),
    *_empty("档案转寄单位名称", "档案转寄单位地址", "档案转寄单位邮编", "户口迁移地址", "报到证编号", "报到起始时间"),
)

_BY_EXAM = ("exam_number",)
_FLAGS = tuple(_said(HEADERS[each][0], each) for each in (*CLASSES, FLEXIBLE))

FORMATS: Mapping[Format, Layout] = {
    Format.A: Layout(_A),
    Format.B: Layout(_B, _BY_EXAM, "学生就业数据", ("填写说明：第 2 行为表头，从第 3 行起每行一名毕业生",)),
    Format.D: Layout(_D, _BY_EXAM),
    Format.F: Layout((*_A, *_FLAGS)),
}
