"""Majors that stood before rosters brought national codes."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import httpx

from common.database import Database
from registry.organisation.operations import take_national_codes
from testing.databases import ServiceDatabase

SAID = """
    SELECT data ->> 'code' AS code, data ->> 'national_code' AS said FROM outbox
     WHERE school_code = :school AND data ->> 'unit_kind' = 'major' ORDER BY sequence
"""


async def test_marked_majors_get_their_own_codes_once_however_many_workers_there_are(
    officer: httpx.AsyncClient,
    school: str,
    addresses: ServiceDatabase,
    database: Database,
    rows: Callable[..., Awaitable[list[dict[str, Any]]]],
) -> None:
    base = f"/v1/schools/{school}/majors"
    for code in ("080901", "080910t", "080902", "080903"):
        await officer.post(base, json={"code": code, "name": code})
    await officer.patch(f"{base}/080903", json={"national_code": None}, headers={"If-Match": "*"})
    owner = await asyncpg.connect(addresses.owner_url)
    # as the migration marks them
    await owner.execute(
        "UPDATE majors SET national_code_source = 'major_code' WHERE school_code = $1 AND code <> '080903'", school
    )
    await owner.close()
    await officer.patch(f"{base}/080902", json={"national_code": "070101"}, headers={"If-Match": "*"})
    before = len(await rows(SAID, school=school))
    assert sum(await asyncio.gather(*(take_national_codes(database) for _ in range(3)))) == 2
    assert await take_national_codes(database) == 0
    found = {
        each["code"]: (each["national_code"], each["version"]) for each in (await officer.get(base)).json()["items"]
    }
    assert found == {
        "080901": ("080901", 2),
        "080902": ("070101", 2),
        "080903": (None, 2),
        "080910t": ("080910T", 2),
    }
    said = [(each["code"], each["said"]) for each in await rows(SAID, school=school)]
    assert said[before:] == [("080901", "080901"), ("080910t", "080910T")]
