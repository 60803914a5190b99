import itertools
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import httpx
import pytest

from common.auth import SYSTEM
from common.database import Database
from common.http.paging import encode_cursor
from common.identifiers import GraduateId, ProvinceCode, SchoolCode
from common.relay.connection import dedicated_connection
from common.relay.numbering import number_next, sent_position
from destinations.registrations.domain.lifecycle import TRANSITIONS, Party, Stage, next_stage, parties_of
from destinations.roster import storage as roster
from destinations.roster.domain import SchoolEntry
from testing.messaging import outbox_rows
from testing.tokens import TokenMint

SEEKING = {"destination_code": "70", "reason": "job_seeking"}
UNIT = {
    "destination_code": "10",
    "employer_name": "某某公司",
    "employer_uscc": "91410100MA40ABCD15",
    "employer_nature_code": "39",
    "industry_code": "22",
    "place_code": "410102",
    "employer_address": "某路 1 号",
    "position_code": "40",
    "signed_on": "2024-06-15",
}
ENGLISH: Any = {"Accept-Language": "en"}
CHINESE: Any = {"Accept-Language": "zh-CN"}
EXPLAINED = {"return": {"reason": "材料不全"}, "dispute": {"reason": "单位不对"}}


class Desk:
    """Somebody at work: one token, and the acts of the API."""

    def __init__(self, http: httpx.AsyncClient, headers: dict[str, str]) -> None:
        self.http = http
        self.headers = headers

    async def post(self, path: str, body: Any = None, **headers: str) -> httpx.Response:
        return await self.http.post(path, json=body, headers=self.headers | headers)

    async def get(self, path: str, **query: Any) -> httpx.Response:
        return await self.http.get(path, params=query or None, headers=self.headers)

    async def register(self, graduate_id: Any, content: Any = SEEKING, **headers: str) -> httpx.Response:
        return await self.post("/v1/registrations", {"graduate_id": str(graduate_id), **content}, **headers)

    async def act(self, before: httpx.Response, action: str, body: Any = None, **headers: str) -> httpx.Response:
        sent = {"If-Match": before.headers["etag"]} | headers
        path = f"/v1/registrations/{before.json()['id']}/{action}"
        return await self.post(path, EXPLAINED.get(action) if body is None else body, **sent)

    async def patch(self, before: httpx.Response, body: Any, **headers: str) -> httpx.Response:
        sent = self.headers | {"If-Match": before.headers["etag"]} | headers
        return await self.http.patch(f"/v1/registrations/{before.json()['id']}", json=body, headers=sent)


Seat = Callable[..., Desk]


@pytest.fixture
def seat(http: httpx.AsyncClient, mint: TokenMint) -> Seat:
    def taken(role: str, **scope: Any) -> Desk:
        return Desk(http, mint.headers(role, **scope))

    return taken


@pytest.fixture
def school(seat: Seat) -> Desk:
    return seat("school_officer", school="10001")


@pytest.fixture
def college(seat: Seat) -> Desk:
    return seat("college_officer", school="10001", college="C01")


async def approved(school: Desk, college: Desk, graduate_id: Any, content: dict[str, Any] = SEEKING) -> httpx.Response:
    answer = await school.register(graduate_id, content)
    for desk, action in ((school, "submit"), (college, "college-approve"), (school, "school-approve")):
        answer = await desk.act(answer, action)
        assert answer.status_code == 200, answer.text
    return answer


def code_of(answer: httpx.Response) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    return answer.status_code, answer.json()["code"]


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
_DECIDED = (*UNDER_REVIEW[Stage.COLLEGE_APPROVED], ("school_officer", "school-approve"))
SITUATIONS = {
    **{(stage, False): acts for stage, acts in UNDER_REVIEW.items()},
    **{(stage, True): (*_DECIDED, ("graduate", "edit"), *acts) for stage, acts in UNDER_REVIEW.items()},
    (Stage.SCHOOL_APPROVED, True): _DECIDED,
    (Stage.VOID_AT_COLLEGE, True): (*_DECIDED, ("graduate", "request-void")),
    (Stage.VOID_AT_SCHOOL, True): (*_DECIDED, ("college_officer", "request-void")),
    (Stage.VOIDED, False): (*_DECIDED, ("school_officer", "request-void"), ("school_officer", "void")),
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
        following = next_stage(stage, action, party, effective=effective)
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


async def test_refusals_come_in_order(seat: Seat, enrol: Any, school: Desk, college: Desk) -> None:
    graduate_id = await enrol()
    created = await school.register(graduate_id)
    path = f"/v1/registrations/{created.json()['id']}/return"
    stranger = seat("school_officer", school="10002")
    counsellor = seat("counsellor", school="10001", class_="K1")
    garbage: dict[str, Any] = {"content": b"{", "headers": {"Content-Type": "application/json"}}
    assert (await school.http.post(path, **garbage)).status_code == 401

    async def refused(desk: Desk, **headers: str) -> int:
        sent = desk.headers | {"Content-Type": "application/json"} | headers
        return (await desk.http.post(path, content=b"{", headers=sent)).status_code

    assert await refused(stranger) == 404
    assert await refused(counsellor) == 403
    assert await refused(school) == 428
    assert await refused(school, **{"If-Match": '"9"'}) == 412
    assert await refused(school, **{"If-Match": '"1"'}) == 409
    submitted = await school.act(created, "submit")
    assert await refused(college, **{"If-Match": submitted.headers["etag"]}) == 400
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
    voided = await school.act(await school.act(decided, "request-void"), "void")
    assert voided.json()["state"] == "voided"
    assert voided.json()["effective"] is None
    assert (await school.register(graduate_id)).status_code == 201


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


async def test_an_incomplete_draft_cannot_be_submitted(enrol: Any, school: Desk) -> None:
    created = await school.register(await enrol(), {"destination_code": "76", "place_code": "410102"})
    assert created.json()["incomplete_fields"] == ["freelance_kind"]
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


async def test_everybody_follows_the_changes_of_the_own_rows(seat: Seat, database: Database, enrol: Any) -> None:
    people: list[GraduateId] = []
    for school_code, college_code, class_code in (
        ("10001", "C01", "K1"),
        ("10001", "C02", "K2"),
        ("10002", "C01", "K1"),
    ):
        graduate_id = await enrol(school_code=school_code, college_code=college_code, class_code=class_code)
        college = seat("college_officer", school=school_code, college=college_code)
        await approved(seat("school_officer", school=school_code), college, graduate_id)
        people.append(graduate_id)
    async with database.transaction(SYSTEM) as unit:
        provinces = {SchoolCode("10001"): ProvinceCode("410000"), SchoolCode("10002"): ProvinceCode("210000")}
        schools = [SchoolEntry(code, province_code, 1) for code, province_code in provinces.items()]
        await roster.keep_schools(unit.connection, schools)
        await unit.commit()
    async with dedicated_connection(database.engine, "test relay") as connection:
        await number_next(connection, await sent_position(connection))

    async def followed(role: str, **scope: Any) -> list[str]:
        answer = await seat(role, **scope).get("/v1/changes")
        assert answer.status_code == 200, answer.text
        return [item["subject"] for item in answer.json()["items"]]

    await enrol(people[0], school_code="10001", college_code="C03", class_code="K3", sequence=2)
    first, second, third = map(str, people)
    assert await followed("graduate", graduate=second) == [second]
    assert await followed("counsellor", school="10001", class_="K2") == [second]
    assert await followed("counsellor", school="10002", class_="K2") == []
    assert await followed("college_officer", school="10001", college="C01") == []
    assert await followed("college_officer", school="10001", college="C03") == [first]
    assert await followed("counsellor", school="10001", class_="K3") == [first]
    assert await followed("school_officer", school="10001") == [first, second]
    assert await followed("provincial_officer", province="410000") == [first, second]
    assert await followed("provincial_officer", province="210000") == [third]
    assert await followed("system") == [first, second, third]


async def test_a_repeated_request_is_done_once(enrol: Any, school: Desk, college: Desk) -> None:
    graduate_id = await enrol()
    first = await school.register(graduate_id, **{"Idempotency-Key": "k1"})
    again = await school.register(graduate_id, **{"Idempotency-Key": "k1"})
    assert (again.status_code, again.json(), again.headers["location"]) == (
        first.status_code,
        first.json(),
        first.headers["location"],
    )
    other = await school.register(graduate_id, {"destination_code": "46"}, **{"Idempotency-Key": "k1"})
    assert other.status_code == 422
    submitted = await school.act(first, "submit", **{"Idempotency-Key": "k2"})
    replayed = await school.act(first, "submit", **{"Idempotency-Key": "k2"})
    assert replayed.json() == submitted.json()
    at_school = await college.act(submitted, "college-approve")
    decided = await school.act(at_school, "school-approve", **{"Idempotency-Key": "k3"})
    assert (await school.act(at_school, "school-approve", **{"Idempotency-Key": "k3"})).json() == decided.json()


async def test_a_list_is_cut_to_the_scope_and_filtered(seat: Seat, enrol: Any, school: Desk, college: Desk) -> None:
    own = await enrol()
    other_college = await enrol(college_code="C02", class_code="K2")
    foreign = await enrol(school_code="10002")
    stranger = seat("school_officer", school="10002")
    for desk, graduate_id in ((school, own), (school, other_college), (stranger, foreign)):
        assert (await desk.register(graduate_id)).status_code == 201

    async def listed(desk: Desk, **query: Any) -> set[str]:
        answer = await desk.get("/v1/registrations", **query)
        assert answer.status_code == 200, answer.text
        return {item["graduate_id"] for item in answer.json()["items"]}

    assert await listed(school) == {str(own), str(other_college)}
    assert await listed(college) == {str(own)}
    assert await listed(seat("graduate", graduate=own)) == {str(own)}
    assert await listed(seat("counsellor", school="10001", class_="K2")) == {str(other_college)}
    assert await listed(seat("admin")) == {str(own), str(other_college), str(foreign)}
    assert await listed(seat("admin"), school="10002", cohort=2024) == {str(foreign)}
    assert await listed(school, college="C02") == {str(other_college)}
    assert await listed(school, state="submitted") == set()
    assert await listed(school, state="draft", **{"class": "K1"}) == {str(own)}
    for role in ("ministry", "auditor", "employer", "integrator", "survey_manager"):
        assert await listed(seat(role, school="10001")) == set()


async def test_pages_lead_on_to_the_end(enrol: Any, school: Desk) -> None:
    made = {(await school.register(await enrol())).json()["id"] for _ in range(5)}
    path: str | None = "/v1/registrations?limit=2"
    seen: list[str] = []
    while path:
        answer = await school.get(path)
        seen += [item["id"] for item in answer.json()["items"]]
        link = answer.headers.get("link", "")
        assert bool(link) == bool(answer.json()["next_cursor"])
        path = link.partition("<")[2].partition(">")[0] or None
    assert seen == sorted(made)


@pytest.mark.parametrize(
    "query", ["limit=501", "limit=x", "cursor=x", "colour=red", "state=lost", "school=1", "cohort=abc"]
)
async def test_a_query_that_cannot_be_meant_is_refused(school: Desk, query: str) -> None:
    answer = await school.get(f"/v1/registrations?{query}")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == query.partition("=")[0]


@pytest.mark.parametrize("version", [-1, 2**31, 2**63, "1", None])
async def test_a_cursor_of_no_version_is_refused(enrol: Any, school: Desk, version: Any) -> None:
    created = await school.register(await enrol())
    path = f"/v1/registrations/{created.json()['id']}/history"
    good = await school.get(path, cursor=encode_cursor([2**31 - 1], path))
    assert good.json() == {"items": [], "next_cursor": None}
    refused = await school.get(path, cursor=encode_cursor([version], path))
    assert refused.status_code == 400
    assert [(each["pointer"], each["rule"]) for each in refused.json()["errors"]] == [("cursor", "bad_cursor")]


async def test_the_history_leads_on_to_the_end(enrol: Any, school: Desk, college: Desk) -> None:
    decided = await approved(school, college, await enrol())
    path: str | None = f"/v1/registrations/{decided.json()['id']}/history?limit=3"
    seen: list[int] = []
    while path:
        answer = await school.get(path)
        seen += [item["version"] for item in answer.json()["items"]]
        path = answer.headers.get("link", "").partition("<")[2].partition(">")[0] or None
    assert seen == [1, 2, 3, 4]


async def test_bad_tokens_open_nothing(http: httpx.AsyncClient, mint: TokenMint) -> None:
    for token in mint.forgeries().values():
        answer = await http.get("/v1/registrations", headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"].startswith("Bearer")


async def test_one_person_with_two_roles_fills_one_level(seat: Seat, enrol: Any, school: Desk) -> None:
    both = {"subject": "one and the same"}
    as_college = seat("college_officer", school="10001", college="C01", **both)
    as_school = seat("school_officer", school="10001", **both)
    submitted = await school.act(await school.register(await enrol()), "submit")
    at_school = await as_college.act(submitted, "college-approve")
    refused = await as_school.act(at_school, "school-approve")
    assert code_of(refused) == (409, "same_reviewer")
    assert refused.json()["allowed_transitions"] == ["return"]
    assert (await school.act(at_school, "school-approve")).status_code == 200


async def test_messages_come_in_the_callers_language(enrol: Any, school: Desk) -> None:
    graduate_id = await enrol()
    unknown: dict[str, Any] = {"destination_code": "99"}
    english = await school.register(graduate_id, unknown, **ENGLISH)
    chinese = await school.register(graduate_id, unknown, **CHINESE)
    assert english.json()["errors"][0]["message"] == "The code list has no such code"
    assert chinese.json()["errors"][0]["message"] == "代码不在代码表中"
