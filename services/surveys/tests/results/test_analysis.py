"""Response analysis: each who is eligible in one class, and what managers and officers of colleges are shown of it."""

from collections.abc import Awaitable, Callable, Sequence
from itertools import product
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from common.contracts.envelope import IncomingEvent
from surveys.results.domain.analysis import Known, Outcome, outcome_of, responded

Json = dict[str, Any]
Client = Callable[..., httpx.AsyncClient]
Keep = Callable[[Sequence[IncomingEvent]], Awaitable[None]]
Event = Callable[..., IncomingEvent]
Execute = Callable[..., Awaitable[None]]

ANY = {"If-Match": "*"}
COMPLETE = {"satisfied": "y", "match": 4}
CLASSES = (
    "submitted", "core_open", "partial", "opened", "reached", "not_reached", "not_contacted", "opted_out", "refused",
    "screened_out", "withdrawn",
)  # fmt: skip


@pytest.mark.parametrize(
    ("known", "outcome"),
    [
        (Known(), "not_contacted"),
        (Known(contacted=True), "reached"),
        (Known(contacted=True, failed=True), "not_reached"),
        (Known(state="open", contacted=True, failed=True), "opened"),
        (Known(state="open", drafted="empty", contacted=True), "opened"),
        (Known(state="open", drafted="partial", contacted=True), "partial"),
        (Known(state="open", drafted="core", contacted=True), "core_open"),
        (Known(state="open", drafted="complete", contacted=True), "core_open"),
        (Known(state="open", drafted="core", contacted=True, opted_out=True), "opted_out"),
        (Known(contacted=True, opted_out=True, refused=True), "refused"),
        (Known(state="submitted", effective=True, drafted="complete", opted_out=True, refused=True), "submitted"),
        # what the release before submitted
        (Known(state="submitted", contacted=True), "submitted"),
        # reopened: what was submitted counts
        (Known(state="open", effective=True, drafted="partial", contacted=True), "submitted"),
        (Known(state="screened_out", drafted="partial", contacted=True, refused=True), "screened_out"),
        (Known(state="withdrawn", contacted=True, opted_out=True), "withdrawn"),
    ],
)
def test_the_first_class_that_fits_is_the_one(known: Known, outcome: str) -> None:
    assert outcome_of(known).value == outcome


def test_the_classes_are_a_partition_whatever_is_known() -> None:
    states = (None, "open", "submitted", "withdrawn", "screened_out")
    drafts = (None, "empty", "partial", "core", "complete")
    flags = list(product((False, True), repeat=5))
    everything = [Known(state, flag[0], drafted, *flag[1:]) for state, drafted, flag in product(states, drafts, flags)]
    [found] = responded([((), known, 2) for known in everything], grouped=False)
    assert tuple(outcome.value for outcome in Outcome) == CLASSES
    assert (found.eligible, min(found.counts.values()) > 0) == (2 * len(everything), True)


def test_shares_are_of_all_people_and_of_all_answers() -> None:
    answered, silent = Known("submitted", effective=True), Known()
    rows = [(("a",), answered, 160), (("a",), silent, 640), (("b",), answered, 90), (("b",), silent, 110)]
    found = responded([*rows, ((None,), silent, 0)], grouped=True)
    assert [(each.group, each.eligible, each.response_rate) for each in found] == [
        (("a",), 800, "20.00"), (("b",), 200, "45.00"), ((None,), 0, None),
    ]  # fmt: skip
    assert [(each.population_share, each.answer_share) for each in found] == [
        ("80.00", "64.00"), ("20.00", "36.00"), ("0.00", "0.00"),
    ]  # fmt: skip


@pytest.fixture
async def graduates(
    keep: Keep, situate: Keep, school: str, graduate_event: Event, registration_event: Event
) -> list[UUID]:
    """Three graduates of two colleges, of whom the last one is registered."""
    ids = sorted(uuid4() for _ in range(3))
    said = {"education_level_code": "31", "study_form": "full_time"}
    events = [
        graduate_event(school, each, college_code=college, major_code=f"M{college}", **said)
        for each, college in zip(ids, ("01", "01", "02"), strict=True)
    ]
    await keep(events)
    await situate([*events, registration_event(school, ids[2], destination_code="801")])
    return ids


async def test_everybody_is_in_one_class_by_strata(
    client: Client, manager: httpx.AsyncClient, school: str, wave: Json, agreed: list[str]
) -> None:
    path = f"/v1/waves/{wave['id']}/response-analysis"
    first, second, third = (client(link=token) for token in agreed)
    assert (await first.post("/v1/answer/submit", json={"values": COMPLETE}, headers=ANY)).status_code == 200
    assert (
        await second.put("/v1/answer/pages/work", json={"values": {"comment": "x"}}, headers=ANY)
    ).status_code == 200
    found = (await manager.get(path)).json()
    [total] = found["observations"]
    assert (found["phase"], total["group"], total["eligible"], total["response_rate"]) == ("open", {}, 3, "33.33")
    counts = {"submitted": 1, "partial": 1, "opened": 1}
    assert {name: total[name] for name in CLASSES} == {**dict.fromkeys(CLASSES, 0), **counts}
    await third.put("/v1/answer/pages/work", json={"values": {"satisfied": "y"}}, headers=ANY)
    await third.put("/v1/answer/pages/study", json={"values": {"match": 2}}, headers=ANY)
    found = (await manager.get(path, params={"by": "college,destination_class"})).json()
    shown = [(each["group"], each["submitted"], each["partial"], each["core_open"]) for each in found["observations"]]
    assert shown == [
        ({"college": "01", "destination_class": "not_registered"}, 1, 1, 0),
        ({"college": "02", "destination_class": "study_mainland"}, 0, 0, 1),
    ]
    officer = client("college_officer", school=school, college="01")
    [own] = (await officer.get(path, params={"by": "major"})).json()["observations"]
    assert (own["group"], own["eligible"], own["population_share"]) == ({"major": "M01"}, 2, "100.00")
    assert (await officer.get(path)).json()["observations"][0]["eligible"] == 2


async def test_messages_calls_and_wishes_are_known(
    manager: httpx.AsyncClient, school: str, wave: Json, invited: list[Json], owner: Execute
) -> None:
    path = f"/v1/waves/{wave['id']}/response-analysis"
    first, second, third = invited

    async def classes() -> Json:
        [total] = (await manager.get(path)).json()["observations"]
        return {name: total[name] for name in CLASSES if total[name]}

    assert await classes() == {"reached": 3}
    attempt = """
        INSERT INTO contact_attempts (school_code, wave_id, invitation_id, step, channel, state, reason)
        SELECT school_code, wave_id, id, :step, 'email', :state, :reason FROM invitations WHERE id = CAST(:id AS uuid)
    """
    await owner(attempt, step=1, state="bounced", reason=None, id=first["id"])
    await owner(attempt, step=1, state="skipped", reason="no_contact", id=second["id"])
    assert await classes() == {"not_reached": 1, "not_contacted": 1, "reached": 1}
    await owner(attempt, step=2, state="accepted", reason=None, id=first["id"])
    call = """
        INSERT INTO calls (wave_id, graduate_id, school_code, attempt, band, expires_at, outcome)
        SELECT wave_id, graduate_id, school_code, :attempt, 1, created_at, :outcome FROM invitations
         WHERE id = CAST(:id AS uuid)
    """
    await owner(call, attempt=1, outcome="no_answer", id=second["id"])
    wish = """
        INSERT INTO opt_outs (school_code, graduate_id, wave_id, source, revoked_at)
        SELECT school_code, graduate_id, CAST(:wave AS uuid), 'manager', NULL FROM invitations
         WHERE id = CAST(:id AS uuid)
    """
    await owner(wish, wave=None, id=third["id"])
    assert await classes() == {"reached": 1, "opted_out": 1, "not_reached": 1}
    await owner(call, attempt=2, outcome="refused", id=third["id"])
    await owner(call, attempt=2, outcome="callback", id=second["id"])
    assert await classes() == {"reached": 2, "refused": 1}


async def test_response_analysis_is_for_those_who_see_the_wave(
    client: Client, manager: httpx.AsyncClient, school: str, wave: Json
) -> None:
    path = f"/v1/waves/{wave['id']}/response-analysis"
    [nobody_yet] = (await manager.get(path)).json()["observations"]
    assert (nobody_yet["not_contacted"], nobody_yet["answer_share"]) == (3, None)
    for role, elsewhere in (("survey_manager", "99998"), ("college_officer", "99998"), ("school_officer", "99998")):
        assert (await client(role, school=elsewhere, college="01").get(path)).status_code == 404
    assert (await client("interviewer", school=school).get(path)).status_code == 403
    assert (await client("counsellor", school=school, class_="K1").get(path)).status_code in (403, 404)
    refused = await manager.get(path, params={"by": "college,gender"})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (400, "by")
    assert refused.json()["errors"][0]["rule"] == "unknown_dimension"
    again = await manager.get(path, params={"by": "college,college"})
    assert again.json()["errors"][0]["rule"] == "repeated_dimension"
