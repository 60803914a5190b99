"""Invented respondents, who answer any questionnaire as it is shown to them, page by page."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import httpx

from quxiang.demo.client import Campus, Json, Refused

_CODES: Mapping[str, Sequence[str]] = {
    "industry": ("22", "24", "31", "34", "35", "37"),
    "employer-nature": ("10", "22", "31", "39"),
    "position": ("10", "11", "13", "21"),
    "education-level": ("01", "11"),
    "colleges": ("C01", "C02"),
    "majors": ("080902", "120203"),
}
_PLACES: Mapping[str, Sequence[str]] = {
    "province": ("410000", "110000", "310000"),
    "city": ("410100", "110100", "310100"),
    "county": ("410102", "110108", "310115"),
}
_SCORES = (3, 8, 25, 40, 24)

Filled = Callable[[Json, random.Random], object]


@dataclass
class Respondent:
    """The holder of a link, who agrees, fills in what is visible, and submits."""

    campus: Campus
    secret: str
    chance: random.Random
    fixed: Mapping[str, object] = field(default_factory=dict)
    etag: str = "*"

    async def agree(self) -> Json:
        """Agrees to the privacy statement that is shown; the answer as it is then."""
        shown = await self._ask("GET", "")
        agreed = {"statement_version": shown["consent"]["statement_version"], "agreed": True, "sensitive": True}
        return await self._ask("PUT", "/consent", json=agreed)

    async def fill(self, answer: Json) -> Json:
        """Saves every page, and once more each page on which questions have appeared by what was saved."""
        for page in [each["id"] for each in answer["questionnaire"]["pages"]]:
            while values := self._values(answer, page):
                answer = await self._ask("PUT", f"/pages/{page}", json={"values": values})
        return answer

    async def submit(self) -> Json:
        """Submits what was saved."""
        return await self._ask("POST", "/submit")

    async def answer(self) -> None:
        """Does all of it; a wave that has closed meanwhile takes no more."""
        try:
            await self.fill(await self.agree())
            await self.submit()
        except Late:
            return

    def _values(self, answer: Json, page: str) -> Json:
        """What is visible on a page and not answered yet."""
        questions = next(each for each in answer["questionnaire"]["pages"] if each["id"] == page)["questions"]
        visible = set(answer["visible"]["questions"]) - answer["values"].keys()
        asked = [each for each in questions if each["id"] in visible and is_filled(each)]
        return {each["id"]: self.fixed.get(each["id"], invented(each, self.chance)) for each in asked}

    async def _ask(self, method: str, path: str, **content: Json) -> Json:
        headers = {"Authorization": f"Survey {self.secret}", "If-Match": self.etag}
        url = f"{self.campus.urls['surveys']}/v1/answer{path}"
        found = await self.campus.http.request(method, url, headers=headers, **content)  # type: ignore[arg-type]
        if found.status_code in (httpx.codes.UNAUTHORIZED, httpx.codes.CONFLICT):
            raise Late
        if found.is_error:
            raise Refused(f"{method} /v1/answer{path}: {found.status_code} {found.text[:500]}")
        self.etag = found.headers.get("ETag", self.etag)
        said: Json = found.json()
        return said


class Late(Exception):
    """The link takes nothing any more."""


def is_filled(question: Json) -> bool:
    """Whether its type is filled in; texts, files and what is only read are left open."""
    return question["type"] in _FILLED


def invented(question: Json, chance: random.Random) -> object:
    """A value of a question, of a type that is filled in."""
    return _FILLED[question["type"]](question, chance)


def _codes_of(question: Json) -> list[str]:
    return [each["value"] for each in question["options"]]


def _several(question: Json, chance: random.Random) -> list[str]:
    apart = [each["value"] for each in question["options"] if not each.get("exclusive")]
    most = min(question.get("max_selected") or 3, len(apart))
    return chance.sample(apart, chance.randint(min(question.get("min_selected") or 1, most), most))


def _number(question: Json, chance: random.Random) -> int:
    least = int(question.get("minimum") or 0)
    return min(least + chance.choices((0, 1, 2, 3), (40, 30, 20, 10))[0], int(question.get("maximum") or 9))


def _step(question: Json, chance: random.Random) -> int:
    least, most = question["scale"]["min"], question["scale"]["max"]
    steps = range(least, most + 1)
    return chance.choices(steps, _SCORES)[0] if len(steps) == len(_SCORES) else chance.choice(steps)


_FILLED: Mapping[str, Filled] = {
    "single_choice": lambda question, chance: chance.choice(_codes_of(question)),
    "multiple_choice": _several,
    "matrix": lambda question, chance: {row["value"]: chance.choice(_codes_of(question)) for row in question["rows"]},
    "ranking": lambda question, chance: chance.sample(_codes_of(question), question.get("max_ranked") or 1),
    "scale": _step,
    "nps": lambda _, chance: chance.choices(range(11), (1, 1, 1, 1, 2, 4, 6, 12, 22, 16, 14))[0],
    "boolean": lambda _, chance: chance.random() < 0.4,
    "number": _number,
    "money": lambda _, chance: round(chance.lognormvariate(0, 0.3) * 6_000),
    "month": lambda _, chance: f"2025-{chance.randint(1, 12):02}",
    "code": lambda question, chance: chance.choice(_CODES[question["code_list"]]),
    "place": lambda question, chance: chance.choice(_PLACES[question["depth"]]),
}
"""Of each type that is filled in how; others are left open."""
