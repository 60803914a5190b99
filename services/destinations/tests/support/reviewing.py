"""A registration and its model of the contract, acted on side by side over HTTP."""

import copy
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import httpx
from doubts import set_season
from enrolling import Enrolment
from review_model import AUTHORS, Review

from common.database import Database
from destinations.seasons.domain import ALWAYS, Level
from testing.tokens import TokenMint

ACTS = (
    *("edit", "submit", "counsellor-approve", "college-approve", "school-approve"),
    *("return", "confirm", "dispute", "request-void", "void"),
)
SEASONS = {False: ALWAYS, True: (Level.COUNSELLOR, *ALWAYS)}
"""Whether counsellors review, and the levels of such a season."""

PHASES = {"open": (10, 20), "late": (-1, 20), "closed": (-5, -1)}
"""How many days from today the last day of changes and the closing day are."""

REFUSALS = {
    *("not_found", "forbidden", "transition_not_allowed", "same_reviewer", "own_record"),
    *("cohort_closed", "late_reason_required"),
}
"""The codes that the contract has for an act that is not possible."""

STATUS = {"forbidden": 403, "not_found": 404, "late_reason_required": 422}
"""Of a code of refusal; of the others 409."""


@dataclass(frozen=True)
class Step:
    """One act of a person under the settings of its moment."""

    role: str
    subject: str
    act: str
    phase: str = "open"
    reason: bool = False
    counsellors: bool = False


@dataclass(frozen=True)
class Kind:
    """What a graduate has of what the levels belong to."""

    college: bool = True
    in_class: bool = True

    def sees(self, role: str) -> bool:
        """Whether a role of the graduate's school, college and class has the graduate in its scope."""
        return {"counsellor": self.college and self.in_class, "college_officer": self.college}.get(role, True)

    def model(self) -> Review:
        """The draft that the graduate makes."""
        return Review("graduate", "writer", self.college, self.in_class)


def expected(model: Review, kind: Kind, step: Step) -> str:
    """The state after a step, which the model makes, or the code of the refusal."""
    if not kind.sees(step.role):
        return "not_found"
    return model.act(step.role, step.subject, step.act, step.phase, step.reason, SEASONS[step.counsellors])


def ways(kind: Kind, counsellors: bool) -> Iterator[tuple[Step, ...]]:
    """The shortest way to each place in the table of the contract that a registration can be in."""
    seen, waiting = set[Any](), deque[tuple[tuple[Step, ...], Review]]([((), kind.model())])
    while waiting:
        way, model = waiting.popleft()
        if (place := (model.state, tuple(model.path), model.effective)) in seen:
            continue
        seen.add(place)
        yield way
        for role in AUTHORS:
            for act in ACTS:
                step, then = Step(role, f"{role} {len(way)}", act, counsellors=counsellors), copy.deepcopy(model)
                if expected(then, kind, step) not in REFUSALS:
                    waiting.append(((*way, step), then))


class Reviewed:
    """A registration over HTTP, under a season that follows each step."""

    def __init__(self, http: httpx.AsyncClient, mint: TokenMint, database: Database, kind: Kind) -> None:
        self.kind, self.model = kind, kind.model()
        self._http, self._mint, self._database = http, mint, database
        self._season: tuple[str, bool] | None = None
        self.answer: httpx.Response
        self.reader = mint.headers("school_officer", school="10001")
        self.done: list[tuple[str, str, str]] = [("graduate", "create", "draft")]

    async def begin(self) -> "Reviewed":
        """Makes the draft."""
        college, in_class = "C01" if self.kind.college else None, "K1" if self.kind.in_class else None
        self.graduate = await Enrolment(self._database)(college_code=college, class_code=in_class)
        body = {"graduate_id": f"{self.graduate}", "destination_code": "70", "reason": "job_seeking"}
        self.answer = await self._http.post("/v1/registrations", json=body, headers=self.token("graduate", "writer"))
        assert self.answer.status_code == 201, self.answer.text
        self.path = f"/v1/registrations/{self.answer.json()['id']}"
        return self

    def token(self, role: str, subject: str, **elsewhere: Any) -> dict[str, str]:
        """The header of a person of the graduate's own college and class, or of elsewhere."""
        usual: dict[str, Any] = {"school": "10001"}
        if role == "graduate":
            usual = {"graduate": self.graduate}
        elif role == "counsellor":
            usual["class_"] = "K1"
        elif role == "college_officer":
            usual["college"] = "C01"
        return self._mint.headers(role, **usual | elsewhere, subject=subject)

    async def send(self, step: Step, headers: dict[str, str]) -> httpx.Response:
        """The request of a step, for the version that stands."""
        sent = headers | {"If-Match": self.answer.headers["etag"]}
        late = {"late_reason": "left_late"} if step.reason else {}
        if step.act == "edit":
            other = {"job_seeking": "signing", "signing": "job_seeking"}[self.answer.json()["reason"]]
            return await self._http.patch(self.path, json={"reason": other} | late, headers=sent)
        said = {"return": {"reason": "材料不全"}, "dispute": {"reason": "单位不对"}}
        body = late if step.act in ("submit", "request-void") else said.get(step.act)
        return await self._http.post(f"{self.path}/{step.act}", json=body, headers=sent)

    async def put_season(self, step: Step) -> None:
        """Lets the season be that of the step."""
        if self._season != (step.phase, step.counsellors):
            changes_until, closes_on = PHASES[step.phase]
            await set_season(self._database, changes_until, closes_on, levels=SEASONS[step.counsellors])
            self._season = step.phase, step.counsellors

    async def do(self, step: Step) -> str:
        """Makes a step here and in the model, and compares what both come to; gives the state or the code."""
        before, model = self.answer.json(), copy.deepcopy(self.model)
        wanted = expected(model, self.kind, step)
        await self.put_season(step)
        answer = await self.send(step, self.token(step.role, step.subject))
        body = answer.json()
        if answer.status_code != 200:
            assert (answer.status_code, body["code"]) == (STATUS.get(wanted, 409), wanted), (step, before, answer.text)
            assert body.get("state", before["state"]) == before["state"], (step, answer.text)
            return wanted
        assert body["state"] == wanted, (step, before, answer.text)
        assert body["version"] == before["version"] + 1, (step, answer.text)
        assert (body["effective"] is not None) == model.effective, (step, answer.text)
        self.answer, self.model = answer, model
        self.done.append((step.role, step.act, wanted))
        return wanted

    async def go(self, way: Sequence[Step]) -> "Reviewed":
        """Goes a way that is possible."""
        for step in way:
            assert await self.do(step) not in REFUSALS, step
        return self

    async def is_refused(self, act: str, headers: dict[str, str], wanted: tuple[int, str]) -> None:
        """Sends an act that must be refused as is wanted, to somebody who learns nothing of what stands."""
        answer = await self.send(Step("", "", act), headers)
        said = answer.json()
        assert (answer.status_code, said["code"]) == wanted, (act, headers, answer.text)
        assert wanted[0] == 403 or not {"state", "allowed_transitions"} & said.keys(), answer.text

    async def must_tell_its_history(self) -> None:
        """The versions that are stored are the steps that were done, by the roles that did them."""
        versions, query = [], {"limit": "100"}
        while query:
            page = (await self._http.get(f"{self.path}/history", params=query, headers=self.reader)).json()
            versions += page["items"]
            query = {"limit": "100", "cursor": page["next_cursor"]} if page["next_cursor"] else {}
        told = [(each["version"], each["by_role"], each["action"], each["state"]) for each in versions]
        assert told == [(n, *each) for n, each in enumerate(self.done, start=1)]


def lines(model: Review, counsellors: bool, number: int) -> Iterator[Step]:
    """Every act of every role in every phase, late with its reason and without, one phase after the other.

    It is done by somebody new, and by each who had a hand in the content.
    """
    hands = sorted({each for each in (model.writer, model.submitter, *model.reviewed.values()) if each})
    for (phase, reason), role, act in product(
        (("open", False), ("late", True), ("late", False), ("closed", True)), AUTHORS, ACTS
    ):
        for subject in (f"{role} {number}", *hands):
            yield Step(role, subject, act, phase, reason, counsellors)
