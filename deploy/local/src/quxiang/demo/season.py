"""A believable season: who decides what, and on which day the school's office entered it."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from quxiang.demo.people import Person, School

_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_PLACES = ("410102", "410302", "110108", "310115", "440305", "330106", "320102", "420106", "510107", "370102")
_INDUSTRIES = ("22", "24", "31", "34", "35", "37", "38", "42")
_NATURES = ("10", "22", "31", "39")

# Shares of a cohort, in thousandths, by destination code.
_SHARES: Mapping[str, int] = {
    "10": 300, "11": 150, "12": 80, "271": 10, "46": 15, "502": 6, "503": 8, "512": 10, "75": 10, "76": 25,
    "801": 165, "802": 6, "85": 30, "70": 100, "71": 30, "72": 25,
}  # fmt: skip
_WITHOUT_REGISTRATION = 40
_FOUND_WORK_LATER = 0.5
# Month, day and share of the decisions that were entered then.
_DAYS = ((-1, 11, 20, 8), (0, 3, 20, 20), (0, 5, 10, 24), (0, 6, 20, 32), (0, 7, 25, 10), (0, 8, 25, 6))


@dataclass(frozen=True)
class Wave:
    """What the office entered on one day."""

    day: date
    rows: tuple[Mapping[str, object], ...]


def waves(school: School, cohort: int, members: list[Person], today: date) -> list[Wave]:
    """The imports of the season so far, in the order of their days."""
    chance = random.Random(f"season {school.code} {cohort}")  # noqa: S311
    days = [(date(cohort + years, month, day), share) for years, month, day, share in _DAYS]
    begun = [(day, share) for day, share in days if day < today]
    if not begun:
        return []
    rows: dict[date, list[Mapping[str, object]]] = {day: [] for day, _ in begun}
    for person in members:
        _decide(person, chance, [day for day, _ in begun], [share for _, share in begun], rows)
    return [Wave(day, tuple(entered)) for day, entered in rows.items() if entered]


def _decide(
    person: Person,
    chance: random.Random,
    days: list[date],
    shares: list[int],
    rows: dict[date, list[Mapping[str, object]]],
) -> None:
    """Lets one graduate decide once, or, still seeking in summer, once more."""
    code = chance.choices([*_SHARES, ""], [*_SHARES.values(), _WITHOUT_REGISTRATION])[0]
    if not code:
        return
    day = chance.choices(days, shares)[0]
    rows[day].append(destination_row(person, code, day, chance))
    later = [each for each in days if each > day]
    if code == "70" and later and chance.random() < _FOUND_WORK_LATER:
        found = chance.choice(later)
        rows[found].append(destination_row(person, "11", found, chance))


def destination_row(person: Person, code: str, day: date, chance: random.Random) -> Mapping[str, object]:
    """One row of the national export, with the columns its destination asks for."""
    row = {"学号": person.student_number, "考生号": person.exam_number, "姓名": person.name}
    return {**row, "毕业去向类别代码": code, **_particulars(code, day, chance)}


def _particulars(code: str, day: date, chance: random.Random) -> dict[str, object]:
    place = {"单位所在地代码": chance.choice(_PLACES)}
    industry = {"单位行业代码": chance.choice(_INDUSTRIES)}
    name = f"示例{chance.randint(1, 400)}号"
    match code:
        case "10" | "11" | "12":
            uscc = _credit_code(chance)
            unit = {"单位名称": f"{name}有限公司", "统一社会信用代码": uscc, "单位性质代码": chance.choice(_NATURES)}
            at = {
                "单位地址": f"示例路{chance.randint(1, 200)}号",
                "工作职位类别代码": "13",
                "签约日期": day.isoformat(),
            }
            return {**unit, **industry, **place, **at}
        case "271" | "502" | "503" | "512":
            return {"单位名称": f"{name}项目办公室", **place}
        case "75":
            return {"单位名称": f"{name}工作室", **industry, **place}
        case "76":
            return {"单位名称": "自由撰稿", **place}
        case "801" | "802":
            return {"单位名称": f"示例大学{chance.randint(1, 60)}"}
        case "85":
            school = {"留学院校中文名称": "示例海外大学", "留学院校外文名称": "Example University Abroad"}
            return {"留学国家地区": "英国", **school, "留学专业中文名称": "工程", "留学专业外文名称": "Engineering"}
        case "70":
            return {"毕业去向": chance.choice(("求职中", "签约中", "拟参加公招考试"))}
        case "72":
            return {"毕业去向": chance.choice(("暂不就业", "拟出国出境"))}
    return {}


def _credit_code(chance: random.Random) -> str:
    """Makes a unified social credit code of the right form, in a region that does not exist."""
    digits = "91990000" + "MA" + "".join(chance.choices("0123456789", k=7))
    total = sum(_ALPHABET.index(digit) * pow(3, place, 31) for place, digit in enumerate(digits))
    return digits + _ALPHABET[(31 - total % 31) % 31]
