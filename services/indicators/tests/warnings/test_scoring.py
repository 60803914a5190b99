"""The contract's worked numbers, from frozen figures and editions that were really taken; and lineage."""

from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text
from warned import COHORTS, RULE, freeze_years, has_majors, listed, post, put_in_force, ran

from common.contracts.organisation import UnitKind
from common.database import Database
from indicators.tracking.operations import Editions
from testing.http import Client

WORKED = RULE | {
    "weights": {"placement_rate": 40, "salary": 30, "employer_satisfaction": 30}, "min_base": 20, "min_majors": 5,
}  # fmt: skip
PLACED = {"A": 18, "B": 17, "C": 17, "D": 16, "E": 14}
"""Of twenty: 90 85 85 80 70 %."""

WAGES = {"A": 5000, "B": 6000, "C": 7000}
SATISFIED = {
    "C": {2022: 90, 2024: 90},
    "D": {2022: 60, 2023: 100, 2024: 60, 2025: 100},
    "E": dict.fromkeys(range(2022, 2026), 75),
}
"""By hire_major and year: D has 80 in every cohort, the mean of two years; C only one of them."""


@pytest.fixture
def officers(client: Client) -> Any:
    return lambda school: [client("school_officer", school=school.code, subject=each) for each in ("one", "two")]


async def surveyed(school: Any, apply: Any, database: Database, people: dict[int, dict[str, list[Any]]]) -> None:
    """Ten graduates of three majors tell their wages in cycle 0, six employers judge three majors each year; closes."""
    events = []
    for cohort, by_major in people.items():
        school.cohort = cohort
        for major, wage in WAGES.items():
            events += [
                school.gives(uuid4(), 1, {"situation": "employed", "salary": wage}, graduate_id=each, cycle=0)
                for each in by_major[major][:10]
            ]
        events.append(school.closes(uuid4(), cycle=0))
    for year in (2022, 2023, 2024, 2025):
        for major, scores in SATISFIED.items():
            said = {"hire_major": major, "ethics": scores.get(year), "teamwork": scores.get(year)}
            if year in scores:
                events += [school.gives(uuid4(), 1, said, employer_id=uuid4(), year=year) for _ in range(6)]
        events.append(school.closes(uuid4(), year=year))
    await apply(events)
    assert await Editions(database).take_due() == 7


async def test_majors_are_scored_from_frozen_years_and_newest_editions(
    new_school: Any, apply: Any, officers: Any, client: Client, database: Database
) -> None:
    school = new_school()
    school.described()
    school.has_unit(UnitKind.MAJOR, "E", college_code="C1")
    rates = {major: (placed, 20) for major, placed in PLACED.items()}
    people = {cohort: has_majors(school, cohort, rates) for cohort in COHORTS}
    await apply(school.events)
    await surveyed(school, apply, database, people)
    one, two = officers(school)
    await freeze_years(database, one, school, COHORTS)
    # what ships with the release: thirty graduates, ten majors
    assert await ran(database, one, school) == {"majors": 5, "warned": 0, "exempt": 5}
    found = await listed(one, school)
    assert {(each["rule"]["id"], each["exempt"]) for each in found.values()} == {("default-1", "small")}
    assert found["bachelor", "A"]["rule"] == {
        "id": "default-1", "min_base": 30, "min_majors": 10, "share": 5,
        "weights": {"placement_rate": 40, "salary": 30, "employer_satisfaction": 30},
    }  # fmt: skip
    await put_in_force(one, two, school, WORKED)
    events = await said(database, school)
    assert await ran(database, one, school) == {"majors": 5, "warned": 1, "exempt": 0}
    found = await listed(one, school)
    for place in range(3):
        each = {major: found["bachelor", major]["cohorts"][place] for major in PLACED}
        assert {major: standing["components"] for major, standing in each.items()} == {
            "A": {"placement_rate": "100.00", "salary": "0.00"},
            "B": {"placement_rate": "62.50", "salary": "50.00"},
            "C": {"placement_rate": "62.50", "salary": "100.00", "employer_satisfaction": "100.00"},
            "D": {"placement_rate": "25.00", "employer_satisfaction": "50.00"},
            "E": {"placement_rate": "0.00", "employer_satisfaction": "0.00"},
        }
        scored = {major: (of["score"], of["standing"], of["flagged"]) for major, of in each.items()}
        assert scored == {
            # 40 x 100 and 30 x 0 of 70; 40 x 62.5 and 30 x 50 of 70; 40 x 62.5, 30 x 100, 30 x 100
            "A": ("57.14", 3, False), "B": ("57.14", 3, False), "C": ("85.00", 5, False),
            "D": ("35.71", 2, False), "E": ("0.00", 1, True),
        }  # fmt: skip
    assert {major: each["state"] for (_, major), each in found.items() if each["state"]} == {"E": "review_suggested"}
    # nothing follows by itself: no event, no publication
    assert await said(database, school) == events
    assert (await one.get("/v1/publications", params={"school": school.code})).json()["items"] == []
    for college, majors in (("C1", {"E"}), ("C2", set())):
        reader = client("college_officer", school=school.code, college=college)
        assert {major for _, major in await listed(reader, school)} == majors
        status, _ = await post(reader, "/v1/warning-runs", {"school_code": school.code, "cohort": 2024})
        assert status == 403
    assert len(await listed(client("auditor", school=school.code), school)) == 5
    await tells_what_it_was_made_from(school, apply, one, database, found["bachelor", "E"]["inputs_hash"])


async def tells_what_it_was_made_from(school: Any, apply: Any, one: Any, database: Database, before: str) -> None:
    """The same hash as long as nothing is newer, another one after the next edition."""
    await ran(database, one, school)
    assert (await listed(one, school))["bachelor", "E"]["inputs_hash"] == before
    await apply([school.closes(uuid4(), year=2025)])
    assert await Editions(database).take_due() == 1
    await ran(database, one, school)
    again = (await listed(one, school))["bachelor", "E"]
    assert again["inputs_hash"] != before
    assert again["state"] == "review_suggested"


async def said(database: Database, school: Any) -> int:
    async with database.reading() as connection:
        asked = text("SELECT count(*) FROM outbox WHERE school_code = :school")
        return int(await connection.scalar(asked, {"school": school.code}))


async def test_the_cut_of_each_level_and_who_goes_on_with_a_standing(
    new_school: Any, apply: Any, officers: Any, database: Database
) -> None:
    """Twelve, forty and forty-one majors of three levels flag one, two and three; N follows P0, merged M two others."""
    school = new_school()
    school.described()
    school.has_unit(UnitKind.MAJOR, "N", predecessors=("P0",))
    school.has_unit(UnitKind.MAJOR, "M", predecessors=("P3", "P4"))
    for cohort in COHORTS:
        for level, majors in (("41", 12), ("11", 40), ("31", 41)):
            low = {f"P{number}": (number, 4) for number in range(3)}
            rates = low | {f"P{number}": (1, 1) for number in range(3, majors)}
            if (cohort, level) == (2024, "31"):
                rates["N"], rates["M"] = rates.pop("P0"), rates.pop("P3")
            has_majors(school, cohort, rates, level)
    await apply(school.events)
    one, two = officers(school)
    await freeze_years(database, one, school, COHORTS)
    await put_in_force(one, two, school, RULE | {"min_base": 1})
    assert await ran(database, one, school) == {"majors": 93, "warned": 6, "exempt": 1}
    found = await listed(one, school)
    flagged = {key for key, each in found.items() if each["cohorts"][-1]["flagged"]}
    levels = {each["cohorts"][-1]["of"]: level for (level, _), each in found.items()}
    assert flagged == {
        (levels[12], "P0"), (levels[40], "P0"), (levels[40], "P1"), *((levels[41], each) for each in ("N", "P1", "P2")),
    }  # fmt: skip
    assert {key for key, each in found.items() if each["state"] == "review_suggested"} == flagged
    merged = found[levels[41], "M"]
    assert (merged["state"], merged["exempt"]) == (None, "young")
