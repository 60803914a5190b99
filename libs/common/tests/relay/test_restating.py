"""What is said again once lost events are put back: the truth of the older database, after the last sequence given."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import pytest

from common.contracts import EVENT_TYPES, code_list, graduate, measure, organisation, rate, registration, response
from common.contracts.envelope import StoredEvent
from common.relay.restating import Key, Restated, UnknownEvents, restated

NOW, TODAY = datetime(2024, 7, 1, 8, tzinfo=UTC), date(2024, 7, 1)
KEY = "5b0a2f57-9a3e-4a52-9d53-0f4f1f0b7c11"


def event(kind: str, sequence: int, *, decided_on: date | None = date(2024, 6, 20), **data: Any) -> StoredEvent:
    described = EVENT_TYPES[kind]
    filled = type(described.example).model_validate(described.example.model_dump() | data)
    return StoredEvent(
        event_id=uuid4(),
        topic=described.topic,
        key=KEY,
        sequence=sequence,
        type=kind,
        school_code="10001",
        decided_on=decided_on,
        recorded_at=NOW,
        position=sequence,
        data=filled.model_dump_json(),
        correlation_id=None,
        traceparent=None,
    )


def said(lost: list[StoredEvent], kept: list[StoredEvent]) -> Restated:
    return restated(Key(lost[0].topic, KEY), lost, kept, NOW, TODAY)


def decided(sequence: int, code: str, kind: str = registration.DECIDED, **more: Any) -> StoredEvent:
    return event(kind, sequence, destination_code=code, **more)


VOIDED = {"kind": registration.VOIDED, "state": "voided"}


@pytest.mark.parametrize(
    ("lost", "kept", "announced"),
    [
        pytest.param([decided(2, "76")], [decided(1, "10")], [(registration.CHANGED, 3, "10")], id="changed"),
        pytest.param([decided(2, "76"), decided(3, "10")], [decided(1, "10")], [], id="changed back"),
        pytest.param([decided(1, "76")], [], [(registration.VOIDED, 2, "76")], id="unknown"),
        pytest.param([decided(1, "76"), decided(2, "76", **VOIDED)], [], [], id="unknown and ended"),
        pytest.param([decided(3, "76")], [decided(2, "10", **VOIDED)], [(registration.VOIDED, 4, "10")], id="ended"),
        pytest.param([decided(2, "76")], [decided(2, "10")], [(registration.CHANGED, 3, "10")], id="two contents"),
        pytest.param([decided(2, "76")], [decided(2, "10"), decided(3, "12")], [], id="said since"),
    ],
)
def test_the_effective_destination_is_said_again(
    lost: list[StoredEvent], kept: list[StoredEvent], announced: list[tuple[str, int, str]]
) -> None:
    found = said(lost, kept)
    assert [
        (each.type, each.sequence, each.data.model_dump()["destination_code"]) for each in found.announced
    ] == announced
    assert found.reached.sequence == max(each.sequence for each in (*lost, *kept)) + len(announced)
    assert all(str(each.data.model_dump()["state"]) == "voided" for each in found.announced if "voided" in each.type)


def test_days_never_go_back_and_the_fields_that_differ_are_named() -> None:
    ahead = date(2024, 7, 9)
    (again,) = said([decided(2, "76", decided_on=ahead, place_code="110101")], [decided(1, "10")]).announced
    assert (again.decided_on, again.data.decided_on, again.data.recorded_at) == (ahead, ahead, NOW)
    assert again.data.changed_fields == ("destination_code", "place_code")


def test_each_unit_of_a_school_is_a_thing_of_its_own() -> None:
    units = [
        event(organisation.CHANGED, 1, decided_on=None, code="C01", name="甲"),
        event(organisation.CHANGED, 2, decided_on=None, code="C01", name="乙"),
        event(organisation.CHANGED, 3, decided_on=None, code="C02", name="丙"),
    ]
    found = said(units[1:], units[:1])
    states = [(each.sequence, each.data.model_dump()) for each in found.announced]
    assert [(number, data["code"], data["name"], str(data["state"])) for number, data in states] == [
        (4, "C01", "甲", "active"),
        (5, "C02", "丙", "closed"),
    ]
    assert (found.reached.sequence, found.reached.decided_on) == (5, None)


def test_a_row_of_a_code_list_that_only_the_lost_time_knew_is_withdrawn() -> None:
    rows = [event(code_list.CHANGED, number, code=code) for number, code in ((1, "500157"), (2, "500158"))]
    (gone,) = said(rows[1:], rows[:1]).announced
    data = gone.data.model_dump()
    assert (gone.type, gone.sequence, data["code"], str(data["state"])) == (
        code_list.CHANGED, 3, "500158", "withdrawn"
    )  # fmt: skip


def test_a_graduate_that_only_the_lost_time_knew_is_withdrawn() -> None:
    (gone,) = said([event(graduate.REGISTERED, 1, status="registered")], []).announced
    data = gone.data.model_dump()
    assert (gone.type, gone.sequence, str(data["status"]), data["counted"]) == (
        graduate.WITHDRAWN, 2, "withdrawn", False
    )  # fmt: skip
    assert gone.data.changed_fields == ("status", "counted")


def test_who_was_erased_stays_erased() -> None:
    """What stands is announced by the erasing; who is unknown leaves, and is erased all the same."""
    lost = [event(graduate.CHANGED, 2, college_code="C03"), event(graduate.ERASED, 3, college_code="C03")]
    assert said(lost, [event(graduate.CHANGED, 1, college_code="C01")]).announced == ()
    assert said(lost, [event(graduate.CHANGED, 1, college_code="C01")]).reached.sequence == 3
    (gone,) = said(lost, []).announced
    data = gone.data.model_dump()
    assert (gone.type, gone.sequence, data["counted"], data["erased"]) == (graduate.WITHDRAWN, 4, False, True)
    erased_before = said([lost[1]], [event(graduate.ERASED, 2, college_code="C01")]).announced
    assert [(each.type, each.data.model_dump()["college_code"]) for each in erased_before] == [
        (graduate.CHANGED, "C01")
    ]


def test_a_response_keeps_the_type_of_what_was_said_of_its_wave() -> None:
    asked = event(response.REQUESTED, 1, state="requested", questions_answered=0)
    (again,) = said([event(response.SUBMITTED, 2, state="submitted")], [asked]).announced
    assert (again.type, again.sequence) == (response.REQUESTED, 3)


@pytest.mark.parametrize(
    "unknown",
    [
        {"type": "quxiang.destination.of_a_newer_version"},
        {"type": graduate.REGISTERED},
        {"data": "{}"},
        {"data": decided(1, "76").data.replace("graduate_id", "graduate_id\udcff")},
    ],
)
def test_what_this_version_cannot_read_is_left_to_the_one_that_sent_it(unknown: dict[str, Any]) -> None:
    strange = replace(decided(2, "76"), **unknown)
    for lost, kept in (([strange], []), ([decided(3, "76")], [strange])):
        with pytest.raises(UnknownEvents, match=str(strange.event_id)):
            said(lost, kept)


def test_events_that_state_nothing_are_only_put_back() -> None:
    found = said([event(rate.MOVED, 7, decided_on=None)], [])
    assert found.announced == ()
    assert found.reached.sequence == 7


def test_an_answer_that_the_database_lacks_is_withdrawn_from_the_measures() -> None:
    lost = [event(measure.RECORDED, 3, response_version=4)]
    [announced] = said(lost, []).announced
    assert (announced.type, announced.sequence) == (measure.WITHDRAWN, 4)
    assert isinstance(announced.data, measure.MeasureData)
    assert (announced.data.values, announced.data.response_version) == ((), 4)


def test_an_answer_whose_withdrawal_the_database_lacks_gives_nothing_again() -> None:
    kept, lost = [event(measure.RECORDED, 3, response_version=4)], [event(measure.WITHDRAWN, 4, response_version=5)]
    found = said(lost, kept)
    assert (found.announced, found.reached.sequence) == ((), 4)


def test_a_wave_that_the_database_has_not_closed_states_nothing_again() -> None:
    found = said([event(measure.WAVE_CLOSED, 1)], [])
    assert (found.announced, found.reached.sequence) == ((), 1)


def test_what_ends_an_employers_part_is_an_event_about_employers() -> None:
    [announced] = said([event(response.EMPLOYER_SUBMITTED, 2)], []).announced
    assert isinstance(announced.data, response.EmployerResponseData)
    assert (announced.type, announced.data.state) == (response.EMPLOYER_WITHDRAWN, "withdrawn")
