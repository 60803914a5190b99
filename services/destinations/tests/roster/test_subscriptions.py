from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from describing import NOW, entered, incoming
from enrolling import roster_entry
from sqlalchemy import text

from common.auth import SYSTEM
from common.consuming import Handle
from common.consuming.forks import Fork
from common.consuming.included import is_event_included
from common.contracts import ChangeToken, organisation
from common.contracts.catalogue import EVENT_TYPES, SUBSCRIPTIONS
from common.contracts.envelope import IncomingEvent
from common.contracts.organisation import OrganisationData, UnitKind
from common.database import Database
from common.errors import Forked
from common.identifiers import GraduateId
from destinations.areas import AREAS, ROSTER
from destinations.roster import storage as roster
from destinations.settings import Settings
from testing.databases import committed
from testing.messaging import code_entry_event


def described(
    sequence: int, province_code: str, kind: UnitKind = UnitKind.SCHOOL, code: str = "10001"
) -> IncomingEvent:
    data = OrganisationData(
        school_code="10001", recorded_at=NOW, unit_kind=kind, code=code, name="某大学", province_code=province_code
    )
    return incoming(organisation.TOPIC, organisation.CHANGED, "10001", sequence, data)


async def kept(database: Database, graduate_id: UUID) -> tuple[str | None, str, str | None]:
    async with database.reading() as connection:
        found = await roster.find(connection, GraduateId(graduate_id))
    assert found is not None
    return found[0].college_code, found[0].status, found[1]


async def stored(database: Database, event: IncomingEvent) -> bool:
    token = ChangeToken(event.topic, event.school_code, event.key, event.sequence)
    async with database.reading() as connection:
        return await is_event_included(connection, ROSTER.included, token, event.id)


@pytest.mark.parametrize("order", [[0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1], [1, 1, 3, 3, 0, 2]])
async def test_whatever_the_order_the_newest_state_stays(database: Database, apply: Handle, order: list[int]) -> None:
    graduate_id = uuid4()
    events = [
        entered(graduate_id, 1),
        entered(graduate_id, 2, college_code="C02", status="withdrawn"),
        described(1, "110000"),
        described(2, "410000"),
    ]
    for index in order:
        await apply([events[index]])
    assert await kept(database, graduate_id) == ("C02", "withdrawn", "410000")
    await apply([events[index] for index in order])
    assert await kept(database, graduate_id) == ("C02", "withdrawn", "410000")


@pytest.mark.parametrize(("changed", "since"), [((), 1), (("name",), 2), (("sex_code",), 2)])
async def test_an_event_that_names_no_changed_field_says_again_what_stood(
    database: Database, apply: Handle, changed: tuple[str, ...], since: int
) -> None:
    graduate_id = uuid4()
    await apply([entered(graduate_id, 1, changed_fields=("name", "status"))])
    await apply([entered(graduate_id, 2, changed_fields=changed)])
    query = text("SELECT same_since, same_until FROM roster_graduates WHERE graduate_id = :id")
    async with database.reading() as connection:
        assert tuple((await connection.execute(query, {"id": graduate_id})).one()) == (since, 2)


async def test_a_college_says_nothing_of_the_schools_province(database: Database, apply: Handle) -> None:
    graduate_id = uuid4()
    college = described(3, "990000", UnitKind.COLLEGE, "C01")
    await apply([entered(graduate_id, 1), described(2, "410000"), college])
    assert await kept(database, graduate_id) == ("C01", "registered", "410000")


@pytest.mark.parametrize(
    ("said", "counted"),
    [
        ({"status": "completed"}, True),
        ({"status": "withdrawn"}, False),
        ({"status": "excluded", "counted": False}, False),
        ({"status": "registered", "counted": False}, False),
        ({"status": "a_word_of_tomorrow", "counted": True}, True),
    ],
)
async def test_who_counts_is_what_the_event_says_and_by_the_status_where_it_does_not(
    database: Database, apply: Handle, said: dict[str, Any], counted: bool
) -> None:
    graduate_id = GraduateId(uuid4())
    await apply([entered(graduate_id, 1, **said)])
    async with database.reading() as connection:
        found = await roster.find(connection, graduate_id)
        [entry] = (await roster.entries(connection, [graduate_id])).values()
        older = roster_entry(graduate_id, sequence=0)
        newer = (await roster.graduates(connection, [older]))[graduate_id]
    assert found is not None
    assert (found[0].counted, entry.graduate.counted, newer.counted) == (counted, counted, counted)


async def test_a_row_that_the_release_before_wrote_last_counts_by_its_status(database: Database, apply: Handle) -> None:
    graduate_id = uuid4()
    await apply([entered(graduate_id, 1, counted=True)])
    async with committed(database) as connection:
        written = "UPDATE roster_graduates SET status = 'withdrawn', sequence = 2 WHERE graduate_id = :id"
        await connection.execute(text(written), {"id": graduate_id})
    async with database.reading() as connection:
        found = await roster.find(connection, GraduateId(graduate_id))
    assert found is not None
    assert not found[0].counted


@pytest.mark.parametrize("described_too", [False, True], ids=["graduate", "school"])
async def test_another_event_under_a_stored_sequence_is_refused(apply: Handle, described_too: bool) -> None:
    graduate_id = uuid4()
    data = described(1, "410000").data.model_copy(update={"school_code": "10009", "code": "10009"})
    of_school = incoming(organisation.TOPIC, organisation.CHANGED, "10009", 1, data)
    event = of_school if described_too else entered(graduate_id, 1)
    await apply([event])
    await apply([event])
    later = replace(event, id=uuid4(), sequence=2)
    with pytest.raises(Forked):
        await apply([replace(event, id=uuid4()), later])
    await apply([event, later])


async def test_an_event_of_another_unit_under_the_sequence_of_the_school_is_refused(apply: Handle) -> None:
    """Sequences are counted for a school and all of its units together."""
    await apply([described(1, "410000")])
    with pytest.raises(Forked):
        await apply([described(1, "410000", UnitKind.COLLEGE, "C01")])


async def test_what_the_owner_does_not_have_gives_way_to_what_it_has(
    database: Database, settings: Settings, apply: Handle
) -> None:
    graduate_id = uuid4()
    pairs = [
        [entered(graduate_id, 1, college_code=college) for college in ("C01", "C02")],
        [described(9_001, province) for province in ("410000", "210000")],
        [code_entry_event("Y9", 9_001, label_zh=label) for label in ("旧名", "新名")],
    ]
    for lost, had in pairs:
        await apply([lost])
        assert [await stored(database, each) for each in (lost, had)] == [True, False]
        async with database.transaction(SYSTEM) as unit:
            fork = Fork(had.topic, had.school_code, had.key, had.sequence, had.id)
            await ROSTER.drop[had.topic](unit, settings, fork)
            await unit.commit()
        await apply([had])
        assert [await stored(database, each) for each in (lost, had)] == [False, True]
        with pytest.raises(Forked):
            await apply([lost])
    assert await kept(database, graduate_id) == ("C02", "registered", "210000")
    async with database.reading() as connection:
        assert await connection.scalar(text("SELECT label_zh FROM code_entries WHERE code = 'Y9'")) == "新名"
    async with committed(database) as connection:
        await connection.execute(text("DELETE FROM code_entries"))
        await connection.execute(text("DELETE FROM roster_schools WHERE school_code = '10001'"))


async def test_a_graduates_earlier_event_is_stored_with_a_later_one(database: Database, apply: Handle) -> None:
    earlier, later = (entered(graduate_id, sequence) for graduate_id in [uuid4()] for sequence in (1, 2))
    await apply([later])
    assert [await stored(database, each) for each in (earlier, later)] == [True, True]


async def test_every_type_of_the_subscribed_topics_has_a_handler() -> None:
    subscribed = {name for name, each in EVENT_TYPES.items() if each.topic in SUBSCRIPTIONS[ROSTER.group]}
    handled = [set(area.handlers) for area in AREAS if area.subscription == ROSTER]
    assert set().union(*handled) == subscribed


async def test_a_provincial_officer_sees_the_schools_of_the_province(http: Any, mint: Any, apply: Handle) -> None:
    graduate_id = uuid4()
    await apply([entered(graduate_id, 1), described(1, "410000")])
    sent = {"graduate_id": str(graduate_id), "destination_code": "46"}
    await http.post("/v1/registrations", json=sent, headers=mint.headers("school_officer", school="10001"))
    for province_code, seen in (("410000", 1), ("110000", 0)):
        headers = mint.headers("provincial_officer", province=province_code)
        answer = await http.get("/v1/registrations", headers=headers)
        assert len(answer.json()["items"]) == seen
