"""Surveys in every phase: one that runs, one that is frozen, one of employers, an unlinkable one, and next year's."""

import asyncio
import random
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from uuid import UUID

from common import clock
from common.auth.issuing import Grant
from common.auth.principal import Role
from quxiang.demo.changes import Office
from quxiang.demo.client import Json, Refused
from quxiang.demo.questions import questionnaire
from quxiang.demo.respondents import Respondent, invented, is_filled
from quxiang.demo.survey import SurveyTeam

_SINCE, _LASTS = timedelta(days=16), timedelta(days=30)
_MINUTE = timedelta(minutes=1)
_ANSWERS, _PLACES, _EMPLOYERS = 18, 20, 12
_WAIT_SECONDS = 120.0
_BY_CYCLE: Mapping[int, str] = {1: "graduate-1", 3: "graduate-3", 5: "graduate-5"}
_CODE = re.compile(r"\b[A-Za-z0-9_-]{22}\b")
_LADDER = (
    {"kind": "invite", "channel": "email", "after_days": 0},
    {"kind": "remind", "channel": "email", "after_days": 7},
    {"kind": "phone", "after_days": 14},
)


@dataclass(frozen=True)
class Rounds:
    """What a school asks a cohort, and employers."""

    office: Office

    @property
    def team(self) -> SurveyTeam:
        """Who asks."""
        return SurveyTeam(self.office.campus, self.office.school, self.office.cohort)

    async def published(self, name: str) -> Json:
        """Publishes a questionnaire of the library; how a wave names it."""
        call, manager = self.office.campus.call, self.team.manager
        made = await call("surveys", "POST", "/v1/questionnaires", manager, json={"from_library": name})
        path = f"/v1/questionnaires/{made['id']}"
        await call("surveys", "POST", f"{path}/publish", manager, version=made["version"])
        found = await call("surveys", "GET", path, manager)
        return {"questionnaire_id": found["id"], "questionnaire_version": found["published_version"]}

    async def asked(self, opens: datetime, lasts: timedelta, **said: object) -> Json:
        """Creates a wave."""
        period = {"opens_at": opens.isoformat(), "closes_at": (opens + lasts).isoformat()}
        body = {"school_code": self.office.school, **period, **said}
        return await self.office.campus.call("surveys", "POST", "/v1/waves", self.team.manager, json=body)

    async def answered(self, links: list[str], **fixed: object) -> None:
        """Has the holders of links answer, one after the other."""
        chance = random.Random(f"round {self.office.school} {self.office.cohort}")  # noqa: S311
        for secret in links:
            await Respondent(self.office.campus, secret, chance, fixed).answer()

    async def run(self) -> str:
        """A wave in its third week: mails, calls, a cap that is nearly full, answers, an opt-out, a paper.

        Returns a link that was not used.
        """
        morning = datetime.combine(clock.today(), time(9), clock.SHANGHAI)
        wave = await self.asked(
            morning - _SINCE,
            _LASTS,
            **await self.published("graduate-1"),
            cohort=self.office.cohort,
            cycle=1,
            caps=[{"id": "employed", "condition": "${situation} = '1'", "limit": _PLACES}],
            ladder=list(_LADDER),
            budget_fen=10_000,
            edit_hours=24,
            shared_code=f"ONE-YEAR-{self.office.school}",
        )
        links = await self.team.links(wave)
        await self.answered(links[:_ANSWERS], situation="1")
        *_, keyed, silent = sorted(await self._without_answer(wave))
        oneself = Grant(Role.GRADUATE, graduate_id=UUID(silent))
        wish = {"scope": "wave", "wave_id": wave["id"]}
        await self.office.campus.call("surveys", "POST", "/v1/opt-outs", oneself, json=wish)
        await self._keyed(wave, keyed)
        return f"{self.office.campus.urls['surveys']}/a#{links[_ANSWERS]}"

    async def _without_answer(self, wave: Json) -> list[str]:
        listed = self.office.campus.items("surveys", f"/v1/waves/{wave['id']}/invitations", self.team.manager)
        return [each["graduate_id"] async for each in listed if each["state"] == "created"]

    async def _keyed(self, wave: Json, graduate: str) -> None:
        """Two people key one sheet, and read another number off it."""
        sheet = await self._sheet(wave)
        for person, teaching in (("first keyer", 4), ("second keyer", 5)):
            keyer = Grant(Role.INTERVIEWER, school_code=self.office.school, subject=f"{person} of {self.office.school}")
            consent = {"statement_version": 1, "agreed": True, "sensitive": False}
            body = {"graduate_id": graduate, "values": sheet | {"teaching": teaching}, "consent": consent}
            await self.office.campus.call("surveys", "POST", f"/v1/waves/{wave['id']}/papers", keyer, json=body)

    async def _sheet(self, wave: Json) -> Json:
        """What a graduate without work has crossed on paper."""
        call, manager = self.office.campus.call, self.team.manager
        path = f"/v1/questionnaires/{wave['questionnaire_id']}"
        pages = (await call("surveys", "GET", path, manager))["pages"]
        questions = {each["id"]: each for page in pages for each in page["questions"] if is_filled(each)}
        chance, values = random.Random(f"sheet {self.office.school}"), {"situation": "5"}  # noqa: S311
        while True:
            trial = {"values": values, "roster": {}, "day": clock.today().isoformat(), "language": "zh"}
            found = await call("surveys", "POST", f"{path}/evaluate", manager, json=trial)
            asked = [each for each in found["visible"]["questions"] if each in questions and each not in values]
            if not asked:
                return values
            values |= {each: invented(questions[each], chance) for each in asked}

    async def plan(self) -> None:
        """Waves of every coming year, one, three and five years on."""
        for cycle, name in _BY_CYCLE.items():
            body = {
                "school_code": self.office.school,
                **await self.published(name),
                "cycle": cycle,
                "edit_hours": 24,
                "ladder": list(_LADDER),
                "every_years": 1,
                "first_year": clock.today().year + 1,
                "month_day": "10-15",
                "open_days": 45,
            }
            await self.office.campus.call("surveys", "POST", "/v1/wave-plans", self.team.manager, json=body)

    async def ask_employers(self) -> None:
        """A wave of employers that closes within a minute, so that their figures are taken."""
        hired = {"kind": "hires", "cohorts": [self.office.cohort], "min_hires": 1}
        wave = await self.asked(
            clock.now(), _MINUTE, **await self.published("employer-year"), audience="employers", population=hired
        )
        await self.answered((await self.team.links(wave))[:_EMPLOYERS])

    async def promise(self) -> None:
        """An unlinkable wave, whose codes are on slips that were drawn from a hat."""
        call, manager = self.office.campus.call, self.team.manager
        made = await call("surveys", "POST", "/v1/questionnaires", manager, json=questionnaire(1, self.office.cohort))
        path = f"/v1/questionnaires/{made['id']}"
        await call("surveys", "POST", f"{path}/publish", manager, version=made["version"])
        asked = {"questionnaire_id": made["id"], "questionnaire_version": 1, "anonymity": "unlinkable"}
        wave = await self.asked(clock.now(), _LASTS, **asked, cohort=self.office.cohort, cycle=1)
        also = {"Authorization": f"Bearer {self.office.campus.issuer.issue(manager)}"}
        url = f"{self.office.campus.urls['surveys']}/v1/waves/{wave['id']}/code-sheets"
        slips = await self.office.campus.http.post(url, headers=also)
        # a run before this one has had them printed
        if slips.is_success:
            await self.answered(sorted(set(_CODE.findall(slips.text)))[:_EMPLOYERS])

    async def freeze(self, cycle: int) -> None:
        """Weights, an export and the hash of a wave that closes, as soon as it has."""
        call, manager = self.office.campus.call, self.team.manager
        query: dict[str, str | int] = {"school": self.office.school, "cohort": self.office.cohort}
        waves = [each async for each in self.office.campus.items("surveys", "/v1/waves", manager, **query)]
        path = next(f"/v1/waves/{each['id']}" for each in waves if each["cycle"] == cycle)
        async with asyncio.timeout(_WAIT_SECONDS):
            while True:
                wave = await call("surveys", "GET", path, manager)
                if wave["phase"] in ("closed", "frozen"):
                    break
                await asyncio.sleep(0.5)
        raked = {"method": "raking", "margins": {"sex": {"1": 0.5, "2": 0.5}}}
        try:
            await call("surveys", "POST", f"{path}/weightings", manager, json=raked)
        except Refused:
            # where hardly any answer came in time there is nothing to weigh
            return
        file = {"format": "xlsx", "values": "labelled", "language": "zh"}
        await self.office.campus.finished(
            "surveys", await call("surveys", "POST", f"{path}/exports", manager, json=file), manager
        )
        if wave["phase"] == "closed":
            await call("surveys", "POST", f"{path}/freeze", manager, version=wave["version"])
