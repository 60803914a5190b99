"""Small cohorts of earlier years, with their destinations, and what they answer one, three and five years later."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from quxiang.demo.changes import Office
from quxiang.demo.files import DESTINATION_HEADERS, ROSTER_HEADERS, table
from quxiang.demo.people import School, people, roster_rows
from quxiang.demo.season import waves
from quxiang.demo.survey import SurveyTeam, run_survey

SIZE, ANSWERS = 60, 32
BACK = (1, 2, 3, 4, 5)
"""Years before the cohort that the demo is about."""

HARD_TIMES = "120203"
"""The major of these cohorts of which every second graduate has registered nothing."""

SURVEYS = ((1, 0), (1, 1), (3, 3), (5, 5))
"""Which of these cohorts is asked, by the years back, and in which cycle; one of them twice, for growth."""

_EMAIL = "电子邮箱"

Row = Mapping[str, object]


@dataclass(frozen=True)
class _Earlier:
    office: Office
    school: School

    @property
    def day(self) -> date:
        """On which all their destinations were entered."""
        return date(self.office.cohort, 8, 25)

    @property
    def form(self) -> dict[str, str]:
        """What each of their files is about."""
        return {"school_code": self.office.school, "cohort": str(self.office.cohort)}

    def roster(self) -> bytes:
        """The file of the graduates."""
        cohort = self.office.cohort
        rows = roster_rows(self.school, cohort, people(self.school, cohort))
        return table((*ROSTER_HEADERS, _EMAIL), [{**row, _EMAIL: f"{row['学号']}@mail.example"} for row in rows])

    async def enter(self) -> None:
        """Sends both files."""
        roster = await asyncio.to_thread(self.roster)
        officer = self.office.school_officer
        await self.office.campus.upload("registry", "graduates", officer, "生源.csv", roster, **self.form)
        in_time, _ = await asyncio.to_thread(decisions, self.school, self.office.cohort, self.office.today)
        await self.decide("就业方案.csv", in_time)

    async def decide(self, name: str, rows: Sequence[Row]) -> None:
        """Sends decisions of that day."""
        file, day = table(DESTINATION_HEADERS, rows), {"effective_on": self.day.isoformat()}
        officer = self.office.school_officer
        await self.office.campus.upload("destinations", "registrations", officer, name, file, **self.form, **day)


def decisions(school: School, cohort: int, today: date) -> tuple[list[Row], list[Row]]:
    """Of each graduate the last decision: those that were entered in time, and those that were not entered."""
    members = people(school, cohort)
    rows: dict[object, Row] = {row["学号"]: row for wave in waves(school, cohort, members, today) for row in wave.rows}
    hard = [each.student_number for each in members if each.major.code == HARD_TIMES]
    lacking = [rows.pop(number) for number in hard[::2] if number in rows]
    return [*rows.values()], lacking


def of_cohort(office: Office, back: int) -> Office:
    """The same people with the cohort of so many years before."""
    return replace(office, cohort=office.cohort - back, decided={})


async def enter_earlier(office: Office, school: School) -> None:
    """The cohorts, one after the other: an import of a school waits for the one before."""
    for back in BACK:
        await _earlier(office, school, back).enter()


async def enter_late(office: Office, school: School) -> None:
    """One decision of last year's cohort, of a day that its official figures have passed."""
    earlier = _earlier(office, school, 1)
    _, lacking = await asyncio.to_thread(decisions, earlier.school, earlier.office.cohort, office.today)
    await earlier.decide("补报.csv", lacking[:1])


async def survey_earlier(office: Office) -> None:
    """The waves of these cohorts, which close within a minute, so that figures are taken; one is frozen."""
    for back, cycle in SURVEYS:
        team = SurveyTeam(office.campus, office.school, office.cohort - back)
        await run_survey(team, cycle=cycle, answers=ANSWERS, period=timedelta(minutes=1))


def _earlier(office: Office, school: School, back: int) -> _Earlier:
    return _Earlier(of_cohort(office, back), replace(school, size=SIZE))
