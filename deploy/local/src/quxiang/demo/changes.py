"""Single changes of today, each through all the people it takes."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from uuid import UUID

from common.auth.issuing import Grant
from common.auth.principal import Role
from quxiang.demo.client import Campus, Json

_AT_ONCE = 4

EMPLOYMENT: Json = {
    "destination_code": "11",
    "employer_name": "示例500号有限公司",
    "employer_uscc": "91110000600037341L",
    "employer_nature_code": "39",
    "industry_code": "22",
    "place_code": "410102",
    "employer_address": "示例路1号",
    "position_code": "13",
}


@dataclass(frozen=True)
class Office:
    """The people of one school who handle registrations."""

    campus: Campus
    school: str
    cohort: int
    today: date

    @property
    def school_officer(self) -> Grant:
        """The school's office."""
        return Grant(Role.SCHOOL_OFFICER, school_code=self.school)

    @property
    def _employment(self) -> Json:
        return {**EMPLOYMENT, "signed_on": self.today.isoformat()}

    def college_officer(self, college: str) -> Grant:
        """A college's office."""
        return Grant(Role.COLLEGE_OFFICER, school_code=self.school, college_code=college)

    async def members(self) -> list[Json]:
        """The roster by student number: the same people in every run, whatever ids they were given."""
        query: dict[str, str | int] = {"school": self.school, "cohort": self.cohort}
        listed = self.campus.items("registry", "/v1/graduates", self.school_officer, **query)
        return sorted([each async for each in listed], key=lambda each: str(each["student_number"]))

    async def act(self, registration: Json, act: str, grant: Grant, **content: object) -> Json:
        """Takes one step in the life of a registration; what was done before stays as it is."""
        if not registration:
            return {}
        path = f"/v1/registrations/{registration['id']}/{act}"
        return await self.campus.call("destinations", "POST", path, grant, version=registration["version"], **content)

    async def register(self, graduate: Json) -> None:
        """Lets a graduate register, both levels approve, and the graduate confirm."""
        own = oneself(graduate["id"])
        body = {"graduate_id": graduate["id"], **self._employment}
        made = await self.campus.call("destinations", "POST", "/v1/registrations", own, json=body)
        made = await self.act(made, "submit", own)
        made = await self.act(made, "college-approve", self.college_officer(graduate["college_code"]))
        made = await self.act(made, "school-approve", self.school_officer)
        await self.act(made, "confirm", own)

    async def confirm(self, registration: Json) -> None:
        """Lets a graduate confirm what the school imported."""
        await self.act(registration, "confirm", oneself(registration["graduate_id"]))

    async def correct(self, registration: Json) -> None:
        """Lets the office correct a destination: from today on it counts as the new one."""
        path = f"/v1/registrations/{registration['id']}"
        await self.campus.call(
            "destinations", "PATCH", path, self.school_officer, version=registration["version"], json=self._employment
        )

    async def cancel(self, registration: Json) -> None:
        """Lets the office void a registration at the college's request."""
        college = self.college_officer(registration["college_code"])
        asked = await self.act(registration, "request-void", college)
        await self.act(asked, "void", self.school_officer)

    async def leave(self, graduate: Json) -> None:
        """Lets a graduate leave the population: the college asks, the school's office approves."""
        paper = {"number": f"校教〔{self.cohort}〕18号", "issued_on": self.today.isoformat()}
        asked = await self._ask(graduate, change="extend", document=paper, reason="休学一年，延期毕业")
        if asked:
            path = f"/v1/population-changes/{asked['id']}/approve"
            await self.campus.call("registry", "POST", path, self.school_officer, version=asked["version"])

    async def ask_to_exclude(self, graduate: Json) -> None:
        """Lets a college ask for an exclusion that is not decided yet."""
        await self._ask(graduate, change="exclude", ground="international", reason="留学生，不参加就业统计")

    async def _ask(self, graduate: Json, **wanted: object) -> Json:
        body = {"school_code": self.school, "cohort": self.cohort, "graduate_ids": [graduate["id"]], **wanted}
        college = self.college_officer(graduate["college_code"])
        return await self.campus.call("registry", "POST", "/v1/population-changes", college, json=body)


def oneself(graduate_id: str) -> Grant:
    """What a graduate is let do."""
    return Grant(Role.GRADUATE, graduate_id=UUID(graduate_id))


async def single_changes(office: Office) -> None:
    """Makes the changes of one day at one school."""
    query: dict[str, str | int] = {"school": office.school, "cohort": office.cohort}
    listed = office.campus.items("destinations", "/v1/registrations", office.school_officer, **query)
    registrations = [item async for item in listed if item["state"] == "school_approved"]
    registered = {item["graduate_id"] for item in registrations}
    members = await office.members()
    others = [each for each in members if each["id"] not in registered and each["status"] == "registered"]
    await side_by_side(_plan(office, registrations, others))


def _plan(office: Office, registrations: Sequence[Json], others: Sequence[Json]) -> list[Callable[[], Awaitable[None]]]:
    chance = random.Random(f"changes {office.school}")  # noqa: S311
    seeking = [each for each in registrations if each["destination_code"] == "70"]
    settled = [each for each in registrations if each["destination_code"] != "70"]
    chosen = chance.sample(settled, min(70, len(settled)))
    acts: list[tuple[Callable[[Json], Awaitable[None]], Sequence[Json]]] = [
        (office.register, others[:25]),
        (office.correct, seeking[:20]),
        (office.confirm, chosen[5:]),
        (office.cancel, chosen[:5]),
        (office.leave, others[25:28]),
        (office.ask_to_exclude, others[28:29]),
    ]
    return [partial(act, each) for act, concerned in acts for each in concerned]


async def side_by_side(changes: Sequence[Callable[[], Awaitable[object]]]) -> None:
    """Makes changes, a few of them at a time."""
    places = asyncio.Semaphore(_AT_ONCE)

    async def one(change: Callable[[], Awaitable[object]]) -> None:
        async with places:
            await change()

    async with asyncio.TaskGroup() as group:
        for change in changes:
            group.create_task(one(change))
