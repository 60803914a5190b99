"""Demo data is believable, always the same, and visibly nobody's."""

import csv
import io
import random
from collections import Counter
from dataclasses import replace
from datetime import date
from fractions import Fraction

import openpyxl
import pytest

from common.measures import MEASURES
from quxiang.demo.changes import answered, corrected
from quxiang.demo.deadlines import next_people
from quxiang.demo.doubts import first_decisions
from quxiang.demo.earlier import HARD_TIMES, SIZE, decisions
from quxiang.demo.files import DESTINATION_HEADERS, ROSTER_HEADERS, UNIT_HEADERS, table, workbook
from quxiang.demo.filing import returned
from quxiang.demo.frozen import RULE
from quxiang.demo.odd import ODD_HEADERS, SAVED, odd_rows
from quxiang.demo.people import SCHOOLS, Person, School, people, roster_rows, unit_rows
from quxiang.demo.questions import answers, questionnaire
from quxiang.demo.season import Wave, waves

COHORT = 2026
AFTER = date(2026, 11, 24)


@pytest.fixture(scope="module", params=SCHOOLS, ids=lambda school: school.code)
def school(request: pytest.FixtureRequest) -> School:
    found: School = request.param
    return found


@pytest.fixture(scope="module")
def members(school: School) -> list[Person]:
    return people(school, COHORT)


@pytest.fixture(scope="module")
def season(school: School, members: list[Person]) -> list[Wave]:
    return waves(school, COHORT, members, AFTER)


def test_nobody_has_these_numbers_and_no_two_share_one(school: School, members: list[Person]) -> None:
    assert all(person.citizen_id.startswith("990001") and person.phone.startswith("100") for person in members)
    for numbers in ({p.citizen_id for p in members}, {p.student_number for p in members}, {p.phone for p in members}):
        assert len(numbers) == school.size


def test_a_major_comes_from_one_that_the_file_of_units_brings(school: School) -> None:
    rows = list(unit_rows(school))
    assert {header for row in rows for header in row} == set(UNIT_HEADERS) - {"专业代码"}
    assert {row["前身代码"] for row in rows if row.get("前身代码")} <= {row["代码"] for row in rows}
    assert len({(row["类型"], row["代码"]) for row in rows}) == len(rows)


def test_the_odd_file_is_about_graduates_of_the_roster_and_has_headers_of_its_own(members: list[Person]) -> None:
    rows = list(odd_rows(members))
    assert {row["学生编号"] for row in rows} <= {person.student_number for person in members}
    assert all(str(row["联系人电话"]).startswith("100") for row in rows)
    assert {header for row in rows for header in row} == set(ODD_HEADERS) - {"备注"}
    assert SAVED.keys() < set(ODD_HEADERS)


def test_every_run_invents_the_same_people_and_the_same_season(school: School) -> None:
    small = replace(school, size=200)
    members = people(small, COHORT)
    assert members == people(small, COHORT)
    assert waves(small, COHORT, members, AFTER) == waves(small, COHORT, members, AFTER)


def test_the_season_is_believable(members: list[Person], season: list[Wave]) -> None:
    latest = {row["学号"]: row["毕业去向类别代码"] for wave in season for row in wave.rows}
    placed = [code for code in latest.values() if code not in ("70", "71", "72")]
    assert 0.75 < len(placed) / len(members) < 0.95
    assert len(latest) < len(members)


def test_decisions_are_entered_in_the_order_of_their_days_and_never_ahead(
    school: School, members: list[Person]
) -> None:
    days = [wave.day for wave in waves(school, COHORT, members, date(2026, 6, 1))]
    assert days == sorted(days)
    assert days[-1] < date(2026, 6, 1)
    assert waves(school, COHORT, members, date(2025, 9, 1)) == []


def test_the_files_are_what_schools_upload(school: School, members: list[Person], season: list[Wave]) -> None:
    roster = list(roster_rows(school, COHORT, members))
    assert len(roster) == school.size
    # what one row is like, all are like; reading thousands takes seconds
    content = io.BytesIO(workbook(ROSTER_HEADERS, roster[:100]))
    [sheet] = openpyxl.load_workbook(content).worksheets
    rows = list(sheet.values)
    assert len(rows) == 101
    assert rows[0] == ROSTER_HEADERS
    text = table(DESTINATION_HEADERS, season[0].rows).decode("gb18030")
    assert text.splitlines()[0] == ",".join(DESTINATION_HEADERS)


def test_what_came_back_of_a_filing_differs_in_four_rows(season: list[Wave]) -> None:
    sent = table(DESTINATION_HEADERS, season[0].rows).decode("gb18030").encode("utf-8-sig")
    ours, theirs = (
        {row["考生号"]: row for row in csv.DictReader(io.StringIO(each.decode("utf-8-sig"), newline=""))}
        for each in (sent, returned(sent))
    )
    both = ours.keys() & theirs.keys()
    assert (len(ours.keys() - both), len(theirs.keys() - both)) == (1, 1)
    assert sum(ours[number] != theirs[number] for number in both) == 2


def test_the_first_decisions_of_the_next_cohort_are_of_one_college_but_for_who_was_trained_for_a_unit() -> None:
    cohort = next_people(SCHOOLS[0], COHORT + 1)
    *rows, targeted = first_decisions(cohort, AFTER)
    colleges = {each.student_number: each.major.college_code for each in cohort}
    assert len({colleges[str(row["学号"])] for row in rows}) == 1
    assert sorted(str(row["毕业去向类别代码"]) for row in rows) == ["11", "11", "12", "76"]
    assert len({row["单位名称"] for row in rows if "联系人电话" in row}) == 2
    trained = {str(row["学号"]): row["培养方式代码"] for row in roster_rows(SCHOOLS[0], COHORT + 1, cohort)}
    assert trained[str(targeted["学号"])] == "2"


def test_the_same_people_play_a_part_in_a_run_that_goes_on(season: list[Wave]) -> None:
    """Chosen by the files alone: what has become of them meanwhile moves nobody."""
    decided = {str(row["学号"]): str(row["毕业去向类别代码"]) for wave in season for row in wave.rows}
    backwards = dict(reversed(decided.items()))
    assert corrected(decided) == corrected(backwards)
    assert answered("10001", decided) == answered("10001", backwards)
    assert not set(corrected(decided)) & set(answered("10001", decided))


@pytest.mark.parametrize("cycle", [0, 1, 3, 5])
def test_what_is_asked_gives_measures_and_is_answered_in_range(cycle: int) -> None:
    questions = {each["id"]: each for each in questionnaire(cycle, COHORT - cycle)["pages"][0]["questions"]}
    assert all(each["measure"]["id"] == name and MEASURES[name].asked_in(cycle) for name, each in questions.items())
    chance = random.Random(cycle)
    given = [answers(cycle, chance) for _ in range(200)]
    assert set().union(*given) == questions.keys()
    for answer in given:
        assert (answer["situation"] in {"studying", "seeking", "not_seeking"}) == ("salary" not in answer)
        for name, value in answer.items():
            asked = questions[name]
            options = {option["value"] for option in asked.get("options", ())}
            match asked["type"]:
                case "single_choice":
                    assert value in options
                case "multiple_choice":
                    assert set(value) <= options
                case "scale":
                    assert value in range(1, 6)
                case "number" | "money":
                    assert 0 <= value <= 500_000
                case kind:
                    assert (kind, type(value)) == ("boolean", bool)


def test_cohorts_share_no_number(members: list[Person], school: School) -> None:
    others = [each for years in (-5, -1, 1) for each in people(replace(school, size=60), COHORT + years)]
    for name in ("citizen_id", "student_number", "exam_number", "phone"):
        numbers = [getattr(each, name) for each in (*members, *others)]
        assert len(numbers) == len(set(numbers)), name


@pytest.mark.parametrize("cohort", [COHORT - 3, COHORT - 2, COHORT - 1])
def test_one_major_stands_lowest_in_three_cohorts_among_as_many_as_the_rule_asks_for(cohort: int) -> None:
    school = replace(SCHOOLS[0], size=SIZE)
    rows, lacking = decisions(school, cohort, AFTER)
    placed = {row["学号"] for row in rows if row["毕业去向类别代码"] not in ("70", "71", "72")}
    members = people(school, cohort)
    sizes = Counter(each.major.code for each in members)
    shares = {
        code: Fraction(sum(each.major.code == code and each.student_number in placed for each in members), size)
        for code, size in sizes.items()
        if size >= RULE["min_base"]
    }
    assert len(shares) >= RULE["min_majors"]
    assert all(shares[HARD_TIMES] < share for code, share in shares.items() if code != HARD_TIMES)
    assert {each.major.code for each in members if each.student_number in {row["学号"] for row in lacking}} == {
        HARD_TIMES
    }
    # one of the newest cohort is too small to be compared
    assert cohort < COHORT - 1 or min(sizes.values()) < RULE["min_base"]
