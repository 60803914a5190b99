"""A migrated database, histories of events, and a recount that shares nothing with the code under test."""

from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from common.contracts import fact, graduate, measure, organisation, registration, response
from common.contracts.envelope import IncomingEvent, StoredEvent
from common.contracts.fact import FactData
from common.contracts.graduate import GraduateData
from common.contracts.measure import MeasureData, WaveClosedData
from common.contracts.organisation import OrganisationData, UnitKind
from common.contracts.registration import DestinationData
from common.contracts.response import EmployerResponseData, ResponseData
from common.database import Database
from common.publishing import publisher
from common.relay.sending import send
from common.service_process import Runtime
from indicators.app import COMPOSITION, create_app
from indicators.areas import FACTS, FIGURES, MEASURES, RESPONSES
from indicators.settings import Settings
from testing.databases import ServiceDatabase, service_database
from testing.tokens import TokenMint

PARTITIONS = 12
RECORDED = datetime(2024, 6, 20, 2, 15, tzinfo=UTC)
DESTINATIONS = {"10": 5, "11": 3, "12": 2, "46": 1, "76": 1, "801": 4, "70": 2, "72": 1}
_schools = count(90_001)


@dataclass
class School:
    """One school's histories, event by event, with the sequences that the owners would give."""

    code: str
    cohort: int = 2024
    events: list[IncomingEvent] = field(default_factory=list)
    registrations: dict[UUID, UUID] = field(default_factory=dict)
    recorded_at: datetime = RECORDED
    """Of the events that follow."""

    def described(self, province_code: str = "410000", **said: Any) -> IncomingEvent:
        return self.has_unit(UnitKind.SCHOOL, self.code, province_code=province_code, **said)

    def has_unit(self, kind: UnitKind, code: str, **said: Any) -> IncomingEvent:
        data = OrganisationData(
            school_code=self.code,
            recorded_at=RECORDED,
            unit_kind=kind,
            code=code,
            name=said.pop("name", f"{kind.value.capitalize()} {code}"),
            **said,
        )
        return self._add(organisation.TOPIC, organisation.CHANGED, self.code, None, data)

    def enters(
        self, graduate_id: UUID | None = None, *, day: date | None = None, status: str = "registered", **roster: Any
    ) -> UUID:
        graduate_id = graduate_id or uuid4()
        cohort = roster.pop("cohort", self.cohort)
        day = day or date(cohort - 1, 9, 1)
        # as a consumer reads it: a status may be of a later release, and `counted` is missing unless it is given
        said = {
            "graduate_id": graduate_id,
            "version": 1,
            "school_code": self.code,
            "cohort": cohort,
            "status": status,
            "decided_on": day,
            "recorded_at": RECORDED,
        }
        data = GraduateData.read(said | roster)
        self._add(graduate.TOPIC, graduate.CHANGED, str(graduate_id), day, data)
        return graduate_id

    def is_erased(self, graduate_id: UUID, day: date) -> IncomingEvent:
        """The next event of the graduate, with the codes of the one before."""
        own = [event.data for event in self.events if (event.topic, event.key) == (graduate.TOPIC, str(graduate_id))]
        said = {"erased": True, "decided_on": day, "changed_fields": ("erased",)}
        return self._add(graduate.TOPIC, graduate.ERASED, str(graduate_id), day, own[-1].model_copy(update=said))

    def goes(
        self, graduate_id: UUID, code: str, day: date, *, state: str = "school_approved", **particulars: Any
    ) -> IncomingEvent:
        data = DestinationData(
            graduate_id=graduate_id,
            registration_id=self.registrations.setdefault(graduate_id, uuid4()),
            version=1,
            school_code=self.code,
            cohort=self.cohort,
            destination_code=code,
            code_list_version="2024-09-01",
            flexible=particulars.pop("flexible", code in {"12", "76"}),
            source="import",
            state=state,
            confirmation="unconfirmed",
            decided_on=day,
            recorded_at=RECORDED,
            **particulars,
        )
        return self._add(registration.TOPIC, registration.CHANGED, str(graduate_id), day, data)

    def is_said(self, graduate_id: UUID, fact_id: UUID, from_on: date, **said: Any) -> IncomingEvent:
        """An outside source says that the graduate has an employer's social insurance, unless `said` says otherwise."""
        data = FactData(
            graduate_id=graduate_id,
            fact_id=fact_id,
            version=said.pop("version", 1),
            school_code=self.code,
            cohort=self.cohort,
            source=said.pop("source", "social_insurance"),
            kind=said.pop("kind", "employment"),
            from_on=from_on,
            recorded_at=RECORDED,
            **said,
        )
        return self._add(fact.TOPIC, fact.RECORDED, str(graduate_id), None, data)

    def answers(self, graduate_id: UUID, wave_id: UUID, state: str, cycle: int = 1) -> IncomingEvent:
        data = ResponseData(
            graduate_id=graduate_id,
            wave_id=wave_id,
            questionnaire_id=uuid4(),
            questionnaire_version=1,
            school_code=self.code,
            cohort=self.cohort,
            cycle=cycle,
            state=state,
            recorded_at=RECORDED,
        )
        return self._add(response.TOPIC, f"quxiang.response.{state}", str(graduate_id), None, data)

    def employer_answers(self, employer_id: UUID, wave_id: UUID, state: str, hires: int = 1) -> IncomingEvent:
        data = EmployerResponseData(
            employer_id=employer_id,
            wave_id=wave_id,
            year=2025,
            unit="employer",
            questionnaire_id=uuid4(),
            questionnaire_version=1,
            school_code=self.code,
            state=state,
            hires=hires,
            recorded_at=RECORDED,
        )
        return self._add(response.TOPIC, f"quxiang.employer_response.{state}", str(employer_id), None, data)

    def gives(
        self,
        response_id: UUID,
        version: int,
        values: dict[str, Any] | None,
        *,
        graduate_id: UUID | None = None,
        employer_id: UUID | None = None,
        wave_id: UUID | None = None,
        cycle: int | None = 1,
        levels: dict[str, dict[str, Any]] | None = None,
        hires: int = 9,
        year: int = 2025,
    ) -> IncomingEvent:
        """What an answer gives to measures; None where it is taken back. An employer may judge levels apart."""
        said = [{"measure": name, "value": value} for name, value in (values or {}).items()]
        said += [
            {"measure": name, "value": value, "post_level": level}
            for level, judged in (levels or {}).items()
            for name, value in judged.items()
        ]
        of_graduate = employer_id is None
        person = (graduate_id or uuid4()) if of_graduate else None
        data = MeasureData.read(
            {
                "school_code": self.code,
                "recorded_at": RECORDED,
                "respondent_kind": "graduate" if of_graduate else "employer",
                "graduate_id": person,
                "employer_id": employer_id,
                "response_id": response_id,
                "response_version": version,
                "wave_id": wave_id or uuid4(),
                "audience": "graduates" if of_graduate else "employers",
                "unit": None if of_graduate else "employer",
                "cohort": self.cohort if of_graduate else None,
                "cycle": cycle if of_graduate else None,
                "year": None if of_graduate else year,
                "questionnaire_id": uuid4(),
                "questionnaire_version": 1,
                "completeness": "complete",
                "mode": "api",
                "hires": None if of_graduate else hires,
                "values": said,
            }
        )
        kind = measure.WITHDRAWN if values is None else measure.RECORDED
        return self._add(measure.TOPIC, kind, str(data.respondent_id), None, data)

    def closes(self, wave_id: UUID, cycle: int = 1, year: int | None = None) -> IncomingEvent:
        """A wave of graduates closes, or one of employers in that year."""
        data = WaveClosedData(
            school_code=self.code,
            recorded_at=RECORDED,
            wave_id=wave_id,
            audience="graduates" if year is None else "employers",
            cohort=self.cohort if year is None else None,
            cycle=cycle if year is None else None,
            year=year,
        )
        return self._add(measure.TOPIC, measure.WAVE_CLOSED, str(wave_id), None, data)

    def _add(self, topic: str, kind: str, key: str, day: date | None, data: Any) -> IncomingEvent:
        sequence = 1 + sum(event.topic == topic and event.key == key for event in self.events)
        position = len(self.events) + 1
        event = IncomingEvent(
            id=uuid4(),
            type=kind,
            topic=topic,
            key=key,
            sequence=sequence,
            school_code=self.code,
            decided_on=day,
            recorded_at=self.recorded_at,
            position=position,
            data=data,
            partition=0,
            offset=position,
        )
        self.events.append(event)
        return event


@pytest.fixture
def school() -> School:
    return School(f"{next(_schools)}")


@pytest.fixture
def other_school() -> School:
    return School(f"{next(_schools)}")


@pytest.fixture(scope="session")
def new_school() -> Any:
    return lambda **options: School(f"{next(_schools)}", **options)


@pytest.fixture(scope="session")
def service() -> str:
    return "indicators"


# a database per module: tests count the groups that moved, and figures of the nation
@pytest.fixture(scope="module")
async def stored() -> AsyncIterator[ServiceDatabase]:
    async with service_database("indicators") as found:
        yield found


@pytest.fixture(scope="module")
async def database(stored: ServiceDatabase) -> AsyncIterator[Database]:
    opened = Database.connect(stored.app_url)
    yield opened
    await opened.dispose()


@pytest.fixture(scope="module")
def apply(stored: ServiceDatabase, database: Database) -> Any:
    """Applies a batch of the owners' events, as the consumers do."""
    runtime = Runtime(Settings(database_url=stored.app_url, partitions=PARTITIONS), database)
    handles = [COMPOSITION.handle(subscription, runtime) for subscription in (FIGURES, RESPONSES, FACTS, MEASURES)]

    async def applied(events: Iterable[IncomingEvent]) -> None:
        for handle in handles:
            await handle(list(events))

    return applied


@pytest.fixture(scope="session")
def publish() -> Any:
    """Sends events to their topics, as a relay does."""

    async def published(settings: Settings, events: Iterable[IncomingEvent]) -> None:
        async with publisher(settings) as client:
            await send(client, settings, [_as_stored(event) for event in events])

    return published


def _as_stored(event: IncomingEvent) -> StoredEvent:
    # what the event did not say, such as `counted`, is missing on the wire, as it is from an older producer
    return StoredEvent(
        event.id, event.topic, event.key, event.sequence, event.type, event.school_code, event.decided_on,
        event.recorded_at, event.position, event.data.model_dump_json(exclude_unset=True), None, None,
    )  # fmt: skip


@pytest.fixture(scope="module")
async def transport(
    stored: ServiceDatabase, database: Database, mint: TokenMint, keyring_file: Path
) -> AsyncIterator[httpx.ASGITransport]:
    settings = Settings(database_url=stored.app_url, keyring_file=keyring_file, **mint.settings)
    found = httpx.ASGITransport(create_app(settings, database, {}))
    yield found
    await found.aclose()


@pytest.fixture(scope="module")
async def here(new_school: Any, apply: Any) -> School:
    """A school in June: 19 graduates with a destination and three without one, over two colleges and both sexes."""
    school: School = new_school()
    school.described("410000")
    codes = [code for code, graduates in DESTINATIONS.items() for _ in range(graduates)]
    for number, code in enumerate(codes):
        someone = school.enters(college_code=f"C{number % 2}", sex_code=str(1 + number % 2), class_code="K1")
        place = ("410102", "110101", "810000", None)[number % 4]
        nature = "39" if code == "10" else None
        school.goes(someone, code, date(2024, 6, 1), employer_nature_code=nature, place_code=place)
    for _ in range(3):
        school.enters(college_code="C0", sex_code="1")
    await apply(school.events)
    return school


def _in_force(events: list[IncomingEvent], day: date) -> Any:
    """The last version that counts on a day: none up to it may have been decided later."""
    found = None
    for event in sorted(events, key=lambda event: event.sequence):
        assert event.decided_on is not None
        if event.decided_on > day:
            break
        found = event.data
    return found


@pytest.fixture(scope="session")
def recount() -> Any:
    """Counts a school's graduates of a cohort on a day, straight from the histories, one by one."""

    def counted(events: Iterable[IncomingEvent], cohort: int, day: date, *columns: Any) -> Counter[tuple[Any, ...]]:
        entries: dict[str, list[IncomingEvent]] = {}
        decisions: dict[str, list[IncomingEvent]] = {}
        for event in {(event.topic, event.key, event.sequence): event for event in events}.values():
            if event.topic == graduate.TOPIC:
                entries.setdefault(event.key, []).append(event)
            elif event.topic == registration.TOPIC:
                decisions.setdefault(event.key, []).append(event)
        found: Counter[tuple[Any, ...]] = Counter()
        for key, own in entries.items():
            entry = _in_force(own, day)
            if entry is None or entry.cohort != cohort or entry.status not in ("registered", "completed"):
                continue
            if day < date(cohort - 1, 9, 1):
                continue
            decision = _in_force(decisions.get(key, []), day)
            counts = decision is not None and decision.state != "voided"
            code, flexible = (decision.destination_code, decision.flexible) if counts else (None, False)
            found[(*(_column(entry, column) for column in columns), code, flexible)] += 1
        return found

    return counted


def _column(entry: GraduateData, column: str | Callable[[GraduateData], str | None]) -> str | None:
    if callable(column):
        return column(entry)
    if column == "origin_province_code":
        place = entry.origin_place_code
        return place[:2] + "0000" if place else None
    return getattr(entry, column)  # type: ignore[no-any-return]
