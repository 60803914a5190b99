"""Header texts of files of outside data, by source, and the fields that they fill."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from common.imports import Columns
from common.spreadsheets.masking import Identifies
from destinations.outside.domain.authorisations import Source

PERSON_HEADERS: Mapping[str, Sequence[str]] = {
    "citizen_id": ("证件号", "证件号码", "身份证号", "身份证号码", "公民身份号码", "社会保障号码"),
    "name": ("姓名",),
}
EMPLOYER_HEADERS: Mapping[str, Sequence[str]] = {
    "employer_uscc": ("统一社会信用代码", "单位统一社会信用代码", "社会信用代码"),
    "employer_name": ("单位名称", "参保单位", "参保单位名称", "用人单位名称", "企业名称"),
}

_IDENTIFYING = {"citizen_id": Identifies.BY_NUMBER, "name": Identifies.BY_NAME}

COLUMNS: Mapping[Source, Columns] = MappingProxyType(
    {
        Source.SOCIAL_INSURANCE: Columns(
            {
                **PERSON_HEADERS,
                **EMPLOYER_HEADERS,
                "place_code": ("参保地代码", "参保地区代码", "参保地行政区划代码"),
                "place_code_label": ("参保地", "参保地区", "参保地名称"),
                "from_on": ("参保起", "参保起始", "参保开始日期", "参保起始日期", "参保起始年月"),
                "to_on": ("参保止", "参保终止", "参保截止日期", "参保终止日期", "参保终止年月"),
            },
            needed=[{"citizen_id"}, {"name"}, EMPLOYER_HEADERS.keys(), {"from_on"}],
            identifying=_IDENTIFYING,
            numbered={"employer_uscc"},
        ),
        Source.CREDENTIALS: Columns(
            {
                **PERSON_HEADERS,
                "study_school_name": ("院校名称", "学校名称", "院校"),
                "study_level_code": ("层次代码", "学历层次代码"),
                "study_level_code_label": ("层次", "学历层次", "培养层次"),
                "from_on": ("入学日期", "入学时间"),
                "study_state": ("状态", "学籍状态"),
            },
            needed=[{"citizen_id"}, {"name"}, {"study_school_name"}, {"from_on"}],
            identifying=_IDENTIFYING,
        ),
        Source.BUSINESS_REGISTER: Columns(
            {
                "uscc": EMPLOYER_HEADERS["employer_uscc"],
                "name": EMPLOYER_HEADERS["employer_name"],
                "former_names": ("曾用名", "历史名称"),
                "industry_code": ("行业代码",),
                "industry_code_label": ("行业", "行业名称"),
                "place_code": ("所在地代码", "住所地代码"),
                "place_code_label": ("所在地",),
                "established_on": ("成立日期",),
                "register_state": ("状态", "登记状态", "经营状态"),
                "insured_persons": ("参保人数",),
            },
            needed=[{"uscc"}, {"name"}],
            numbered={"uscc"},
        ),
    }
)
