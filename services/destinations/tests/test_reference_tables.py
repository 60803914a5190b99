"""Reference tables over HTTP: the release's rows until an administrator uploads others, version by version."""

import asyncio
from datetime import date
from decimal import Decimal
from typing import Any

from desks import Desk, Seat, code_of

from common.database import Database
from common.reference_tables import storage
from common.reference_tables.minimum_wages import PayUnit

WAGES = "/v1/reference-tables/minimum-wage"
HEADER = "area,from,to,month,hour,source,verified\n"
HENAN = HEADER + "41,2024-01-01,,2000,19.6,豫政〔2023〕1号,false\n4101,2024-01-01,,2100,20.6,豫政〔2023〕1号,false\n"
NEXT = HENAN.replace("19.6", "20")


async def put(desk: Desk, content: str, path: str = WAGES, kind: str = "text/csv", **headers: str) -> Any:
    sent = desk.headers | headers | {"Content-Type": kind}
    return await desk.http.put(path, content=content.encode("utf-8-sig"), headers=sent)


async def test_an_administrator_replaces_the_rows_and_no_version_is_changed(
    seat: Seat, school: Desk, database: Database, rows: Any
) -> None:
    admin = seat("admin")
    listed = (await school.get("/v1/reference-tables")).json()["items"]
    assert [(each["name"], each["version"], each["count"]) for each in listed] == [
        ("minimum-wage", 0, 0),
        ("working-days", 0, 771),
    ]
    shipped = await school.get("/v1/reference-tables/working-days")
    assert (shipped.headers["etag"], shipped.json()["rows"][0]["day"]) == ('"0"', "2004-01-01")

    assert code_of(await put(school, HENAN)) == (403, "forbidden")
    assert code_of(await put(admin, HENAN, "/v1/reference-tables/cpi")) == (404, "not_found")
    assert code_of(await put(admin, HENAN, kind="application/json")) == (415, "unsupported_media_type")
    assert code_of(await put(admin, "%PDF-1.7")) == (422, "file_kind")
    refused = await put(admin, HENAN.replace("2100", "none"))
    assert (*code_of(refused), [each["pointer"] for each in refused.json()["errors"]]) == (
        422,
        "reference_rows",
        ["/rows/1/month"],
    )
    assert code_of(await put(admin, HENAN, **{"If-Match": '"1"'})) == (412, "precondition_failed")

    first = await put(admin, HENAN)
    assert (first.status_code, first.headers["etag"], first.json()["version"]) == (200, '"1"', 1)
    stated = {"from": "2024-01-01", "to": None, "source": "豫政〔2023〕1号", "verified": False}
    assert first.json()["rows"] == [
        {"area": "41", "month": 2000, "hour": 19.6} | stated,
        {"area": "4101", "month": 2100, "hour": 20.6} | stated,
    ]
    assert code_of(await put(admin, NEXT)) == (428, "precondition_required")
    async with database.reading() as connection:
        before = await storage.minimum_wages(connection)
    both = await asyncio.gather(*(put(admin, NEXT, **{"If-Match": '"1"'}) for _ in range(2)))
    assert sorted(each.status_code for each in both) == [200, 412]
    async with database.reading() as connection:
        after = await storage.minimum_wages(connection)
    hourly = [each.minimum_wage("410302", date(2024, 6, 15), PayUnit.HOUR) for each in (before, after)]
    assert hourly == [Decimal("19.6"), Decimal(20)]

    assert (await school.get(WAGES)).json()["version"] == 2
    assert (await school.get(WAGES, version=1)).json() == first.json()
    assert (await school.get(WAGES, version=0)).json()["rows"] == []
    assert (await school.get(WAGES, version=3)).status_code == 404
    audited = await rows("SELECT object_id, detail FROM audit_entries WHERE action = 'reference_table.put' ORDER BY id")
    assert [(each["object_id"], each["detail"]) for each in audited] == [
        ("minimum-wage", {"version": each, "rows": 2}) for each in (1, 2)
    ]
