from typing import Any
from uuid import uuid4

import pytest
from desks import SEEKING, UNIT, Desk, Seat, approved
from enrolling import Enrolment

from destinations.histories.domain import COMPARED, Difference, differences
from destinations.registrations.domain.content import PAY

NOTHING = dict.fromkeys(COMPARED)


@pytest.mark.parametrize(
    ("before", "after", "with_pay", "found"),
    [
        ({}, {}, True, []),
        ({"reason": "a"}, {"reason": "a"}, True, []),
        ({"state": "draft"}, {"state": "submitted"}, False, [Difference("state", "draft", "submitted")]),
        # false is said, null is not
        ({"flexible": None}, {"flexible": False}, True, [Difference("flexible", None, False)]),
        ({"pay_amount": 1}, {"pay_amount": 2}, True, [Difference("pay_amount", 1, 2)]),
        ({"pay_amount": 1}, {"pay_amount": 2}, False, []),
        (
            {"reason": "a", "destination_code": "70", "confirmation": None},
            {"destination_code": "10", "confirmation": "confirmed"},
            True,
            [
                Difference("destination_code", "70", "10"),
                Difference("reason", "a", None),
                Difference("confirmation", None, "confirmed"),
            ],
        ),
    ],
)
def test_what_differs_comes_in_the_order_of_the_contract(
    before: dict[str, Any], after: dict[str, Any], with_pay: bool, found: list[Difference]
) -> None:
    assert differences(NOTHING | before, NOTHING | after, with_pay=with_pay) == found


async def differing(desk: Desk, registration: Any, first: int, second: int) -> list[dict[str, Any]]:
    answer = await desk.get(f"/v1/registrations/{registration['id']}/diff", **{"from": first, "to": second})
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def test_two_versions_are_compared_in_both_directions(
    enrol: Enrolment, school: Desk, college: Desk, seat: Seat
) -> None:
    graduate_id = await enrol()
    stands = await approved(school, college, graduate_id, SEEKING)
    private = {"pay_amount": 5000, "pay_unit": "month", "contact_phone": "13800000000"}
    changed = await school.patch(stands, UNIT | private)
    assert changed.status_code == 200, changed.text
    registration, last = changed.json(), changed.json()["version"]
    assert await differing(school, registration, 1, 2) == [{"field": "state", "from": "draft", "to": "submitted"}]
    assert await differing(school, registration, 2, 2) == []
    forth = await differing(school, registration, 4, last)
    by_field = {each["field"]: (each["from"], each["to"]) for each in forth}
    assert by_field["destination_code"] == ("70", "10")
    assert by_field["signed_on"] == (None, UNIT["signed_on"])
    assert by_field["pay_amount"] == (None, 5000)
    assert by_field["contact_phone"] == (None, "13800000000")
    back = await differing(school, registration, last, 4)
    assert back == [{"field": each["field"], "from": each["to"], "to": each["from"]} for each in forth]
    # the history names the same fields
    history = (await school.get(f"/v1/registrations/{registration['id']}/history")).json()["items"]
    assert set(history[-1]["changed_fields"]) == set(by_field)
    for reads, desk in (
        (True, seat("graduate", graduate=graduate_id)),
        (True, college),
        (False, seat("counsellor", school="10001", class_="K1")),
        (False, seat("admin")),
    ):
        seen = {each["field"] for each in await differing(desk, registration, 4, last)}
        assert seen == set(by_field) - (set() if reads else set(PAY))


@pytest.mark.parametrize(("first", "second", "status"), [(1, 9, 404), (9, 1, 404), (0, 1, 400), (1, 2**31, 400)])
async def test_a_version_that_does_not_exist(
    enrol: Enrolment, school: Desk, first: int, second: int, status: int
) -> None:
    draft = (await school.register(await enrol(), SEEKING)).json()
    answer = await school.get(f"/v1/registrations/{draft['id']}/diff", **{"from": first, "to": second})
    assert answer.status_code == status


async def test_a_registration_outside_the_scope_is_not_found(enrol: Enrolment, school: Desk, seat: Seat) -> None:
    draft = (await school.register(await enrol(), SEEKING)).json()
    foreign = seat("school_officer", school="10002")
    for path in (draft["id"], str(uuid4())):
        answer = await foreign.get(f"/v1/registrations/{path}/diff", **{"from": 1, "to": 1})
        assert answer.status_code == 404
