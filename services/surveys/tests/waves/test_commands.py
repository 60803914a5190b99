import asyncio
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from common.auth import SYSTEM, Principal, Role
from common.contracts import TOPICS
from common.contracts.graduate import GraduateStatus
from common.contracts.response import REQUESTED, TOPIC, ResponseData
from common.database import Database
from common.errors import Invalid, NotFound
from surveys.questionnaires import commands as questionnaires
from surveys.roster.subscriptions import keeping_the_roster
from surveys.waves import commands
from surveys.waves.domain import Wave, WavePlan

from ..conftest import QUESTIONNAIRE, plan_of, roster_event


async def create(database: Database, manager: Principal, plan: WavePlan) -> Wave:
    async with database.transaction(SYSTEM) as uow:
        wave, token = await commands.create(uow, manager, plan)
        await uow.commit()
    assert (token is None) == (wave.eligible == 0)
    return wave


async def eligible(database: Database, wave: Wave) -> set[UUID]:
    async with database.reading() as connection:
        query = text("SELECT graduate_id FROM wave_eligible WHERE wave_id = :id")
        return set((await connection.execute(query, {"id": wave.id})).scalars())


async def test_eligible_is_the_population_at_that_moment(
    database: Database, manager: Principal, school: str, graduates: list[UUID], published: UUID
) -> None:
    completed, gone, other_cohort = uuid4(), uuid4(), uuid4()
    keep = keeping_the_roster(database)
    await keep(
        [
            roster_event(school, completed, status=GraduateStatus.COMPLETED),
            roster_event(school, gone, status=GraduateStatus.WITHDRAWN),
            roster_event(school, other_cohort, cohort=2023),
            roster_event("90000", uuid4()),
        ]
    )
    wave = await create(database, manager, plan_of(school, published))
    await keep(
        [roster_event(school, uuid4()), roster_event(school, completed, sequence=2, status=GraduateStatus.DECEASED)]
    )
    assert await eligible(database, wave) == {*graduates, completed}
    assert wave.eligible == 4


async def test_every_eligible_graduate_is_announced_with_the_next_sequence(
    database: Database, manager: Principal, school: str, graduates: list[UUID], published: UUID
) -> None:
    waves = [await create(database, manager, plan_of(school, published)) for _ in range(2)]
    async with database.reading() as connection:
        query = text("SELECT * FROM outbox WHERE school_code = :school AND topic = :topic ORDER BY id")
        rows = (await connection.execute(query, {"school": school, "topic": TOPIC})).mappings().all()
    assert [(row["key"], row["sequence"]) for row in rows] == [
        (str(each), sequence) for sequence in (1, 2) for each in graduates
    ]
    for row in rows:
        data = ResponseData.model_validate(row["data"])
        assert (row["type"], data.wave_id) == (REQUESTED, waves[row["sequence"] - 1].id)
        assert (str(data.graduate_id), data.questions_total) == (row["key"], 3)
        assert data.recorded_at == row["recorded_at"]
        assert data.decided_on == row["decided_on"]
    assert TOPICS[TOPIC].owner == "surveys"


async def test_waves_of_a_cohort_made_at_once_do_not_disturb_each_other(
    database: Database, manager: Principal, school: str, graduates: list[UUID], published: UUID
) -> None:
    await asyncio.gather(*(create(database, manager, plan_of(school, published)) for _ in range(8)))
    async with database.reading() as connection:
        query = text("SELECT key, array_agg(sequence ORDER BY id) FROM outbox WHERE school_code = :school GROUP BY key")
        found = {row[0]: row[1] for row in await connection.execute(query, {"school": school})}
    assert found == {str(each): list(range(1, 9)) for each in graduates}


async def test_nothing_is_left_of_a_wave_that_was_not_committed(
    database: Database, manager: Principal, school: str, graduates: list[UUID], published: UUID
) -> None:
    async with database.transaction(SYSTEM) as uow:
        wave, _ = await commands.create(uow, manager, plan_of(school, published))
    assert await eligible(database, wave) == set()


async def test_a_wave_closes_after_it_opens(
    database: Database, manager: Principal, school: str, published: UUID
) -> None:
    plan = plan_of(school, published)
    backwards = plan_of(school, published, closes_at=plan.opens_at, opens_at=plan.opens_at + timedelta(seconds=1))
    with pytest.raises(Invalid):
        await create(database, manager, backwards)


@pytest.mark.parametrize("version", [2, 99])
async def test_only_a_published_version_is_asked(
    database: Database, manager: Principal, school: str, published: UUID, version: int
) -> None:
    with pytest.raises(Invalid) as refused:
        await create(database, manager, plan_of(school, published, questionnaire_version=version))
    assert refused.value.problems[0].pointer == "/questionnaire_version"


async def test_a_school_cannot_use_the_questionnaire_of_another(
    database: Database, school: str, published: UUID
) -> None:
    stranger = Principal("stranger", Role.SURVEY_MANAGER, school_code="99998")
    with pytest.raises(Invalid):
        await create(database, stranger, plan_of("99998", published))
    admin = Principal("admin", Role.ADMIN)
    with pytest.raises(Invalid):
        await create(database, admin, plan_of("99998", published))


async def test_every_school_can_use_the_questionnaire_of_an_admin(
    database: Database, manager: Principal, school: str
) -> None:
    admin = Principal("admin", Role.ADMIN)
    async with database.transaction(admin.actor) as uow:
        shared = await questionnaires.publish(uow, await questionnaires.create(uow, admin, QUESTIONNAIRE))
        await uow.commit()
    assert (await create(database, manager, plan_of(school, shared.id))).eligible == 0


def test_a_foreign_school_looks_like_none() -> None:
    with pytest.raises(NotFound):
        commands.must_manage(Principal("a", Role.SURVEY_MANAGER, school_code="90001"), "90002")
