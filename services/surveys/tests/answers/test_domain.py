from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import uuid4

import pytest

from common.errors import Message
from common.identifiers import Cohort, QuestionnaireId, SchoolCode
from surveys.answers.domain import changed, facts_about, names_of, prefilled, problems_of, submission, unknown
from surveys.expressions.values import number_of
from surveys.questionnaires.domain.content import (
    Option,
    Prefill,
    PublishedVersion,
    Question,
    QuestionnairePage,
    QuestionType,
)
from surveys.questionnaires.domain.facts import Facts
from surveys.questionnaires.domain.logic import Judged, logic_of
from surveys.responses.domain import CompletedBy, Completeness, Mode
from surveys.roster.domain import Groups, Registered, Situation, destination_class_of, level_of
from surveys.waves.domain import Cycle, WavePlan

TEXT = Message("文字", "words")
OPTIONS = (Option("33", TEXT), Option("other", TEXT, other=True))
NOW = datetime(2026, 12, 1, tzinfo=UTC)
DAY = date(2026, 12, 1)

INDUSTRY = Question("industry", QuestionType.SINGLE_CHOICE, False, TEXT, OPTIONS, prefill=Prefill.INDUSTRY)
PLACE = Question("place", QuestionType.TEXT, True, TEXT, prefill=Prefill.PLACE, visible_if="${industry} = '33'")
SALARY = Question("salary", QuestionType.NUMBER, False, TEXT, sensitive=True, refusable=True, core=True)


def version_of(*questions: Question) -> PublishedVersion:
    pages = (QuestionnairePage("p1", questions),)
    school = SchoolCode("90001")
    return PublishedVersion(TEXT, pages, QuestionnaireId(uuid4()), 1, school, NOW)


def judged(content: PublishedVersion, values: dict[str, object], *, sensitive: bool = True) -> Judged:
    return logic_of(content).judge(values, Facts(DAY, {}, sensitive))


def test_expressions_know_groups_wave_and_registration_and_blanks_are_left_out() -> None:
    wave = WavePlan(
        school_code=SchoolCode("90001"), cohort=Cohort(2024), cycle=Cycle.THREE_YEARS,
        questionnaire_id=QuestionnaireId(uuid4()),
        questionnaire_version=1, opens_at=NOW, closes_at=NOW,
    )  # fmt: skip
    situation = Situation(Groups("C01", "080901", "31", "full_time", "2", "410000"), Registered("801"))
    facts = facts_about(wave, situation, DAY, sensitive=False)
    assert (facts.day, facts.sensitive) == (DAY, False)
    assert facts.values == {
        "roster_cohort": number_of(2024),
        "roster_school": "90001",
        "roster_college": "C01",
        "roster_major": "080901",
        "roster_education_level": "bachelor",
        "roster_study_form": "full_time",
        "roster_destination_class": "study_mainland",
        "wave_cycle": number_of(3),
    }
    empty = facts_about(wave, Situation(Groups(), Registered()), DAY, sensitive=True)
    assert empty.values.keys() == {"roster_cohort", "roster_school", "roster_destination_class", "wave_cycle"}


@pytest.mark.parametrize(
    ("code", "expected"),
    [("10", "unit"), ("75", "own_business"), ("76", "freelance"), ("85", "study_abroad"), ("70", "seeking"),
     ("71", "not_seeking"), ("zz", "not_registered"), (None, "not_registered")],
)  # fmt: skip
def test_the_class_of_a_destination(code: str | None, expected: str) -> None:
    assert destination_class_of(code) == expected


@pytest.mark.parametrize(("code", "level"), [("01", "doctoral"), ("61", "junior_college"), ("zz", None), (None, None)])
def test_the_level_of_a_code(code: str | None, level: str | None) -> None:
    assert level_of(code) == level


def test_a_text_beside_an_option_belongs_to_its_question() -> None:
    assert names_of([INDUSTRY, SALARY]) == {"industry", "industry_other", "salary"}
    assert [each.pointer for each in unknown({"salary": 1, "a/b~c": None}, names_of([SALARY]))] == ["/values/a~1b~0c"]


def test_absent_keeps_and_null_clears() -> None:
    assert changed({"a": 1, "b": 2}, {"b": None, "c": False}) == {"a": 1, "c": False}


def test_a_save_is_refused_for_what_it_sends() -> None:
    found = judged(version_of(INDUSTRY, SALARY), {"industry": "nosuch", "salary": "much"})
    assert [each.pointer for each in problems_of(found, {"salary"})] == ["/values/salary"]
    assert problems_of(found, {"salary_other"}) == []


def test_only_what_is_asked_is_preset_and_only_with_what_answers_it() -> None:
    content = version_of(INDUSTRY, PLACE)
    situation = Situation(Groups(), Registered("10", None, "33", "410102"))

    def preset(values: dict[str, object], registered: Registered = situation.registered) -> dict[str, str]:
        known = replace(situation, registered=registered)
        return prefilled(content, judged(content, values), known, values)

    # the place is asked only once the industry is an answer
    assert preset({}) == {"industry": "33"}
    assert preset({"industry": "33"}) == {"place": "410102"}
    assert preset({"industry": "other"}) == {}
    assert preset({}, Registered("10", None, "99")) == {}
    assert preset({}, Registered()) == {}


@pytest.mark.parametrize(
    ("values", "sensitive", "expected"),
    [
        ({}, True, (0, 2, Completeness.EMPTY)),
        ({"industry": "33"}, True, (1, 3, Completeness.PARTIAL)),
        ({"salary": {"missing": "refused"}}, True, (1, 2, Completeness.CORE)),
        ({"salary": 6500, "industry": "other"}, True, (2, 2, Completeness.COMPLETE)),
        # without consent the salary is not asked
        ({"salary": 6500, "industry": "other"}, False, (1, 1, Completeness.COMPLETE)),
    ],
)
def test_how_completely_is_answered(
    values: dict[str, object], sensitive: bool, expected: tuple[int, int, Completeness]
) -> None:
    given = submission(
        judged(version_of(INDUSTRY, PLACE, SALARY), values, sensitive=sensitive), Mode.PAPER, CompletedBy.RESPONDENT
    )
    assert (given.answered, given.total, given.completeness, given.mode) == (*expected, Mode.PAPER)
