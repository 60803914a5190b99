"""Filings over HTTP, as a school officer asks for them."""

import csv
import hashlib
import io
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import httpx
import openpyxl
from office import Office

from common.auth import SYSTEM
from common.database import Database
from destinations.roster import storage as roster

Json = dict[str, Any]

PURPOSE = {"X-Purpose": "filing"}


class FilingDesk:
    """What a school officer asks for, and what comes of it."""

    def __init__(self, office: Office, database: Database) -> None:
        self.office, self.database = office, database

    async def graduate(self, code: str | None = None, **cells: Any) -> Json:
        """A graduate in the roster, here and at registry, with what the school imports of this one."""
        (graduate,) = await self.graduates({} if code is None else {"毕业去向类别代码": code} | cells)
        return graduate

    async def graduates(self, *registered: Json) -> list[Json]:
        """Such graduates, with the cells of each in one file; without cells they are in the roster alone."""
        rows = [self.office.row() for _ in registered]
        ids = [self.office.book.numbers[row["学号"]][0] for row in rows]
        async with self.database.transaction(SYSTEM) as unit:
            await roster.keep_graduates(unit.connection, [self.office.book.graduates[each] for each in ids])
            await unit.commit()
        if given := [row | cells for row, cells in zip(rows, registered, strict=True) if cells]:
            await self.imported(*given)
        return [{**row, "id": str(graduate_id)} for row, graduate_id in zip(rows, ids, strict=True)]

    async def changed(self, graduate: Json, **said: Any) -> None:
        """Registry says otherwise of a graduate."""
        graduate_id = UUID(graduate["id"])
        self.office.book.change(graduate_id, sequence=9, **said)
        async with self.database.transaction(SYSTEM) as unit:
            await roster.keep_graduates(unit.connection, [self.office.book.graduates[graduate_id]])
            await unit.commit()

    async def imported(self, *rows: Mapping[str, Any]) -> Json:
        operation = await self.office.send(rows)
        assert operation["state"] == "succeeded", operation
        return operation

    async def ask(self, headers: Mapping[str, str] | None = None, **given: Any) -> httpx.Response:
        body = {"school_code": "10001", "cohort": 2022, "recipient": "province", "format": "A", "file_type": "csv"}
        return await self.office.http.post("/v1/filings", json=body | given, headers=headers or self.office.headers)

    async def prepare(self, headers: Mapping[str, str] | None = None, **given: Any) -> tuple[Json, Json]:
        """The filing that was prepared, and the operation."""
        accepted = await self.ask(headers, **given)
        assert accepted.status_code == 202, accepted.text
        assert await self.office.runner.run_once()
        operation = (await self.get(accepted.headers["location"], headers)).json()
        assert operation["state"] == "succeeded", operation
        return (await self.get(f"/v1/filings/{operation['result']['id']}", headers)).json(), operation

    async def get(self, path: str, headers: Mapping[str, str] | None = None, **params: Any) -> httpx.Response:
        return await self.office.http.get(path, headers=headers or self.office.headers, params=params)

    async def act(
        self, filing: Json, act: str, headers: Mapping[str, str] | None = None, body: Any = None, **named: str
    ) -> httpx.Response:
        sent = {**(headers or self.office.headers), "If-Match": f'"{filing["version"]}"', **named}
        return await self.office.http.post(f"/v1/filings/{filing['id']}/{act}", headers=sent, json=body)

    async def sent(self, **given: Any) -> Json:
        """A filing that was sent."""
        filing, _ = await self.prepare(**given)
        answer = await self.act(filing, "send")
        assert answer.status_code == 200, answer.text
        shown: Json = answer.json()
        return shown

    async def manifest(self, filing: Json) -> Json:
        found: Json = (await self.get(f"/v1/filings/{filing['id']}/manifest")).json()
        return found

    async def file(self, filing: Json, headers: Mapping[str, str] | None = None) -> bytes:
        """The file, which has the hash of the manifest."""
        answer = await self.get(f"/v1/filings/{filing['id']}/file", {**(headers or self.office.headers), **PURPOSE})
        assert answer.status_code == 200, answer.text
        assert int(answer.headers["content-length"]) == len(answer.content)
        assert hashlib.sha256(answer.content).hexdigest() == (await self.manifest(filing))["sha256"]
        return answer.content

    async def found(self, operation: Json) -> list[tuple[str, str, str]]:
        """Of the pre-check the graduate, the level and the rule of each line."""
        answer = await self.get(operation["result"]["file"])
        assert answer.status_code == 200, answer.text
        book = openpyxl.load_workbook(io.BytesIO(answer.content))
        return [
            (str(UUID(row[0])), row[6], row[7]) for row in book.worksheets[0].iter_rows(min_row=2, values_only=True)
        ]


def table(content: bytes) -> list[dict[str, str]]:
    """The rows of a CSV file by their headers."""
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
