"""Loads the demo data once: rosters and past decisions as files, the changes of today one by one."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import httpx
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from common import clock
from common.auth.issuing import Grant
from common.auth.principal import Role
from quxiang.console import Console
from quxiang.demo.bounces import bounce_two
from quxiang.demo.bulk import prepare_bulk_approval, submit_to_school
from quxiang.demo.changes import Office, single_changes
from quxiang.demo.checks import check_a_round
from quxiang.demo.circular import ask_for_report, publish_report
from quxiang.demo.client import Campus, Json
from quxiang.demo.corrections import ask_for_corrections
from quxiang.demo.deadlines import begin_next, end_season
from quxiang.demo.doubts import compare_insured, decide_ahead, set_wages
from quxiang.demo.earlier import enter_earlier, of_cohort, survey_earlier
from quxiang.demo.erasures import erase_one
from quxiang.demo.evidence import send_evidence
from quxiang.demo.files import DESTINATION_HEADERS, ROSTER_HEADERS, UNIT_HEADERS, table, workbook
from quxiang.demo.filing import receive, send_filing
from quxiang.demo.frozen import ask_for_revision, compare_majors, freeze_earlier
from quxiang.demo.objections import object_and_help
from quxiang.demo.odd import leave_odd_file
from quxiang.demo.own_entries import self_checks
from quxiang.demo.people import SCHOOLS, Person, School, people, roster_rows, unit_rows
from quxiang.demo.photos import send_photos
from quxiang.demo.publication import publish, report_on_colleges
from quxiang.demo.quality import waive
from quxiang.demo.rounds import Rounds
from quxiang.demo.season import Wave, waves
from quxiang.demo.survey import SurveyTeam, run_survey
from quxiang.demo.talents import EMPLOYER, fill_the_pool
from quxiang.demo.tip_offs import report
from quxiang.signing import issuer_of
from quxiang.state import State

_RECORD = "demo.json"
# The one that the README reads; on a machine whose clock is behind, the one of its own year.
COHORT = 2026


async def seed(state: State, urls: Mapping[str, str], console: Console) -> None:
    """Loads what is not loaded yet; a seeding that was interrupted goes on where it stopped."""
    record = _Record(state)
    if record.finished:
        return
    console.say("loading the demo data (once)")
    async with httpx.AsyncClient(timeout=60, trust_env=False) as http:
        campus = Campus(http, urls, issuer_of(state))
        cohorts = [await asyncio.to_thread(_Cohort, school, record.cohort, record.today) for school in SCHOOLS]
        with _progress(console, sum(cohort.steps for cohort in cohorts)) as advance:
            async with asyncio.TaskGroup() as group:
                for cohort in cohorts:
                    group.create_task(_load(campus, cohort, record, advance, group))
    record.finish()
    console.say(f"the demo data is there: schools {' and '.join(school.code for school in SCHOOLS)}")


class _Record:
    """What of the demo data is loaded, kept in the state folder."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._kept = state.recall(_RECORD)
        found = self._kept.get("steps")
        self._steps: list[str] = found if isinstance(found, list) else []
        shown = self._kept.get("graduate")
        self._graduate: object = shown if isinstance(shown, dict) else {}
        self._receipt: object = self._kept.get("receipt")
        self._publication: object = self._kept.get("publication")
        self._link: object = self._kept.get("link")
        kept_day = self._kept.get("today")
        self.today = date.fromisoformat(kept_day) if isinstance(kept_day, str) else clock.today()
        self.cohort = min(COHORT, self.today.year)

    @property
    def files(self) -> Path:
        """Where files for the reader of the tour lie."""
        return self._state.folder / "demo"

    @property
    def database(self) -> str:
        """The address of registry's database, as its owner."""
        running: Any = self._state.recall("run.json")
        return str(running["databases"]["registry"])

    @property
    def finished(self) -> bool:
        return bool(self._kept.get("finished"))

    def show(self, graduate: Json) -> None:
        """Keeps whose tokens the welcome prints, with the class of a counsellor."""
        self._graduate = {name: graduate[name] for name in ("id", "school_code", "class_code")}

    async def report(self, office: Office) -> None:
        """Keeps the receipt of a tip-off, which the welcome prints."""
        self._receipt = await report(office)

    async def publish(self, office: Office) -> None:
        """Keeps the id of what is published, whose page the welcome names."""
        self._publication = await publish(office)

    async def ask(self, rounds: Rounds) -> None:
        """Keeps the link to a survey, which the welcome prints."""
        self._link = await rounds.run()

    async def bounce(self, office: Office) -> None:
        """Has two mails of a survey come back."""
        await bounce_two(office.campus, self._state)

    def finish(self) -> None:
        self._write(finished=True)

    async def once(self, step: str, act: Callable[[], Awaitable[object]]) -> None:
        """Takes a step unless an earlier run took it."""
        if step not in self._steps:
            await act()
            self._steps.append(step)
            self._write(finished=False)

    def _write(self, *, finished: bool) -> None:
        values = {
            "today": self.today.isoformat(),
            "steps": self._steps,
            "finished": finished,
            "graduate": self._graduate,
            "receipt": self._receipt,
            "publication": self._publication,
            "link": self._link,
            "employer": str(EMPLOYER.employer_id),
        }
        self._state.remember(_RECORD, values)


class _Cohort:
    """All files of one school, made ahead of their upload."""

    def __init__(self, school: School, cohort: int, today: date) -> None:
        self.school = school
        self.cohort = cohort
        self.members: list[Person] = people(school, cohort)
        self.waves: list[Wave] = waves(school, cohort, self.members, today)
        self.steps = len(self.waves) + 5
        self.decided = {f"{row['学号']}": f"{row['毕业去向类别代码']}" for wave in self.waves for row in wave.rows}

    def roster(self) -> bytes:
        return workbook(ROSTER_HEADERS, roster_rows(self.school, self.cohort, self.members))

    def decisions(self, wave: Wave) -> tuple[str, bytes]:
        """One day's file: the one school works with workbooks, the other with text."""
        make, ending = (workbook, "xlsx") if self.school is SCHOOLS[0] else (table, "csv")
        return f"就业方案 {wave.day}.{ending}", make(DESTINATION_HEADERS, wave.rows)


async def _load(
    campus: Campus, cohort: _Cohort, record: _Record, advance: Callable[[], None], group: asyncio.TaskGroup
) -> None:
    school = cohort.school
    office = Office(campus, school.code, cohort.cohort, record.today, cohort.decided)
    form = {"school_code": school.code, "cohort": str(cohort.cohort)}

    async def enter(wave: Wave) -> None:
        name, file = await asyncio.to_thread(cohort.decisions, wave)
        day = {"effective_on": wave.day.isoformat()}
        await campus.upload("destinations", "registrations", office.school_officer, name, file, **form, **day)

    async def check_entries() -> None:
        graduate = await self_checks(office)
        if school is SCHOOLS[0]:
            record.show(graduate)

    await _begin(office, cohort, record)
    if school is SCHOOLS[0]:
        group.create_task(_look_back(office, school, record, group))
    advance()
    for wave in cohort.waves:
        await record.once(f"{school.code} {wave.day}", lambda wave=wave: enter(wave))  # type: ignore[misc]
        advance()
    if school is SCHOOLS[0]:
        group.create_task(_look_at_figures(office, record))
    await record.once(f"{school.code} changes", lambda: single_changes(office))
    if school is SCHOOLS[0]:
        await _look_closer(office, record)
    await record.once(f"{school.code} waivers", lambda: waive(office))
    await record.once(f"{school.code} self-checks", check_entries)
    await record.once(f"{school.code} corrections", lambda: ask_for_corrections(office, record.database))
    advance()
    await record.once(f"{school.code} photos", lambda: send_photos(office))
    await record.once(f"{school.code} talents", lambda: fill_the_pool(office))
    await record.once(f"{school.code} erasure", lambda: erase_one(office))
    advance()
    team = SurveyTeam(campus, school.code, cohort.cohort)
    await record.once(f"{school.code} survey", lambda: run_survey(team))
    advance()
    if school is SCHOOLS[0]:
        await _end(office, cohort, record)
    advance()


async def _look_back(office: Office, school: School, record: _Record, group: asyncio.TaskGroup) -> None:
    """Earlier cohorts, their answers and official figures, beside all that happens to the cohort of today."""
    await record.once(f"{school.code} earlier cohorts", lambda: enter_earlier(office, school))
    await record.once(f"{school.code} earlier surveys", lambda: survey_earlier(office))
    group.create_task(_ask_round(office, record))
    await record.once(f"{school.code} official figures", lambda: freeze_earlier(office))
    await record.once(f"{school.code} revision", lambda: ask_for_revision(office, school))
    await record.once(f"{school.code} majors", lambda: compare_majors(office))


async def _ask_round(office: Office, record: _Record) -> None:
    """Surveys in every phase, of the two cohorts before."""
    last, before = (Rounds(of_cohort(office, back)) for back in (1, 2))
    await record.once(f"{office.school} employers asked", last.ask_employers)
    await record.once(f"{office.school} round", lambda: record.ask(last))
    await record.once(f"{office.school} promise", before.promise)
    await record.once(f"{office.school} plans", last.plan)
    await record.once(f"{office.school} frozen round", lambda: last.freeze(0))
    await record.once(f"{office.school} bounces", lambda: record.bounce(office))


async def _look_at_figures(office: Office, record: _Record) -> None:
    """What is made of the cohort's first official figures, beside all that happens to it today."""
    await record.once(f"{office.school} publication", lambda: record.publish(office))
    await record.once(f"{office.school} reports", lambda: report_on_colleges(office))


async def _look_closer(office: Office, record: _Record) -> None:
    """What is doubted, shown, objected to and reported of destinations."""
    await record.once(f"{office.school} submissions", lambda: submit_to_school(office))
    await record.once(f"{office.school} evidence", lambda: send_evidence(office))
    await record.once(f"{office.school} objections", lambda: object_and_help(office))
    await record.once(f"{office.school} report", lambda: ask_for_report(office))
    await record.once(f"{office.school} tip-off", lambda: record.report(office))


async def _end(office: Office, cohort: _Cohort, record: _Record) -> None:
    """What comes last: from the season's first settings on, a change of the cohort comes late."""
    await record.once(f"{office.school} filing", lambda: send_filing(office))
    await record.once(f"{office.school} season", lambda: end_season(office))
    await record.once(f"{office.school} wages", lambda: set_wages(office))
    await record.once(f"{office.school} next season", lambda: begin_next(office, cohort.school))
    await record.once(f"{office.school} first decisions", lambda: decide_ahead(office, cohort.school))
    await record.once(f"{office.school} bulk approval", lambda: prepare_bulk_approval(office))
    await record.once(f"{office.school} outside data", lambda: compare_insured(office, cohort.members))
    await record.once(f"{office.school} returned file", lambda: receive(office, record.files))
    await record.once(f"{office.school} checks", lambda: check_a_round(office, cohort.members))
    await record.once(f"{office.school} circular", lambda: publish_report(office))


async def _begin(office: Office, cohort: _Cohort, record: _Record) -> None:
    """The school with its units, its roster, and a file that it maps by hand."""
    school, campus = cohort.school, office.campus
    form = {"school_code": school.code, "cohort": str(cohort.cohort)}

    async def create_school() -> None:
        names = {"code": school.code, "name": school.name, "name_en": school.name_en}
        place = {"province_code": school.province_code, "city_code": school.city_code}
        body = {**names, **place, "identifier_code": school.identifier_code}
        await campus.call("registry", "POST", "/v1/schools", Grant(Role.ADMIN), json=body)

    async def enter_units() -> None:
        file = await asyncio.to_thread(workbook, UNIT_HEADERS, unit_rows(school))
        await campus.upload("registry", "units", office.school_officer, "院系专业.xlsx", file, school_code=school.code)

    async def enter_roster() -> None:
        file = await asyncio.to_thread(cohort.roster)
        await campus.upload("registry", "graduates", office.school_officer, "生源.xlsx", file, **form)

    await record.once(f"{school.code} school", create_school)
    await record.once(f"{school.code} units", enter_units)
    await record.once(f"{school.code} roster", enter_roster)
    await record.once(f"{school.code} odd file", lambda: leave_odd_file(office, cohort.members, record.files))


@contextmanager
def _progress(console: Console, total: int) -> Iterator[Callable[[], None]]:
    """Shows a bar to a person, nothing to a pipe."""
    if not console.is_terminal:
        yield lambda: None
        return
    columns = (TextColumn("demo data"), BarColumn(), TextColumn("{task.completed}/{task.total}"), TimeElapsedColumn())
    with Progress(*columns) as bar:
        task = bar.add_task("demo data", total=total)
        yield lambda: bar.advance(task)
