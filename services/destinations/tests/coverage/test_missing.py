from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from acting import COLLEGE, SCHOOL, UNIT, act, edit, graduate_role, register, reviewed
from describing import entered
from desks import Desk, Seat, code_of
from proofs import pdf
from sending import send
from sqlalchemy import text

from common import clock
from common.auth import EVERYTHING
from common.database import Database
from common.identifiers import Cohort, GraduateId, SchoolCode
from destinations.coverage.domain import Narrowing, What
from destinations.coverage.storage import missing
from destinations.registrations.domain.lifecycle import Action
from testing.databases import committed

NEXT = clock.today().year + 1
"""A cohort whose deadlines are all to come."""

COHORT = {"school": "10001", "cohort": NEXT}
ALL = {"registered", "approved", "confirmed"}


async def missed(desk: Desk, **query: Any) -> dict[str, set[str]]:
    answer = await desk.get("/v1/coverage/missing", **({"limit": 500} | query))
    assert answer.status_code == 200, answer.text
    found: dict[str, set[str]] = {}
    for each in answer.json()["items"]:
        found.setdefault(each["graduate_id"], set()).add(each["what"])
    return found


@pytest.fixture
async def season(school: Desk) -> dict[str, Any]:
    """The cohort's season, which asks for evidence."""
    place = f"/v1/seasons/10001/{NEXT}"
    before = await school.get(place)
    sent = school.headers | {"If-Match": before.headers["etag"]}
    answer: httpx.Response = await school.http.put(place, json=before.json() | {"evidence": "submit"}, headers=sent)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_each_misses_what_is_left_to_do(
    database: Database, enter: Any, school: Desk, seat: Seat, season: dict[str, Any]
) -> None:
    people = [GraduateId(uuid4()) for _ in range(7)]
    none, drafted, proved, returned, approved, confirmed, disputed = people
    await enter(*(entered(each, 1, cohort=NEXT) for each in people))
    await enter(entered(uuid4(), 1, cohort=NEXT, status="withdrawn"))
    await register(database, graduate_role(drafted), drafted, UNIT)
    desk = seat("graduate", graduate=proved)
    draft = await desk.get(f"/v1/registrations/{(await register(database, graduate_role(proved), proved, UNIT)).id}")
    assert (await send(desk, draft, pdf())).status_code == 201
    submitted = await act(database, await register(database, graduate_role(returned), returned), Action.SUBMIT)
    await act(database, submitted, Action.RETURN, COLLEGE)
    for each, answer in ((approved, None), (confirmed, Action.CONFIRM), (disputed, Action.DISPUTE)):
        done = await reviewed(database, await register(database, graduate_role(each), each))
        if answer:
            await act(database, done, answer)
    found = await missed(school, **COHORT)
    assert found == {
        str(none): ALL,
        str(drafted): {*ALL, "evidence"},
        str(proved): ALL,
        str(returned): {"approved", "confirmed", "corrected", "support"},
        str(approved): {"confirmed", "support"},
        str(confirmed): {"support"},
        str(disputed): {"confirmed", "corrected", "support"},
    }
    plan = await school.post("/v1/support-plans", {"graduate_id": str(confirmed), "causes": ["no_offer"]})
    assert plan.status_code == 201, plan.text
    assert set(await missed(school, **COHORT, what="support")) == {str(each) for each in (returned, approved, disputed)}
    [counts] = (await school.get("/v1/coverage", **COHORT)).json()["items"]
    for kind in ALL:
        those = {person for person, kinds in found.items() if kind in kinds}
        assert set(await missed(school, **COHORT, what=kind)) == those
        assert len(those) == counts["population"] - counts[kind]
    sent = (
        "INSERT INTO reminders (school_code, cohort, graduate_id, what, due_on, reminded_on)"
        " SELECT '10001', :cohort, :id, 'evidence', :day, CAST(:day AS date) - ago FROM unnest(ARRAY[3, 1]) AS ago"
    )
    async with committed(database) as connection:
        day = date.fromisoformat(season["coverage_by"])
        await connection.execute(text(sent), {"id": drafted, "cohort": NEXT, "day": day})
    reminded = {"evidence": str(day - timedelta(days=1))}
    own = await seat("graduate", graduate=drafted).get("/v1/coverage/missing")
    assert own.json()["items"] == [
        {"graduate_id": str(drafted), "what": each, "due_on": season["coverage_by"], "reminded_on": reminded.get(each)}
        for each in ("approved", "confirmed", "evidence", "registered")
    ]


async def test_a_replacement_that_is_written_hides_no_dispute(database: Database, enter: Any, school: Desk) -> None:
    disputed, confirmed = people = [GraduateId(uuid4()) for _ in range(2)]
    await enter(*(entered(each, 1, cohort=NEXT) for each in people))
    for each, answer in ((disputed, Action.DISPUTE), (confirmed, Action.CONFIRM)):
        done = await reviewed(database, await register(database, graduate_role(each), each))
        drafted = await edit(database, await act(database, done, answer), COLLEGE, reason="signing")
        assert drafted.registration.state == "draft"
    assert await missed(school, **COHORT) == {
        str(disputed): {"confirmed", "corrected", "support"},
        str(confirmed): {"support"},
    }
    for query in ({}, {"known_on": str(clock.today())}):
        [counts] = (await school.get("/v1/coverage", **COHORT, **query)).json()["items"]
        assert (counts["confirmed"], counts["disputed"], counts["unconfirmed"]) == (1, 1, 0)


async def test_a_cohort_without_a_season_asks_for_no_evidence_and_has_no_day(
    database: Database, enter: Any, school: Desk
) -> None:
    person = GraduateId(uuid4())
    await enter(entered(person, 1, cohort=NEXT))
    await register(database, SCHOOL, person, UNIT)
    items = (await school.get("/v1/coverage/missing", **COHORT)).json()["items"]
    assert [(each["what"], each["due_on"]) for each in items] == [
        ("approved", None),
        ("confirmed", None),
        ("registered", None),
    ]


async def test_the_list_comes_in_pages_of_what_single_graduates_miss(enter: Any, school: Desk) -> None:
    people = sorted(str(uuid4()) for _ in range(4))
    await enter(*(entered(UUID(each), 1, cohort=NEXT) for each in people))
    seen: list[tuple[str, str]] = []
    query: dict[str, Any] = {**COHORT, "limit": 5}
    while True:
        answer = (await school.get("/v1/coverage/missing", **query)).json()
        seen += [(each["graduate_id"], each["what"]) for each in answer["items"]]
        if answer["next_cursor"] is None:
            break
        query["cursor"] = answer["next_cursor"]
    assert seen == [(person, what) for person in people for what in sorted(ALL)]


async def test_who_is_erased_counts_but_can_be_left_out(database: Database, enter: Any) -> None:
    here, gone = GraduateId(uuid4()), GraduateId(uuid4())
    await enter(entered(here, 1), entered(gone, 1, erased=True))
    for reachable, those in ((False, {here, gone}), (True, {here})):
        narrowing = Narrowing(
            school_code=SchoolCode("10001"), cohort=Cohort(2024), what=(What.REGISTERED,), reachable=reachable
        )
        async with database.reading() as connection:
            found = await missing(connection, EVERYTHING, narrowing, None, 10)
        assert {each.graduate_id for each in found} == those


async def test_each_sees_the_own_scope(enter: Any, seat: Seat) -> None:
    mine, theirs = uuid4(), uuid4()
    await enter(
        entered(mine, 1, cohort=NEXT, class_code="K1"),
        entered(theirs, 1, cohort=NEXT, college_code="C02", class_code="K2"),
    )
    for role, scope, those in (
        ("school_officer", {"school": "10001"}, {mine, theirs}),
        ("school_officer", {"school": "10002"}, set()),
        ("college_officer", {"school": "10001", "college": "C02"}, {theirs}),
        ("counsellor", {"school": "10001", "class_": "K1"}, {mine}),
        ("graduate", {"graduate": str(mine)}, {mine}),
    ):
        assert set(await missed(seat(role, **scope), **COHORT)) == {str(each) for each in those}, role


@pytest.mark.parametrize("role", ["provincial_officer", "auditor", "admin", "system"])
async def test_others_see_no_persons(seat: Seat, role: str) -> None:
    given = {"province": "410000"} if role == "provincial_officer" else {}
    assert (await seat(role, **given).get("/v1/coverage/missing", **COHORT)).status_code == 403


@pytest.mark.parametrize(
    ("query", "named"),
    [({}, ["school", "cohort"]), ({"school": "10001"}, ["cohort"]), ({**COHORT, "what": "pay"}, ["what"])],
)
async def test_an_officer_says_of_which_cohort(school: Desk, query: Any, named: list[str]) -> None:
    answer = await school.get("/v1/coverage/missing", **query)
    assert code_of(answer) == (400, "bad_query")
    assert [each["pointer"].rpartition("/")[2] for each in answer.json()["errors"]] == named
