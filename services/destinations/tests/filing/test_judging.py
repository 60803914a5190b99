"""Who is in a file, and why not."""

from dataclasses import replace

import pytest
from lives import APPROVED, after

from common.approvals.domain import TransitionNotAllowed
from common.identifiers import Cohort, SchoolCode
from destinations.evidence.domain import Demand
from destinations.filing.domain.filing import (
    Act,
    Asked,
    Contents,
    FileType,
    Narrowing,
    Recipient,
    State,
    Unregistered,
    following,
)
from destinations.filing.domain.judging import Found, Item, Verdict, What, judged
from destinations.filing.formats import Format
from destinations.registrations.domain.content import Destination
from destinations.registrations.domain.registration import Registration
from destinations.seasons.domain import EvidenceRule

SEEKING = Destination("70", reason="job_seeking")
DRAFT, SUBMITTED, EFFECTIVE = (
    after(content=SEEKING),
    after(*APPROVED[:1], content=SEEKING),
    after(*APPROVED, content=SEEKING),
)
GRADUATE = EFFECTIVE.graduate
CARRIED = frozenset({"employer_name", "employer_uscc", "industry_code", "employer_nature_code", "place_code"})
ASKED = Asked(
    GRADUATE.school_code,
    GRADUATE.cohort,
    Recipient.PROVINCE,
    Format.A,
    FileType.CSV,
    Narrowing(),
    Contents.FULL,
    Unregistered.LEAVE_OUT,
)
CHANGES, AS_SEEKING = replace(ASKED, content=Contents.CHANGES), replace(ASKED, unregistered=Unregistered.AS_SEEKING)


def filed(what: What = What.EFFECTIVE, version: int | None = None) -> Item:
    if what is What.EFFECTIVE:
        assert EFFECTIVE.effective is not None
        return Item(GRADUATE.id, what, EFFECTIVE.id, version or EFFECTIVE.effective.version, "70")
    return Item(GRADUATE.id, what, None, 0, "70" if what is What.SEEKING else None)


def verdict(registration: Registration | None, asked: Asked = ASKED, last: Item | None = None) -> Verdict:
    return judged(GRADUATE, registration, asked, last, CARRIED)


@pytest.mark.parametrize(
    ("registration", "asked", "last", "what", "left_out"),
    [
        (EFFECTIVE, ASKED, None, What.EFFECTIVE, False),
        (EFFECTIVE, ASKED, filed(), What.EFFECTIVE, False),
        (EFFECTIVE, CHANGES, None, What.EFFECTIVE, False),
        (EFFECTIVE, CHANGES, filed(), None, False),
        (EFFECTIVE, CHANGES, filed(version=99), What.EFFECTIVE, False),
        (EFFECTIVE, CHANGES, filed(What.WITHDRAWN), What.EFFECTIVE, False),
        (EFFECTIVE, CHANGES, filed(What.SEEKING), What.EFFECTIVE, False),
        (SUBMITTED, ASKED, None, None, True),
        (SUBMITTED, AS_SEEKING, None, None, True),
        (SUBMITTED, CHANGES, filed(), What.WITHDRAWN, True),
        (DRAFT, ASKED, None, None, True),
        (DRAFT, AS_SEEKING, None, What.SEEKING, False),
        (None, ASKED, None, None, True),
        (None, ASKED, filed(), What.WITHDRAWN, True),
        (None, ASKED, filed(What.WITHDRAWN), None, True),
        (None, AS_SEEKING, None, What.SEEKING, False),
        (None, replace(AS_SEEKING, content=Contents.CHANGES), filed(What.SEEKING), None, False),
    ],
)
def test_what_becomes_of_a_graduate(
    registration: Registration | None, asked: Asked, last: Item | None, what: What | None, left_out: bool
) -> None:
    found = verdict(registration, asked, last)
    assert (found.item and found.item.what, found.left_out) == (what, left_out)
    assert (found.content is not None) is (what in {What.EFFECTIVE, What.SEEKING})


@pytest.mark.parametrize("content", Contents)
def test_who_does_not_count_is_taken_back(content: Contents) -> None:
    asked = replace(ASKED, content=content)
    for left in (replace(GRADUATE, counted=False), replace(GRADUATE, school_code=SchoolCode("10002"))):
        assert judged(left, EFFECTIVE, asked, None, CARRIED).item is None
        found = judged(left, EFFECTIVE, asked, filed(), CARRIED)
        assert (found.item and found.item.what, found.left_out, found.found) == (What.WITHDRAWN, False, ())


def test_what_the_format_has_no_column_for_cannot_lack() -> None:
    assert verdict(EFFECTIVE).found == (Found("unconfirmed", is_error=False, field="confirmation"),)
    gap = after(*APPROVED, content=Destination("70", reason="job_seeking"))
    assert gap.effective is not None
    lacking = replace(gap, effective=replace(gap.effective, content=Destination("75", industry_code="34")))
    errors = {(each.rule, each.field) for each in judged(GRADUATE, lacking, ASKED, None, CARRIED).found}
    assert errors == {("required", "employer_name"), ("required", "place_code")}
    assert judged(GRADUATE, lacking, ASKED, None, frozenset()).found[0].rule == "unconfirmed"


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (Destination("27", employer_name="某大学", place_code="410102"), "code_not_in_force"),
        (Destination("46", employer_nature_code="40", industry_code="34"), "pair"),
    ],
)
def test_codes_that_a_file_of_the_cohort_cannot_hold(content: Destination, rule: str) -> None:
    assert EFFECTIVE.effective is not None
    graduate = replace(GRADUATE, cohort=Cohort(2024))
    registration = replace(EFFECTIVE, graduate=graduate, effective=replace(EFFECTIVE.effective, content=content))
    asked = replace(ASKED, cohort=graduate.cohort)
    found = judged(graduate, registration, asked, filed(), CARRIED)
    assert rule in {each.rule for each in found.found if each.is_error}
    # a whole file takes back what it does not repeat, one of changes leaves it
    assert found.item == filed(What.WITHDRAWN)
    assert judged(graduate, registration, replace(asked, content=Contents.CHANGES), filed(), CARRIED).item is None


def test_what_is_warned_about_does_not_leave_out() -> None:
    assert EFFECTIVE.effective is not None
    employed = replace(EFFECTIVE.effective, content=Destination("46"))
    registration = replace(EFFECTIVE, effective=employed)
    demand = Demand(EvidenceRule.APPROVE)
    found = judged(GRADUATE, registration, ASKED, None, CARRIED, demand=demand, has_case=True)
    assert [each.rule for each in found.found] == ["unconfirmed", "open_case", "evidence_missing"]
    assert found.item is not None
    assert not found.left_out


def test_a_filter_of_destinations_is_about_the_row() -> None:
    only = replace(AS_SEEKING, filter=Narrowing(destination_codes=("10",)))
    assert [verdict(each, only).item for each in (EFFECTIVE, None)] == [None, None]


TABLE = {
    ("prepared", "send"): "sent",
    ("prepared", "discard"): "discarded",
    ("sent", "accept"): "accepted",
    ("sent", "return"): "returned",
}


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("act", Act)
def test_the_table_of_states(state: State, act: Act) -> None:
    expected = TABLE.get((state.value, act.value))
    if expected is not None:
        assert following(state, act).value == expected
        return
    with pytest.raises(TransitionNotAllowed) as refusal:
        following(state, act)
    assert refusal.value.extra["allowed_transitions"] == [each for at, each in TABLE if at == state.value]
