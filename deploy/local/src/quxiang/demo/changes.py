"""Single changes of today, each through all the people it takes."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

from common.auth.issuing import Grant
from common.auth.principal import Role
from quxiang.demo.client import Campus, Json

_AT_ONCE = 4
_CORRECTED, _ANSWERED = 20, 70

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
    """The people of one school who handle registrations.

    `decided` are the destinations that the files bring, by student number: who plays a part is chosen by them, so that
    a run that goes on where another one was cut off means the same people.
    """

    campus: Campus
    school: str
    cohort: int
    today: date
    decided: Mapping[str, str] = field(default_factory=dict)

    @property
    def school_officer(self) -> Grant:
        """The school's office."""
        return Grant(Role.SCHOOL_OFFICER, school_code=self.school)

    @property
    def colleague(self) -> Grant:
        """Another person of the school's office, who decides what the first asks for."""
        return Grant(Role.SCHOOL_OFFICER, school_code=self.school, subject=f"second officer of {self.school}")

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

    async def undecided(self) -> list[Json]:
        """Those of the roster of whom no file says anything, by student number."""
        return [each for each in await self.members() if each["student_number"] not in self.decided]

    async def registrations(self) -> dict[str, Json]:
        """The registration of each that files decide upon, by student number; voided where none stands."""
        numbers = {each["id"]: str(each["student_number"]) for each in await self.members()}
        query: dict[str, str | int] = {"school": self.school, "cohort": self.cohort}
        listed = self.campus.items("destinations", "/v1/registrations", self.school_officer, **query)
        found = {numbers.get(each["graduate_id"], ""): each async for each in listed}
        return {number: found[number] for number in sorted(self.decided) if number in found}

    async def untouched(self, destination: str) -> list[Json]:
        """The registrations with a destination of the files that no change of today concerns."""
        touched = {*corrected(self.decided), *answered(self.school, self.decided)}
        found = await self.registrations()
        return [each for number, each in found.items() if self.decided[number] == destination and number not in touched]

    async def act(self, registration: Json, act: str, grant: Grant, **content: Any) -> Json:
        """Takes one step in the life of a registration; where it was taken before, gives what stands."""
        if not registration:
            return {}
        path, version = f"/v1/registrations/{registration['id']}", registration["version"]
        taken = await self.campus.call("destinations", "POST", f"{path}/{act}", grant, version=version, **content)
        return taken or await self.campus.call("destinations", "GET", path, grant)

    async def register(self, graduate: Json) -> None:
        """Lets a graduate register, both levels approve, and the graduate confirm."""
        own = oneself(graduate["id"])
        body = {"graduate_id": graduate["id"], **self._employment}
        made = await self.campus.call("destinations", "POST", "/v1/registrations", own, json=body)
        made = await self.act(made, "submit", own)
        made = await self.act(made, "college-approve", self.college_officer(graduate["college_code"]))
        made = await self.act(made, "school-approve", self.school_officer)
        if made:
            await self.confirm(made)

    async def confirm(self, registration: Json) -> None:
        """Lets a graduate confirm what the school imported."""
        if registration["confirmation"] == "confirmed":
            return
        await self.act(registration, "confirm", oneself(registration["graduate_id"]))

    async def correct(self, registration: Json) -> None:
        """Lets the office correct a destination: from today on it counts as the new one."""
        if registration["destination_code"] == EMPLOYMENT["destination_code"]:
            return
        path = f"/v1/registrations/{registration['id']}"
        await self.campus.call(
            "destinations", "PATCH", path, self.school_officer, version=registration["version"], json=self._employment
        )

    async def cancel(self, registration: Json) -> None:
        """Lets the office void a registration at the college's request."""
        college = self.college_officer(registration["college_code"])
        if registration["state"] != "voided":
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
    await side_by_side(_plan(office, await office.registrations(), await office.undecided()))


def corrected(decided: Mapping[str, str]) -> Sequence[str]:
    """Who was seeking by the files, and has found work since."""
    return [number for number, code in sorted(decided.items()) if code == "70"][:_CORRECTED]


def answered(school: str, decided: Mapping[str, str]) -> Sequence[str]:
    """Whose registration is voided, or who has confirmed it."""
    chance = random.Random(f"changes {school}")  # noqa: S311
    settled = [number for number, code in sorted(decided.items()) if code != "70"]
    return chance.sample(settled, min(_ANSWERED, len(settled)))


def _plan(
    office: Office, registrations: Mapping[str, Json], others: Sequence[Json]
) -> list[Callable[[], Awaitable[None]]]:
    seeking = [registrations[number] for number in corrected(office.decided)]
    chosen = [registrations[number] for number in answered(office.school, office.decided)]
    acts: list[tuple[Callable[[Json], Awaitable[None]], Sequence[Json]]] = [
        (office.register, others[:25]),
        (office.correct, seeking),
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
