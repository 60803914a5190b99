"""The worked example of the contract: who leaves N and comes back, on each day, as the figures say it."""

import csv
import io
from datetime import date

from campus import Campus
from format_a import HEADERS, graduate_row

LEVELS = {"本科生毕业": 4_960, "本科生结业": 30, "本科生肄业": 10}


def roster() -> bytes:
    levels = [level for level, people in LEVELS.items() for _ in range(people)]
    content = io.StringIO()
    writer = csv.DictWriter(content, HEADERS)
    writer.writeheader()
    writer.writerows(graduate_row(number, 学历层次=level) for number, level in enumerate(levels, 1))
    return content.getvalue().encode("utf-8-sig")


async def test_two_people_move_the_population_from_a_day_on(campus: Campus, new_school: str) -> None:
    school, officer = new_school, campus.officer(new_school)
    imported = await campus.import_roster(roster(), school, name="roster.csv")
    assert imported["result"]["created"] == 5_000, imported

    async def population(token: str, day: date | None = None) -> int:
        asked = {"school": school, "cohort": "2024", "min_change": token} | ({"as_of": str(day)} if day else {})
        answer = await campus.rates(officer, **asked)
        assert answer["min_change_met"] is True
        return int(answer["observations"][0]["base"])

    assert await population(imported["result"]["change_token"]) == 4_990
    listed = await campus.http.get(
        f"{campus.urls['registry']}/v1/graduates",
        params={"school": school, "status": "registered", "limit": 17},
        headers=officer,
    )
    people = [each["id"] for each in listed.json()["items"]]

    extended = await campus.change_population(school, people[:15], "extend", effective_on="2024-06-20")
    assert (extended["clamped"], await population(extended["change_token"])) == (0, 4_975)
    excluded = await campus.change_population(school, people[15:], "exclude", effective_on="2024-06-25")
    assert await population(excluded["change_token"]) == 4_973
    back = await campus.change_population(school, people[15:16], "readmit", effective_on="2024-06-22")
    # the exclusion counts from the 25th, so the readmission cannot count before
    assert (back["clamped"], await population(back["change_token"])) == (1, 4_974)
    days = {date(2024, 6, 19): 4_990, date(2024, 6, 20): 4_975, date(2024, 6, 24): 4_975, date(2024, 6, 25): 4_974}
    assert {day: await population(back["change_token"], day) for day in days} == days
