"""A cycle of a school whose graduates answer, and how its figures are read."""

from typing import Any
from uuid import UUID, uuid4

from common.identifiers import SchoolCode
from indicators.tracking.domain import Series
from testing.http import Client, get

WAGE = 6543


class Cycle:
    """A school whose graduates of 2024 answer about cycle 1."""

    def __init__(self, school: Any, people: list[UUID]) -> None:
        self.school, self.people = school, people
        self.responses = {person: uuid4() for person in people}
        self.versions = dict.fromkeys(people, 0)
        self.wave = uuid4()
        self.series = Series(SchoolCode(school.code), school.cohort, 1, None)

    def says(self, at: int, values: dict[str, Any] | None) -> Any:
        person = self.people[at]
        self.versions[person] += values is not None
        return self.school.gives(
            self.responses[person], self.versions[person], values, graduate_id=person, wave_id=self.wave
        )

    def asked(self) -> list[Any]:
        return [self.school.answers(person, self.wave, "requested") for person in self.people]


async def answer(apply: Any, cycle: Cycle, people: range, **values: Any) -> None:
    said = {"situation": "employed", "job_satisfaction": 75, "salary": WAGE, **values}
    await apply([cycle.says(at, said) for at in people])


async def read(client: Client, cycle: Cycle, *indicators: str, status: int = 200, **more: Any) -> Any:
    query = {"school": cycle.school.code, "cohort": 2024, "cycle": 1, "indicator": ",".join(indicators), **more}
    return await get(client("admin"), "/v1/tracking", status, **query)


def of_group(body: Any, indicator: str, **group: str) -> Any:
    return next(each["indicators"][indicator] for each in body["observations"] if each["group"] == group)


async def close(apply: Any, cycle: Cycle, wave: UUID | None = None) -> None:
    await apply([cycle.school.closes(wave or uuid4())])
