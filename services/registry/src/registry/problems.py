"""The one table error type → status of what the common table does not say already, and what our own codes mean."""

from collections.abc import Mapping

from common.errors import Message, QuxiangError

PROBLEMS: Mapping[type[QuxiangError], int] = {}

PROBLEM_TEXTS: Mapping[str, tuple[int, Message]] = {
    "school_exists": (409, Message("该院校代码已存在", "A school with this code exists")),
    "college_exists": (409, Message("该院系代码已存在", "A college with this code exists")),
    "major_exists": (409, Message("该专业代码已存在", "A major with this code exists")),
    "class_exists": (409, Message("该班级代码已存在", "A class with this code exists")),
    "student_number_in_use": (
        409,
        Message("本校本届已有该学号", "The school and cohort have this student number already"),
    ),
    "citizen_id_in_use": (409, Message("本校本届已有该证件号", "The school and cohort have this citizen id already")),
    "graduate_withdrawn": (409, Message("该毕业生已不在毕业生总数内", "The graduate has left the population")),
}
