"""Header texts of destination spreadsheets, and the fields they fill.

Verbatim headers of the formats that we write (`destinations.filing.formats`), with the synonyms met elsewhere. A coded
field has up to two columns: its code and its label; either may hold the other. Columns of the roster are registry's and
are not read here.
"""

from collections.abc import Mapping, Sequence

from common.imports import OWNER_HEADERS, PERSON_HEADERS, Columns
from common.spreadsheets.masking import Identifies
from destinations.filing.formats.classes import HEADERS as CLASS_HEADERS
from destinations.registrations.domain.content import NAMING

HEADERS: Mapping[str, Sequence[str]] = {
    **OWNER_HEADERS,
    **PERSON_HEADERS,
    "destination_code": ("毕业去向类别代码", "毕业去向代码", "就业去向代码", "毕业去向类型代码"),
    "destination_code_label": (
        *("毕业去向", "毕业去向类别", "毕业去向类型", "毕业去向名称", "毕业去向类别名称", "就业去向"),
    ),
    "signed_on": ("签约日期", "签约时间", "协议签订日期", "签订日期"),
    "employer_name": ("单位名称", "实际单位名称", "用人单位名称", "就业单位名称", "用人单位", "就业单位", "工作单位"),
    "employer_uscc": ("统一社会信用代码", "单位统一社会信用代码", "社会信用代码", "单位组织机构代码"),
    "contract_from": ("合同开始日期", "合同起始日期", "劳动合同开始日期"),
    "contract_to": ("合同终止日期", "合同结束日期", "劳动合同终止日期"),
    "job_title": ("岗位名称", "职位名称", "工作岗位"),
    "contact_name": ("单位联系人", "联系人", "联系人姓名"),
    "contact_phone": ("联系人电话", "联系人手机", "单位联系电话"),
    "pay_amount": ("薪酬", "税前薪酬", "薪资", "税前薪资"),
    "pay_unit": ("薪酬单位", "薪资单位", "计薪方式"),
    "flexible_kind": ("灵活就业类别代码",),
    "flexible_kind_label": ("灵活就业类别",),
    "abroad_country_code": ("留学国家地区代码",),
    "abroad_country": ("留学国家地区", "留学国家（地区）", "留学国家"),
    "abroad_school_name_zh": ("留学院校中文名称",),
    "abroad_school_name_en": ("留学院校外文名称", "留学院校英文名称"),
    "abroad_major_zh": ("留学专业中文名称",),
    "abroad_major_en": ("留学专业外文名称", "留学专业英文名称"),
    "employer_nature_code": ("单位性质代码",),
    "employer_nature_code_label": ("单位性质", "单位性质名称"),
    "industry_code": ("单位行业代码",),
    "industry_code_label": ("单位行业", "单位行业名称", "所属行业", "单位所属行业"),
    "place_code": ("单位所在地代码", "单位地区代码", "单位所在地区代码"),
    "place_code_label": ("单位所在地", "单位所在地名称", "单位地区", "单位所在地区"),
    "employer_address": ("单位地址", "单位详细地址", "单位通讯地址"),
    "position_code": ("工作职位类别代码", "职位类别代码"),
    "position_code_label": ("工作职位类别", "工作职位类别名称", "职位类别", "工作职位"),
    **CLASS_HEADERS,
}
"""Our name of a column → header texts, most usual first."""

TEXTS = (
    "employer_name",
    "employer_address",
    "job_title",
    "abroad_country",
    "abroad_school_name_zh",
    "abroad_school_name_en",
    "abroad_major_zh",
    "abroad_major_en",
)
CODED = (
    *("employer_nature_code", "industry_code", "place_code", "position_code"),
    *("flexible_kind", "abroad_country_code"),
)

DESTINATION = ("destination_code", "destination_code_label")
"""A row says something when one of these is filled."""

KEYS = ("student_number", "exam_number")
"""A row is found by the first of these that it has."""

COLUMNS = Columns(
    HEADERS,
    needed=[{"name"}, KEYS, DESTINATION],
    # the classic 就业方案 (D): the examinee number alone says whom a row means
    other_forms=[[{"exam_number"}, {"destination_code"}]],
    needed_form_alone={"student_number"},
    identifying={
        "student_number": Identifies.BY_NUMBER,
        "exam_number": Identifies.BY_NUMBER,
        "name": Identifies.BY_NAME,
        "contact_name": Identifies.BY_NAME,
        "contact_phone": Identifies.NOTHING,
        "pay_amount": Identifies.NOTHING,
        "pay_unit": Identifies.NOTHING,
    },
    numbered={"employer_uscc"},
)


def column_of_field(field: str) -> str:
    """The column that fills a field."""
    return "employer_name" if field in NAMING else field
