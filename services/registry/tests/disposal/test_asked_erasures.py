"""Entries whose retention has ended: the service asks for their erasure, and an officer decides."""

from argparse import Namespace
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import httpx
import pytest

from common.crypto import FieldCipher
from common.database import Database
from registry.disposal.operations import dispose
from registry.erasures.operations import erase_due
from registry.maintenance import run_retention
from registry.settings import Settings
from testing.databases import ServiceDatabase

Json = dict[str, Any]
Client = Callable[..., httpx.AsyncClient]
ReadRows = Callable[..., Awaitable[list[dict[str, Any]]]]

FIRST = {"If-Match": '"1"'}
ASKED = """
    SELECT g.id::text, e.state, e.ground, e.requested_by_role AS asker,
           e.due_on - (e.requested_at AT TIME ZONE 'Asia/Shanghai')::date AS days
      FROM erasures e JOIN graduates g ON g.id = e.graduate_id WHERE g.school_code = :code ORDER BY e.id
"""


@asynccontextmanager
async def in_days(days: int, addresses: ServiceDatabase) -> AsyncIterator[Database]:
    """The database so many days ahead."""
    with pytest.MonkeyPatch.context() as moved:
        moved.setattr("common.clock._ahead", timedelta(days=days))
        later = Database.connect(addresses.app_url)
        yield later
        await later.dispose()


@pytest.fixture
async def people(officer: httpx.AsyncClient, client: Client, school: str) -> list[str]:
    """Graduates of a cohort that ended in 2025: one has nothing, one asks, one has a proof that was decided upon."""
    body = {"school_code": school, "cohort": 2019, "name": "张三", "education_level_code": "31"}
    entered = [await officer.post("/v1/graduates", json=body | {"student_number": number}) for number in "1234"]
    assert [each.status_code for each in entered] == [201] * 4
    ids = [str(each.json()["id"]) for each in entered]
    asking, proving = (client("graduate", graduate=each, subject=each) for each in ids[1:3])
    wish = {"graduate_id": ids[1], "ground": "graduate_request", "reason": "不再需要"}
    assert (await asking.post("/v1/erasures", json=wish)).status_code == 201
    wrong = {"graduate_id": ids[2], "field": "campus", "value": "西校区", "reason": "校区有误"}
    path = (await proving.post("/v1/corrections", json=wrong)).headers["location"]
    proof = {"file": ("a.pdf", b"%PDF-1.7\n%%EOF\n")}
    assert (await proving.post(f"{path}/proofs", data={"kind": "other"}, files=proof)).status_code == 201
    refused = await officer.post(f"{path}/refuse", json={"reason": "与学籍不符"}, headers={"If-Match": '"2"'})
    assert refused.status_code == 200, refused.text
    return ids


async def test_each_is_asked_once_and_decided_by_an_officer(
    officer: httpx.AsyncClient,
    school: str,
    people: list[str],
    database: Database,
    addresses: ServiceDatabase,
    settings: Settings,
    cipher: FieldCipher,
    rows: ReadRows,
) -> None:
    async def asked() -> list[tuple[Any, ...]]:
        return [tuple(row.values()) for row in await rows(ASKED, code=school)]

    plain, asking, proving, refusing = people
    own = (asking, "open", "graduate_request", "graduate", 30)
    assert await run_retention(settings, database, Namespace(dry_run=True)) == 0
    assert await asked() == [own]
    for _ in range(2):
        # parts of one, as if the first were broken off
        await dispose(database, part=1)
        by_service = {(each, "open", "retention", "system", 30) for each in (plain, refusing)}
        assert (set(await asked()), len(await asked())) == ({own, *by_service}, 3)

    listed = (await officer.get("/v1/erasures", params={"school": school, "cohort": 2019, "state": "open"})).json()
    paths = {each["graduate_id"]: f"/v1/erasures/{each['id']}" for each in listed["items"]}
    assert (await officer.post(f"{paths[plain]}/approve", headers=FIRST)).status_code == 200
    refusal = {"reason": "仍有诉讼"}
    assert (await officer.post(f"{paths[refusing]}/refuse", json=refusal, headers=FIRST)).status_code == 200
    await erase_due(database, cipher)
    assert (await officer.get(f"/v1/graduates/{plain}")).json()["erased_at"] is not None

    async def asked_in(days: int) -> list[str]:
        before = len(await asked())
        async with in_days(days, addresses) as later:
            await dispose(later)
        return [each[0] for each in (await asked())[before:]]

    # a refusal holds for a year, and a proof that was decided upon is kept for three
    assert await asked_in(364) == []
    assert await asked_in(367) == [refusing]
    assert await asked_in(3 * 366) == [proving]
    audited = "SELECT count(*) AS n FROM audit_entries WHERE action = 'erasure.ask' AND role = 'system'"
    assert await rows(f"{audited} AND school_code = :code", code=school) == [{"n": 4}]
