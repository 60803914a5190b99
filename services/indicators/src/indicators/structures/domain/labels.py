"""Names of the values of a structure table in both languages."""

from collections.abc import Mapping
from types import MappingProxyType

from common.errors import Message
from indicators.schemes.groupings import DIMENSIONS
from indicators.schemes.labels import name_of
from indicators.structures.domain.spreads import FURTHER_STUDY

_REGIONS: Mapping[str, Message] = MappingProxyType(
    {
        "east": Message("东部", "East"),
        "central": Message("中部", "Central"),
        "west": Message("西部", "West"),
        "northeast": Message("东北", "Northeast"),
        "north": Message("华北", "North"),
        "south": Message("华南", "South"),
        "southwest": Message("西南", "Southwest"),
        "northwest": Message("西北", "Northwest"),
    }
)
_SEVEN: Mapping[str, Message] = MappingProxyType(
    {"east": Message("华东", "East"), "central": Message("华中", "Central")}
)
_WORDS: Mapping[str, Message] = MappingProxyType(
    {
        FURTHER_STUDY: Message("升学", "Further study"),
        "unit": Message("单位就业", "Employed by a unit"),
        "own_business": Message("自主创业", "Own business"),
        "freelance": Message("自由职业", "Freelance"),
        "study_mainland": Message("境内升学", "Further study in the mainland"),
        "study_abroad": Message("境外留学", "Further study abroad"),
        "seeking": Message("待就业", "Seeking"),
        "not_seeking": Message("暂不就业", "Not seeking"),
        "not_registered": Message("未登记", "Not registered"),
        "flexible": Message("灵活就业", "Flexible employment"),
        "full_time": Message("全职就业", "Full-time employment"),
        "primary": Message("第一产业", "Primary sector"),
        "secondary": Message("第二产业", "Secondary sector"),
        "tertiary": Message("第三产业", "Tertiary sector"),
        "county": Message("县及县级市", "Counties"),
        "first": Message("一线城市", "First-tier cities"),
        "new_first": Message("新一线城市", "New first-tier cities"),
        "other_city": Message("其他城市", "Other cities"),
        "school_city": Message("学校所在地市", "The school's prefecture"),
        "school_province": Message("学校所在省其他地市", "Elsewhere in the school's province"),
        "origin_city": Message("生源地市", "The prefecture of origin"),
        "origin_province": Message("生源省其他地市", "Elsewhere in the province of origin"),
        "elsewhere": Message("其他省份", "Another province"),
        "outside": Message("境外及港澳台", "Abroad, Hong Kong, Macau and Taiwan"),
        "same_employer": Message("由登记的单位参保", "Insured by the registered employer"),
        "other_employer": Message("由其他单位参保", "Insured by another employer"),
        "none": Message("无参保记录", "Not insured"),
    }
)
"""Words of our own, each with one meaning in every table."""


_TITLES: Mapping[str, Message] = MappingProxyType(
    {
        "employer_nature": Message("单位性质", "Nature of the employer"),
        "industry": Message("单位行业", "Industry"),
        "industry_tier": Message("三次产业", "Sector"),
        "position": Message("工作职位类别", "Kind of position"),
        "province": Message("就业省份", "Province of work"),
        "city": Message("就业地市", "Prefecture of work"),
        "region": Message("就业地区", "Region of work"),
        "place_of_school": Message("就业地与学校所在地", "Place of work and place of the school"),
        "place_of_origin": Message("就业地与生源地", "Place of work and place of origin"),
        "city_tier": Message("就业城市层级", "Tier of the city of work"),
        "insurance": Message("社会保险参保", "Social insurance"),
        "destination": Message("毕业去向", "Destination"),
        "destination_class": Message("去向类别", "Class of destination"),
        "employment_type": Message("就业类型", "Type of employment"),
        "study_level": Message("升学层次", "Level of further study"),
        "abroad_country": Message("留学国家或地区", "Country of study abroad"),
    }
)


def spread_title(dimension: str) -> Message:
    """The name of what a structure spreads graduates over."""
    return _TITLES[dimension] if dimension in _TITLES else DIMENSIONS[dimension].title


def label_of(dimension: str, code: str | None, language: str, regions: str = "four") -> str | None:
    """The name of a value; none for a missing value and for a code that the list does not have."""
    if code is None:
        return None
    names = {**_REGIONS, **(_SEVEN if regions == "seven" else {})} if dimension == "region" else {}
    name = names.get(code) or name_of(dimension, code) or _WORDS.get(code)
    return name.in_language(language) if name is not None else None
