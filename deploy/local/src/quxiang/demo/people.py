"""Invented graduates, the same ones in every run."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from faker import Faker

# No region has this number, so no person can have the id.
TARGETED = 11
"""Place, from 0, of the first who is trained for a unit."""

_CLASSES = 4
_REGION = "990001"
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_DIGITS = "10X98765432"
_ORIGINS = ("410102", "410302", "110101", "130102", "370102", "340102", "420106", "510107", "610113", "440305")


@dataclass(frozen=True)
class Major:
    """A major of a demo school, with its share of the graduates."""

    code: str
    name: str
    college_code: str
    college: str
    share: int
    was: tuple[str, str] | None = None
    """Code and name under which the major was taught before."""


@dataclass(frozen=True)
class School:
    """A demo school."""

    code: str
    name: str
    name_en: str
    identifier_code: str
    province_code: str
    city_code: str
    size: int
    majors: tuple[Major, ...]


SCHOOLS = (
    School(
        "10001", "示例理工大学", "Example University of Technology", "4141010001", "410000", "410100", 2200,
        (
            Major("080901", "计算机科学与技术", "C01", "计算机学院", 5),
            Major("080902", "软件工程", "C01", "计算机学院", 4, ("080611", "计算机软件")),
            Major("080202", "机械设计制造及其自动化", "C02", "机械工程学院", 5),
            Major("081001", "土木工程", "C03", "土木工程学院", 3),
            Major("120203", "会计学", "C04", "商学院", 4),
            Major("050201", "英语", "C05", "外国语学院", 2),
        ),
    ),
    School(
        "10002", "示例师范学院", "Example Normal College", "4121010002", "210000", "210100", 1300,
        (
            Major("040106", "学前教育", "E01", "教育学院", 4),
            Major("040107", "小学教育", "E01", "教育学院", 4),
            Major("050101", "汉语言文学", "E02", "文学院", 4),
            Major("070101", "数学与应用数学", "E03", "数学学院", 3),
            Major("130202", "音乐学", "E04", "艺术学院", 2),
        ),
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Person:
    """One graduate as the school's own system knows them."""

    student_number: str
    exam_number: str
    name: str
    citizen_id: str
    phone: str
    origin: str
    major: Major

    @property
    def group(self) -> int:
        """The class of the major, from 1."""
        return int(self.student_number[-5:]) % _CLASSES + 1

    @property
    def sex(self) -> str:
        """The sex, which the last but one digit of the id tells."""
        return "男" if int(self.citizen_id[16]) % 2 else "女"


def unit_rows(school: School) -> Iterator[Mapping[str, object]]:
    """The colleges and majors of a school, and what the majors were before."""
    for code, name in {major.college_code: major.college for major in school.majors}.items():
        yield {"类型": "学院", "代码": code, "名称": name}
    for major in school.majors:
        here = {"类型": "专业", "学院代码": major.college_code}
        if major.was:
            yield here | dict(zip(("代码", "名称"), major.was, strict=True))
        said = {"代码": major.code, "名称": major.name, "国标代码": major.code, "目录年份": "2012"}
        yield here | said | {"前身代码": major.was[0] if major.was else ""}


def people(school: School, cohort: int) -> list[Person]:
    """Invents the cohort of a school."""
    chance = random.Random(f"{school.code} {cohort}")  # noqa: S311
    names = Faker("zh_CN")
    names.seed_instance(int(school.code))
    weights = [major.share for major in school.majors]
    majors = chance.choices(school.majors, weights, k=school.size)
    return [_person(school, cohort, number, names.name(), major, chance) for number, major in enumerate(majors, 1)]


def _person(school: School, cohort: int, number: int, name: str, major: Major, chance: random.Random) -> Person:
    # Every hundred people share a day of the month, so that day and serial number are those of one person.
    born = f"{cohort - 22}{chance.randint(1, 12):02d}{number // 100 % 28 + 1:02d}"
    serial = int(school.code) % 10 * 100 + number % 100
    return Person(
        student_number=f"{cohort - 4}D{number:05d}",
        exam_number=f"99{cohort - 4 - 2000}{school.code}{number:05d}",
        name=name,
        citizen_id=_with_check_digit(f"{_REGION}{born}{serial:03d}"),
        phone=f"10{(cohort - 2016) % 10}{number:08d}",
        origin=chance.choice(_ORIGINS),
        major=major,
    )


def roster_rows(school: School, cohort: int, members: list[Person]) -> Iterator[Mapping[str, object]]:
    """The rows of a roster in the header format of a campus system, with the faults that such rosters have."""
    for number, person in enumerate(members):
        yield {
            "所在院系": person.major.college,
            "院系代码": person.major.college_code,
            "姓名": person.name,
            "学号": person.student_number,
            "班级代码": f"{person.major.code}-{person.group}",
            "班级": f"{person.major.name}{person.group}班",
            "考生号": person.exam_number,
            "性别": person.sex,
            "民族": "汉族",
            "院校名称": school.name,
            "院校代码": school.code,
            "学制": 4,
            "学历": "本科毕业",
            "学历代码": "31",
            "政治面貌": "共青团员",
            "政治面貌代码": "03",
            "身份证号": person.citizen_id,
            "入学日期": f"{cohort - 4}-09-01",
            "预计毕业日期": f"{cohort}-06-30",
            "专业名称": person.major.name,
            "专业代码": person.major.code,
            "培养方式": "非定向",
            "培养方式代码": "1",
            "师范生类别": "非师范生",
            "师范生类别代码": "2",
            "困难生类别代码": "0",
            "城乡生源": "城镇" if person.origin.endswith("102") else "农村",
            "生源所在地参考": person.origin,
            "手机号": person.phone,
            **_fault(number, person),
        }


def _fault(number: int, person: Person) -> Mapping[str, object]:
    """What is wrong with the row of some people, as reports on quality find it."""
    match number % 400:
        case rest if rest % 32 == 1:
            return {"手机号": ""}
        case 2 | 3:
            return {"手机号": "10099999999"}
        case rest if rest % 100 == 4:
            return {"政治面貌": "", "政治面貌代码": ""}
        case 7 | 207:
            return {"生源所在地参考": f"{person.origin[:2]}0000"}
        case place if place == TARGETED:
            return {"培养方式": "定向", "培养方式代码": "2"}
        case 13:
            return {"性别": "女" if person.sex == "男" else "男"}
        case 17:
            return {"入学日期": ""}
    return {}


def _with_check_digit(digits: str) -> str:
    return digits + _CHECK_DIGITS[sum(int(d) * w for d, w in zip(digits, _WEIGHTS, strict=True)) % 11]
