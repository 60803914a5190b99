"""Header texts of roster spreadsheets, and the fields they fill.

Verbatim headers of the export format (A) and of the intake format (C), with the synonyms met elsewhere. A coded field
has up to two columns: its code and its label; either may hold the other.
"""

from collections.abc import Mapping, Sequence

from common.imports import LABEL, OWNER_HEADERS, PERSON_HEADERS, Columns
from common.spreadsheets.masking import Identifies
from registry.graduates.domain import fields

HEADERS: Mapping[str, Sequence[str]] = {
    **OWNER_HEADERS,
    **PERSON_HEADERS,
    "citizen_id": (
        *("身份证号", "身份证号码", "公民身份号码", "居民身份证号", "居民身份证号码", "身份证件号", "身份证件号码"),
        *("身份证", "证件号码", "证件号"),
    ),
    "phone": (
        *("手机号", "手机号码", "手机", "移动电话", "本人手机", "本人手机号", "本人电话", "联系手机", "手机电话"),
        *("联系电话", "电话号码", "电话", "联系方式", "本人联系方式"),
    ),
    "college": ("院系代码", "所在院系代码", "学院代码", "院系编号", "学院编号", "系部代码"),
    "college_name": (
        *("所在院系", "院系", "院系名称", "学院", "学院名称", "所在学院", "所属学院", "所属院系", "二级学院"),
        *("学院系部", "系部", "系部名称", "所在系部", "院部", "分院", "系别", "所在系", "系所", "系"),
    ),
    "major": ("专业代码", "专业编码", "专业编号"),
    "major_name": ("专业名称", "专业", "所学专业", "所学专业名称", "所在专业", "专业全称"),
    "major_direction": ("专业方向", "专业方向名称"),
    "class": ("班级代码", "班级编号", "班号"),
    "class_name": ("班级", "班级名称", "所在班级", "行政班", "行政班级", "班级全称"),
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
    "commissioning_unit": ("委培单位", "定向委培单位", "定向或委培单位"),
    "teacher_training": ("师范生类别代码",),
    "teacher_training_label": ("师范生类别", "师范生类别名称"),
    "hardship": ("困难生类别代码",),
    "hardship_label": ("困难生类别", "困难生类别名称"),
    "study_form": ("学习形式", "学习方式", "学习形式名称"),
    "enrolled_on": ("入学年月", "入学日期", "入学时间", "入学年月日", "入校日期", "入校时间"),
    "graduated_on": ("毕业日期", "毕业年月", "毕业时间", "预计毕业日期", "预计毕业时间", "拟毕业日期"),
    "duration_years": ("学制", "修业年限", "学习年限"),
}
"""Our name of a column → header texts, most usual first."""

COLUMNS = Columns(
    HEADERS,
    needed=[{"name"}, {"student_number", "exam_number"}],
    identifying={
        "student_number": Identifies.BY_NUMBER,
        "exam_number": Identifies.BY_NUMBER,
        "name": Identifies.BY_NAME,
        "citizen_id": Identifies.BY_DOCUMENT,
        "phone": Identifies.BY_NUMBER,
    },
)

CODED: Mapping[str, str] = {
    "sex": "sex_code",
    "ethnicity": "ethnicity_code",
    "political_status": "political_status_code",
    "education_level": "education_level_code",
    "origin_place": "origin_place_code",
    "training_mode": "training_mode_code",
    "teacher_training": "teacher_training_code",
    "hardship": "hardship_code",
}
"""Column with a code → field; the label's column has the suffix `_label`."""

DAYS = ("birth_date", "enrolled_on", "graduated_on")

WORDS: Mapping[str, Mapping[str, str]] = {
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
    "study_form": {
        "全日制": "full_time",
        "普通全日制": "full_time",
        "full_time": "full_time",
        "非全日制": "part_time",
        "part_time": "part_time",
    },
}
"""Fields with two values: what cells say → value."""

_UNITS = ("college", "major", "class")
_BY_FIELD = {
    **{field: column for column, field in CODED.items()},
    **{f"{unit}_code": unit for unit in _UNITS},
    "school_code": "school",
}

FIELDS: Mapping[str, str] = {
    field: column
    for field in ("school_code", "cohort", *fields.COLUMNS)
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
