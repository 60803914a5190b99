"""What a destination code asks for, complete enough to be submitted over HTTP."""

from collections.abc import Mapping
from typing import Any

Json = dict[str, Any]

_EMPLOYED: Json = {
    "employer_name": "郑州某公司", "employer_uscc": "91110000600037341L", "employer_nature_code": "39",
    "industry_code": "34", "place_code": "410102", "employer_address": "测试路 1 号", "position_code": "13",
    "signed_on": "2024-06-15",
}  # fmt: skip
_ABROAD: Json = {
    "abroad_country": "英国", "abroad_school_name_zh": "某大学", "abroad_school_name_en": "A University",
    "abroad_major_zh": "金融", "abroad_major_en": "Finance",
}  # fmt: skip
_STUDY: Json = {"study_school_name": "某大学", "study_level_code": "11"}
CONTENTS: Mapping[str, Json] = {
    "10": _EMPLOYED,
    "11": _EMPLOYED,
    "12": _EMPLOYED,
    "271": {"employer_name": "某项目办公室", "place_code": "410102"},
    "512": {"employer_name": "某项目办公室", "place_code": "410102"},
    "46": {},
    "75": {"employer_name": "某创业公司", "industry_code": "34", "place_code": "410102"},
    "76": {"freelance_kind": "自由撰稿", "place_code": "410102"},
    "801": _STUDY,
    "85": _ABROAD,
    "70": {"reason": "job_seeking"},
    "71": {"reason": "planning_study"},
    "72": {"reason": "not_seeking"},
}
"""Destination codes with everything that submitting asks for."""
