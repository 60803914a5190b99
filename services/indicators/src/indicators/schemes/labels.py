"""Names of the values that figures are grouped by and spread over, in both languages."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from common.codes import CodeList, CodeLists
from common.errors import Message

LISTS: Mapping[str, str] = MappingProxyType(
    {
        "education_level_code": "education-level",
        "sex": "sex",
        "origin_province": "division",
        "origin_city": "division",
        "hardship": "hardship",
        "training_mode": "training-mode",
        "teacher_training": "teacher-training",
        "school_province": "division",
        "employer_nature": "employer-nature",
        "industry": "industry",
        "position": "position",
        "province": "division",
        "city": "division",
        "destination": "destination",
        "study_level": "education-level",
        "abroad_country": "country",
    }
)
"""Of what has its values in a code list, the list."""

WORDS: Mapping[str, Mapping[str, Message]] = MappingProxyType(
    {
        "education_level": {
            "doctoral": Message("博士研究生", "Doctoral"),
            "master": Message("硕士研究生", "Master"),
            "second_bachelor": Message("第二学士学位", "Second bachelor"),
            "bachelor": Message("本科", "Bachelor"),
            "junior_college": Message("专科（高职）", "Junior college"),
        },
        "origin_urban": {"urban": Message("城镇", "Urban"), "rural": Message("农村", "Rural")},
        "ethnicity_group": {
            "han": Message("汉族", "Han"),
            "minority": Message("少数民族", "Minorities"),
            "other": Message("其他", "Other"),
        },
        "hardship_any": {"yes": Message("困难生", "With a hardship"), "no": Message("非困难生", "Without a hardship")},
        "study_form": {"full_time": Message("全日制", "Full time"), "part_time": Message("非全日制", "Part time")},
        # source: the catalogues of undergraduate majors and of postgraduate disciplines (教育部); not verified
        "discipline": {
            "01": Message("哲学", "Philosophy"),
            "02": Message("经济学", "Economics"),
            "03": Message("法学", "Law"),
            "04": Message("教育学", "Education"),
            "05": Message("文学", "Literature"),
            "06": Message("历史学", "History"),
            "07": Message("理学", "Science"),
            "08": Message("工学", "Engineering"),
            "09": Message("农学", "Agriculture"),
            "10": Message("医学", "Medicine"),
            "11": Message("军事学", "Military science"),
            "12": Message("管理学", "Management"),
            "13": Message("艺术学", "Arts"),
            "14": Message("交叉学科", "Interdisciplinary studies"),
        },
    }
)
"""Of what has words of its own, or few codes, these with their names."""

_PROVINCES = frozenset({"origin_province", "school_province", "province"})
_CITIES = frozenset({"origin_city", "city"})
_NAMELESS = frozenset({"市辖区", "县"})
"""Prefectures of a municipality: they bear its name."""


def name_of(dimension: str, code: str) -> Message | None:
    """The name of a value; none for a code that the list does not have, and where names are not known here."""
    if (word := WORDS.get(dimension, {}).get(code)) is not None:
        return word
    if dimension not in LISTS:
        return None
    codes = CodeLists.load().get(LISTS[dimension])
    entry = codes.lookup(code)
    if entry is not None and dimension in _CITIES and entry.label_zh in _NAMELESS:
        entry = codes.lookup(f"{code[:2]}0000")
    return Message(entry.label("zh"), entry.label("en")) if entry is not None else None


def values_of(dimension: str) -> list[tuple[str, Message]] | None:
    """All values with their names; none where each school has its own."""
    if dimension in LISTS:
        codes = CodeLists.load().get(LISTS[dimension])
        found = [(code, name_of(dimension, code)) for code in _listed(dimension, codes)]
        return [(code, name) for code, name in found if name is not None]
    return list(WORDS[dimension].items()) if dimension in WORDS else None


def _listed(dimension: str, codes: CodeList) -> Iterable[str]:
    if dimension in _PROVINCES:
        return (code for code in codes.codes() if code.endswith("0000"))
    if dimension in _CITIES:
        return (code for code in codes.codes() if code.endswith("00") and not code.endswith("0000"))
    return codes.codes()
