"""What waits for review: at the level that decides next, the oldest first, in the caller's scope."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import product
from typing import Any

from acting import COLLEGE, SCHOOL, UNIT, act, registered, reviewed
from desks import Desk, Seat, code_of
from enrolling import roster_entry

from common import clock
from common.auth import SYSTEM
from common.database import Database
from common.identifiers import SchoolCode
from common.reference_tables.definition import shipped
from common.reference_tables.working_days import WORKING_DAYS, WorkingDays
from destinations.evidence.domain import Kind, Standing
from destinations.registrations import storage as registrations
from destinations.registrations.commands import Recorded
from destinations.registrations.domain.lifecycle import Action, Party, Stage, next_stage
from destinations.reviews import storage
from destinations.reviews.domain import Narrowing
from destinations.reviews.wire import EvidenceAnswer
from destinations.seasons.domain import Level

QUEUE = "/v1/review-queue"
CALENDAR = WorkingDays(shipped(WORKING_DAYS))
DECIDES = {
    Level.COUNSELLOR: (Party.COUNSELLOR, (Action.COUNSELLOR_APPROVE,)),
    Level.COLLEGE: (Party.COLLEGE_OFFICER, (Action.COLLEGE_APPROVE,)),
    Level.SCHOOL: (Party.SCHOOL_OFFICER, (Action.SCHOOL_APPROVE, Action.VOID)),
}


async def change(database: Database, statement: str, *values: object) -> None:
    async with database.transaction(SYSTEM) as unit:
        await unit.connection.driver.execute(statement, *values)
        await unit.commit()


async def waits_since(database: Database, record: Recorded, instant: str) -> None:
    await change(database, f"UPDATE registrations SET recorded_at = '{instant}' WHERE id = $1", record.id)


def working_days_since(day: date) -> int:
    days = (day + timedelta(days=each) for each in range(1, (clock.today() - day).days + 1))
    return sum(CALENDAR.working_day(each) for each in days)


def ids(answered: Any) -> list[str]:
    return [each["id"] for each in answered.json()["items"]]


async def submitted(database: Database, **given: Any) -> Recorded:
    return await act(database, await registered(database, **given), Action.SUBMIT)


async def test_the_oldest_stands_first_at_its_level_and_in_scope(
    database: Database, seat: Seat, school: Desk, college: Desk, enrol: Any
) -> None:
    newer, elsewhere = await submitted(database), await submitted(database, college_code="C02", class_code="K2")
    older = await act(database, await registered(database, UNIT), Action.SUBMIT)
    at_school = await act(database, await submitted(database), Action.COLLEGE_APPROVE, COLLEGE)
    voided = await act(database, await reviewed(database, await registered(database)), Action.REQUEST_VOID)
    without_college = await submitted(database, college_code=None, class_code=None)
    gone = await submitted(database)
    await enrol.keep(roster_entry(gone.registration.graduate.id, sequence=2, status="withdrawn"))
    await registered(database)
    # the last moment of a day in Shanghai, and the first of the next one
    await waits_since(database, older, "2026-09-29T15:59:59.999999Z")
    await waits_since(database, newer, "2026-09-29T16:00:00Z")

    first = await college.get(QUEUE, limit=2)
    assert ids(first) == [str(older.id), str(newer.id)]
    waited = [(each["level"], each["waiting_since"], each["waiting_working_days"]) for each in first.json()["items"]]
    assert waited == [
        ("college", "2026-09-29T15:59:59.999999Z", working_days_since(date(2026, 9, 29))),
        ("college", "2026-09-29T16:00:00Z", working_days_since(date(2026, 9, 30))),
    ]
    assert first.json()["items"][0]["allowed_transitions"] == ["college-approve", "return"]
    nothing = {"sent": [], "accepted": [], "complete": True, "complete_accepted": True}
    lacking = nothing | {"complete": False, "complete_accepted": False}
    assert [each["evidence"] for each in first.json()["items"]] == [lacking, nothing]
    following = await college.get(QUEUE, limit=2, cursor=first.json()["next_cursor"])
    assert (ids(following), following.json()["next_cursor"]) == ([str(voided.id)], None)
    assert ids(await school.get(QUEUE)) == [str(at_school.id), str(without_college.id)]
    assert ids(await school.get(QUEUE, level="college")) == [str(each.id) for each in (older, newer, elsewhere, voided)]
    assert ids(await school.get(QUEUE, level="college", college="C02")) == [str(elsewhere.id)]
    assert ids(await school.get(QUEUE, level="college", submitted_before="2020-01-01")) == []
    assert ids(await school.get(QUEUE, cohort=2023)) == ids(await school.get(QUEUE, level="counsellor")) == []
    assert ids(await school.get(QUEUE, school="10002")) == []
    counsellor = seat("counsellor", school="10001", class_="K1")
    assert ids(await counsellor.get(QUEUE, level="college")) == [str(each.id) for each in (older, newer, voided)]
    assert (await college.get(QUEUE, cursor="x")).status_code == 400
    assert (await college.get(QUEUE, level="dean")).status_code == 400
    for role in ("graduate", "provincial_officer", "auditor", "system", "survey_manager"):
        desk = seat(role, school="10001", province="410000", graduate=gone.registration.graduate.id)
        assert code_of(await desk.get(QUEUE)) == (403, "forbidden")


def standings() -> Iterator[tuple[Stage, list[str] | None, str | None, str | None]]:
    levels = (None, ["college", "school"], ["counsellor", "college", "school"])
    yield from product(Stage, levels, (None, "K1"), (None, "C01"))


def test_evidence_says_what_was_sent_and_what_was_accepted() -> None:
    standing = Standing(frozenset({Kind.SHOP_PAGE, Kind.INCOME_FLOW}), frozenset({Kind.INCOME_FLOW}))
    said = EvidenceAnswer.of(standing, "753").model_dump()
    assert said == {
        "sent": ["income_flow", "shop_page"],
        "accepted": ["income_flow"],
        "complete": True,
        "complete_accepted": False,
    }


async def test_it_waits_where_the_table_lets_a_party_decide_next(database: Database) -> None:
    record = await submitted(database)
    graduate_id, narrowing = record.registration.graduate.id, Narrowing(school_code=SchoolCode("10001"))
    seen: set[Level | None] = set()
    for stage, levels, class_code, college_code in standings():
        await change(
            database, f"UPDATE registrations SET stage = '{stage}', levels = $2 WHERE id = $1", record.id, levels
        )
        await change(
            database,
            "UPDATE roster_graduates SET class_code = $2, college_code = $3 WHERE graduate_id = $1",
            graduate_id,
            class_code,
            college_code,
        )
        async with database.reading() as connection:
            registration = await registrations.get(connection, SCHOOL.row_scope(), record.id)
            found = [
                level
                for level in Level
                if await storage.waiting(connection, SCHOOL.row_scope(), level, narrowing, None, 2)
            ]
        decides = [
            level
            for level, (party, actions) in DECIDES.items()
            if any(next_stage(stage, each, party, registration.course) for each in actions)
        ]
        assert found == decides, (stage, levels, class_code, college_code)
        seen.update(found or [None])
    assert seen == {None, *Level}
