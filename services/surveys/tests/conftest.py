"""A migrated database, a roster in it, and what a survey needs before anybody can answer."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from itertools import count
from uuid import UUID, uuid4

import pytest

from common.auth import SYSTEM, Principal, Role
from common.contracts import graduate, organisation
from common.contracts.envelope import IncomingEvent
from common.contracts.graduate import GraduateData, GraduateStatus
from common.contracts.organisation import OrganisationData, UnitKind
from common.crypto import FieldCipher, KeyRing
from common.database import Database
from common.errors import Text
from common.testing.databases import ServiceDatabase, service_database
from surveys.questionnaires import commands as questionnaires
from surveys.questionnaires.domain import Content, Option, Page, Question, QuestionType, Scale
from surveys.roster.subscriptions import keeping_the_roster
from surveys.waves import commands as waves
from surveys.waves.domain import Cycle, Wave, WavePlan

RECORDED = datetime(2024, 6, 20, 2, 15, tzinfo=UTC)
_schools = count(90_001)


def roster_event(
    school_code: str,
    graduate_id: UUID,
    *,
    sequence: int = 1,
    cohort: int = 2024,
    status: GraduateStatus = GraduateStatus.REGISTERED,
) -> IncomingEvent:
    data = GraduateData(
        graduate_id=graduate_id,
        version=sequence,
        school_code=school_code,
        cohort=cohort,
        status=status,
        recorded_at=RECORDED,
    )
    return _event(graduate.TOPIC, graduate.CHANGED, str(graduate_id), sequence, data)


def unit_event(school_code: str, kind: UnitKind, name: str, *, sequence: int) -> IncomingEvent:
    data = OrganisationData(school_code=school_code, unit_kind=kind, code=school_code, name=name, recorded_at=RECORDED)
    return _event(organisation.TOPIC, organisation.CHANGED, school_code, sequence, data)


def _event(
    topic: str, event_type: str, key: str, sequence: int, data: GraduateData | OrganisationData
) -> IncomingEvent:
    return IncomingEvent(
        id=uuid4(),
        type=event_type,
        topic=topic,
        key=key,
        sequence=sequence,
        school_code=data.school_code,
        decided_on=None,
        recorded_at=RECORDED,
        position=sequence,
        data=data,
        partition=0,
        offset=sequence,
    )


@pytest.fixture(scope="session")
async def surveys_database() -> AsyncIterator[ServiceDatabase]:
    async with service_database("surveys") as found:
        yield found


@pytest.fixture(scope="session")
async def database(surveys_database: ServiceDatabase) -> AsyncIterator[Database]:
    connected = Database.connect(surveys_database.app_url)
    yield connected
    await connected.dispose()


@pytest.fixture(scope="session")
def cipher() -> FieldCipher:
    return FieldCipher(KeyRing.generate())


@pytest.fixture
def school() -> str:
    """A school that no other test uses."""
    return str(next(_schools))


@pytest.fixture
def manager(school: str) -> Principal:
    return Principal(f"manager of {school}", Role.SURVEY_MANAGER, school_code=school)


@pytest.fixture
async def graduates(database: Database, school: str) -> list[UUID]:
    """Three graduates of the school's 2024 cohort."""
    ids = sorted(uuid4() for _ in range(3))
    await keeping_the_roster(database)([roster_event(school, each) for each in ids])
    return ids


QUESTIONNAIRE = Content(
    Text("毕业生调查", "Graduate survey"),
    (
        Page(
            "work",
            (
                Question(
                    "satisfied",
                    QuestionType.SINGLE_CHOICE,
                    required=True,
                    text=Text("满意吗", "Satisfied?"),
                    options=(Option("y", Text("是", "Yes")), Option("n", Text("否", "No"))),
                ),
                Question("comment", QuestionType.TEXT, required=False, text=Text("意见", "Comment")),
            ),
        ),
        Page("study", (Question("match", QuestionType.SCALE, True, Text("对口", "Match"), scale=Scale(1, 5)),)),
    ),
)


@pytest.fixture
async def published(database: Database, manager: Principal) -> UUID:
    """The school's questionnaire, published once."""
    async with database.transaction(manager.actor) as uow:
        draft = await questionnaires.create(uow, manager, QUESTIONNAIRE)
        await questionnaires.publish(uow, draft)
        await uow.commit()
    return draft.id


def plan_of(school_code: str, questionnaire_id: UUID, **changes: object) -> WavePlan:
    now = datetime.now(UTC)
    given: dict[str, object] = {
        "school_code": school_code,
        "cohort": 2024,
        "cycle": Cycle.ONE_YEAR,
        "questionnaire_id": questionnaire_id,
        "questionnaire_version": 1,
        "opens_at": now - timedelta(hours=1),
        "closes_at": now + timedelta(hours=1),
    }
    return WavePlan(**(given | changes))  # type: ignore[arg-type]


@pytest.fixture
async def wave(database: Database, manager: Principal, school: str, graduates: list[UUID], published: UUID) -> Wave:
    """An open wave for the three graduates."""
    async with database.transaction(SYSTEM) as uow:
        made, _ = await waves.create(uow, manager, plan_of(school, published))
        await uow.commit()
    return made
