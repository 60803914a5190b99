"""Waves of the survey, with personal links and the first answers."""

import asyncio
import random
from dataclasses import dataclass
from datetime import timedelta

import httpx

from common import clock
from common.auth.issuing import Grant
from common.auth.principal import Role
from quxiang.demo.client import Campus, Json, Refused
from quxiang.demo.questions import PAGE, questionnaire
from quxiang.demo.questions import answers as invented

_ANSWERS = 60
_OPEN_DAYS = 60
_AT_ONCE = 4


@dataclass(frozen=True)
class SurveyTeam:
    """The people of one school who run its surveys."""

    campus: Campus
    school: str
    cohort: int

    @property
    def manager(self) -> Grant:
        """Who runs the survey."""
        return Grant(Role.SURVEY_MANAGER, school_code=self.school)

    async def open_wave(self, cycle: int, period: timedelta) -> Json:
        """Publishes the questionnaire of the cycle and opens a wave with it, unless a run before this one did."""
        query: dict[str, str | int] = {"school": self.school, "cohort": self.cohort}
        async for opened in self.campus.items("surveys", "/v1/waves", self.manager, **query):
            if opened["cycle"] == cycle:
                return opened
        asked = questionnaire(cycle, self.cohort)
        made = await self.campus.call("surveys", "POST", "/v1/questionnaires", self.manager, json=asked)
        path, version = f"/v1/questionnaires/{made['id']}", made["version"]
        published = await self.campus.call("surveys", "POST", f"{path}/publish", self.manager, version=version)
        published = published or await self.campus.call("surveys", "GET", path, self.manager)
        now = clock.now()
        wave = {
            "school_code": self.school,
            "cohort": self.cohort,
            "cycle": cycle,
            "questionnaire_id": made["id"],
            "questionnaire_version": published["published_version"],
            "opens_at": now.isoformat(),
            "closes_at": (now + period).isoformat(),
        }
        return await self.campus.call("surveys", "POST", "/v1/waves", self.manager, json=wave)

    async def links(self, wave: Json) -> list[str]:
        """Makes the personal links of a wave, and returns the secret of each."""
        path = f"/v1/waves/{wave['id']}/invitations"
        taken = await self.campus.call("surveys", "POST", path, self.manager, json={"channel": "link"})
        await self.campus.finished("surveys", taken, self.manager)
        listed = self.campus.items("surveys", path, self.manager)
        # a graduate who has been erased meanwhile has none
        return [item["link"].split("#")[1] async for item in listed if item["link"]]


async def run_survey(
    team: SurveyTeam, *, cycle: int = 0, answers: int = _ANSWERS, period: timedelta = timedelta(days=_OPEN_DAYS)
) -> None:
    """Runs a wave up to its first answers."""
    links = await team.links(await team.open_wave(cycle, period))
    chance = random.Random(f"survey {team.school} {team.cohort} {cycle}")  # noqa: S311
    places = asyncio.Semaphore(_AT_ONCE)
    async with asyncio.TaskGroup() as group:
        for secret in chance.sample(links, min(answers, len(links))):
            group.create_task(_answer(team.campus, secret, invented(cycle, chance), places))


async def _answer(campus: Campus, secret: str, values: Json, places: asyncio.Semaphore) -> None:
    """Answers as a graduate does: agrees, fills in the page, submits; a wave that is closed by then takes no more."""
    async with places:
        # school 10001 publishes no statement of its own: this is the one that is shipped
        agreed = {"statement_version": 1, "agreed": True, "sensitive": True}
        await _ask(campus, "PUT", "/consent", secret, "*", json=agreed)
        saved = await _ask(campus, "PUT", f"/pages/{PAGE}", secret, "*", json={"values": values})
        if saved.is_success:
            await _ask(campus, "POST", "/submit", secret, saved.headers["ETag"])


async def _ask(campus: Campus, method: str, path: str, secret: str, etag: str, **content: Json) -> httpx.Response:
    headers = {"Authorization": f"Survey {secret}", "If-Match": etag}
    found = await campus.http.request(method, f"{campus.urls['surveys']}/v1/answer{path}", headers=headers, **content)  # type: ignore[arg-type]
    if found.is_error and found.status_code not in (httpx.codes.CONFLICT, httpx.codes.UNAUTHORIZED):
        raise Refused(f"{method} /v1/answer{path}: {found.status_code} {found.text[:500]}")
    return found
