"""The fields of a roster entry: who changes each, and the words at the head of its column in our files."""

from collections.abc import Mapping
from enum import StrEnum


class Editing(StrEnum):
    """Who changes a field: an officer of the school, who places graduates, any officer, or anyone in scope."""

    LOCKED = "locked"
    PLACED = "placed"
    REVIEWED = "reviewed"
    FREE = "free"


_OF_CLASS: Mapping[Editing, tuple[str, ...]] = {
    Editing.LOCKED: (
        *("student_number", "exam_number", "name", "document_type_code", "citizen_id", "birth_date", "sex_code"),
        *("education_level_code", "major_code"),
    ),
    Editing.PLACED: ("college_code", "class_code"),
    Editing.REVIEWED: (
        *("ethnicity_code", "political_status_code", "origin_place_code", "urban_rural", "training_mode_code"),
        *("teacher_training_code", "hardship_code", "study_form", "enrolled_on", "graduated_on", "major_direction"),
        *("commissioning_unit", "duration_years", "campus", "admission_mode_code", "higher_vocational"),
        *("commissioning_place_code", "household_place_code", "household_address", "household_kind"),
        *("household_moved_in", "prior_police_station", "prior_file_unit", "file_moved_in", "marital_status_code"),
        *("health_status_code", "qualification"),
    ),
    Editing.FREE: ("phone", "home_phone", "email", "residence_address"),
}

EDITING: Mapping[str, Editing] = {name: editing for editing, names in _OF_CLASS.items() for name in names}
"""Field → its class; `status` has none, since it changes by population changes alone."""

COLUMNS: Mapping[str, str] = {
    "student_number": "学号",
    "exam_number": "考生号",
    "name": "姓名",
    "document_type_code": "证件类型",
    "citizen_id": "证件号",
    "sex_code": "性别",
    "birth_date": "出生日期",
    "ethnicity_code": "民族",
    "political_status_code": "政治面貌",
    "phone": "手机号",
    "home_phone": "家庭电话",
    "email": "电子邮箱",
    "residence_address": "常住地址",
    "college_code": "院系代码",
    "college_name": "院系",
    "major_code": "专业代码",
    "major_name": "专业",
    "major_direction": "专业方向",
    "class_code": "班级代码",
    "class_name": "班级",
    "campus": "分校名称",
    "education_level_code": "学历",
    "duration_years": "学制",
    "study_form": "学习形式",
    "training_mode_code": "培养方式",
    "commissioning_unit": "定向委培单位",
    "commissioning_place_code": "定向委培单位所在地代码",
    "admission_mode_code": "入学方式",
    "higher_vocational": "是否高职",
    "origin_place_code": "生源地代码",
    "urban_rural": "城乡生源",
    "teacher_training_code": "师范生类别",
    "hardship_code": "困难生类别",
    "enrolled_on": "入学日期",
    "graduated_on": "毕业日期",
    "household_place_code": "户籍所在地代码",
    "household_address": "户籍详细地址",
    "household_kind": "户籍性质",
    "household_moved_in": "户口是否转入学校",
    "prior_police_station": "入学前户口所在地派出所",
    "prior_file_unit": "入学前档案所在单位",
    "file_moved_in": "档案是否转入学校",
    "marital_status_code": "婚姻状况",
    "health_status_code": "健康状况",
    "qualification": "职业资格",
}
"""Column of template and export → its header, in the order of the columns.

A unit has two columns, its code and its name. A code stands as itself where the header says 代码, elsewhere as its
label.
"""
