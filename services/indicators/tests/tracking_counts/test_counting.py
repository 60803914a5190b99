"""An edition: all tables, groups that are shown, figures that are kept."""

from typing import Any

import pytest

from common.shown_groups.tables import name_of
from indicators.tracking_counts.counting import counted
from indicators.tracking_counts.dimensions import tables_of_employers, tables_of_graduates
from indicators.tracking_counts.edition import Answer, Counted, Counting, Memory, Row
from indicators.tracking_counts.process import counted as counted_apart

LISTED = (
    "college", "major", "class", "education_level", "education_level_code", "sex", "origin_province", "discipline",
    "major_class", "study_form", "teacher_training", "training_mode", "hardship", "hardship_any", "ethnicity_group",
    "origin_city", "origin_urban", "school", "school_province",
)  # fmt: skip
DIMENSIONS = ("education_level", "college")
TABLES = [(), ("education_level",), ("college",), ("college", "education_level")]


def answer(number: int, college: str, measured: dict[str, Any], *, since: int = 1, **more: Any) -> Answer:
    return Answer(
        person=f"P{number}",
        id=f"R{number}",
        measured=measured,
        since=dict.fromkeys(measured, since),
        group=("bachelor", college),
        **{"stratum": ("bachelor", "employed"), **more},
    )


def satisfied(colleges: dict[str, int], score: int = 75) -> list[Answer]:
    listed = [college for college, people in colleges.items() for _ in range(people)]
    return [answer(number, college, {"job_satisfaction": score}) for number, college in enumerate(listed)]


def edition(answers: list[Answer], *past: Counted, **more: Any) -> Counted:
    counting = Counting(
        of_employers=False,
        cohort=2023,
        cycle=1,
        dimensions=DIMENSIONS,
        tables=TABLES,
        answers=answers,
        strata=[("bachelor", "employed", 60)],
        past=[each.memory for each in past],
        kept=past[-1].rows if past else [],
        **more,
    )
    return counted(counting)


def figures(found: Counted, table: str, indicator: str, column: str = "value") -> dict[Any, Any]:
    rows = [row for row in found.rows if (row.table, row.indicator) == (table, indicator)]
    return {group: figures[column] for row in rows for group, figures in row.figures if column in figures}


def test_there_are_45_tables_of_graduates_and_11_of_employers() -> None:
    tables = tables_of_graduates(LISTED)
    assert len(tables) == len(set(tables)) == 45
    assert tables[:4] == [(), ("education_level",), ("college",), ("major",)]
    assert not any("class" in table for table in tables)
    assert ("major", "college") not in tables
    assert {name_of(table) for table in tables if "major" in table} == {"major", "major,education_level"}
    assert len(tables_of_employers()) == 11


def test_colleges_of_20_6_and_4() -> None:
    found = figures(edition(satisfied({"C1": 20, "C2": 6, "C3": 4})), "college", "job_satisfaction")
    assert found.keys() == {("C1",)}
    assert found["C1",]["base"] == 20
    assert found["C1",]["value"] == "75.00"
    assert found["C1",]["weighted"] == {"value": "75.00", "interval": None, "effective_base": "20.00"}


def test_a_group_that_moved_little_keeps_its_figure_and_one_that_moved_enough_gets_a_new_one() -> None:
    first = edition(satisfied({"C1": 20, "C2": 20}))
    moved = [*satisfied({"C1": 20, "C2": 20}), *(answer(100 + n, "C1", {"job_satisfaction": 0}) for n in range(4))]
    second = edition(moved, first)
    assert figures(second, "college", "job_satisfaction")["C1",]["base"] == 20
    assert second.memory.shown["job_satisfaction.value"] == {
        "college": [("C2",)],
        "college,education_level": [("C2", "bachelor")],
    }
    third = edition([*moved, answer(200, "C1", {"job_satisfaction": 0})], first, second)
    assert figures(third, "college", "job_satisfaction")["C1",]["base"] == 25
    assert figures(third, "total", "job_satisfaction")[()]["base"] == 45


def test_answers_that_say_something_else_count_as_moved_only_for_what_they_changed() -> None:
    def said(since: int) -> list[Answer]:
        return [
            answer(n, "C1", {"job_satisfaction": 50, "skill_use": 50}).model_copy(
                update={"since": {"job_satisfaction": 1, "skill_use": since if n < 4 else 1}}
            )
            for n in range(20)
        ]

    second = edition(said(2), edition(said(1)))
    assert second.memory.shown["job_satisfaction.value"]
    assert not second.memory.shown["skill_use.value"]


def test_what_stands_beside_some_figures() -> None:
    firms = [answer(n, "C1", {"firm_operating": n < 9}, founder=True) for n in range(12)]
    survival = figures(edition(firms, founders=[("bachelor", "C1")] * 20), "total", "startup_survival")[()]
    assert (survival["value"], survival["low_bound"], survival["high_bound"]) == ("75.00", "45.00", "85.00")
    wages = [answer(n, "C1", {"situation": "employed", "salary": 6000}, first={"salary": 5000}) for n in range(10)]
    wages += [answer(20 + n, "C1", {"situation": "employed", "salary": 6000}, first={"salary": 9}) for n in range(3)]
    growth = figures(edition(wages), "total", "salary_growth")[()]
    assert (growth["base"], growth["value"], growth["trimmed"], growth["real"]) == (10, "20.00", 3, None)


def test_several_answers_and_levels_of_an_employer_are_one_vote() -> None:
    def of_employer(number: int, score: int, *, hires: int, level: str | None = None, answer: int = 0) -> Answer:
        return Answer(
            person=f"E{number}",
            id=f"R{number}-{answer} {level}",
            measured={"ethics": score, "learning": score},
            since={"ethics": 1, "learning": 1},
            group=(level, None, None, None),
            hires=hires,
        )

    answers = [of_employer(n, 50, hires=1) for n in range(4)]
    answers += [of_employer(4, 100, hires=1, level="junior"), of_employer(4, 50, hires=1, level="senior")]
    answers += [of_employer(4, 0, hires=2, answer=1)]
    found = counted(
        Counting(
            of_employers=True,
            cohort=0,
            cycle=0,
            dimensions=("post_level", "hire_college", "hire_major", "hire_education_level"),
            tables=tables_of_employers(),
            answers=answers,
        )
    )
    total = figures(found, "total", "employer_satisfaction")[()]
    assert (total["base"], total["value"], total["per_graduate"]) == (5, "50.00", "50.00")
    assert figures(found, "total", "employer_satisfaction", "part ethics")[()]["value"] == "50.00"


async def test_the_process_counts_the_same() -> None:
    counting = Counting(
        of_employers=False, cohort=2023, cycle=1, dimensions=DIMENSIONS, tables=TABLES, answers=satisfied({"C1": 9})
    )
    assert await counted_apart(counting) == counted(counting)


@pytest.mark.parametrize("kind", [Memory, Row])
def test_what_is_kept_has_no_values_of_answers(kind: type) -> None:
    assert "measured" not in kind.model_fields  # type: ignore[attr-defined]
