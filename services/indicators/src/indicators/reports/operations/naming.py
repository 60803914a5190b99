"""Names of structures, and of the codes that answers of surveys name, in both languages."""

from collections.abc import Mapping
from types import MappingProxyType

from common.errors import Message
from indicators.schemes.groupings import DIMENSIONS
from indicators.schemes.labels import name_of
from indicators.tracking_counts.indicators import INDUSTRY_FLOWS
from indicators.tracking_counts.readings import FLOW

_SPREADS: Mapping[str, Message] = MappingProxyType(
    {
        "destination": Message("毕业去向类别", "Kinds of destinations"),
        "destination_class": Message("毕业去向", "Destinations"),
        "employment_type": Message("就业类型", "Types of employment"),
        "employer_nature": Message("单位性质", "Kinds of employers"),
        "industry": Message("行业", "Industries"),
        "industry_tier": Message("三次产业", "Sectors of the economy"),
        "position": Message("职位类别", "Positions"),
        "province": Message("就业省份", "Provinces of employment"),
        "city": Message("就业地市", "Prefectures of employment"),
        "region": Message("就业区域", "Regions of employment"),
        "city_tier": Message("就业城市层级", "Tiers of cities of employment"),
        "study_level": Message("升学层次", "Levels of further study"),
        "abroad_country": Message("出国（境）国家和地区", "Countries of study abroad"),
        "place_of_school": Message("就业地与学校所在地", "Place of employment and of the school"),
        "place_of_origin": Message("就业地与生源地", "Place of employment and of origin"),
        "insurance": Message("社会保险参保", "Social insurance"),
    }
)

_SEEKING = Message("待就业", "Seeking")
_OTHER = Message("其他", "Other")
_WORDS: Mapping[str, Message] = MappingProxyType(
    {
        "employed": Message("单位就业", "Employed"),
        "own_business": Message("自主创业", "Own business"),
        "freelance": Message("自由职业", "Freelance"),
        "studying": Message("在读", "Studying"),
        "seeking": _SEEKING,
        "not_seeking": Message("暂不就业", "Not seeking"),
        "skills": Message("能力不足", "Skills"),
        "direction": Message("方向不明", "No direction yet"),
        "exam": Message("备考", "Preparing for an examination"),
        "waiting": Message("等待录用", "Waiting for a decision"),
        "expectations": Message("期望落差", "Expectations not met"),
        "health_family": Message("健康或家庭", "Health or family"),
        "salary": Message("薪资", "Pay"),
        "growth": Message("发展空间", "Room for growth"),
        "interest": Message("兴趣", "Interest"),
        "family": Message("家庭", "Family"),
        "health": Message("健康", "Health"),
        "employer": Message("单位原因", "The employer"),
        "data_analysis": Message("数据分析", "Data analysis"),
        "cross_cultural": Message("跨文化沟通", "Cross-cultural communication"),
        "engineering_practice": Message("工程实践", "Engineering practice"),
        "knowledge_application": Message("知识应用", "Applying knowledge"),
        "problem_solving": Message("解决问题", "Problem solving"),
        "innovation": Message("创新", "Innovation"),
        "teamwork": Message("团队协作", "Teamwork"),
        "communication": Message("沟通表达", "Communication"),
        "learning": Message("学习能力", "Learning"),
        "professionalism": Message("职业素养", "Professionalism"),
        "digital_tools": Message("数字工具", "Digital tools"),
        "other": _OTHER,
        "ethics": Message("职业道德", "Ethics"),
        "professional_skill": Message("专业技能", "Professional skill"),
        "professional_quality": Message("职业素养", "Professional quality"),
        "fit_knowledge": Message("知识适配", "Fit of knowledge"),
        "fit_problem_solving": Message("解决问题适配", "Fit of problem solving"),
        "fit_professionalism": Message("职业素养适配", "Fit of professionalism"),
    }
)
"""Words of measures, each with one meaning in every measure."""


def spread_title(dimension: str) -> Message:
    """The name of what a structure spreads graduates over."""
    return _SPREADS[dimension] if dimension in _SPREADS else DIMENSIONS[dimension].title


def code_name(indicator: str, code: str, language: str) -> str:
    """The name of a code that answers name; the code itself where it has none.

    >>> code_name("ability_gaps", "teamwork", "zh"), code_name("leave_reasons", "new", "en")
    ('团队协作', 'new')
    """
    if indicator == INDUSTRY_FLOWS:
        parts = [name_of("industry", each) for each in code.split(FLOW)]
        return " → ".join(each.in_language(language) for each in parts if each) if all(parts) else code
    name = _WORDS.get(code)
    return code if name is None else name.in_language(language)
