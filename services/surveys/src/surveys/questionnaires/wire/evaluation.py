"""What is tried on a draft, and what is found."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, Field

from common.errors import FieldProblem
from common.http import Day, StrictModel
from surveys.questionnaires.domain.checks import Finding, Severity
from surveys.questionnaires.domain.logic import Judged, json_of


class Evaluation(StrictModel):
    """Values to try, and who would answer: `roster` by the full names, blanks left out or null."""

    values: Annotated[dict[str, Any], Field(max_length=1_000)]
    roster: Annotated[dict[str, Any], Field(max_length=50)] = Field(default_factory=dict)
    day: Day | None = Field(default=None, description="What `today()` is; today in Asia/Shanghai where it is absent")
    language: Literal["zh", "en"] = "zh"


class Visible(BaseModel):
    """Ids of what is shown."""

    pages: list[str]
    questions: list[str]


class ProblemBody(BaseModel):
    """What is wrong, and where."""

    pointer: str
    rule: str
    message: str

    @classmethod
    def of(cls, problem: FieldProblem, language: str) -> Self:
        """The problem in a language."""
        return cls(pointer=problem.pointer, rule=problem.rule, message=problem.message.in_language(language))


class Evaluated(BaseModel):
    """What the logic says of values; a required question without an answer is no problem."""

    visible: Visible
    calculated: dict[str, bool | int | float | str | None]
    problems: list[ProblemBody]
    texts: dict[str, str] = Field(description="Of what is visible: texts of questions, titles of pages")

    @classmethod
    def of(cls, judged: Judged, texts: Mapping[str, str], language: str) -> Self:
        """As JSON."""
        problems = [ProblemBody.of(each, language) for each in judged.problems]
        return cls.model_validate({**shown_of(judged, texts), "problems": problems})


def shown_of(judged: Judged, texts: Mapping[str, str]) -> dict[str, Any]:
    """The members of what is shown and calculated; the problems are beside them."""
    return {
        "visible": {"pages": judged.pages, "questions": judged.questions},
        "calculated": {name: json_of(value) for name, value in judged.calculated.items()},
        "texts": texts,
    }


class LintedProblem(ProblemBody):
    """An error keeps a questionnaire from being published, a warning does not."""

    severity: Severity


class Linted(BaseModel):
    """What publishing would say, and what it would not."""

    problems: list[LintedProblem]

    @classmethod
    def of(cls, found: Iterable[Finding], language: str) -> Self:
        """The findings in a language."""
        return cls(
            problems=[
                LintedProblem(**ProblemBody.of(each.problem, language).model_dump(), severity=each.severity)
                for each in found
            ]
        )
