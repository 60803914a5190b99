"""Names of the codes that distributions of answers are counted by, in both languages."""

from collections.abc import Mapping
from types import MappingProxyType

from common.errors import Message
from indicators.schemes.labels import name_of
from indicators.tracking_counts.indicators import INDUSTRY_FLOWS
from indicators.tracking_counts.readings import FLOW

# the codes that measures.csv lists, each with one meaning in every distribution
_WORDS: Mapping[str, Message] = MappingProxyType(
    {
        "employed": Message("单位就业", "Employed"),
        "own_business": Message("自主创业", "Own business"),
        "freelance": Message("自由职业", "Freelance"),
        "studying": Message("升学", "Studying"),
        "seeking": Message("待就业", "Seeking"),
        "not_seeking": Message("暂不就业", "Not seeking"),
        "skills": Message("能力不足", "Lack of skills"),
        "direction": Message("方向不明", "No direction yet"),
        "exam": Message("备考", "Preparing for an examination"),
        "waiting": Message("等待机会", "Waiting"),
        "expectations": Message("期望过高", "Expectations"),
        "health_family": Message("健康或家庭原因", "Health or family"),
        "salary": Message("薪资", "Pay"),
        "growth": Message("发展空间", "Room to grow"),
        "interest": Message("兴趣", "Interest"),
        "family": Message("家庭", "Family"),
        "health": Message("健康", "Health"),
        "employer": Message("单位原因", "The employer"),
        "data_analysis": Message("数据分析", "Data analysis"),
        "cross_cultural": Message("跨文化沟通", "Working across cultures"),
        "engineering_practice": Message("工程实践", "Engineering practice"),
        "knowledge_application": Message("知识应用", "Use of knowledge"),
        "problem_solving": Message("问题解决", "Problem solving"),
        "innovation": Message("创新", "Innovation"),
        "teamwork": Message("团队协作", "Teamwork"),
        "communication": Message("沟通表达", "Communication"),
        "learning": Message("学习能力", "Learning"),
        "professionalism": Message("职业素养", "Professionalism"),
        "digital_tools": Message("数字工具", "Digital tools"),
        "other": Message("其他原因或方面", "Something else"),
    }
)


def word_of(indicator: str, code: str, language: str) -> str | None:
    """The name of a code in a distribution; none for a code that no list has.

    >>> word_of("leave_reasons", "salary", "en"), word_of("leave_reasons", "?", "en")
    ('Pay', None)
    """
    if indicator == INDUSTRY_FLOWS:
        names = [name_of("industry", each) for each in code.split(FLOW)]
        return " → ".join(name.in_language(language) for name in names if name is not None) or None
    word = _WORDS.get(code)
    return None if word is None else word.in_language(language)
