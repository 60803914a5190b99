"""Each chapter of a report says what the routes answer, figure by figure."""

from datetime import date
from typing import Any
from uuid import uuid4

import pypdfium2
import pytest

from common.contracts.organisation import UnitKind
from common.database import Database
from common.operations import OperationRunner
from common.service_process import Runtime
from indicators.reports.domain import KIND
from indicators.reports.operations import making
from indicators.settings import Settings
from indicators.tracking.operations import Editions
from testing.databases import ServiceDatabase
from testing.http import Client

JUNE = date(2024, 6, 1)
PEOPLE = 60
PLACES = ("410102", "110101", "440305", "330106", "510104")
INDUSTRIES = ("34", "39", "65", "22", "42")
GRADUATES_SAY = {
    "teaching_satisfaction": (50, 75, 100),
    "guidance_satisfaction": (75, 75, 25),
    "salary": (5000, 6500, 8000),
    "major_match": (100, 75, 25),
    "ability_gaps": (["data_analysis"], ["teamwork", "data_analysis"], ["communication"]),
    "job_satisfaction": (75, 100, 50),
}
EMPLOYERS_SAY = {
    "ethics": (100, 75, 50), "professional_skill": (75, 75, 100), "teamwork": (50, 100, 75),
    "fit_knowledge": (75, 50, 100), "fit_problem_solving": (50, 75, 100), "fit_need": (100, 75, 25),
    "rehire": ("yes", "yes", "unsure"), "ability_gaps": (["innovation"], ["innovation"], ["learning"]),
}  # fmt: skip


def told(values: dict[str, Any], number: int) -> dict[str, Any]:
    return {name: each[number % 3] for name, each in values.items()}


@pytest.fixture(scope="module")
async def school(new_school: Any, apply: Any, database: Database) -> Any:
    """Graduates of two majors with destinations, answers after 1 and 3 years, and those of 24 employers."""
    school = new_school()
    school.described("410000", name="示例大学", name_en="Example University")
    names = {"C0": ("信息工程学院", "Information Engineering"), "C1": ("文学院", "Humanities")}
    for code, (name, name_en) in names.items():
        school.has_unit(UnitKind.COLLEGE, code, name=name, name_en=name_en)
    for code, name, name_en in (("M0", "软件工程", "Software"), ("M1", "汉语言文学", "Chinese")):
        school.has_unit(UnitKind.MAJOR, code, college_code=f"C{code[1]}", name=name, name_en=name_en)
    waves = {cycle: uuid4() for cycle in (1, 3)}
    for number in range(PEOPLE):
        unit = number % 2
        someone = school.enters(
            college_code=f"C{unit}", major_code=f"M{unit}", sex_code=f"{1 + number // 2 % 2}", class_code="K",
            education_level_code="31", ethnicity_code="01", origin_place_code=PLACES[number % 5],
        )  # fmt: skip
        particulars = {"employer_nature_code": ("10", "31", "39")[number % 3], "industry_code": INDUSTRIES[number % 5]}
        if number % 10:
            code = "801" if number % 7 == 0 else "10"
            placed = particulars | {"place_code": PLACES[number % 4], "position_code": "13"} if code == "10" else {}
            school.goes(someone, code, JUNE, **placed)
        for cycle, wave in waves.items():
            said = {"situation": "employed", **told(GRADUATES_SAY, number + cycle)}
            school.gives(uuid4(), 1, said, graduate_id=someone, wave_id=wave, cycle=cycle)
    of_employers = uuid4()
    for number in range(24):
        said = {"hire_college": "C0", "hire_major": "M0", "hire_education_level": "31"}
        school.gives(uuid4(), 1, said | told(EMPLOYERS_SAY, number), employer_id=uuid4(), wave_id=of_employers)
    for cycle, wave in waves.items():
        school.closes(wave, cycle)
    school.closes(of_employers, year=2025)
    await apply(school.events)
    while await Editions(database).take_due():
        pass
    return school


@pytest.fixture(scope="module")
def runner(stored: ServiceDatabase, database: Database) -> OperationRunner:
    return OperationRunner(
        database, {KIND: making(Runtime(Settings(database_url=stored.app_url, partitions=12), database))}
    )


@pytest.fixture
def text(client: Client, runner: OperationRunner, school: Any) -> Any:
    async def said(subject: dict[str, Any], language: str) -> str:
        """All text of a report, its lines and those that are broken as one."""
        http = client("school_officer", school=school.code)
        body = {"school_code": school.code, "cohort": 2024, "subject": subject, "as_of": "2024-08-31"}
        accepted = await http.post("/v1/reports", json=body | {"language": language})
        assert accepted.status_code == 202, accepted.text
        assert await runner.run_once()
        ended = (await http.get(f"/v1/operations/{accepted.json()['id']}")).json()
        (report,) = ended["result"]["reports"]
        pdf = (await http.get(f"/v1/reports/{report}/pdf")).content
        pages = [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(pdf)]
        return " ".join("".join(pages).split())

    return said


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_every_chapter_says_what_the_routes_answer(client: Client, school: Any, text: Any, language: str) -> None:
    found = await text({"kind": "major", "code": "M0"}, language)
    reader = client("school_officer", school=school.code)
    of = {"school": school.code, "cohort": 2024, "major": "M0"}
    day = of | {"as_of": "2024-08-31"}
    in_language = {"Accept-Language": language}

    async def told_of(path: str, **asked: Any) -> Any:
        answered = await reader.get(path, params=asked, headers=in_language)
        assert answered.status_code == 200, answered.text
        return answered.json()

    (rates,) = (await told_of("/v1/rates", **day))["observations"]
    assert rates["base"] == 30
    lines = [f"{each['numerator']} {each['denominator']} {each['rate']}" for each in rates["measures"].values()]
    for dimension in ("destination_class", "employer_nature", "industry", "position", "province", "place_of_school"):
        structure = await told_of("/v1/structures", **day, dimension=dimension)
        (only,) = structure["observations"]
        lines += [f"{each['label'] or ''} {each['count']} {each['share']}".strip() for each in only["cells"]]
    trends = await told_of(
        "/v1/trends", school=school.code, major="M0", cohorts="2024", on="08-31", measure="placement_rate"
    )
    lines += [
        f"2024 {each['scheme']} {each['as_of']} {each['numerator']} {each['denominator']} {each['rate']}"
        for each in trends["observations"][0]["points"]
    ]
    portrait = await told_of("/v1/portraits", **of)
    shown = [each for each in portrait["cycles"] if each["edition"]]
    assert [each["cycle"] for each in shown] == [1, 3]
    for name in ("teaching_satisfaction", "salary", "major_match", "job_satisfaction"):
        own = [each["indicators"][name] for each in shown]
        assert {each["status"] for each in own} == {"ok"}
        lines.append(" ".join(f"{each['value']} {each['base']}" for each in own))
    for gap in shown[0]["indicators"]["ability_gaps"]["value"]:
        other = {each["code"]: each["share"] for each in shown[1]["indicators"]["ability_gaps"]["value"]}
        lines.append(f"{gap['share']} {other[gap['code']]}")
    indicators = "employer_satisfaction,employer_fit,employer_match,rehire,employer_ability_gaps"
    asked = {"school": school.code, "year": 2025, "hire_major": "M0", "indicator": indicators}
    (employers,) = (await told_of("/v1/tracking", **asked))["observations"]
    for name in ("employer_satisfaction", "employer_fit", "employer_match", "rehire"):
        judged = employers["indicators"][name]
        assert judged["status"] == "ok"
        lines.append(f"{judged['value']} {judged['base']}")
    lines += [each["share"] for each in employers["indicators"]["employer_ability_gaps"]["value"]]
    assert [each for each in lines if each not in found] == []
    # no code stands where a word belongs
    assert [
        each for each in ("data_analysis", "innovation", "employed", "professional_skill") if each in found.split()
    ] == []


async def test_a_group_without_a_table_of_surveys_says_so(text: Any) -> None:
    found = await text({"kind": "group", "filters": {"sex": "1", "origin_province": "410000"}}, "zh")
    assert "跟踪调查不按这样的群体统计" in found
    assert "75.00" not in found.partition("对教育教学的反馈")[2]
