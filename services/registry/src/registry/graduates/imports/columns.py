"""Header texts of roster spreadsheets, and the fields they fill.

Verbatim headers of the export format (A) and of the intake format (C), with the synonyms met elsewhere. A coded field
has up to two columns: its code and its label; either may hold the other.
"""

from collections.abc import Mapping, Sequence

from common.imports import OWNER_HEADERS, Columns
from common.spreadsheets.masking import Identifies

HEADERS: Mapping[str, Sequence[str]] = {
    **OWNER_HEADERS,
    "student_number": ("学号", "学生学号"),
    "exam_number": ("考生号", "高考考生号"),
    "name": ("姓名", "学生姓名"),
    "citizen_id": ("身份证号", "身份证号码", "证件号", "证件号码", "公民身份号码", "居民身份证号"),
    "phone": ("手机号", "手机", "手机号码", "联系电话", "移动电话", "本人电话"),
    "college": ("院系代码", "所在院系代码", "学院代码"),
    "college_name": ("所在院系", "院系", "院系名称", "学院", "学院名称", "所在学院"),
    "major": ("专业代码",),
    "major_name": ("专业名称", "专业"),
    "major_direction": ("专业方向",),
    "class": ("班级代码", "班级编号"),
    "class_name": ("班级", "班级名称", "所在班级"),
    "sex": ("性别代码",),
    "sex_label": ("性别",),
    "birth_date": ("出生日期", "出生年月"),
    "ethnicity": ("民族代码",),
    "ethnicity_label": ("民族", "民族名称"),
    "political_status": ("政治面貌代码",),
    "political_status_label": ("政治面貌",),
    "education_level": ("学历代码", "学历层次代码"),
    "education_level_label": ("学历", "学历层次", "学历名称"),
    "origin_place": ("生源地代码", "生源所在地代码"),
    "origin_place_label": ("生源所在地参考", "生源地", "生源所在地", "生源地名称", "生源所在地名称"),
    "urban_rural": ("城乡生源",),
    "training_mode": ("培养方式代码",),
    "training_mode_label": ("培养方式",),
    "commissioning_unit": ("委培单位", "定向委培单位", "定向或委培单位"),
    "teacher_training": ("师范生类别代码",),
    "teacher_training_label": ("师范生类别",),
    "hardship": ("困难生类别代码",),
    "hardship_label": ("困难生类别",),
    "study_form": ("学习形式",),
    "enrolled_on": ("入学年月", "入学日期", "入学时间"),
    "graduated_on": ("毕业日期", "毕业年月", "预计毕业日期", "毕业时间"),
    "duration_years": ("学制",),
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
