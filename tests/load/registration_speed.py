"""Import of registrations against COPY of the same rows into the same indexed table, and against the same file again.

A registry that knows every row stands in a process of its own, as the service would. The reading of the file, the
questions to registry, all checks, history, events and audit entries are the worker's own.
"""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx

from common.auth.service_tokens import ServiceTokens
from common.crypto import FieldCipher, KeyRing
from common.imports import ImportKind
from destinations.registrations.imports.operations import registration_import
from destinations.registry_client import Registry
from destinations.settings import Settings
from servers.ports import free_port
from testing.databases import ServiceDatabase, service_database
from testing.waiting import eventually
from tests.load.freshness import running
from tests.load.importing import AGAIN_BUDGET, BUDGET, Case, compared_in_rounds
from tests.load.neighbours import serve_registry
from tests.load.reporting import Verdict

COHORT = 2024
EMPLOYERS = 2_000
HEADER = (
    *("学号", "姓名", "毕业去向类别代码", "签约日期", "单位名称", "统一社会信用代码"),
    *("单位性质代码", "单位行业代码", "单位所在地代码", "单位地址", "工作职位类别代码"),
)
_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_CHARACTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


@asynccontextmanager
async def service() -> AsyncIterator[tuple[ServiceDatabase, KeyRing, ImportKind]]:
    """A database of destinations, its keys, and the import beside a registry."""
    async with AsyncExitStack() as stack:
        found = await stack.enter_async_context(service_database("destinations"))
        folder = Path(stack.enter_context(TemporaryDirectory()))
        (folder / "token").write_text("none is asked for")
        ring = KeyRing.generate()
        ring.store(folder / "keys.json")
        settings = Settings(
            database_url=found.app_url, keyring_file=folder / "keys.json", service_token_file=folder / "token"
        )
        port = free_port()
        stack.enter_context(running(serve_registry, port))
        address = f"http://127.0.0.1:{port}"
        http = await stack.enter_async_context(httpx.AsyncClient(base_url=address, timeout=30))
        await eventually(partial(_answers, http), within=60, describe="the registry")
        kind = registration_import(Registry(http, ServiceTokens(settings)), FieldCipher(ring))
        yield found, ring, kind


async def measure() -> list[Verdict]:
    """Each round imports a file of a new school, copies its rows, and imports it again."""
    async with service() as (found, ring, kind):
        cases = [Case(share=BUDGET, again=AGAIN_BUDGET)]
        return await compared_in_rounds(found, kind, ring, "registrations", HEADER, row, cases, cohort=COHORT)


async def _answers(http: httpx.AsyncClient) -> bool:
    try:
        return not (await http.get("/")).is_server_error
    except httpx.TransportError:
        return False


def row(number: int) -> tuple[str, ...]:
    """The cells of a registration, of the graduate with that number."""
    person = (f"2020{number:08d}", "测试" + chr(0x4E00 + number % 3000))
    if number % 4 == 3:
        return (*person, "802" if number % 8 == 3 else "70", "", "某大学" if number % 8 == 3 else "", *[""] * 6)
    employer = number * 7919 % EMPLOYERS
    signed_on = f"2024-{1 + number % 6:02}-{1 + number % 28:02}"
    unit = (f"某某{employer}有限公司", _uscc(employer), "39", "22" if employer % 2 else "42", "410102")
    return (*person, "11" if number % 2 else "10", signed_on, *unit, f"河南省郑州市中原区某路{employer}号", "40")


def _uscc(number: int) -> str:
    """A well-formed 统一社会信用代码."""
    digits = f"91410100MA{number:07d}"
    total = sum(_CHARACTERS.index(each) * weight for each, weight in zip(digits, _WEIGHTS, strict=True))
    return digits + _CHARACTERS[-total % 31]
