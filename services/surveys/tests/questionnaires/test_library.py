"""The shipped questionnaires: publishable, short on every path, and together they give every measure in its cycles."""

import itertools
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import httpx
import pytest

from common.measures import MEASURES
from surveys.expressions.syntax import names_in, parsed
from surveys.questionnaires.domain.checks import findings
from surveys.questionnaires.domain.content import Content, Question, QuestionType
from surveys.questionnaires.domain.facts import Facts
from surveys.questionnaires.domain.lint import Lint
from surveys.questionnaires.domain.logic import Logic
from surveys.questionnaires.wire.library import MEANT_FOR, LibraryId, shipped

Json = dict[str, Any]

NAMES = [
    "graduation-0", "graduate-1", "graduate-3", "graduate-5", "employer-year", "employer-industry", "hire",
    "career-update",
]  # fmt: skip
LONGEST = {"graduation-0": 25}
"""Questions on one path; of all others 40."""


def given(names: list[str]) -> set[str]:
    return {each.measure.id for name in names for each in shipped(LibraryId(name)).questions if each.measure}


def conditional(content: Content) -> list[Question]:
    """The questions that a condition names."""
    conditions = [each.text for each in Lint(content).expressions if each.pointer.endswith("/visible_if")]
    named = {name for condition in conditions for name in names_in(parsed(condition))}
    return [each for each in content.questions if each.id in named]


def answers(question: Question) -> Sequence[object]:
    """Each answer that a condition can tell apart: all of a few, the ends of a scale, any or all of several."""
    match question.type:
        case QuestionType.BOOLEAN:
            return [True, False]
        case QuestionType.SCALE:
            return [1, 3, 5]
        case QuestionType.MULTIPLE_CHOICE:
            return [[value] for value in question.option_values] + [[*question.option_values]]
    return [*question.option_values]


def longest(content: Content) -> int:
    logic, asked = Logic(content), conditional(content)
    lengths = []
    for chosen in itertools.product(*map(answers, asked)):
        values = {question.id: value for question, value in zip(asked, chosen, strict=True)}
        lengths.append(logic.judge(values, Facts(date(2026, 12, 1))).asked)
    return max(lengths)


def test_the_library_has_what_the_contract_names() -> None:
    assert list(LibraryId) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_lint_finds_nothing(name: str) -> None:
    assert findings(shipped(LibraryId(name))) == []


@pytest.mark.parametrize("cycle", [0, 1, 3, 5, None])
def test_every_measure_is_given_in_each_cycle_it_is_listed_for(cycle: int | None) -> None:
    """The list is that of `common.measures`; without a cycle: of employers."""
    audience = "graduates" if cycle is not None else "employers"
    names = [name for name, each in MEANT_FOR.items() if (each.audience, each.cycle) == (audience, cycle)]
    assert given([*names]) == {name for name, measure in MEASURES.items() if measure.asked_in(cycle)}


@pytest.mark.parametrize("name", NAMES)
def test_no_path_is_too_long(name: str) -> None:
    assert 5 < longest(shipped(LibraryId(name))) <= LONGEST.get(name, 40)


@pytest.mark.parametrize("name", NAMES)
def test_pay_family_and_health_are_asked_after_consent_alone(name: str) -> None:
    sensitive = {each.id for each in shipped(LibraryId(name)).questions if each.sensitive}
    private = {"salary", "not_working_reason", "leave_reason"}
    asked = {each.id for each in shipped(LibraryId(name)).questions if each.measure and each.measure.id in private}
    assert sensitive == asked


@pytest.mark.parametrize("name", NAMES[4:7])
def test_employers_are_asked_by_level_of_posts(name: str) -> None:
    levels = {
        each.measure.post_level
        for each in shipped(LibraryId(name)).questions
        if each.measure and each.measure.post_level
    }
    assert levels == (set() if name == "employer-industry" else {"junior", "middle", "senior"})


async def test_each_begins_a_questionnaire_that_is_published_as_it_is(manager: httpx.AsyncClient) -> None:
    listed = (await manager.get("/v1/questionnaire-library")).json()
    assert [each["id"] for each in listed["items"]] == NAMES
    for item in listed["items"]:
        made = await manager.post("/v1/questionnaires", json={"from_library": item["id"]})
        assert made.status_code == 201, made.text
        assert made.json()["title"] == item["title"]
        published = await manager.post(f"{made.headers['Location']}/publish", headers={"If-Match": '"1"'})
        assert (published.status_code, published.json()["published_version"]) == (200, 1), published.text
    page = await manager.get("/v1/questionnaire-library", params={"limit": 3})
    following = {"limit": 3, "cursor": page.json()["next_cursor"]}
    rest = (await manager.get("/v1/questionnaire-library", params=following)).json()
    assert [each["id"] for each in rest["items"]] == NAMES[3:6]


WORDS = {"zh": "问卷", "en": "Questions"}


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({"from_library": "graduate-2"}, [("/from_library", "not_allowed")]),
        ({"from_library": "hire", "title": WORDS}, [("/title", "one_source")]),
        ({"title": WORDS}, [("/pages", "required")]),
        ({}, [("/title", "required"), ("/pages", "required")]),
    ],
)
async def test_what_is_to_begin_is_said_once(
    manager: httpx.AsyncClient, body: Json, errors: list[tuple[str, str]]
) -> None:
    refused = await manager.post("/v1/questionnaires", json=body)
    assert refused.status_code == 422
    assert [(each["pointer"], each["rule"]) for each in refused.json()["errors"]] == errors


async def test_the_library_is_for_those_who_write_questionnaires(
    client: Callable[..., httpx.AsyncClient], school: str
) -> None:
    counsellor = client("counsellor", school=school, class_="0101")
    assert (await counsellor.get("/v1/questionnaire-library")).status_code == 403
