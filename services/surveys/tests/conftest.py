"""A migrated database, a roster in it, the application over it, and what a survey needs before anybody can answer."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI
from registry_book import Book
from sqlalchemy import text

from common import clock
from common.auth.service_tokens import ServiceTokens
from common.contracts import graduate, organisation, registration
from common.contracts.envelope import IncomingEvent
from common.contracts.graduate import GraduateData, GraduateStatus
from common.contracts.organisation import OrganisationData, UnitKind
from common.contracts.registration import DestinationData
from common.crypto import FieldCipher
from common.database import Database
from common.operations import OperationRunner
from common.registry_client import RegistryClient
from common.service_process import Runtime
from surveys.app import COMPOSITION, create_app
from surveys.areas import ROSTER, SITUATIONS, UNITS
from surveys.invitations.commands import KIND
from surveys.invitations.operations import inviting
from surveys.settings import Settings
from testing.databases import ServiceDatabase
from testing.tokens import TokenMint

RECORDED = datetime(2024, 6, 20, 2, 15, tzinfo=UTC)
_schools = count(90_001)

Json = dict[str, Any]
Client = Callable[..., httpx.AsyncClient]
Keep = Callable[[Sequence[IncomingEvent]], Awaitable[None]]

QUESTIONNAIRE: Json = {
    "title": {"zh": "毕业生调查", "en": "Graduate survey"},
    "pages": [
        {
            "id": "work",
            "questions": [
                {
                    "id": "satisfied",
                    "type": "single_choice",
                    "required": True,
                    "text": {"zh": "满意吗", "en": "Satisfied?"},
                    "options": [
                        {"value": "y", "text": {"zh": "是", "en": "Yes"}},
                        {"value": "n", "text": {"zh": "否", "en": "No"}},
                    ],
                },
                {"id": "comment", "type": "text", "required": False, "text": {"zh": "意见", "en": "Comment"}},
            ],
        },
        {
            "id": "study",
            "questions": [
                {
                    "id": "match",
                    "type": "scale",
                    "required": True,
                    "text": {"zh": "对口", "en": "Match"},
                    "scale": {"min": 1, "max": 5},
                    "measure": {"id": "major_match"},
                }
            ],
        },
    ],
}


def _event(
    topic: str, kind: str, key: str, sequence: int, data: GraduateData | OrganisationData | DestinationData
) -> IncomingEvent:
    return IncomingEvent(
        id=uuid4(),
        type=kind,
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
def service() -> str:
    return "surveys"


@pytest.fixture(scope="session")
def settings(
    addresses: ServiceDatabase, mint: TokenMint, keyring_file: Path, tmp_path_factory: pytest.TempPathFactory
) -> Settings:
    folder = tmp_path_factory.mktemp("surveys")
    return Settings(
        database_url=addresses.app_url,
        keyring_file=keyring_file,
        public_url="https://survey.test",
        registry_url="http://registry.test",
        service_token_file=mint.service_token_file(folder),
        objects=(folder / "objects").as_uri(),
        rate_limit_per_second=100_000,
        gateway_secret="whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
        **mint.settings,
    )


@pytest.fixture(scope="session")
def application(settings: Settings, database: Database) -> FastAPI:
    return create_app(settings, database, {})


@pytest.fixture
def book() -> Book:
    """What the registry outside this service knows."""
    return Book()


@pytest.fixture
async def registry(settings: Settings, book: Book, application: FastAPI) -> AsyncIterator[RegistryClient]:
    """That registry as the application asks it."""
    transport = httpx.ASGITransport(app=book.app())
    async with httpx.AsyncClient(transport=transport, base_url="http://registry.test") as client:
        application.state.registry = asked = RegistryClient(client, ServiceTokens(settings))
        yield asked


@pytest.fixture
async def at_ten(
    addresses: ServiceDatabase, settings: Settings, registry: RegistryClient, mint: TokenMint
) -> AsyncIterator[Client]:
    """Makes clients of the service at ten o'clock of tomorrow, an hour at which people are called and written to."""
    tomorrow = clock.now().astimezone(clock.SHANGHAI) + timedelta(days=1)
    ten = tomorrow.replace(hour=10, minute=0, second=0, microsecond=0)
    clock.run_ahead((ten - clock.now()) // timedelta(seconds=1) * timedelta(seconds=1))
    database = Database.connect(addresses.app_url)
    moved = create_app(settings, database, {})
    moved.state.registry = registry

    def make(role: str | None = None, *, link: str | None = None, **scope: Any) -> httpx.AsyncClient:
        headers = {"Authorization": f"Survey {link}"} if role is None else mint.headers(role, **scope)
        return httpx.AsyncClient(
            transport=httpx.ASGITransport(app=moved), base_url="http://surveys.test", headers=headers
        )

    yield make
    await database.dispose()
    clock.run_ahead(timedelta(0))


@pytest.fixture(scope="session")
def cipher(settings: Settings) -> FieldCipher:
    """The ring under which the service seals."""
    return FieldCipher.load(settings.keyring_file)


@pytest.fixture
def client(client: Client, transport: httpx.ASGITransport) -> Client:
    """A client by role and scope, by the token of a link, or without anything."""

    def make(role: str | None = None, *, link: str | None = None, **scope: Any) -> httpx.AsyncClient:
        if link is None:
            return client(role, **scope)
        headers = {"Authorization": f"Survey {link}"}
        return httpx.AsyncClient(transport=transport, base_url="http://surveys.test", headers=headers)

    return make


@pytest.fixture
def school() -> str:
    """A school that no other test uses."""
    return str(next(_schools))


@pytest.fixture
def manager(client: Client, school: str) -> httpx.AsyncClient:
    """The school's survey manager."""
    return client("survey_manager", school=school)


@pytest.fixture
def graduate_event() -> Callable[..., IncomingEvent]:
    """Make events of the roster."""

    def make(
        school_code: str,
        graduate_id: UUID | None = None,
        *,
        sequence: int = 1,
        cohort: int = 2024,
        status: str = GraduateStatus.REGISTERED,
        **said: bool | str,
    ) -> IncomingEvent:
        # as a consumer reads it: a status may be of a later release, and `counted` is missing unless it is given
        known = {"version": sequence, "school_code": school_code, "cohort": cohort, "recorded_at": RECORDED}
        data = GraduateData.read(known | {"graduate_id": graduate_id or uuid4(), "status": status} | said)
        kind = graduate.ERASED if data.erased else graduate.CHANGED
        return _event(graduate.TOPIC, kind, str(data.graduate_id), sequence, data)

    return make


@pytest.fixture
def registration_event() -> Callable[..., IncomingEvent]:
    """Make events of registrations."""

    def make(school_code: str, graduate_id: UUID, *, sequence: int = 1, **said: str | bool) -> IncomingEvent:
        known = {"version": sequence, "school_code": school_code, "cohort": 2024, "recorded_at": RECORDED}
        stated = {"registration_id": uuid4(), "code_list_version": "2024", "source": "import", "flexible": False}
        state = {"state": "school_approved", "destination_code": "10"}
        data = DestinationData.read(known | stated | state | {"graduate_id": graduate_id} | said)
        kind = registration.VOIDED if data.state == "voided" else registration.CHANGED
        return _event(registration.TOPIC, kind, str(graduate_id), sequence, data)

    return make


@pytest.fixture
def unit_event() -> Callable[..., IncomingEvent]:
    """Make events of the organisation."""

    def make(
        school_code: str, kind: UnitKind, name: str, *, sequence: int, code: str | None = None, **said: str
    ) -> IncomingEvent:
        known = {"school_code": school_code, "unit_kind": kind, "code": code or school_code, "name": name}
        data = OrganisationData.read(known | {"recorded_at": RECORDED} | said)
        return _event(organisation.TOPIC, organisation.CHANGED, school_code, sequence, data)

    return make


@pytest.fixture
def keep(settings: Settings, database: Database) -> Keep:
    """Apply events of the roster."""
    return COMPOSITION.handle(ROSTER, Runtime(settings, database))


@pytest.fixture
def situate(settings: Settings, database: Database) -> Keep:
    """Apply events of groups and effective registrations."""
    return COMPOSITION.handle(SITUATIONS, Runtime(settings, database))


@pytest.fixture
def describe(settings: Settings, database: Database) -> Keep:
    """Apply events of units of the school."""
    return COMPOSITION.handle(UNITS, Runtime(settings, database))


@pytest.fixture
async def graduates(keep: Keep, school: str, graduate_event: Callable[..., IncomingEvent]) -> list[UUID]:
    """Three graduates of the school's 2024 cohort."""
    ids = sorted(uuid4() for _ in range(3))
    await keep([graduate_event(school, each) for each in ids])
    return ids


@pytest.fixture
def questionnaire() -> Json:
    """The content of a questionnaire that may be published."""
    return QUESTIONNAIRE


@pytest.fixture
async def published(manager: httpx.AsyncClient) -> str:
    """The id of the school's questionnaire, published once."""
    made = (await manager.post("/v1/questionnaires", json=QUESTIONNAIRE)).json()
    answer = await manager.post(f"/v1/questionnaires/{made['id']}/publish", headers={"If-Match": '"1"'})
    assert (answer.status_code, answer.json()["published_version"]) == (200, 1)
    return str(made["id"])


@pytest.fixture
def plan(school: str, published: str) -> Json:
    """The body of a wave that is open now."""
    now = datetime.now(UTC)
    return {
        "school_code": school,
        "cohort": 2024,
        "cycle": 1,
        "questionnaire_id": published,
        "questionnaire_version": 1,
        "opens_at": (now - timedelta(hours=1)).isoformat(),
        "closes_at": (now + timedelta(hours=1)).isoformat(),
    }


@pytest.fixture
async def wave(manager: httpx.AsyncClient, graduates: list[UUID], plan: Json) -> Json:
    """An open wave for the three graduates."""
    answer = await manager.post("/v1/waves", json=plan)
    assert (answer.status_code, answer.json()["eligible"]) == (201, len(graduates)), answer.text
    return dict(answer.json())


@pytest.fixture
def runner(database: Database, settings: Settings) -> OperationRunner:
    """A worker of long work."""
    cipher = FieldCipher.load(settings.keyring_file)
    return OperationRunner(database.patient, {KIND: inviting(cipher)}, cipher=cipher)


@pytest.fixture
async def invited(manager: httpx.AsyncClient, wave: Json, runner: OperationRunner) -> list[Json]:
    """The invitations of the wave, in the order of their graduates."""
    answer = await manager.post(f"/v1/waves/{wave['id']}/invitations", json={"channel": "link"})
    assert answer.status_code == 202, answer.text
    while await runner.run_once():
        pass
    items = (await manager.get(f"/v1/waves/{wave['id']}/invitations")).json()["items"]
    return sorted(items, key=lambda each: str(each["graduate_id"]))


@pytest.fixture
def tokens(invited: list[Json]) -> list[str]:
    """The links' tokens, in the order of their graduates."""
    return [str(each["link"]).split("#")[1] for each in invited]


@pytest.fixture
def agree(client: Client) -> Callable[[str], Awaitable[None]]:
    """Agree to the privacy statement with the token of a link."""

    async def give(token: str) -> None:
        consent = {"statement_version": 1, "agreed": True, "sensitive": False}
        answer = await client(link=token).put("/v1/answer/consent", json=consent, headers={"If-Match": "*"})
        assert (answer.status_code, answer.json()["consent"]["given"]) == (200, True), answer.text

    return give


@pytest.fixture
async def agreed(agree: Callable[[str], Awaitable[None]], tokens: list[str]) -> list[str]:
    """The tokens of links whose holders have agreed."""
    for token in tokens:
        await agree(token)
    return tokens


@pytest.fixture
def changed(addresses: ServiceDatabase) -> Callable[[str], Awaitable[None]]:
    """Change rows as their owner, as time would."""

    async def change(statement: str) -> None:
        connected = Database.connect(addresses.owner_url)
        async with connected.reading() as connection:
            await connection.execute(text(statement))
        await connected.dispose()

    return change


@pytest.fixture
def moved(addresses: ServiceDatabase) -> Callable[[str, str], Awaitable[None]]:
    """Change the period of a wave, as time would."""

    async def move(wave_id: str, change: str) -> None:
        connected = Database.connect(addresses.owner_url)
        async with connected.reading() as connection:
            await connection.execute(text(f"UPDATE waves SET {change} WHERE id = :id"), {"id": wave_id})
        await connected.dispose()

    return move


@pytest.fixture
async def broken(addresses: ServiceDatabase) -> AsyncIterator[Callable[..., Any]]:
    """Change rows as the owner, past every rule of the application."""
    owner = Database.connect(addresses.owner_url)

    async def change(statement: str, **values: Any) -> None:
        async with owner.reading() as connection:
            await connection.execute(text(statement), values)

    yield change
    await owner.dispose()
