"""Registrations from the import to the file that comes back: what was filed says the same, and a changed cell shows."""

import csv
import hashlib
import io
from datetime import date, timedelta
from typing import Any

import asyncpg
import httpx
import openpyxl
import pytest
from campus import Campus
from format_a import HEADERS, destination_cells, graduate_row, workbook

from common.clock import today
from testing.stack import Stack
from testing.waiting import eventually

Json = dict[str, Any]

COHORT = today().year
NUMBER = 40
CODES = ("10", "11", "12", "271", "501", "75", "76", "801", "85", "70")
ABROAD = {"留学院校外文名称": "A University", "留学专业外文名称": "Finance"}
"""What the row of one who goes abroad also needs to be filed."""

LATE = {"late_reason": "left_late", "cohort": f"{COHORT}"}
UNITS = {"院系代码": "C01", "院系名称": "软件学院"}
PURPOSE = {"X-Purpose": "filing"}


class Filer:
    """The school's filing desk."""

    def __init__(self, campus: Campus, school: str) -> None:
        self._campus, self.school = campus, school
        self.url, self.http = f"{campus.urls['destinations']}/v1", campus.http
        self.officer = campus.officer(school)

    async def bulk(self, act: str, headers: dict[str, str]) -> Json:
        """Seals all that waits, and decides it."""
        asked = {"act": act, "filter": {"school_code": self.school, "cohort": COHORT}}
        sealed = await self._ended(
            await self.http.post(f"{self.url}/bulk-decisions", json=asked, headers=headers), headers
        )
        path = f"{self.url}/bulk-decisions/{sealed['id']}"
        await self._ended(await self.http.post(f"{path}/apply", json={"except": []}, headers=headers), headers)
        found: Json = (await self.http.get(path, headers=headers)).json()
        return found

    async def filed(self, format_: str, file_type: str) -> tuple[Json, bytes]:
        """A filing that was sent, and its file, which has the hash of the manifest."""
        asked = {"school_code": self.school, "cohort": COHORT, "recipient": "province"}
        answer = await self.http.post(
            f"{self.url}/filings", json=asked | {"format": format_, "file_type": file_type}, headers=self.officer
        )
        path = f"{self.url}/filings/{(await self._ended(answer, self.officer))['id']}"
        sent = await self.http.post(f"{path}/send", headers=self.officer | {"If-Match": "*"})
        assert sent.status_code == 200, sent.text
        return sent.json(), await self.file(sent.json())

    async def file(self, filing: Json) -> bytes:
        """The file by now."""
        path = f"{self.url}/filings/{filing['id']}"
        read = await self.http.get(f"{path}/file", headers=self.officer | PURPOSE)
        assert read.status_code == 200, read.text
        manifest = (await self.http.get(f"{path}/manifest", headers=self.officer)).json()
        assert (hashlib.sha256(read.content).hexdigest(), manifest["rows"]) == (manifest["sha256"], NUMBER)
        return read.content

    async def reconciled(self, filing: Json, content: bytes, file_type: str) -> Json:
        """What a file that came back is against what was filed."""
        sent = await self.http.post(
            f"{self.url}/reconciliations",
            data={"filing_id": filing["id"]},
            files={"file": (f"back.{file_type}", content)},
            headers=self.officer | PURPOSE,
        )
        return await self._ended(sent, self.officer)

    async def _ended(self, accepted: httpx.Response, headers: dict[str, str]) -> Json:
        assert accepted.status_code == 202, accepted.text
        operation = await self._campus.finished("destinations", accepted, headers)
        assert operation["state"] == "succeeded", operation
        result: Json = operation["result"]
        return result


@pytest.fixture(scope="module")
async def approved(campus: Campus, new_school: str) -> Filer:
    """Rows that arrived late and were approved in bulk, at both levels."""
    filer = Filer(campus, new_school)
    people = [graduate_row(number, COHORT) for number in range(NUMBER)]
    roster = await campus.import_roster(
        workbook([each | UNITS for each in people], (*HEADERS, *UNITS)), new_school, cohort=f"{COHORT}"
    )
    assert roster["result"]["created"] == NUMBER, roster
    season = {"changes_until": f"{min(today() - timedelta(days=1), date(COHORT, 8, 31))}"}
    put = await campus.http.put(
        f"{filer.url}/seasons/{new_school}/{COHORT}", json=season, headers=filer.officer | {"If-Match": '"0"'}
    )
    assert put.status_code == 200, put.text

    async def are_known() -> bool:
        query = {"school": new_school, "cohort": f"{COHORT}"}
        (whole,) = (await campus.http.get(f"{filer.url}/coverage", params=query, headers=filer.officer)).json()["items"]
        return bool(whole["population"] == NUMBER)

    await eventually(are_known, within=30, describe="the roster")
    rows = [
        each | destination_cells(CODES[n % len(CODES)], **(ABROAD if CODES[n % len(CODES)] == "85" else {}))
        for n, each in enumerate(people)
    ]
    imported = await campus.import_registrations(workbook(rows), new_school, **LATE)
    assert (imported["result"]["created"], imported["result"]["change_token"]) == (NUMBER, None), imported
    for act, role, scope in (("college", "college_officer", {"college": "C01"}), ("school", "school_officer", {})):
        reviewer = campus.bearer(role, school=new_school, subject=f"who reviews at the {act}", **scope)
        decided = await filer.bulk(f"{act}-approve", reviewer)
        assert (decided["selected"], decided["done"], decided["skipped"]) == (NUMBER, NUMBER, {})
    return filer


@pytest.mark.parametrize(
    ("format_", "file_type"), [("A", "xlsx"), ("A", "csv"), ("B", "csv"), ("D", "xlsx"), ("F", "xlsx")]
)
async def test_what_was_filed_comes_back_as_it_was(
    campus: Campus, stack: Stack, approved: Filer, format_: str, file_type: str
) -> None:
    filing, content = await approved.filed(format_, file_type)
    before = await said(stack, approved.school)
    again = await campus.import_file(
        "destinations", "registrations", content, approved.school, name=f"filed.{file_type}", **LATE
    )
    assert (again["state"], again["result"]["unchanged"], again["result"]["change_token"]) == (
        "succeeded",
        NUMBER,
        None,
    ), again
    assert await said(stack, approved.school) == before == (NUMBER, 3 * NUMBER)
    same = await approved.reconciled(filing, content, file_type)
    assert (same["equal"], same["different"], same["missing"], same["extra"]) == (NUMBER, 0, 0, 0)
    changed = await approved.reconciled(filing, with_another_cell(content, file_type), file_type)
    assert (changed["equal"], changed["different"], changed["by_field"]) == (NUMBER - 1, 1, {"employer_name": 1})


async def test_a_stored_file_has_its_hash_after_a_restart(stack: Stack, approved: Filer) -> None:
    filing, content = await approved.filed("A", "xlsx")
    await stack.kill("destinations")
    await stack.start("destinations")
    assert await approved.file(filing) == content


async def said(stack: Stack, school: str) -> tuple[int, int]:
    """How many events of registrations there are, and how many versions."""
    connection = await asyncpg.connect(stack.databases["destinations"].owner_url)
    try:
        events = "SELECT count(*) FROM outbox WHERE school_code = $1 AND topic LIKE '%registration.v1'"
        versions = "SELECT count(*) FROM registration_versions WHERE school_code = $1"
        return await connection.fetchval(events, school), await connection.fetchval(versions, school)
    finally:
        await connection.close()


def with_another_cell(content: bytes, file_type: str) -> bytes:
    """The file with the name of one employer changed, as another program writes it."""
    written = io.BytesIO()
    if file_type == "xlsx":
        book = openpyxl.load_workbook(io.BytesIO(content))
        sheet = book.active
        place = next(cell for row in sheet.iter_rows() for cell in row if cell.value == "自由撰稿")
        place.value = "自由翻译"
        book.save(written)
        return written.getvalue()
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    changed = next(row for row in rows if "自由撰稿" in row)
    changed[changed.index("自由撰稿")] = "自由翻译"
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode("utf-8-sig")
