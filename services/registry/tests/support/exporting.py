"""A graduate with every field, what officers find of it in files, and an export by the route."""

import io
from typing import Any

import httpx
import openpyxl

from common.operations import OperationRunner

Json = dict[str, Any]

PERSON: Json = {
    "student_number": "0020001", "exam_number": "20410102150001", "name": "欧阳询", "document_type_code": "1",
    "citizen_id": "11010119900307002X", "sex_code": "2", "birth_date": "1990-03-07", "ethnicity_code": "01",
    "political_status_code": "01", "phone": "13812345678", "home_phone": "037967891234", "email": "zhang@x.cn",
    "residence_address": "河南省洛阳市西工区一号院", "major_direction": "-统计", "campus": "=1+1",
    "education_level_code": "31", "duration_years": "2.5", "study_form": "full_time", "training_mode_code": "2",
    "commissioning_unit": "河南省宜阳县教育体育局", "commissioning_place_code": "410327", "admission_mode_code": "01",
    "higher_vocational": False, "origin_place_code": "410102", "urban_rural": "rural", "teacher_training_code": "12",
    "hardship_code": "2", "enrolled_on": "2020-09-01", "graduated_on": "2024-06-30", "household_place_code": "410327",
    "household_address": "河南省宜阳县城关镇一组", "household_kind": "resident", "household_moved_in": True,
    "prior_police_station": "河南省宜阳县城关派出所", "prior_file_unit": "河南省宜阳县第一高级中学",
    "file_moved_in": True, "marital_status_code": "10", "health_status_code": "10", "qualification": "'教师",
}  # fmt: skip
"""Every field but the units."""

SHOWN: Json = {
    "学号": "0020001", "考生号": "20410102150001", "姓名": "欧***", "证件类型": "居民身份证",
    "证件号": "1101**********002X", "性别": "女", "出生日期": "1990-03-07", "民族": "汉族", "政治面貌": "中共党员",
    "手机号": "138****5678", "家庭电话": "037*****1234", "电子邮箱": "z***@x.cn", "常住地址": "河南省洛阳市***",
    "院系代码": "C1", "院系": "学院C1", "专业代码": None, "专业": None, "专业方向": "'-统计", "班级代码": None,
    "班级": None, "分校名称": "'=1+1", "学历": "本科毕业", "学制": "2.5", "学习形式": "全日制", "培养方式": "定向",
    "定向委培单位": "河南省宜阳县***", "定向委培单位所在地代码": "410327", "入学方式": "统一招生考试",
    "是否高职": "否", "生源地代码": "410102", "城乡生源": "农村", "师范生类别": "公费师范生", "困难生类别": "家庭困难",
    "入学日期": "2020-09-01", "毕业日期": "2024-06-30", "户籍所在地代码": "410327", "户籍详细地址": "河南省宜阳县***",
    "户籍性质": "居民", "户口是否转入学校": "是", "入学前户口所在地派出所": "河南省宜阳县***",
    "入学前档案所在单位": "河南省宜阳县***", "档案是否转入学校": "是", "婚姻状况": None, "健康状况": None,
    "职业资格": "''教师",
}  # fmt: skip
"""What an officer finds of it in a file: header → cell, in the order of the columns."""


async def exported(client: httpx.AsyncClient, worker: OperationRunner, school: str, **asked: Any) -> Json:
    answer = await client.post("/v1/graduates/export", json={"school_code": school, "cohort": 2024, **asked})
    assert answer.status_code == 202, answer.text
    await worker.run_once()
    return dict((await client.get(answer.headers["location"])).json())


def table(content: bytes) -> list[list[Any]]:
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    assert sheet is not None
    return [[cell.value for cell in row] for row in sheet.rows]
