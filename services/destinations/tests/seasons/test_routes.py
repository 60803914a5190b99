"""A season over HTTP from its defaults to its end; who sees and sets it; two officers at once; an erasure."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date
from functools import partial
from typing import Any
from uuid import uuid4

from desks import Desk, Seat, code_of
from enrolling import Enrolment, erasure

from common import clock
from common.auth import Principal, Role
from common.consuming import Handle
from common.crypto import FieldCipher
from common.database import Database
from common.errors import PreconditionFailed
from common.identifiers import Cohort, GraduateId, SchoolCode
from destinations.seasons import commands, storage
from destinations.seasons.domain import ExtensionPlan, Phase
from destinations.seasons.storage import ExtensionFilters
from destinations.settings import Settings

NEXT = clock.today().year + 1
"""A cohort whose deadlines are all to come."""

SCHOOL = SchoolCode("10001")
OFFICER = Principal("officer", Role.SCHOOL_OFFICER, school_code=SCHOOL)
DEFAULTS = {
    "school_code": "10001",
    "cohort": NEXT,
    "version": 0,
    "levels": ["college", "school"],
    "evidence": "none",
    "changes_until": f"{NEXT}-08-31",
    "coverage_by": f"{NEXT}-08-30",
    "report_by": f"{NEXT}-08-30",
    "closes_on": f"{NEXT}-12-31",
    "graduation_day": f"{NEXT}-06-30",
    "rounds": [
        {"round": 1, "from": f"{NEXT}-07-01", "to": f"{NEXT}-07-31"},
        {"round": 2, "from": f"{NEXT}-08-15", "to": f"{NEXT}-08-30"},
    ],
}

Rows = Callable[..., Awaitable[list[dict[str, Any]]]]


def place(cohort: int = NEXT, school: str = "10001") -> str:
    return f"/v1/seasons/{school}/{cohort}"


async def put(desk: Desk, body: Any, match: str | None = '"0"', path: str = place()) -> Any:
    headers = desk.headers | ({"If-Match": match} if match else {})
    return await desk.http.put(path, json=body, headers=headers)


async def test_a_season_from_its_defaults_to_an_extension(
    school: Desk, seat: Seat, enrol: Enrolment, rows: Rows
) -> None:
    late = await enrol(cohort=NEXT)
    before = await school.get(place())
    assert (before.status_code, before.headers["etag"], before.json()) == (200, '"0"', DEFAULTS)
    asked = {"graduate_ids": [str(late)], "until": f"{NEXT}-10-31", "reason": "延长学业，十月离校"}
    assert code_of(await school.post(f"{place()}/extensions", asked)) == (409, "season_not_set")
    assert code_of(await put(school, DEFAULTS, None)) == (428, "precondition_required")
    assert code_of(await put(school, DEFAULTS, '"1"')) == (412, "precondition_failed")

    # what a GET shows can be sent back
    settings = DEFAULTS | {"levels": ["counsellor", "college", "school"], "evidence": "approve"}
    first = await put(school, settings)
    assert (first.status_code, first.headers["etag"], first.json()) == (200, '"1"', settings | {"version": 1})
    # what is left out stays
    second = await put(school, {"changes_until": f"{NEXT}-08-20"}, '"1"')
    assert second.json() == settings | {"version": 2, "changes_until": f"{NEXT}-08-20"}
    assert (await school.get(place())).json() == second.json()

    graduate = seat("graduate", graduate=late)
    assert (await graduate.get(place())).json() == second.json()
    assert (await graduate.get(f"{place()}/extensions")).json()["items"] == []
    once = {"Idempotency-Key": "late"}
    given = await school.post(f"{place()}/extensions", asked | {"graduate_ids": [str(late)] * 2}, **once)
    assert given.status_code == 201, given.text
    [item] = given.json()["items"]
    assert item == item | {"graduate_id": str(late), "until": f"{NEXT}-10-31", "reason": asked["reason"]}
    assert (item["id"], item["by_role"]) == (given.json()["id"], "school_officer")
    again = await school.post(f"{place()}/extensions", asked | {"graduate_ids": [str(late)] * 2}, **once)
    assert (again.json(), again.headers["idempotency-replayed"]) == (given.json(), "true")
    assert (await graduate.get(f"{place()}/extensions")).json()["items"] == [item]
    page = await school.get(f"{place()}/extensions", limit=1)
    assert (page.json()["items"], page.json()["next_cursor"]) == ([item], None)
    assert (await school.get(f"{place()}/extensions", graduate=str(uuid4()))).json()["items"] == []

    history = await rows("SELECT version, changes_until, by_role FROM season_versions ORDER BY version")
    assert [(each["version"], f"{each['changes_until']}", each["by_role"]) for each in history] == [
        (1, f"{NEXT}-08-31", "school_officer"),
        (2, f"{NEXT}-08-20", "school_officer"),
    ]
    audited = await rows("SELECT action, object_id, detail FROM audit_entries ORDER BY id")
    assert [(each["action"], each["object_id"], each["detail"]) for each in audited] == [
        ("season.put", f"10001/{NEXT}", {"version": 1, "changed": ["levels", "evidence"]}),
        ("season.put", f"10001/{NEXT}", {"version": 2, "changed": ["changes_until"]}),
        ("season.extend", item["id"], {"cohort": NEXT, "until": f"{NEXT}-10-31", "graduates": 1}),
    ]
    [stored] = await rows("SELECT reason_cipher FROM season_extensions")
    assert "十月".encode() not in stored["reason_cipher"]


async def test_of_a_past_cohort_the_first_settings_name_the_last_day_of_changes_and_then_every_day_stays(
    school: Desk, enrol: Enrolment
) -> None:
    past = place(2024)
    refused = await put(school, {"changes_until": "2024-08-20", "graduation_day": "2024-06-20"}, path=past)
    assert code_of(refused) == (409, "deadline_passed")
    assert [each["pointer"] for each in refused.json()["errors"]] == ["/graduation_day"]
    assert (await put(school, {"changes_until": "2024-08-20"}, path=past)).json()["version"] == 1
    moved = await put(school, {"changes_until": "2024-08-21", "closes_on": f"{NEXT}-01-01"}, '"1"', past)
    assert [each["pointer"] for each in moved.json()["errors"]] == ["/closes_on"], moved.text
    asked = {"graduate_ids": [str(await enrol())], "until": "2024-12-31", "reason": "延长学业"}
    assert code_of(await school.post(f"{past}/extensions", asked)) == (409, "deadline_passed")


ROUNDS: Any = DEFAULTS["rounds"]
CONTRADICTIONS: list[tuple[dict[str, Any], str, set[str]]] = [
    ({"levels": ["school"]}, "levels", {"/levels"}),
    ({"changes_until": f"{NEXT}-09-01"}, "later_than_ministry", {"/changes_until"}),
    ({"rounds": ROUNDS[:1]}, "two_rounds", {"/rounds"}),
    ({"rounds": []}, "two_rounds", {"/rounds"}),
    (
        {"closes_on": f"{NEXT}-08-15"},
        "invalid",
        {"/changes_until", "/coverage_by", "/report_by", "/rounds/1/to"},
    ),
    ({"closes_on": f"{NEXT}-02-30"}, "invalid", {"/closes_on"}),
    ({"cohort": NEXT + 1}, "invalid", {"/cohort"}),
    ({"levels": ["dean", "school"]}, "invalid", {"/levels/0"}),
    ({"quota": 90}, "invalid", {"/quota"}),
]


async def test_what_contradicts_itself_or_is_out_of_place_is_refused_by_name(
    school: Desk, seat: Seat, enrol: Enrolment
) -> None:
    for body, code, pointers in CONTRADICTIONS:
        refused = await put(school, body)
        assert (*code_of(refused), {each["pointer"] for each in refused.json()["errors"]}) == (422, code, pointers)
        assert all(each["message"] for each in refused.json()["errors"])
    await put(school, {})
    other, elsewhere = await enrol(cohort=NEXT), await enrol(cohort=NEXT, school_code="10002")
    gone = await enrol(cohort=NEXT, status="withdrawn")
    earlier = await enrol(cohort=2024)
    asked = {"graduate_ids": [str(each) for each in (other, elsewhere, uuid4(), gone, earlier)], "reason": "晚离校"}
    refused = await school.post(f"{place()}/extensions", asked | {"until": f"{NEXT}-12-31"})
    assert (refused.status_code, [(each["pointer"], each["rule"]) for each in refused.json()["errors"]]) == (
        422,
        [
            ("/graduate_ids/1", "unknown_graduate"),
            ("/graduate_ids/2", "unknown_graduate"),
            ("/graduate_ids/3", "graduate_withdrawn"),
            ("/graduate_ids/4", "unknown_graduate"),
        ],
    )
    for until, rule in ((f"{NEXT}-08-31", "extends_nothing"), (f"{NEXT + 1}-01-01", "after_closing")):
        refused = await school.post(f"{place()}/extensions", asked | {"until": until})
        assert [(each["pointer"], each["rule"]) for each in refused.json()["errors"]] == [("/until", rule)]
    numbered = asked | {"graduate_ids": [str(other)], "until": f"{NEXT}-12-31", "reason": "学号 2024001 晚离校"}
    assert code_of(await school.post(f"{place()}/extensions", numbered)) == (422, "identifying_text")

    province = {"province": "410000"}
    expected: dict[Desk, tuple[int, int]] = {
        seat("college_officer", school="10001", college="C01"): (200, 403),
        seat("counsellor", school="10001", class_="K1"): (200, 403),
        seat("graduate", graduate=other): (200, 403),
        seat("auditor", school="10001"): (200, 403),
        seat("auditor"): (200, 403),
        seat("graduate", graduate=earlier): (404, 404),
        seat("graduate", graduate=elsewhere): (404, 404),
        seat("school_officer", school="10002"): (404, 404),
        seat("auditor", school="10002"): (404, 404),
        seat("provincial_officer", **province): (404, 404),
        seat("survey_manager", school="10001"): (403, 403),
        seat("employer", employer=uuid4()): (404, 404),
        seat("system"): (403, 403),
        seat("admin"): (403, 403),
    }
    for desk, answers in expected.items():
        assert ((await desk.get(place())).status_code, (await put(desk, {}, '"1"')).status_code) == answers
    listing = {
        seat("college_officer", school="10001", college="C02"): 200,
        seat("auditor", school="10001"): 403,
        seat("survey_manager", school="10001"): 403,
        seat("college_officer", school="10002", college="C01"): 404,
    }
    given = await school.post(f"{place()}/extensions", numbered | {"reason": "晚离校"})
    assert given.status_code == 201
    for desk, status in listing.items():
        listed = await desk.get(f"{place()}/extensions")
        assert (listed.status_code, str(other) in listed.text) == (status, False)
    for path in ("/v1/seasons/10001/next", "/v1/seasons/10001/1976", "/v1/seasons/1/2027"):
        assert (await school.get(path)).status_code == 404


async def _put(database: Database, cohort: int = NEXT, **changes: Any) -> int:
    act = partial(commands.put, caller=OFFICER, school_code=SCHOOL, cohort=Cohort(cohort), expected=0, changes=changes)
    return (await database.act(OFFICER.actor, act)).version


async def test_of_two_first_settings_one_wins(database: Database, rows: Rows) -> None:
    for cohort in range(NEXT, NEXT + 20):
        closing = [date(cohort, 12, day) for day in (30, 31)]
        both = (_put(database, cohort, closes_on=each) for each in closing)
        done = await asyncio.gather(*both, return_exceptions=True)
        assert sorted(type(each).__name__ for each in done) == ["PreconditionFailed", "int"]
        [stored] = await rows("SELECT closes_on, version FROM seasons WHERE cohort = :cohort", cohort=cohort)
        assert (stored["closes_on"], stored["version"]) == (closing[done.index(1)], 1)
        [lost] = [each for each in done if isinstance(each, PreconditionFailed)]
        assert lost.current_version == 1


async def test_the_newest_extension_holds_and_an_erasure_leaves_no_reason(
    database: Database, apply: Handle, enrol: Enrolment, settings: Settings, rows: Rows
) -> None:
    cipher = FieldCipher.load(settings.keyring_file)
    erased, other, moved = [await enrol(cohort=NEXT) for _ in range(3)]
    await _put(database)

    async def extend(month: int, *graduates: GraduateId) -> None:
        plan = ExtensionPlan(graduates, date(NEXT, month, 15), "晚离校")
        act = partial(
            commands.extend, caller=OFFICER, cipher=cipher, school_code=SCHOOL, cohort=Cohort(NEXT), plan=plan
        )
        await database.act(OFFICER.actor, act)

    await extend(11, erased, other, moved)
    await extend(10, other)
    await enrol(moved, cohort=NEXT + 1, sequence=2)
    async with database.reading() as connection:
        held = await storage.extensions(connection, [erased, other, moved, GraduateId(uuid4())])
        season = await storage.of(connection, SCHOOL, Cohort(NEXT))
    assert held == {erased: date(NEXT, 11, 15), other: date(NEXT, 10, 15)}
    late = date(NEXT, 11, 1)
    assert [season.phase(late, held.get(each)) for each in (erased, other)] == [Phase.OPEN, Phase.LATE]

    await apply([erasure(erased, cohort=NEXT)])
    filters = ExtensionFilters(SCHOOL, Cohort(NEXT))
    async with database.reading() as connection:
        found = await commands.extensions(connection, cipher, OFFICER, filters, 10)
    assert {(each.graduate_id, each.reason) for each in found} == {(erased, None), (other, "晚离校"), (moved, "晚离校")}
    assert [each.graduate_id for each in found[-1:]] == [other]
    [empty] = await rows("SELECT count(*) AS n FROM season_extensions WHERE reason_cipher IS NULL")
    assert empty["n"] == 1
