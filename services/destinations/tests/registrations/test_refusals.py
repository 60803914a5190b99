from typing import Any
from uuid import uuid4

import httpx
import pytest
from desks import UNIT, Desk, Seat, code_of

from testing.tokens import TokenMint

ENGLISH: Any = {"Accept-Language": "en"}
CHINESE: Any = {"Accept-Language": "zh-CN"}


async def test_refusals_come_in_order(seat: Seat, enrol: Any, school: Desk, college: Desk) -> None:
    created = await school.register(await enrol())
    path = f"/v1/registrations/{created.json()['id']}/return"
    stranger = seat("school_officer", school="10002")
    counsellor = seat("counsellor", school="10001", class_="K1")
    garbage: dict[str, Any] = {"content": b"{", "headers": {"Content-Type": "application/json"}}
    assert (await school.http.post(path, **garbage)).status_code == 401

    async def refused(desk: Desk, **headers: str) -> int:
        return (await desk.post(path, {"reason": "缺材料"}, **headers)).status_code

    assert await refused(stranger) == 404
    assert await refused(counsellor) == 403
    assert await refused(school) == 428
    assert await refused(school, **{"If-Match": '"9"'}) == 412
    assert await refused(school, **{"If-Match": '"1"'}) == 409
    submitted = await school.act(created, "submit")
    assert (await school.http.post(path, content=b"{", headers=college.headers | garbage["headers"])).status_code == 400
    assert code_of(await college.act(submitted, "return", {}))[0] == 422
    assert code_of(await college.act(submitted, "return", {"reason": " "}))[0] == 422
    assert (await college.act(submitted, "return", {"reason": "缺材料"})).status_code == 200


async def test_a_missing_and_a_foreign_row_look_the_same(seat: Seat, enrol: Any, school: Desk) -> None:
    created = await school.register(await enrol())
    stranger = seat("school_officer", school="10002")
    answers = [
        (await stranger.get(f"/v1/registrations/{each}")).json() for each in (created.json()["id"], uuid4(), "nonsense")
    ]
    assert [answer.pop("trace_id") is not None for answer in answers] == [True] * 3
    assert answers[0] == answers[1] == answers[2]
    assert (await stranger.get("/v1/registrations")).json() == {"items": [], "next_cursor": None}
    assert (await stranger.get("/v1/registrations", school="10001")).json()["items"] == []
    assert (await stranger.get(f"/v1/registrations/{created.json()['id']}/history")).status_code == 404


async def test_unknown_and_foreign_graduates_are_refused_alike(enrol: Any, school: Desk) -> None:
    answers = [(await school.register(each)).json() for each in (await enrol(school_code="10002"), uuid4())]
    assert [answer.pop("trace_id") is not None for answer in answers] == [True, True]
    assert answers[0] == answers[1]
    assert (answers[0]["status"], answers[0]["code"]) == (422, "unknown_graduate")
    assert [(each["pointer"], each["rule"]) for each in answers[0]["errors"]] == [("/graduate_id", "unknown_graduate")]


@pytest.mark.parametrize(
    ("content", "faults"),
    [
        (
            {"destination_code": "70", "employer_name": "某公司"},
            {("/employer_name", "must_be_empty"), ("/reason", "required")},
        ),
        *(({"destination_code": code}, {("/reason", "required")}) for code in ("70", "71", "72")),
        ({"destination_code": "99"}, {("/destination_code", "unknown_code")}),
        ({"destination_code": "10", "place_code": "999999"}, {("/place_code", "unknown_code")}),
        ({"destination_code": "10", "employer_uscc": "91410100MA40ABCD16"}, {("/employer_uscc", "uscc_format")}),
        ({"destination_code": "10", "employer_name": ""}, {("/employer_name", "too_short")}),
        ({"destination_code": "10", "salary": 1}, {("/salary", "unknown_field")}),
        ({"destination_code": 10}, {("/destination_code", "wrong_type")}),
        ({"destination_code": None}, {("/destination_code", "wrong_type")}),
        ({}, {("/destination_code", "required")}),
        ({"destination_code": "10", "signed_on": "2024-02-30"}, {("/signed_on", "day_format")}),
        ({"destination_code": "10", "signed_on": "86400"}, {("/signed_on", "day_format")}),
        ({"destination_code": "10", "employer_name": "a\x00"}, {("/employer_name", "null_character")}),
    ],
)
async def test_faulty_content_is_refused_by_field_and_rule(
    enrol: Any, school: Desk, content: dict[str, Any], faults: set[tuple[str, str]]
) -> None:
    answer = await school.register(await enrol(), content)
    assert answer.status_code == 422, answer.text
    assert {(each["pointer"], each["rule"]) for each in answer.json()["errors"]} == faults
    assert (await school.get("/v1/registrations")).json()["items"] == []


@pytest.mark.parametrize("code", ["5", "13", "52", "99x", "未知"])
async def test_a_patch_to_an_unknown_code_is_refused(enrol: Any, school: Desk, code: str) -> None:
    created = await school.register(await enrol(), UNIT)
    refused = await school.patch(created, {"destination_code": code})
    assert refused.status_code == 422, refused.text
    assert [(each["pointer"], each["rule"]) for each in refused.json()["errors"]] == [
        ("/destination_code", "unknown_code")
    ]


async def test_bad_tokens_open_nothing(http: httpx.AsyncClient, mint: TokenMint) -> None:
    for token in mint.forgeries().values():
        answer = await http.get("/v1/registrations", headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"].startswith("Bearer")


async def test_messages_come_in_the_callers_language(enrol: Any, school: Desk) -> None:
    graduate_id = await enrol()
    unknown: dict[str, Any] = {"destination_code": "99"}
    english = await school.register(graduate_id, unknown, **ENGLISH)
    chinese = await school.register(graduate_id, unknown, **CHINESE)
    assert english.json()["errors"][0]["message"] == "The code list has no such code"
    assert chinese.json()["errors"][0]["message"] == "代码不在代码表中"
