"""The library (问卷库): questionnaires that come with a release, publishable as they are, to begin one's own from."""

from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Literal, NamedTuple, Self

from pydantic import BaseModel, Field

from surveys.questionnaires.domain.content import Content
from surveys.questionnaires.wire.forms import TextForm
from surveys.questionnaires.wire.written import Written


class LibraryId(StrEnum):
    """What a shipped questionnaire is called; `data/<id>.json` is what it asks."""

    GRADUATION_0 = "graduation-0"
    GRADUATE_1 = "graduate-1"
    GRADUATE_3 = "graduate-3"
    GRADUATE_5 = "graduate-5"
    EMPLOYER_YEAR = "employer-year"
    EMPLOYER_INDUSTRY = "employer-industry"
    HIRE = "hire"
    CAREER_UPDATE = "career-update"


class MeantFor(NamedTuple):
    """The wave that a questionnaire is made for: who answers, how many years after leaving, about whom."""

    audience: Literal["graduates", "employers"]
    cycle: int | None = None
    unit: Literal["employer", "hire"] | None = None


MEANT_FOR: Mapping[LibraryId, MeantFor] = {
    LibraryId.GRADUATION_0: MeantFor("graduates", 0),
    LibraryId.GRADUATE_1: MeantFor("graduates", 1),
    LibraryId.GRADUATE_3: MeantFor("graduates", 3),
    LibraryId.GRADUATE_5: MeantFor("graduates", 5),
    LibraryId.EMPLOYER_YEAR: MeantFor("employers", unit="employer"),
    LibraryId.EMPLOYER_INDUSTRY: MeantFor("employers", unit="employer"),
    LibraryId.HIRE: MeantFor("employers", unit="hire"),
    LibraryId.CAREER_UPDATE: MeantFor("graduates"),
}


@cache
def shipped(name: LibraryId) -> Content:
    """What the questionnaire asks."""
    document = (files("surveys.questionnaires") / "data" / f"{name}.json").read_bytes()
    return Written.model_validate_json(document).content()


class LibraryItem(BaseModel):
    """A shipped questionnaire: what it is for, and how much it asks."""

    id: LibraryId
    title: TextForm
    audience: Literal["graduates", "employers"]
    cycle: int | None = Field(description="Years after leaving; null: of employers, and of career updates")
    unit: Literal["employer", "hire"] | None = Field(description="Of employers: what one answer is about")
    questions: int = Field(description="All that it has; who answers is asked what applies")
    measures: list[str] = Field(description="The measures that its answers give")

    @classmethod
    def of(cls, name: LibraryId) -> Self:
        """As JSON."""
        content, meant_for = shipped(name), MEANT_FOR[name]
        return cls(
            id=name,
            title=TextForm.model_validate(content.title),
            **meant_for._asdict(),
            questions=sum(1 for _ in content.questions),
            measures=list(dict.fromkeys(each.measure.id for each in content.questions if each.measure)),
        )
