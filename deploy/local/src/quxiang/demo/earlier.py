"""Small cohorts of earlier years, with their destinations, and what they answer one, three and five years later."""

import asyncio
from collections.abc import Mapping
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

SURVEYS = ((1, 0), (1, 1), (3, 3), (5, 5))
"""Which of these cohorts is asked, by the years back, and in which cycle; one of them twice, for growth."""


@dataclass(frozen=True)
class _Earlier:
    office: Office
    school: School

    @property
    def day(self) -> date:
        """On which all their destinations were entered."""
        return date(self.office.cohort, 8, 25)

    def files(self) -> tuple[bytes, bytes]:
        """The roster and, of each graduate, the last decision."""
        cohort = self.office.cohort
        members = people(self.school, cohort)
        rows: dict[object, Mapping[str, object]] = {
            row["学号"]: row for wave in waves(self.school, cohort, members, self.office.today) for row in wave.rows
        }
        decisions = table(DESTINATION_HEADERS, rows.values())
        return table(ROSTER_HEADERS, roster_rows(self.school, cohort, members)), decisions

    async def enter(self) -> None:
        """Sends both files."""
        office = self.office
        roster, decisions = await asyncio.to_thread(self.files)
        form = {"school_code": office.school, "cohort": str(office.cohort)}
        await office.campus.upload("registry", "graduates", office.school_officer, "生源.csv", roster, **form)
        day = {"effective_on": self.day.isoformat()}
        await office.campus.upload(
            "destinations", "registrations", office.school_officer, "就业方案.csv", decisions, **form, **day
        )


async def enter_earlier(office: Office, school: School) -> None:
    """The cohorts, one after the other: an import of a school waits for the one before."""
    for back in BACK:
        await _Earlier(replace(office, cohort=office.cohort - back), replace(school, size=SIZE)).enter()


async def survey_earlier(office: Office) -> None:
    """The waves of these cohorts, which close within a minute, so that their figures are taken."""
    for back, cycle in SURVEYS:
        team = SurveyTeam(office.campus, office.school, office.cohort - back)
        await run_survey(team, cycle=cycle, answers=ANSWERS, period=timedelta(minutes=1))
