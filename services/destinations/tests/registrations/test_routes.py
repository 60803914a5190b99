import itertools
from typing import Any
from uuid import uuid4

import httpx
import pytest
from desks import SEEKING, UNIT, Desk, Seat, approved, code_of

from common.database import Database
from destinations.registrations.domain.lifecycle import (
    TRANSITIONS,
    Course,
    Party,
    Stage,
    next_stage,
    parties_of,
)
from testing.messaging import outbox_rows


async def test_a_graduate_registers_and_both_levels_approve(
    seat: Seat, enrol: Any, school: Desk, college: Desk
) -> None:
    graduate_id = await enrol()
    graduate = seat("graduate", graduate=graduate_id)
    created = await graduate.register(graduate_id, UNIT)
    assert created.status_code == 201
    body = created.json()
    assert created.headers["location"] == f"/v1/registrations/{body['id']}"
    assert created.headers["etag"] == '"1"'
    assert {name: body[name] for name in UNIT} == UNIT
    assert (body["state"], body["source"], body["confirmation"]) == ("draft", "graduate", None)
    assert (body["change_token"], body["effective"], body["incomplete_fields"]) == (None, None, [])
    assert body["allowed_transitions"] == ["submit"]
    submitted = await graduate.act(created, "submit")
    assert submitted.json()["allowed_transitions"] == []
    at_college = await college.get(f"/v1/registrations/{body['id']}")
    assert at_college.json()["allowed_transitions"] == ["college-approve", "return"]
    at_school = await college.act(at_college, "college-approve")
    decided = await school.act(at_school, "school-approve")
    assert decided.json()["state"] == "school_approved"
    assert decided.json()["confirmation"] == "unconfirmed"
    assert 0 < len(decided.json()["change_token"]) <= 200
    assert decided.json()["effective"] == {
        "version": 4,
        "destination_code": "10",
        "decided_on": decided.json()["decided_on"],
    }
    confirmed = await graduate.act(decided, "confirm")
    assert confirmed.json()["confirmation"] == "confirmed"
    history = (await graduate.get(f"/v1/registrations/{body['id']}/history")).json()
    assert [(each["version"], each["action"]) for each in history["items"]] == [
        (1, "create"),
        (2, "submit"),
        (3, "college-approve"),
        (4, "school-approve"),
        (5, "confirm"),
    ]


@pytest.mark.parametrize(
    "role",
    [
        "counsellor",
        "employer",
        "ministry",
        "auditor",
        "integrator",
        "survey_manager",
        "system",
        "admin",
        "provincial_officer",
    ],
)
async def test_roles_outside_the_review_do_not_decide(seat: Seat, enrol: Any, school: Desk, role: str) -> None:
    scope = {"school": "10001", "class_": "K1", "province": "410000", "employer": uuid4()}
    desk = seat(role, **scope)
    answer = await school.act(await school.register(await enrol()), "submit")
    for action in ("college-approve", "school-approve", "void", "return", "confirm"):
        assert (await desk.act(answer, action)).status_code in {403, 404}
    if role != "counsellor":
        assert (await desk.register(await enrol())).status_code == 403


UNDER_REVIEW = {
    Stage.DRAFT: (),
    Stage.SUBMITTED: (("counsellor", "submit"),),
    Stage.RETURNED: (("counsellor", "submit"), ("college_officer", "return")),
    Stage.COLLEGE_APPROVED: (("counsellor", "submit"), ("college_officer", "college-approve")),
}
"""By the counsellor, so that graduate and officers have written and submitted nothing."""

_DECIDED = (*UNDER_REVIEW[Stage.COLLEGE_APPROVED], ("school_officer", "school-approve"))
SITUATIONS = {
    **{(stage, False): acts for stage, acts in UNDER_REVIEW.items()},
    **{(stage, True): (*_DECIDED, ("graduate", "edit"), *acts) for stage, acts in UNDER_REVIEW.items()},
    (Stage.SCHOOL_APPROVED, True): _DECIDED,
    (Stage.VOID_AT_COLLEGE, True): (*_DECIDED, ("graduate", "request-void")),
    (Stage.VOID_AT_SCHOOL, True): (*_DECIDED, ("college_officer", "request-void")),
    (Stage.VOIDED, False): (*_DECIDED, ("college_officer", "request-void"), ("school_officer", "void")),
}
"""Stage, and whether there is effective content → how to get there."""


@pytest.mark.parametrize(("stage", "effective"), SITUATIONS)
async def test_every_transition_by_every_party_does_what_the_table_says(
    seat: Seat, enrol: Any, stage: Stage, effective: bool
) -> None:
    async def brought_there() -> tuple[dict[str, Desk], httpx.Response]:
        graduate_id = await enrol()
        desks = {
            "graduate": seat("graduate", graduate=graduate_id),
            "counsellor": seat("counsellor", school="10001", class_="K1"),
            "college_officer": seat("college_officer", school="10001", college="C01"),
            "school_officer": seat("school_officer", school="10001"),
        }
        answer = await desks["counsellor"].register(graduate_id)
        for role, step in SITUATIONS[stage, effective]:
            desk = desks[role]
            answer = await (desk.patch(answer, {"reason": "signing"}) if step == "edit" else desk.act(answer, step))
            assert answer.status_code == 200, answer.text
        return desks, answer

    desks, before = await brought_there()
    for party, action in itertools.product(Party, TRANSITIONS):
        following = next_stage(stage, action, party, Course(effective=effective))
        if following is None:
            refused = await desks[party.value].act(before, action.value)
            assert refused.status_code == (409 if party in parties_of(action) else 403)
            if refused.status_code == 409:
                assert refused.json()["state"] == stage.state.value
                assert action.value not in refused.json()["allowed_transitions"]
        else:
            others, answer = await brought_there()
            done = await others[party.value].act(answer, action.value)
            assert done.status_code == 200, done.text
            assert done.json()["state"] == following.state.value
            assert done.json()["version"] == answer.json()["version"] + 1
            if following in {Stage.VOID_AT_COLLEGE, Stage.VOID_AT_SCHOOL}:
                assert (done.json()["reason"], done.json()["effective"]["version"]) == ("job_seeking", 4)
                assert done.json()["change_token"] is None


async def test_one_person_with_two_roles_fills_one_level(seat: Seat, enrol: Any, school: Desk) -> None:
    both = {"subject": "one and the same"}
    as_college = seat("college_officer", school="10001", college="C01", **both)
    as_school = seat("school_officer", school="10001", **both)
    submitted = await school.colleague.act(await school.colleague.register(await enrol()), "submit")
    at_school = await as_college.act(submitted, "college-approve")
    refused = await as_school.act(at_school, "school-approve")
    assert code_of(refused) == (409, "same_reviewer")
    assert refused.json()["allowed_transitions"] == ["return"]
    assert (await school.act(at_school, "school-approve")).status_code == 200


async def test_registry_is_asked_and_its_silence_is_no_answer(school: Desk, book: Any) -> None:
    graduate_id = book.write("1", "张三")
    book.down = True
    silent = await school.register(graduate_id)
    assert code_of(silent) == (503, "registry_unavailable")
    assert int(silent.headers["retry-after"]) > 0
    book.down = False
    assert (await school.register(graduate_id)).status_code == 201


async def test_a_second_registration_is_refused_until_the_first_is_voided(
    enrol: Any, school: Desk, college: Desk
) -> None:
    graduate_id = await enrol()
    decided = await approved(school, college, graduate_id)
    again = await school.register(graduate_id)
    assert code_of(again) == (409, "already_registered")
    assert again.json()["state"] == "school_approved"
    voided = await school.colleague.act(await school.act(decided, "request-void"), "void")
    assert voided.json()["state"] == "voided"
    assert voided.json()["effective"] is None
    assert (await school.register(graduate_id)).status_code == 201


async def test_an_incomplete_draft_cannot_be_submitted(enrol: Any, school: Desk) -> None:
    created = await school.register(await enrol(), {"destination_code": "76", "place_code": "410102"})
    # what is expected is missed, too, and keeps nothing back
    assert created.json()["incomplete_fields"] == ["freelance_kind", "pay_amount", "pay_unit"]
    refused = await school.act(created, "submit")
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"] == "/freelance_kind"
    patched = await school.patch(created, {"freelance_kind": "翻译"})
    assert patched.json()["version"] == 2
    assert (await school.act(patched, "submit")).status_code == 200


async def test_a_patch_keeps_what_is_absent_and_clears_what_is_null(enrol: Any, school: Desk) -> None:
    created = await school.register(await enrol(), UNIT)
    patched = await school.patch(created, {"employer_address": None, "position_code": "13"})
    assert patched.json()["employer_address"] is None
    assert patched.json()["employer_name"] == UNIT["employer_name"]
    recoded = await school.patch(patched, {"destination_code": "271"})
    assert recoded.json()["position_code"] is None
    assert recoded.json()["employer_name"] == UNIT["employer_name"]
    assert (await school.patch(recoded, {"destination_code": None})).status_code == 422
    assert (await school.patch(recoded, {"graduate_id": str(uuid4())})).status_code == 422


async def test_a_changed_code_asks_for_a_reason_of_its_own(enrol: Any, school: Desk) -> None:
    created = await school.register(await enrol(), SEEKING)
    refused = await school.patch(created, {"destination_code": "71"})
    assert refused.status_code == 422
    assert [(each["pointer"], each["rule"]) for each in refused.json()["errors"]] == [("/reason", "required")]
    recoded = await school.patch(created, {"destination_code": "71", "reason": "planning_study"})
    assert recoded.json()["reason"] == "planning_study"


async def test_the_officers_correction_publishes_one_change_and_a_graduates_none(
    seat: Seat, database: Database, enrol: Any, school: Desk, college: Desk
) -> None:
    graduate_id = await enrol()
    graduate = seat("graduate", graduate=graduate_id)
    decided = await approved(school, college, graduate_id)
    confirmed = await graduate.act(decided, "confirm")
    corrected = await school.patch(confirmed, {"reason": "signing"})
    assert (corrected.json()["state"], corrected.json()["confirmation"]) == ("school_approved", "unconfirmed")
    assert corrected.json()["change_token"] is not None
    assert corrected.json()["effective"]["version"] == corrected.json()["version"]
    pending = await graduate.patch(corrected, {"destination_code": "72", "reason": "not_seeking"})
    assert (pending.json()["state"], pending.json()["confirmation"]) == ("draft", "unconfirmed")
    assert pending.json()["change_token"] is None
    assert pending.json()["effective"]["destination_code"] == "70"
    published = [row["type"].rpartition(".")[2] for row in await outbox_rows(database)]
    assert published == ["decided", "confirmed", "changed"]


async def test_a_repeated_request_is_done_once(enrol: Any, school: Desk, college: Desk) -> None:
    graduate_id = await enrol()
    author = school.colleague
    first = await author.register(graduate_id, **{"Idempotency-Key": "k1"})
    again = await author.register(graduate_id, **{"Idempotency-Key": "k1"})
    assert (again.status_code, again.json(), again.headers["location"]) == (
        first.status_code,
        first.json(),
        first.headers["location"],
    )
    other = await author.register(graduate_id, {"destination_code": "46"}, **{"Idempotency-Key": "k1"})
    assert other.status_code == 422
    submitted = await author.act(first, "submit", **{"Idempotency-Key": "k2"})
    replayed = await author.act(first, "submit", **{"Idempotency-Key": "k2"})
    assert replayed.json() == submitted.json()
    at_school = await college.act(submitted, "college-approve")
    decided = await school.act(at_school, "school-approve", **{"Idempotency-Key": "k3"})
    assert (await school.act(at_school, "school-approve", **{"Idempotency-Key": "k3"})).json() == decided.json()
