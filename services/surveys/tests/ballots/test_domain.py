"""What an unlinkable wave cannot have, pure; and what is kept of a code."""

from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from uuid import uuid4

import pytest

from common.errors import Message
from common.identifiers import Cohort, QuestionnaireId, SchoolCode, WaveId
from surveys.ballots.domain import (
    ALPHABET,
    FEWEST,
    NotForUnlinkable,
    TooFewForUnlinkable,
    digest_of,
    must_be_enough,
    must_be_unlinkable,
    new_code,
)
from surveys.caps.domain import Cap
from surveys.invitations.domain import has_form
from surveys.populations.domain import Population, PopulationKind
from surveys.questionnaires.domain.content import Prefill, PublishedVersion, Question, QuestionnairePage, QuestionType
from surveys.waves.domain import Anonymity, Audience, Cycle, Unit, WavePlan

OPENS = datetime(2025, 6, 1, tzinfo=UTC)
WORDS = Message("题", "Q")


def plan(**said: object) -> WavePlan:
    made = WavePlan(
        school_code=SchoolCode("10001"),
        cohort=Cohort(2024),
        cycle=Cycle.ONE_YEAR,
        questionnaire_id=QuestionnaireId(uuid4()),
        questionnaire_version=1,
        opens_at=OPENS,
        closes_at=datetime(2025, 7, 1, tzinfo=UTC),
        anonymity=Anonymity.UNLINKABLE,
    )
    return replace(made, **said)  # type: ignore[arg-type]


def asking(*questions: Question) -> PublishedVersion:
    pages = (QuestionnairePage("p", questions),)
    place = {"questionnaire_id": QuestionnaireId(uuid4()), "school_code": None, "number": 1}
    return PublishedVersion(title=WORDS, pages=pages, **place, published_at=OPENS)  # type: ignore[arg-type]


def question(name: str, kind: QuestionType = QuestionType.TEXT, **said: object) -> Question:
    return Question(name, kind, required=False, text=WORDS, **said)  # type: ignore[arg-type]


PLAIN = asking(question("a"), question("b", visible_if="${a} != '' and ${wave_cycle} = 1"))
PANEL = Population(PopulationKind.PANEL, wave_id=WaveId(uuid4()))


@pytest.mark.parametrize(
    ("said", "asked", "pointers"),
    [
        ({}, PLAIN, []),
        ({"population": PANEL}, PLAIN, ["/population/kind"]),
        ({"edit_hours": 24}, PLAIN, ["/edit_hours"]),
        ({"edit_hours": None}, PLAIN, ["/edit_hours"]),
        ({"shared_code": "abc"}, PLAIN, ["/shared_code"]),
        ({"audience": Audience.EMPLOYERS, "unit": Unit.EMPLOYER, "cohort": None, "cycle": None}, PLAIN, ["/audience"]),
        ({"caps": (Cap("a", "${a} != ''", 5), Cap("b", "${roster_major} = '1'", 5))}, PLAIN, ["/caps/1/condition"]),
        ({}, asking(question("f", QuestionType.FILE)), ["/questionnaire_version"]),
        ({}, asking(question("e", QuestionType.EMPLOYER)), ["/questionnaire_version"]),
        ({}, asking(question("p", prefill=Prefill("place_code"))), ["/questionnaire_version"]),
        ({}, asking(question("a", visible_if="${roster_college} = 'C1'")), ["/questionnaire_version"]),
        ({}, asking(question("a", hint=Message("${roster_major}", ""))), ["/questionnaire_version"]),
        (
            {"population": PANEL, "edit_hours": 1},
            asking(question("f", QuestionType.FILE), question("e", QuestionType.EMPLOYER)),
            ["/population/kind", "/edit_hours", "/questionnaire_version", "/questionnaire_version"],
        ),
    ],
)
def test_what_tells_of_a_person_is_refused_at_its_place(
    said: dict[str, object], asked: PublishedVersion, pointers: list[str]
) -> None:
    found: list[str] = []
    try:
        must_be_unlinkable(plan(**said), asked)
    except NotForUnlinkable as refused:
        found = [problem.pointer for problem in refused.problems]
    assert found == pointers
    must_be_unlinkable(plan(**said, anonymity=Anonymity.PSEUDONYMOUS), asked)


def test_fewer_than_thirty_are_too_few() -> None:
    with pytest.raises(TooFewForUnlinkable):
        must_be_enough(Anonymity.UNLINKABLE, 29)
    must_be_enough(Anonymity.UNLINKABLE, 30)
    must_be_enough(Anonymity.PSEUDONYMOUS, 1)
    assert FEWEST == 30


def test_a_code_has_the_form_of_a_token_and_128_bits() -> None:
    codes = {new_code() for _ in range(1_000)}
    assert len(codes) == 1_000
    assert all(map(has_form, codes))
    assert len(ALPHABET) ** 22 > 2**128
    assert set("".join(codes)) == set(ALPHABET)
    assert not {*"0O1Il"} & set(ALPHABET)


def test_what_is_kept_of_a_code_is_not_what_is_kept_of_a_token() -> None:
    assert digest_of("abc") == sha256(b"ballot:abc").digest() != sha256(b"abc").digest()
