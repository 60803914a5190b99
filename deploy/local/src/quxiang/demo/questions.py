"""Questionnaires of the demo for each cycle, and what an invented graduate answers: each question gives a measure."""

import random
from collections.abc import Mapping, Sequence

from common.codes import CodeLists
from common.measures import MEASURES, Measure, MeasureType
from quxiang.demo.client import Json

PAGE = "answers"

_ASKED = (
    *("situation", "salary", "work_place", "industry", "post_level", "major_match", "interest_match"),
    *("job_satisfaction", "skill_use", "guidance_satisfaction", "teaching_satisfaction", "search_satisfaction"),
    *("offers", "search_months", "worked_12m", "left_job_12m", "leave_reason", "first_industry"),
    *("promoted", "promotion_months", "higher_degree", "training", "qualifications", "patents", "ability_gaps"),
)
_WORKING = frozenset({"employed", "own_business", "freelance"})
_OF_WORK = frozenset(_ASKED[1:9])
"""Measures that only people who work have anything to say of."""

_VISIBLE_TO_WORKERS = " or ".join(f"${{situation}} = '{each}'" for each in sorted(_WORKING))

_CODES: Mapping[str, Sequence[str]] = {
    "work_place": ("410100", "410300", "110100", "310100", "440300", "330100"),
    "industry": ("22", "24", "31", "34", "35", "37"),
    "first_industry": ("22", "24", "31", "34", "35", "37"),
}
_WORDS: Mapping[str, tuple[str, str]] = {
    "employed": ("受雇工作", "Employed"),
    "own_business": ("自主创业", "Own business"),
    "freelance": ("自由职业", "Freelance"),
    "studying": ("在读", "Studying"),
    "seeking": ("求职中", "Looking for work"),
    "not_seeking": ("暂不就业", "Not looking for work"),
    "junior": ("基层", "Junior"),
    "middle": ("中层", "Middle"),
    "senior": ("高层", "Senior"),
    "salary": ("薪资", "Pay"),
    "growth": ("发展空间", "Room to grow"),
    "interest": ("兴趣", "Interest"),
    "family": ("家庭", "Family"),
    "health": ("健康", "Health"),
    "employer": ("单位原因", "The employer"),
    "other": ("其他", "Other"),
    "data_analysis": ("数据分析", "Data analysis"),
    "cross_cultural": ("跨文化沟通", "Across cultures"),
    "engineering_practice": ("工程实践", "Engineering practice"),
    "knowledge_application": ("知识应用", "Use of knowledge"),
    "problem_solving": ("问题解决", "Problem solving"),
    "innovation": ("创新", "Innovation"),
    "teamwork": ("团队协作", "Teamwork"),
    "communication": ("沟通表达", "Communication"),
    "learning": ("学习能力", "Learning"),
    "professionalism": ("职业素养", "Professionalism"),
    "digital_tools": ("数字工具", "Digital tools"),
}
_SITUATIONS = {"employed": 70, "own_business": 3, "freelance": 5, "studying": 14, "seeking": 5, "not_seeking": 3}
_PAY, _PAY_RISE = 5_200, 900
"""Yuan a month at graduation, and more with each year: invented."""


def questionnaire(cycle: int, cohort: int) -> Json:
    """The questionnaire of a cohort so many years after graduation, on one page."""
    return {
        "title": {
            "zh": f"{cohort} 届毕业生跟踪调查（示例，周期 {cycle}）",
            "en": f"Survey of {cohort} (example, cycle {cycle})",
        },
        "pages": [{"id": PAGE, "questions": [_question(measure) for measure in _asked(cycle)]}],
    }


def answers(cycle: int, chance: random.Random) -> Json:
    """What one graduate answers, by question; who does not work says nothing of work."""
    situation = chance.choices([*_SITUATIONS], [*_SITUATIONS.values()])[0]
    asked = [each for each in _asked(cycle) if situation in _WORKING or each.id not in _OF_WORK]
    return {each.id: situation if each.id == "situation" else _value(each, cycle, chance) for each in asked}


def _asked(cycle: int) -> list[Measure]:
    return [MEASURES[name] for name in _ASKED if MEASURES[name].asked_in(cycle)]


def _question(measure: Measure) -> Json:
    text = {"zh": measure.title.zh, "en": measure.title.en}
    asked: Json = {"id": measure.id, "text": text, "measure": {"id": measure.id}, "required": measure.id == "situation"}
    if measure.id == "situation":
        asked["core"] = True
    if measure.id in _OF_WORK:
        asked["visible_if"] = _VISIBLE_TO_WORKERS
    match measure.type:
        case MeasureType.YUAN:
            return asked | {"type": "money", "period": "month", "sensitive": True, "refusable": True}
        case MeasureType.FLAG:
            return asked | {"type": "boolean"}
        case MeasureType.SCORE:
            return asked | {"type": "scale", "scale": {"min": 1, "max": 5}}
        case MeasureType.CODE | MeasureType.CODES:
            kind = "single_choice" if measure.type is MeasureType.CODE else "multiple_choice"
            return asked | {"type": kind, "options": [_option(measure, code) for code in _codes(measure)]}
        case _:
            return asked | {"type": "number", "minimum": 0, "maximum": 500_000}


def _codes(measure: Measure) -> Sequence[str]:
    return measure.words or _CODES[measure.id]


def _option(measure: Measure, code: str) -> Json:
    if measure.words:
        zh, en = _WORDS[code]
    else:
        entry = CodeLists.load().get("industry" if measure.code_list == "industry" else "division").lookup(code)
        assert entry is not None, "the codes of the demo are in the lists"
        zh, en = entry.label_zh, entry.label_en or code
    return {"value": code, "text": {"zh": zh, "en": en}}


def _value(measure: Measure, cycle: int, chance: random.Random) -> object:
    match measure.type:
        case MeasureType.FLAG:
            return chance.random() < (0.9 if measure.id == "worked_12m" else 0.35)
        case MeasureType.SCORE:
            return chance.choices((1, 2, 3, 4, 5), (3, 8, 25, 40, 24))[0]
        case MeasureType.YUAN:
            return round(chance.lognormvariate(0, 0.3) * (_PAY + _PAY_RISE * cycle))
        case MeasureType.CODE:
            return chance.choice(_codes(measure))
        case MeasureType.CODES:
            return chance.sample(_codes(measure), chance.randint(1, 3))
        case MeasureType.MONTHS:
            return chance.randint(1, 12 * max(cycle, 1))
        case _:
            return chance.choices((0, 1, 2, 3), (40, 30, 20, 10))[0]
