import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from acting import COLLEGE, SCHOOL, SEEKING, UNIT, act, edit, graduate_role, register, reviewed
from describing import NOW, entered
from desks import Desk, Seat, code_of
from recounting import COUNTS, histories, recount

from common.auth import EVERYTHING, Principal
from common.clock import SHANGHAI, today
from common.contracts.envelope import IncomingEvent
from common.database import Database
from common.errors import QuxiangError
from common.identifiers import Cohort, GraduateId, SchoolCode
from destinations.coverage.domain import Asked, By
from destinations.coverage.storage import coverage
from destinations.registrations.commands import Recorded
from destinations.registrations.domain.content import Destination
from destinations.registrations.domain.lifecycle import Action

FREELANCE = Destination("76", freelance_kind="翻译", place_code="410102")
CONTENTS = [SEEKING, UNIT, FREELANCE, Destination("71", reason="preparing_exam")]
MOVES: list[dict[str, Any]] = [
    {"college_code": "C02"},
    {"class_code": None},
    {"status": "withdrawn"},
    {"cohort": 2025},
    {"major_code": "M9"},
]
Found = dict[str | None, dict[str, int]]


async def counted(database: Database, by: By | None, before: datetime | None = None) -> Found:
    async with database.reading() as connection:
        found = await coverage(connection, EVERYTHING, Asked(SchoolCode("10001"), Cohort(2024), by, before))
    return {each.code: vars(each.counts) for each in found}


class Life:
    """Random acts on the registration of one graduate; what is refused changes nothing."""

    def __init__(self, database: Database, graduate_id: GraduateId, chance: random.Random) -> None:
        self.database, self.graduate_id, self.chance = database, graduate_id, chance
        self.stands: Recorded | None = None

    async def step(self) -> None:
        own = graduate_role(self.graduate_id)
        try:
            if self.stands is None or self.stands.registration.state == "voided":
                author = self.chance.choice([own, own, SCHOOL])
                self.stands = await register(self.database, author, self.graduate_id, self.chance.choice(CONTENTS))
                return
            self.stands = await self._next(self.stands, own)
        except QuxiangError:
            return

    async def _next(self, stands: Recorded, own: Principal) -> Recorded:
        forward: dict[str, Sequence[tuple[Action | None, Principal]]] = {
            "draft": [(Action.SUBMIT, own)],
            "returned": [(Action.SUBMIT, own)],
            "submitted": [*[(Action.COLLEGE_APPROVE, COLLEGE)] * 4, (Action.RETURN, COLLEGE)],
            "college_approved": [*[(Action.SCHOOL_APPROVE, SCHOOL)] * 4, (Action.RETURN, SCHOOL)],
            "school_approved": [
                (Action.CONFIRM, own),
                (Action.DISPUTE, own),
                (Action.REQUEST_VOID, own),
                (None, own),
                (None, SCHOOL),
            ],
            "void_requested": [(Action.COLLEGE_APPROVE, COLLEGE), (Action.VOID, SCHOOL), (Action.RETURN, SCHOOL)],
        }
        action, caller = self.chance.choice(forward[stands.registration.state])
        if action is None:
            return await edit(
                self.database, stands, caller, destination_code="76", freelance_kind=self.chance.choice("甲乙丙")
            )
        return await act(self.database, stands, action, caller)


@pytest.mark.parametrize("seed", [1, 2])
async def test_coverage_known_at_every_moment_is_the_recount(database: Database, enter: Any, seed: int) -> None:
    """Roster versions come in whatever order; some of a graduate's came late, and are of before."""
    chance = random.Random(seed)
    people = [GraduateId(uuid4()) for _ in range(8)]
    first = [entered(each, 1, class_code="K1", recorded_at=NOW) for each in people]
    await enter(*first)
    lives = [Life(database, each, chance) for each in people]
    for _ in range(50):
        await chance.choice(lives).step()
    moved = await _moved(database, people, chance)
    # of two versions of a graduate the later one may come first
    for event in chance.sample(moved, len(moved)):
        await enter(event)
    stored = await histories(database)
    recorded = {row.recorded_at for rows in stored for row in rows}
    moments = sorted(recorded | {each + timedelta(microseconds=1) for each in recorded})
    assert len(moments) > 60
    for at, moment in enumerate(moments):
        by = [*By, None][at % 4]
        assert await counted(database, by, moment) == recount(stored, moment, by), f"{seed} {by} before {moment}"
    for by in (*By, None):
        assert await counted(database, by) == recount(stored, moments[-1], by), f"{seed} {by}"


async def _moved(database: Database, people: list[GraduateId], chance: random.Random) -> list[IncomingEvent]:
    """Later events of some graduates, at instants between the versions of registrations."""
    _, registrations = await histories(database)
    instants = sorted(row.recorded_at for row in registrations)
    events = []
    for person in people[:6]:
        for sequence, at in enumerate(sorted(chance.sample(instants, 3)), 2):
            instant = at - timedelta(microseconds=chance.choice([0, 1]))
            events.append(entered(person, sequence, recorded_at=instant, **chance.choice(MOVES)))
    return events


async def test_each_count_is_what_its_name_says(database: Database, enter: Any, school: Desk, seat: Seat) -> None:
    people = [GraduateId(uuid4()) for _ in range(9)]
    await enter(*(entered(each, 1, class_code="K1", major_code="M01") for each in people))
    await enter(entered(uuid4(), 1, status="withdrawn"), entered(uuid4(), 1, cohort=2025))
    drafted, submitted, seeking, confirmed, disputed, changing, voided = people[:7]
    await register(database, graduate_role(drafted), drafted)
    await act(database, await register(database, graduate_role(submitted), submitted, UNIT), Action.SUBMIT)
    await _approved(database, seeking)
    await act(database, await _approved(database, confirmed, FREELANCE), Action.CONFIRM)
    await act(database, await _approved(database, disputed), Action.DISPUTE)
    was_confirmed = await act(database, await _approved(database, changing), Action.CONFIRM)
    await edit(database, was_confirmed, graduate_role(changing), **vars(UNIT))
    asked = await act(database, await _approved(database, voided), Action.REQUEST_VOID)
    at_school = await act(database, asked, Action.COLLEGE_APPROVE, COLLEGE)
    await act(database, at_school, Action.VOID, SCHOOL)
    answer = (await school.get("/v1/coverage", school="10001", cohort=2024, by="college")).json()
    assert answer["items"] == [
        {
            "group": {"college": "C01"},
            "population": 9,
            "registered": 5,
            "approved": 4,
            # what is written beside it takes nothing back from what counts
            "confirmed": 2,
            "disputed": 1,
            "unconfirmed": 1,
            "self_registered": 5,
            # 70 needs none, 76 and 10 have none, and of 10 instead of 70 nobody has looked yet
            "evidence_complete": 2,
            # pay is expected of 76
            "incomplete": 1,
            "flexible": 1,
        }
    ]
    assert (answer["by"], answer["known_on"]) == ("college", None)
    day = str(today())
    known = (await school.get("/v1/coverage", school="10001", cohort=2024, by="college", known_on=day)).json()
    assert known == answer | {"known_on": day}


async def _approved(database: Database, graduate_id: GraduateId, content: Destination = SEEKING) -> Recorded:
    return await reviewed(database, await register(database, graduate_role(graduate_id), graduate_id, content))


async def test_groups_come_in_the_order_of_codes_with_those_of_none_last(enter: Any, school: Desk) -> None:
    await enter(*(entered(uuid4(), 1, college_code=code) for code in ("C10", None, "C02", "C10")))
    for by, found in (
        ("college", [("C02", 1), ("C10", 2), (None, 1)]),
        ("major", [(None, 4)]),
        ("class", [(None, 4)]),
    ):
        items = (await school.get("/v1/coverage", school="10001", cohort=2024, by=by)).json()["items"]
        assert [(each["group"][by], each["population"]) for each in items] == found
    [whole] = (await school.get("/v1/coverage", school="10001", cohort=2024)).json()["items"]
    assert (whole["group"], whole["population"]) == ({}, 4)


@pytest.mark.parametrize(
    ("role", "scope", "seen"),
    [
        ("school_officer", {"school": "10001"}, 3),
        ("school_officer", {"school": "10002"}, 0),
        ("college_officer", {"school": "10001", "college": "C01"}, 2),
        ("counsellor", {"school": "10001", "class_": "K2"}, 1),
        ("provincial_officer", {"province": "410000"}, 0),
    ],
)
async def test_each_reader_counts_the_own_scope(enter: Any, seat: Seat, role: str, scope: Any, seen: int) -> None:
    await enter(
        entered(uuid4(), 1, class_code="K1"),
        entered(uuid4(), 1, class_code="K2"),
        entered(uuid4(), 1, college_code="C02", class_code="K3"),
    )
    for query in ({}, {"known_on": str(today())}):
        [whole] = (await seat(role, **scope).get("/v1/coverage", school="10001", cohort=2024, **query)).json()["items"]
        assert whole == {"group": {}, **dict.fromkeys(COUNTS, 0), "population": seen}


@pytest.mark.parametrize("role", ["graduate", "admin", "survey_manager", "system"])
async def test_other_roles_count_nothing(seat: Seat, role: str) -> None:
    given = {"graduate": str(uuid4())} if role == "graduate" else {}
    answer = await seat(role, **given).get("/v1/coverage", school="10001", cohort=2024)
    assert answer.status_code == 403


async def test_what_is_recorded_at_the_end_of_a_day_is_known_on_it_and_what_comes_then_is_not(
    database: Database, enter: Any, school: Desk
) -> None:
    midnight = datetime(2026, 3, 2, tzinfo=SHANGHAI)
    last, first = midnight - timedelta(microseconds=1), midnight
    await enter(entered(uuid4(), 1, recorded_at=last), entered(uuid4(), 1, recorded_at=first))
    for day, seen in (("2026-02-28", 0), ("2026-03-01", 1), ("2026-03-02", 2)):
        [whole] = (await school.get("/v1/coverage", school="10001", cohort=2024, known_on=day)).json()["items"]
        assert whole["population"] == seen


async def test_a_day_to_come_is_refused(school: Desk) -> None:
    tomorrow = today() + timedelta(days=1)
    answer = await school.get("/v1/coverage", school="10001", cohort=2024, known_on=str(tomorrow))
    assert code_of(answer) == (400, "bad_query")
    assert [each["rule"] for each in answer.json()["errors"]] == ["after_today"]
