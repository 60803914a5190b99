import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from uuid import uuid4

import pytest
from sqlalchemy import text

from common.auth import SYSTEM
from common.consuming.forks import Fork
from common.consuming.included import is_event_included
from common.contracts import ChangeToken
from common.contracts.envelope import IncomingEvent
from common.contracts.graduate import TOPIC as GRADUATES
from common.contracts.graduate import GraduateStatus
from common.contracts.organisation import TOPIC as ORGANISATION
from common.contracts.organisation import UnitKind
from common.contracts.registration import TOPIC as REGISTRATIONS
from common.contracts.response import TOPIC as RESPONSES
from common.database import Database
from common.errors import Forked
from common.identifiers import GraduateId, SchoolCode
from surveys.areas import ROSTER, SITUATIONS
from surveys.roster.domain import Groups, Registered, Situation
from surveys.roster.storage import included_of, school_names, situation_of
from surveys.settings import Settings

Events = Callable[..., IncomingEvent]
Keep = Callable[[Sequence[IncomingEvent]], Awaitable[None]]


async def stored(database: Database, event: IncomingEvent) -> bool:
    token = ChangeToken(event.topic, event.school_code, event.key, event.sequence)
    async with database.reading() as connection:
        return await is_event_included(connection, ROSTER.included, token, event.id)


async def test_the_highest_sequence_wins_in_any_order_and_batch_size(
    database: Database, keep: Keep, school: str, graduate_event: Events
) -> None:
    graduate_id = uuid4()
    history = [
        graduate_event(school, graduate_id, sequence=1),
        graduate_event(school, graduate_id, sequence=2, status=GraduateStatus.EXTENDED),
        graduate_event(school, graduate_id, sequence=3, status=GraduateStatus.COMPLETED),
    ]
    for seed in range(12):
        deliveries = history * 2
        random.Random(seed).shuffle(deliveries)
        cut = seed % len(deliveries)
        for batch in (deliveries[:cut], deliveries[cut:]):
            await keep(batch)
        async with database.reading() as connection:
            query = text("DELETE FROM graduates WHERE graduate_id = :id RETURNING status, sequence")
            assert (await connection.execute(query, {"id": graduate_id})).one() == ("completed", 3)


async def test_units_of_a_school_do_not_overwrite_its_name(
    database: Database, keep: Keep, school: str, unit_event: Events
) -> None:
    await keep([unit_event(school, UnitKind.COLLEGE, "计算机学院", sequence=2)])
    await keep([unit_event(school, UnitKind.SCHOOL, "测试大学", sequence=1)])
    await keep([unit_event(school, UnitKind.MAJOR, "软件工程", sequence=3)])
    async with database.reading() as connection:
        assert await school_names(connection, SchoolCode(school)) == ("测试大学", None)


async def test_another_event_under_a_stored_sequence_is_refused(
    keep: Keep, school: str, graduate_event: Events, unit_event: Events
) -> None:
    for event in (graduate_event(school, uuid4()), unit_event(school, UnitKind.SCHOOL, "测试大学", sequence=1)):
        await keep([event])
        await keep([event])
        later = replace(event, id=uuid4(), sequence=2)
        with pytest.raises(Forked):
            await keep([replace(event, id=uuid4()), later])
        await keep([event, later])


async def test_what_the_owner_does_not_have_gives_way_to_what_it_has(
    database: Database, settings: Settings, keep: Keep, school: str, graduate_event: Events, unit_event: Events
) -> None:
    graduate_id = uuid4()
    pairs = [
        [graduate_event(school, graduate_id, status=status) for status in (GraduateStatus.EXTENDED, "completed")],
        [unit_event(school, UnitKind.SCHOOL, name, sequence=1) for name in ("旧名大学", "新名大学")],
    ]
    for lost, had in pairs:
        await keep([lost])
        assert [await stored(database, each) for each in (lost, had)] == [True, False]
        fork = Fork(had.topic, school, had.key, had.sequence, had.id)
        async with database.transaction(SYSTEM) as unit:
            await ROSTER.drop[had.topic](unit, settings, fork)
            await unit.commit()
        await keep([had])
        assert [await stored(database, each) for each in (lost, had)] == [False, True]
        with pytest.raises(Forked):
            await keep([lost])
    async with database.reading() as connection:
        status = text("SELECT status FROM graduates WHERE graduate_id = :id")
        assert await connection.scalar(status, {"id": graduate_id}) == "completed"
        assert await school_names(connection, SchoolCode(school)) == ("新名大学", None)
    earlier, later = (graduate_event(school, uuid4(), sequence=1) for _ in range(2))
    await keep([replace(later, key=earlier.key, sequence=2, data=earlier.data)])
    assert await stored(database, earlier)


async def test_a_change_is_included_once_it_was_applied(
    database: Database,
    keep: Keep,
    situate: Keep,
    describe: Keep,
    school: str,
    graduate_event: Events,
    unit_event: Events,
) -> None:
    graduate_id = uuid4()
    # groups are further on than the roster
    await situate([graduate_event(school, graduate_id, sequence=2)])
    entered = ChangeToken(GRADUATES, school, str(graduate_id), 1)
    changed = ChangeToken(GRADUATES, school, str(graduate_id), 2)
    described = ChangeToken(ORGANISATION, school, school, 1)
    every = {entered, changed, described}
    assert await included_of(database, every) == set()
    await keep([graduate_event(school, graduate_id)])
    assert await included_of(database, every) == {entered}
    named = unit_event(school, UnitKind.SCHOOL, "测试大学", sequence=1)
    await keep([named])
    # the units are read by a consumer of their own
    assert await included_of(database, every) == {entered}
    await describe([named])
    assert await included_of(database, every) == {entered, described}
    await keep([graduate_event(school, graduate_id, sequence=2)])
    assert await included_of(database, every) == every


async def test_a_change_that_no_roster_is_made_of_is_not_waited_for(database: Database, school: str) -> None:
    other = ChangeToken(RESPONSES, school, str(uuid4()), 7)
    assert await included_of(database, [other]) == {other}


async def test_groups_and_the_effective_registration_are_codes_of_the_newest_event(
    database: Database, situate: Keep, school: str, graduate_event: Events, registration_event: Events
) -> None:
    graduate_id = GraduateId(uuid4())
    entered = graduate_event(
        school, graduate_id, college_code="C01", study_form="full_time", origin_place_code="410102"
    )
    moved = graduate_event(school, graduate_id, sequence=2, college_code="C02", education_level_code="31", sex_code="2")
    decided = registration_event(school, graduate_id, employer_nature_code="39", industry_code="33", position_code="40")
    changed = registration_event(school, graduate_id, sequence=2, destination_code="801")
    voided = registration_event(school, graduate_id, sequence=3, state="voided")
    said: list[tuple[list[IncomingEvent], Groups, Registered]] = [
        (
            [entered, decided],
            Groups("C01", study_form="full_time", origin_province_code="410000"),
            Registered("10", "39", "33", None, "40"),
        ),
        ([changed, decided, moved, entered], Groups("C02", None, "31", sex_code="2"), Registered("801")),
        ([voided, changed], Groups("C02", None, "31", sex_code="2"), Registered()),
    ]
    for events, groups, registered in said:
        await situate(events)
        async with database.reading() as connection:
            assert await situation_of(connection, graduate_id) == Situation(groups, registered)


async def test_a_registration_is_included_once_it_was_applied_and_another_event_of_its_sequence_refused(
    database: Database, settings: Settings, situate: Keep, school: str, registration_event: Events
) -> None:
    graduate_id = uuid4()
    decided, other = (registration_event(school, graduate_id, place_code=code) for code in ("410102", "110101"))
    token = ChangeToken(REGISTRATIONS, school, str(graduate_id), 1)
    assert await included_of(database, [token]) == set()
    await situate([decided])
    assert await included_of(database, [token]) == {token}
    with pytest.raises(Forked):
        await situate([other])
    fork = Fork(other.topic, school, other.key, other.sequence, other.id)
    async with database.transaction(SYSTEM) as unit:
        await SITUATIONS.drop[other.topic](unit, settings, fork)
        await unit.commit()
    await situate([other])
    async with database.reading() as connection:
        found = await situation_of(connection, GraduateId(graduate_id))
    assert (found.registered.place_code, found.groups) == ("110101", Groups())
