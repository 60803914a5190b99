"""The requests that are measured, and the rows that they ask for: one database for each service that answers them."""

import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import httpx
from fastapi import FastAPI

from common.auth import SYSTEM
from common.crypto import KeyRing
from common.database import Database
from common.identifiers import Cohort, CollegeCode, GraduateId, SchoolCode
from common.service_process import Composition
from destinations.app import COMPOSITION as DESTINATIONS
from destinations.registrations import tables
from destinations.roster.domain import Graduate, RosterEntry
from destinations.roster.storage import keep_graduates
from indicators.app import COMPOSITION as INDICATORS
from registry.app import COMPOSITION as REGISTRY
from surveys.app import COMPOSITION as SURVEYS
from testing.databases import service_database
from testing.tokens import TokenMint
from tests.load.change_cost import SMALL, generate
from tests.load.generator import Sent
from tests.load.links import PAGE, header_of, make_links

SCHOOL, COLLEGE, COHORT = SchoolCode("20001"), CollegeCode("C01"), Cohort(2024)
READ, WRITES = 200, 24_000
"""Rows that are read in turn, and how many writes of each kind there are rows for."""

READING, WRITING, SAVING = 0.40, 0.60, 0.50

OFFICER = {"role": "school_officer", "school": SCHOOL}
COLLEGE_OFFICER = {"role": "college_officer", "school": SCHOOL, "college": COLLEGE}
REVIEWERS = {"college-approve": COLLEGE_OFFICER, "school-approve": OFFICER | {"subject": "another officer"}}
"""Who approves is nobody who registered."""


@dataclass(frozen=True)
class Case:
    """One kind of request. `path` and `body` hold `{item}`; a write is sent once for each item."""

    name: str
    path: str
    items: Sequence[str]
    budget: float = READING
    method: str = "GET"
    body: str = ""
    caller: Mapping[str, str] = field(default_factory=lambda: OFFICER)
    header: Callable[[str], str] = lambda _item: ""

    @property
    def once(self) -> bool:
        """Whether an item serves one request only."""
        return self.method != "GET"

    def sent(self, item: str) -> Sent:
        """The request about an item."""
        return Sent(
            self.method, self.path.replace("{item}", item), self.body.replace("{item}", item), self.header(item)
        )


@dataclass(frozen=True)
class Stage:
    """A service with its database, and the requests that it is to answer."""

    composition: Composition
    url: str
    settings: Mapping[str, str]
    mint: TokenMint
    cases: Sequence[Case] = ()

    @asynccontextmanager
    async def app(self) -> AsyncIterator[tuple[FastAPI, Database]]:
        """The application in this process, with its database."""
        given = {name.removeprefix("QUXIANG_").lower(): value for name, value in self.settings.items()}
        make: Callable[..., Any] = self.composition.settings
        database = Database.connect(self.url)
        app = self.composition.create_app(make(**given), database, {})
        async with app.router.lifespan_context(app):
            yield app, database
        await database.dispose()

    def headers(self, case: Case) -> dict[str, str]:
        """What a client sends with every request of the case."""
        given = {"Content-Type": "application/json", "If-Match": "*"} if case.once else {}
        return {**self.mint.headers(**case.caller, ttl=3600), **given}


Prepare = Callable[[Stage, asyncpg.Connection], Awaitable[Sequence[Case]]]


@asynccontextmanager
async def staged(name: str, prepare: Prepare | None = None) -> AsyncIterator[Stage]:
    """The stage of a service, by its name, with its usual requests or those that `prepare` makes."""
    composition, usual = _STAGES[name]
    async with AsyncExitStack() as stack:
        found = await stack.enter_async_context(service_database(name))
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        mint, keys = TokenMint(folder), folder / "keys.json"
        KeyRing.generate().store(keys)
        own = {
            "database_url": found.app_url,
            "keyring_file": keys,
            "objects": (folder / "objects").as_uri(),
            "service_token_file": mint.service_token_file(folder),
            "rate_limit_per_second": 1_000_000,
        }
        settings = {f"QUXIANG_{each.upper()}": str(value) for each, value in {**own, **mint.settings}.items()}
        stage = Stage(composition, found.app_url, settings, mint)
        admin = await asyncpg.connect(found.admin_url.replace("+asyncpg", ""))
        cases = await (prepare or usual)(stage, admin)
        await admin.execute("VACUUM ANALYZE")
        await admin.execute("CHECKPOINT")
        await admin.close()
        yield replace(stage, cases=cases)


@asynccontextmanager
async def client_of(stage: Stage) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the application in this process."""
    async with stage.app() as (app, _):
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://service.test") as http:
            yield http


async def _registry(stage: Stage, _admin: asyncpg.Connection) -> Sequence[Case]:
    """Graduates with ciphertexts of their own, hence entered one by one."""
    entered, officer = [], stage.mint.headers(**OFFICER)
    async with client_of(stage) as http:
        school = {"code": SCHOOL, "name": "测试大学", "province_code": "410000"}
        await _answered(http.post("/v1/schools", json=school, headers=stage.mint.headers("admin")))
        usual = {"school_code": SCHOOL, "cohort": COHORT, "education_level_code": "31"}
        for number in range(READ):
            person = {"student_number": f"2020{number:06}", "name": "张三", "phone": f"138{number:08}"}
            entered.append(await _answered(http.post("/v1/graduates", json=usual | person, headers=officer)))
    return [Case("graduate", "/v1/graduates/{item}", [each["id"] for each in entered])]


async def _indicators(_stage: Stage, admin: asyncpg.Connection) -> Sequence[Case]:
    await generate(admin, SMALL)
    rates = f"/v1/rates?school={{item}}&cohort={COHORT}"
    return [
        Case("rates, live", rates, [SCHOOL]),
        Case("rates of a past day", f"{rates}&as_of=2024-06-15", [SCHOOL]),
    ]


async def _destinations(stage: Stage, admin: asyncpg.Connection) -> Sequence[Case]:
    """One registration of each stage, made by the acts of the service, and its copies for as many graduates."""
    await _enrol(stage, READ + 3 * WRITES + 4)
    async with client_of(stage) as http:
        approved = await _copies(stage, admin, http, range(READ), "submit", "college-approve", "school-approve")
        drafts = await _copies(stage, admin, http, range(READ, READ + WRITES))
        submitted = await _copies(stage, admin, http, range(READ + WRITES, READ + 2 * WRITES), "submit")
    fresh = [str(UUID(int=each)) for each in range(READ + 2 * WRITES, READ + 3 * WRITES)]
    one = "/v1/registrations/{item}"
    listed = f"/v1/registrations?school={{item}}&cohort={COHORT}&limit=100"
    new = '{"graduate_id": "{item}", "destination_code": "70", "reason": "job_seeking"}'
    return [
        Case("registration", one, approved),
        Case("list of 100", listed, [SCHOOL]),
        Case("create", "/v1/registrations", fresh, WRITING, "POST", new),
        Case("patch", one, drafts, WRITING, "PATCH", '{"reason": "signing"}'),
        Case("approve", f"{one}/college-approve", submitted, WRITING, "POST", caller=COLLEGE_OFFICER),
    ]


async def _surveys(stage: Stage, admin: asyncpg.Connection) -> Sequence[Case]:
    """Links whose holders have agreed, with nothing answered yet."""
    async with client_of(stage) as http:
        items = await make_links(http, stage.mint, admin, READ + WRITES)
    saved = '{"values": {"satisfied": "y", "comment": "一切都好"}}'
    return [Case("page save", PAGE, items, SAVING, "PUT", saved, header=header_of)]


async def contracts(stage: Stage, admin: asyncpg.Connection, number: int) -> Sequence[str]:
    """The ids of so many drafts of 签劳动合同形式就业, each of a graduate of its own."""
    await _enrol(stage, READ + 3 * WRITES + 1)
    async with client_of(stage) as http:
        return await _copies(stage, admin, http, range(number), destination_code="11")


async def _enrol(stage: Stage, number: int) -> None:
    database = Database.connect(stage.url)
    async with database.transaction(SYSTEM) as unit:
        ids = (GraduateId(UUID(int=each)) for each in range(number))
        graduates = (
            Graduate(
                each, SCHOOL, COHORT, COLLEGE, None, None, "31", "registered", counted=True, training_mode_code="1"
            )
            for each in ids
        )
        await keep_graduates(unit.connection, [RosterEntry(each, 1) for each in graduates])
        await unit.commit()
    await database.dispose()


async def _copies(
    stage: Stage, admin: asyncpg.Connection, http: httpx.AsyncClient, numbers: range, *acts: str, **content: str
) -> Sequence[str]:
    """The ids of registrations after these acts, each equal to its graduate's."""
    graduate = UUID(int=READ + 3 * WRITES + len(acts))
    body = {"graduate_id": str(graduate), **(content or {"destination_code": "70", "reason": "job_seeking"})}
    made = await _answered(http.post("/v1/registrations", json=body, headers=stage.mint.headers(**OFFICER)))
    for act in acts:
        caller = stage.mint.headers(**REVIEWERS.get(act, OFFICER))
        await _answered(http.post(f"/v1/registrations/{made['id']}/{act}", headers=caller | {"If-Match": "*"}))
    for table in (tables.streams, tables.registrations, tables.versions):
        names = [column.name for column in table.c]
        own = ["lpad(to_hex(n), 32, '0')::uuid" if each in _IDS else each for each in names]
        await admin.execute(
            f"INSERT INTO {table.name} ({', '.join(names)}) SELECT {', '.join(own)} FROM {table.name}, "
            "generate_series($1::int, $2::int) AS n WHERE graduate_id = $3",
            *(numbers.start, numbers.stop - 1, graduate),
        )
    return [str(UUID(int=each)) for each in numbers]


async def _answered(sent: Awaitable[httpx.Response]) -> dict[str, Any]:
    answer = await sent
    if not answer.is_success:
        raise RuntimeError(answer.text)
    body: dict[str, Any] = answer.json()
    return body


_IDS = frozenset({"id", "graduate_id", "registration_id"})
_STAGES: Mapping[str, tuple[Composition, Prepare]] = {
    "destinations": (DESTINATIONS, _destinations),
    "registry": (REGISTRY, _registry),
    "indicators": (INDICATORS, _indicators),
    "surveys": (SURVEYS, _surveys),
}
SERVICES = tuple(_STAGES)
