"""Header texts of roster spreadsheets, and the fields they fill.

Verbatim headers of the export (A), the fill-in workbook (B), the intake (C), the classic plan (D) and a province's base
of students in pinyin (E), with the synonyms met elsewhere. A coded field has up to two columns: its code and its label;
either may hold the other.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from common.imports import LABEL, OWNER_HEADERS, PERSON_HEADERS, Columns, Fault
from common.spreadsheets.headers import Header, headings
from common.spreadsheets.masking import Identifies
from registry.graduates.domain import fields
from registry.graduates.domain.entry import CODE_LIST_OF
from registry.graduates.domain.masking import HIDDEN

PINYIN: Mapping[str, str] = {
    "student_number": "xh",
    "exam_number": "ksh",
    "citizen_id": "sfzh",
    "name": "xm",
    "sex": "xbdm",
    "sex_label": "xb",
    "ethnicity": "mzdm",
    "ethnicity_label": "mz",
    "political_status": "zzmmdm",
    "political_status_label": "zzmm",
    "school": "yxdm",
    "college_name": "szyx",
    "major": "zydm",
    "major_name": "zymc",
    "class_name": "szbj",
    "education_level": "xldm",
    "education_level_label": "xl",
    "origin_place": "syszddm",
    "origin_place_label": "syszd",
    "urban_rural": "cxsy",
    "training_mode": "pyfsdm",
    "training_mode_label": "pyfs",
    "commissioning_unit": "dxwpdw",
    "admission_mode": "rxfsdm",
    "admission_mode_label": "rxfs",
    "teacher_training": "sfslbdm",
    "teacher_training_label": "sfslb",
    "hardship": "knslbdm",
    "hardship_label": "knslb",
    "enrolled_on": "rxsj",
    "graduated_on": "byrq",
}
"""Our name of a column → its header in pinyin: a school's code is yx (院校), a college's name szyx (所在院系)."""

_HEADERS: Mapping[str, Sequence[str]] = {
    **OWNER_HEADERS,
    **PERSON_HEADERS,
    "document_type": ("证件类型代码", "身份证件类型代码"),
    "document_type_label": ("证件类型", "证件类型名称", "身份证件类型", "证件类别"),
    "citizen_id": (
        *("证件号", "身份证号", "身份证号码", "公民身份号码", "居民身份证号", "居民身份证号码", "身份证件号"),
        *("身份证件号码", "身份证", "证件号码"),
    ),
    "phone": (
        *("手机号", "手机号码", "手机", "移动电话", "本人手机", "本人手机号", "本人电话", "联系手机", "手机电话"),
        *("联系电话", "电话号码", "电话", "联系方式", "本人联系方式"),
    ),
    "home_phone": ("家庭电话", "家庭联系电话", "家庭电话号码", "家庭联系方式"),
    "email": (
        *("电子邮箱", "电子邮件", "邮箱", "电子邮箱地址", "邮箱地址", "电子邮件地址", "本人邮箱", "电子信箱"),
        *("Email", "E-mail"),
    ),
    "residence_address": (
        *("常住地址", "家庭住址", "家庭地址", "现住址", "现住地址", "现家庭住址", "居住地址", "现居住地址"),
        *("家庭详细地址", "常住地详细地址"),
    ),
    "college": ("院系代码", "所在院系代码", "学院代码", "院系编号", "学院编号", "系部代码"),
    "college_name": (
        *("所在院系", "院系", "院系名称", "学院", "学院名称", "所在学院", "所属学院", "所属院系", "二级学院"),
        *("学院系部", "系部", "系部名称", "所在系部", "院部", "分院", "系别", "所在系", "系所", "系"),
    ),
    "major": ("专业代码", "专业编码", "专业编号"),
    "major_name": ("专业名称", "专业", "所学专业", "所学专业名称", "所在专业", "专业全称"),
    "national_code": (
        *("国标代码", "国标专业代码", "专业国标代码", "国家标准专业代码", "专业目录代码", "国标专业编码"),
        "专业代码(国标)",
    ),
    "major_direction": ("专业方向", "专业方向名称"),
    "class": ("班级代码", "班级编号", "班号"),
    "class_name": ("班级", "班级名称", "所在班级", "行政班", "行政班级", "班级全称"),
    "campus": ("分校名称", "分校", "校区", "校区名称", "所在校区"),
    "sex": ("性别代码",),
    "sex_label": ("性别", "性别名称"),
    "birth_date": ("出生日期", "出生年月日", "出生年月"),
    "ethnicity": ("民族代码",),
    "ethnicity_label": ("民族", "民族名称"),
    "political_status": ("政治面貌代码",),
    "political_status_label": ("政治面貌", "政治面貌名称", "政治面目"),
    "education_level": ("学历代码", "学历层次代码", "层次代码", "培养层次代码"),
    "education_level_label": ("学历", "学历层次", "学历名称", "培养层次", "学生层次", "层次"),
    "origin_place": ("生源地代码", "生源所在地代码"),
    "origin_place_label": ("生源所在地参考", "生源地", "生源所在地", "生源地名称", "生源所在地名称", "生源地区"),
    "urban_rural": ("城乡生源", "城乡生源类别"),
    "training_mode": ("培养方式代码",),
    "training_mode_label": ("培养方式", "培养方式名称"),
    "commissioning_unit": ("定向委培单位", "委培单位", "定向或委培单位", "定向单位", "定向委培单位名称"),
    "commissioning_place": (
        *("定向委培单位所在地代码", "定向或委培单位所在地代码", "委培单位所在地代码", "定向单位所在地代码"),
    ),
    "commissioning_place_label": (*("定向委培单位所在地", "定向或委培单位所在地", "委培单位所在地", "定向单位所在地"),),
    "admission_mode": ("入学方式代码",),
    "admission_mode_label": ("入学方式", "入学方式名称"),
    "higher_vocational": ("是否高职", "是否高职生", "是否为高职"),
    "teacher_training": ("师范生类别代码",),
    "teacher_training_label": ("师范生类别", "师范生类别名称"),
    "hardship": ("困难生类别代码",),
    "hardship_label": ("困难生类别", "困难生类别名称"),
    "study_form": ("学习形式", "学习方式", "学习形式名称"),
    "enrolled_on": ("入学日期", "入学年月", "入学时间", "入学年月日", "入校日期", "入校时间"),
    "graduated_on": ("毕业日期", "毕业年月", "毕业时间", "预计毕业日期", "预计毕业时间", "拟毕业日期"),
    "household_place": ("户籍所在地代码", "户口所在地代码", "户籍地代码"),
    "household_place_label": ("户籍所在地", "户籍所在地名称", "户口所在地", "户口所在地名称", "户籍地"),
    "household_address": (
        *("户籍详细地址", "户籍地址", "户口详细地址", "户口地址", "户籍所在地详细地址", "户口所在地详细地址"),
    ),
    "household_kind": ("户籍性质", "户口性质"),
    "household_moved_in": ("户口是否转入学校", "户籍是否转入学校", "户口是否迁入学校", "户口是否转入"),
    "prior_police_station": ("入学前户口所在地派出所", "入学前户籍所在地派出所", "入学前户口所在派出所"),
    "prior_file_unit": ("入学前档案所在单位", "入学前档案所在单位名称", "入学前档案单位"),
    "file_moved_in": ("档案是否转入学校", "档案是否转入", "人事档案是否转入学校"),
    "marital_status": ("婚姻状况代码",),
    "marital_status_label": ("婚姻状况", "婚姻状况名称", "婚姻状态"),
    "health_status": ("健康状况代码",),
    "health_status_label": ("健康状况", "健康状况名称", "身体状况", "健康状态"),
    "qualification": ("职业资格", "职业资格名称", "职业资格证书", "职业资格证书名称", "职业技能证书"),
    "duration_years": ("学制", "修业年限", "学习年限"),
}
HEADERS: Mapping[str, Sequence[str]] = {
    column: (*texts, PINYIN[column]) if column in PINYIN else texts for column, texts in _HEADERS.items()
}
"""Our name of a column → header texts, most usual first."""

COLUMNS = Columns(
    HEADERS,
    needed=[{"name"}, {"student_number", "exam_number"}],
    other_forms=[[{"name"}, {PINYIN["citizen_id"]}], [{"exam_number"}]],
    usual_sheet="学生基础信息",
    identifying={
        "student_number": Identifies.BY_NUMBER,
        "exam_number": Identifies.BY_NUMBER,
        "name": Identifies.BY_NAME,
        "citizen_id": Identifies.BY_DOCUMENT,
        "phone": Identifies.BY_NUMBER,
        "home_phone": Identifies.BY_NUMBER,
        "email": Identifies.BY_NAME,
        "residence_address": Identifies.BY_NAME,
        "household_address": Identifies.BY_NAME,
        "commissioning_unit": Identifies.BY_NAME,
        "prior_police_station": Identifies.BY_NAME,
        "prior_file_unit": Identifies.BY_NAME,
        **{field.removesuffix("_code") + end: Identifies.NOTHING for field in HIDDEN for end in ("", LABEL)},
    },
)

CODED: Mapping[str, str] = {field.removesuffix("_code"): field for field in CODE_LIST_OF}
"""Column with a code → field; the label's column has the suffix `_label`."""

DAYS = ("birth_date", "enrolled_on", "graduated_on")

YES_NO: Mapping[str, bool] = {
    **dict.fromkeys(("是", "已转入", "转入", "yes", "y", "true", "1"), True),
    **dict.fromkeys(("否", "未转入", "no", "n", "false", "0"), False),
}

WORDS: Mapping[str, Mapping[str, object]] = {
    "urban_rural": {
        "城镇": "urban",
        "城市": "urban",
        "非农业": "urban",
        "非农": "urban",
        "urban": "urban",
        "农村": "rural",
        "乡村": "rural",
        "农业": "rural",
        "rural": "rural",
    },
    "household_kind": {
        **dict.fromkeys(("城镇", "城市", "城镇户口", "城镇居民", "非农业", "非农", "非农业户口", "urban"), "urban"),
        **dict.fromkeys(("非农业家庭户口", "非农业家庭户"), "urban"),
        **dict.fromkeys(("农村", "乡村", "农村户口", "农村居民", "农业", "农业户口", "rural"), "rural"),
        **dict.fromkeys(("农业家庭户口", "农业家庭户"), "rural"),
        **dict.fromkeys(("居民", "居民户口", "居民户", "居民家庭户", "居民家庭户口", "resident"), "resident"),
    },
    "higher_vocational": YES_NO,
    "household_moved_in": YES_NO,
    "file_moved_in": YES_NO,
    "study_form": {
        "全日制": "full_time",
        "普通全日制": "full_time",
        "full_time": "full_time",
        "非全日制": "part_time",
        "part_time": "part_time",
    },
}
"""Fields with few values: what cells say → value."""

REQUIRED_FIELDS = ("student_number", "name")
"""What a new graduate needs."""

_UNITS = ("college", "major", "class")
_BY_FIELD = {
    **{field: column for column, field in CODED.items()},
    **{f"{unit}_code": unit for unit in _UNITS},
    "school_code": "school",
}

FIELDS: Mapping[str, str] = {
    field: column
    for field in ("school_code", "cohort", "national_code", *fields.COLUMNS)
    if (column := _BY_FIELD.get(field, field)) in HEADERS
}
"""Field that a column can fill → our name of the column, that of the code where its label has one, too."""


def column_of(field: str, header: str) -> str | None:
    """Our name of the column that fills a field under this header: that of its label where we know the text as such.

    None for a field that we do not know: a later release may have saved it.
    """
    column = FIELDS.get(field)
    labelled = COLUMNS.column_headed(header)
    return labelled if column and labelled == column + LABEL else column


@dataclass(frozen=True)
class Naming:
    """A row names its graduate by the first of `numbers` that it has, and where there is one by the `name`, too.

    The student number alone is enough, and only a row that has it creates a graduate.
    """

    numbers: Sequence[str]
    has_names: bool

    @classmethod
    def of(cls, header: Header) -> Self:
        """As the columns say: of those in pinyin the citizen id counts, too, classic plans (就业方案) have no names."""
        by_document = headings(header.texts.get("citizen_id"))[1] == PINYIN["citizen_id"]
        numbers = [each for each in ("student_number", "exam_number") if each in header.positions]
        return cls([*numbers, *["citizen_id"] * by_document], "name" in header.positions)

    @property
    def by_document(self) -> bool:
        """True if the citizen id may name a graduate."""
        return "citizen_id" in self.numbers

    def number_of(self, given: Mapping[str, object]) -> str | None:
        """The column that a row with these fields is looked for by."""
        return next((each for each in self.numbers if given.get(each)), None)

    def missing(self, given: Mapping[str, object], faults: Sequence[Fault]) -> list[Fault]:
        """The faults of a row that lacks a number or the name: they are erased, or absent without a fault."""
        faulty = {fault.column for fault in faults}
        found: list[Fault] = []
        if "student_number" in given and given["student_number"] is None:
            found.append(Fault("student_number", "required"))
        elif self.number_of(given) is None and faulty.isdisjoint(self.numbers):
            found.append(Fault(self.numbers[0], "required"))
        if self.has_names and given.get("name") is None and ("name" in given or "name" not in faulty):
            found.append(Fault("name", "required"))
        return found
