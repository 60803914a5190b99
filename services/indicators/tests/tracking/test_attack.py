"""Who asks for every table of three editions, and adds and subtracts all answers, learns nothing of fewer than five."""

import random
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any
from uuid import uuid4

import httpx
from attacker import Attacker, rows_of
from cycles import Cycle, close

from common.database import Database
from common.shown_groups.editions import Edition, Key, Past
from indicators.tracking.operations import Editions
from testing.http import Client

PEOPLE, NEVER = 64, {"class", "school", "school_province"}
LEVELS = {"31": "bachelor", "33": "bachelor", "11": "master"}


class Survey:
    """Graduates of random groups, and what each of them says just now."""

    def __init__(self, school: Any) -> None:
        self.draw = random.Random(11)
        self.about = [self._about(number) for number in range(PEOPLE)]
        self.cycle = Cycle(school, [school.enters(**each) for each in self.about])
        self.said: dict[int, int] = {}

    def _about(self, number: int) -> dict[str, str]:
        college = min(self.draw.randrange(4), self.draw.randrange(4))
        return {
            "college_code": f"C{college}",
            "major_code": f"M{college}{number % 2}",
            "education_level_code": self.draw.choice(["31", "31", "33", "11"]),
            "sex_code": self.draw.choice("12"),
            "origin_place_code": self.draw.choice(["410102", "410102", "410301", "320102", "110101"]),
        }

    def group(self, at: int, dimension: str) -> str | None:
        """The value that a figure by the dimension has for this person."""
        about = self.about[at]
        place = about["origin_place_code"]
        derived = {
            "education_level": LEVELS[about["education_level_code"]],
            "origin_province": f"{place[:2]}0000",
            # of a municipality as of any other prefecture
            "origin_city": f"{place[:4]}00",
        }
        return derived.get(dimension) or about.get(f"{dimension}_code") or about.get(dimension)

    def moves(self) -> list[Any]:
        """A few answers come, go or say something else."""
        return [self.changes(at) for at in self.draw.sample(range(PEOPLE), self.draw.randrange(3, 11))]

    def changes(self, at: int) -> Any:
        """Another answer, or none any more."""
        if at in self.said and self.draw.random() < 0.4:
            del self.said[at]
            return self.cycle.says(at, None)
        if at not in self.said:
            # what was taken back comes again as another answer
            self.cycle.responses[self.cycle.people[at]] = uuid4()
        self.said[at] = self.draw.randrange(101)
        return self.cycle.says(at, {"job_satisfaction": self.said[at]})

    def edition(self, tables: list[str]) -> Edition:
        """The answers of now in the groups of the tables."""
        people = sorted(self.said)
        return Edition(
            [f"{at}" for at in people],
            [(self.cycle.responses[self.cycle.people[at]], self.said[at]) for at in people],
            {by: [tuple(self.group(at, name) for name in by.split(",") if name) for at in people] for by in tables},
        )

    def recount(self, edition: Edition, table: str, key: Key) -> tuple[int, str]:
        """Base and mean of a group, as a figure shows them."""
        of_group = rows_of(edition).get((table, key), {})
        scores = [self.said[int(answer[0])] for answer in of_group]  # type: ignore[index]
        mean = Fraction(sum(scores), len(scores)) if scores else Fraction()
        hundredths = int(mean * 100 + Fraction(1, 2))
        return len(scores), f"{hundredths // 100}.{hundredths % 100:02}"


async def tables_of(http: httpx.AsyncClient) -> list[str]:
    """The total, each dimension that may be asked for, and each with a level and with a college."""
    listed = (await http.get("/v1/dimensions")).json()["items"]
    names = [each["name"] for each in listed if each["name"] not in NEVER]
    pairs = [
        f"{name},{other}"
        for other in ("education_level", "college")
        for name in names
        if name != other and (other, name) not in {("college", "major"), ("college", "education_level")}
    ]
    return ["", *names, *pairs]


async def shown_of(http: httpx.AsyncClient, survey: Survey, tables: list[str]) -> dict[tuple[str, Key], Any]:
    """All figures of all tables, asked for one by one."""
    query = {"school": survey.cycle.school.code, "cohort": 2024, "cycle": 1, "indicator": "job_satisfaction"}
    found = {}
    for by in tables:
        body = (await http.get("/v1/tracking", params=query | ({"by": by} if by else {}))).raise_for_status().json()
        for each in body["observations"]:
            figure = each["indicators"]["job_satisfaction"]
            if figure["status"] == "ok":
                found[by, tuple(each["group"].values())] = (figure["base"], figure["value"])
            else:
                assert (figure["base"], figure["value"]) == (None, None)
    return found


async def test_an_attacker_of_all_tables_derives_no_figure_of_fewer_than_five(
    client: Client, new_school: Any, apply: Any, database: Database
) -> None:
    survey = Survey(new_school())
    await apply([survey.cycle.school.described("410000"), *survey.cycle.school.events, *survey.cycle.asked()])
    await apply([survey.changes(at) for at in range(0, PEOPLE, 2)])
    past: list[Past] = []
    before: Mapping[tuple[str, Key], Any] = {}
    async with client("admin") as http:
        tables = await tables_of(http)
        assert len(tables) == 45
        for _ in range(3):
            await close(apply, survey.cycle)
            assert await Editions(database).take_due()
            shown, now = await shown_of(http, survey, tables), survey.edition(tables)
            anew = {cell for cell, figure in shown.items() if survey.recount(now, *cell) == figure}
            # whatever is not of now is what the edition before showed, so it tells nothing new
            assert {cell: shown[cell] for cell in shown.keys() - anew} == {
                cell: before[cell] for cell in shown.keys() - anew
            }
            past.append(Past(now, {by: frozenset(key for name, key in anew if name == by) for by in tables}))
            # what the figures before tell already, of groups that were none then, this edition cannot hide
            assert Attacker(past).finds(5) == Attacker([*past[:-1], Past(now)]).finds(5)
            before = shown
            await apply(survey.moves())
        assert len(before) > 40
        assert any(cell not in {(by, key) for by in tables for key in past[-1].shown[by]} for cell in before)
        await filters_give_the_same(http, survey, before)


async def filters_give_the_same(http: httpx.AsyncClient, survey: Survey, shown: Mapping[tuple[str, Key], Any]) -> None:
    """A filtered figure is its cell, with the filter on either side of a pair."""
    query = {"school": survey.cycle.school.code, "cohort": 2024, "cycle": 1, "indicator": "job_satisfaction"}
    for filters, by, cell in filtered(shown):
        asked = query | filters | ({"by": by} if by else {})
        body = (await http.get("/v1/tracking", params=asked)).raise_for_status().json()
        found = {tuple(each["group"].values()): each["indicators"]["job_satisfaction"] for each in body["observations"]}
        assert (found[cell[0]]["base"], found[cell[0]]["value"]) == cell[1], (filters, by)


def filtered(shown: Mapping[tuple[str, Key], Any]) -> Iterator[tuple[dict[str, str], str, tuple[Key, Any]]]:
    for (by, key), figure in shown.items():
        names = by.split(",")
        if None in key or not by:
            continue
        yield {name: value for name, value in zip(names, key, strict=True) if value}, "", ((), figure)
        if len(names) == 2 and key[1]:
            yield {names[1]: key[1]}, names[0], (key[:1], figure)
