"""What a season asks of evidence before a submission and an approval, and what a changed destination leaves of it."""

from dataclasses import replace
from typing import Any

import httpx
import pytest
from acting import rows
from desks import SEEKING, UNIT, Desk, Seat, code_of
from enrolling import Enrolment
from proofs import pdf
from sending import Checked, on, seen, send

from common import clock
from common.database import Database
from destinations.evidence.domain import Demand, Kind, Standing
from destinations.seasons.domain import EvidenceRule

NEXT = clock.today().year + 1
"""A cohort whose deadlines are all to come."""

SUBMIT, APPROVE = EvidenceRule.SUBMIT, EvidenceRule.APPROVE
FORM = frozenset({Kind.AGREEMENT_FORM})


async def season(school: Desk, rule: str) -> None:
    place = f"/v1/seasons/10001/{NEXT}"
    before = await school.get(place)
    sent = school.headers | {"If-Match": before.headers["etag"]}
    answer = await school.http.put(place, json=before.json() | {"evidence": rule}, headers=sent)
    assert answer.status_code == 200, answer.text


async def by_graduate(seat: Seat, enrol: Enrolment, content: Any = UNIT) -> tuple[Desk, httpx.Response]:
    graduate_id = await enrol(cohort=NEXT)
    own = seat("graduate", graduate=graduate_id)
    return own, await own.register(graduate_id, content)


async def test_submission_and_each_approval_need_what_was_not_found_wanting(
    seat: Seat, enrol: Enrolment, school: Desk, college: Desk, checked: Checked, database: Database
) -> None:
    await season(school, "submit")
    own, draft = await by_graduate(seat, enrol)
    refused = await own.act(draft, "submit")
    assert code_of(refused) == (422, "evidence_missing")
    assert [each["rule"] for each in refused.json()["errors"]] == ["evidence_missing"]
    await send(own, draft, pdf(password="geheim"))
    submitted = await own.act(draft, "submit")
    assert submitted.status_code == 200, submitted.text
    await checked()
    assert code_of(await college.act(submitted, "college-approve")) == (409, "evidence_missing")
    piece = await send(own, draft)
    await checked()
    at_school = await college.act(submitted, "college-approve")
    approved = await school.act(at_school, "school-approve")
    assert approved.status_code == 200, approved.text
    flags = "SELECT action, evidence_complete FROM registration_versions ORDER BY version"
    assert [tuple(row) for row in await rows(database, flags)] == [
        ("create", None),
        ("submit", True),
        ("college-approve", True),
        ("school-approve", True),
    ]
    assert (await seen(own, piece)).json()["state"] == "pending"
    # whose contact has moved needs no other paper; another employer does
    kept = await own.patch(approved, {"employer_address": "另一路 2 号"})
    assert (await seen(own, piece)).json()["state"] == "pending"
    elsewhere = await own.patch(kept, {"employer_name": "另一公司"})
    outdated = await seen(own, piece)
    assert (outdated.json()["state"], outdated.json()["version"]) == ("outdated", 3)
    assert code_of(await on(college, outdated, "accept")) == (409, "transition_not_allowed")
    assert code_of(await own.act(elsewhere, "submit")) == (422, "evidence_missing")

    seeking, other = await by_graduate(seat, enrol, SEEKING)
    assert (await seeking.act(other, "submit")).status_code == 200


async def test_the_last_approval_needs_what_was_accepted(
    seat: Seat, enrol: Enrolment, school: Desk, college: Desk, checked: Checked
) -> None:
    await season(school, "approve")
    own, draft = await by_graduate(seat, enrol)
    at_school = await college.act(await own.act(draft, "submit"), "college-approve")
    piece = await send(own, draft)
    await checked()
    assert code_of(await school.act(at_school, "school-approve")) == (409, "evidence_missing")
    await on(college, await seen(own, piece), "accept")
    approved = await school.act(at_school, "school-approve")
    assert approved.status_code == 200, approved.text
    # neither is a void proved
    asked = await own.act(approved, "request-void")
    assert (await college.act(asked, "college-approve")).status_code == 200


@pytest.mark.parametrize(
    ("rule", "sent", "accepted", "before", "last"),
    [
        (EvidenceRule.NONE, frozenset(), frozenset(), True, True),
        (SUBMIT, frozenset(), frozenset(), False, False),
        (SUBMIT, FORM, frozenset(), True, True),
        (SUBMIT, frozenset({Kind.OTHER}), frozenset({Kind.OTHER}), False, False),
        (APPROVE, frozenset(), frozenset(), True, False),
        (APPROVE, FORM, frozenset(), True, False),
        (APPROVE, FORM, FORM, True, True),
    ],
)
def test_what_is_asked_before_the_last_approval_and_by_it(
    rule: EvidenceRule, sent: frozenset[Kind], accepted: frozenset[Kind], before: bool, last: bool
) -> None:
    demand = Demand(rule, Standing(sent, accepted))
    assert (demand.is_met("10"), demand.is_met("10", last=True)) == (before, last)
    assert replace(demand, standing=Standing()).is_met("70", last=True)
