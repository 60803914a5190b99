"""A cohort that came through files: its roster, and the decisions of several past days."""

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from campus import Campus
from contents import CONTENTS
from format_a import HEADERS, destination_cells, graduate_row, workbook
from histories import pages
from random_changes import ERASURE_SHARE, ROSTER_SHARE, Client

COHORT = 2024
SEASON = date(COHORT - 1, 9, 1)
DECISION_DAYS = (date(2024, 6, 30), date(2024, 8, 31), date(2024, 12, 31))
COLLEGES = ("C01", "C02", "C03", "C04")
MAJORS = ("080902", "020101", "050201")
LEVELS = ("本科毕业", "硕士毕业", "专科毕业", "本科结业", "博士毕业")
SEXES = ("男", "女", "未说明")


@dataclass(frozen=True)
class CohortOfGraduates:
    """A school's graduates by id."""

    school: str
    graduates: Sequence[str]

    def clients(
        self,
        campus: Campus,
        number: int,
        seed: int,
        roster_share: float = ROSTER_SHARE,
        erasure_share: float = ERASURE_SHARE,
    ) -> list[Client]:
        """Clients that will act on these graduates, each with its own chance.

        A share of the acts is on the roster, and a share of these are erasures.
        """
        chances = [random.Random(seed * 1_000 + each) for each in range(number)]
        shares = roster_share, erasure_share
        return [Client(campus, self.school, self.graduates, COLLEGES, MAJORS, chance, *shares) for chance in chances]


async def imported_cohort(campus: Campus, school: str, size: int, chance: random.Random) -> CohortOfGraduates:
    """Create a school and import its roster and, for several days, the decisions of most of its graduates."""
    await campus.create_school(school)
    roster = await campus.import_roster(roster_file(size, chance), school)
    assert (roster["state"], roster["result"]["created"]) == ("succeeded", size), roster
    for day in DECISION_DAYS:
        content = decisions_file(decisions(size, chance))
        done = await campus.import_registrations(content, school, effective_on=day.isoformat())
        assert (done["state"], done["result"]["rejected"]) == ("succeeded", 0), done
    entries = await pages(
        campus.http, f"{campus.urls['registry']}/v1/graduates?school={school}", campus.officer(school)
    )
    assert len(entries) == size
    # a seed names rows of the file, whatever ids they were given
    entries.sort(key=lambda entry: str(entry["student_number"]))
    return CohortOfGraduates(school, [entry["id"] for entry in entries])


def roster_file(size: int, chance: random.Random) -> bytes:
    """Everybody, spread over colleges, majors, sexes and levels."""
    rows = [
        graduate_row(
            number,
            COHORT,
            院系代码=(college := chance.choice(COLLEGES)),
            所在院系=f"学院{college}",
            专业代码=(major := chance.choice(MAJORS)),
            专业名称=f"专业{major}",
            性别=chance.choice(SEXES),
            学历层次=chance.choice(LEVELS),
        )
        for number in range(1, size + 1)
    ]
    return workbook(rows, (*HEADERS, "院系代码", "所在院系"))


def decisions(size: int, chance: random.Random, share: float = 0.4) -> dict[int, str]:
    """Destination codes of a random part of the cohort, by the graduate's number in it."""
    codes = list(CONTENTS)
    chosen = sorted(chance.sample(range(1, size + 1), int(size * share)))
    return {number: chance.choice(codes) for number in chosen}


def decisions_file(decided: Mapping[int, str]) -> bytes:
    """These destinations, each with everything that its code asks for."""
    return workbook([graduate_row(number, COHORT) | destination_cells(code) for number, code in decided.items()])


async def become_of(campus: Campus, school: str, decided: Mapping[int, str]) -> Counter[str]:
    """What an import of these destinations must make of its rows: every file fills a code with the same particulars."""
    headers = campus.officer(school)
    entries = await pages(campus.http, f"{campus.urls['registry']}/v1/graduates?school={school}", headers)
    items = await pages(campus.http, f"{campus.urls['destinations']}/v1/registrations?school={school}", headers)
    ids = {entry["student_number"]: entry["id"] for entry in entries}
    stored = {item["graduate_id"]: item["destination_code"] for item in items}
    known = {number: stored.get(ids[graduate_row(number, COHORT)["学号"]]) for number in decided}
    return Counter(
        "created" if known[number] is None else "unchanged" if known[number] == code else "updated"
        for number, code in decided.items()
    )


def ten_past_days(today: date, chance: random.Random) -> list[date]:
    """The edges where figures jump, and days between them."""
    edges = [SEASON - timedelta(1), SEASON, *DECISION_DAYS, DECISION_DAYS[0] - timedelta(1), today - timedelta(1)]
    others = chance.sample(range(1, (today - SEASON).days - 1), 10 - len(edges))
    return sorted({*edges, *(SEASON + timedelta(days) for days in others)})
