"""A filing that was sent to the province, and the file that came back of it, which differs in four rows."""

import asyncio
import csv
import io
from pathlib import Path

from quxiang.demo.changes import Office
from quxiang.demo.client import Json

_DIFFERENT = {5: ("单位名称", "示例更名有限公司"), 9: ("单位地址", "示例路900号")}
"""Rows of their file, from the first that has the column filled, and what the province has put into them."""

_MISSING = 12
_PURPOSE = {"X-Purpose": "filing"}
_NOBODY = {"考生号": "99220000000000", "姓名": "查无此人"}


async def send_filing(office: Office) -> None:
    """Prepares a file of the whole cohort, in which who has not registered is seeking, and notes that it was sent."""
    officer = office.school_officer
    body = {
        "school_code": office.school,
        "cohort": office.cohort,
        "recipient": "province",
        "format": "A",
        "file_type": "csv",
        "unregistered": "as_seeking",
    }
    taken = await office.campus.call("destinations", "POST", "/v1/filings", officer, json=body)
    # a run before this one has prepared it, and had no time to send it
    if taken:
        await office.campus.finished("destinations", taken, officer)
    for filing in await _filings(office, "prepared"):
        path = f"/v1/filings/{filing['id']}/send"
        await office.campus.call("destinations", "POST", path, officer, version=filing["version"])


async def receive(office: Office, folder: Path) -> None:
    """Keeps the file that came back for the reader of the tour, and compares it with what was sent."""
    officer = office.school_officer
    for filing in await _filings(office, "sent"):
        sent = await office.campus.fetch("destinations", f"/v1/filings/{filing['id']}/file", officer, _PURPOSE)
        name = f"returned-filing-{office.school}.csv"
        content = await asyncio.to_thread(returned, sent)
        await asyncio.to_thread(_keep, folder / name, content)
        taken = await office.campus.call(
            "destinations",
            "POST",
            "/v1/reconciliations",
            officer,
            also=_PURPOSE,
            data={"filing_id": filing["id"]},
            files={"file": (name, content)},
        )
        await office.campus.finished("destinations", taken, officer)


def returned(sent: bytes) -> bytes:
    """The file as the province would send it back: two rows changed, one left out, one of an unknown number."""
    rows = csv.DictReader(io.StringIO(sent.decode("utf-8-sig"), newline=""))
    kept = [row for number, row in enumerate(rows) if number != _MISSING]
    for at, (header, text) in _DIFFERENT.items():
        next(row for row in kept[at:] if row[header])[header] = text
    buffer = io.StringIO(newline="")
    writer = csv.DictWriter(buffer, list(rows.fieldnames or ()), restval="")
    writer.writeheader()
    writer.writerows([*kept, _NOBODY])
    return buffer.getvalue().encode("utf-8-sig")


async def _filings(office: Office, state: str) -> list[Json]:
    query: dict[str, str | int] = {"school": office.school, "cohort": office.cohort, "recipient": "province"}
    listed = office.campus.items("destinations", "/v1/filings", office.school_officer, **query)
    return [each async for each in listed if each["state"] == state]


def _keep(path: Path, content: bytes) -> None:
    path.parent.mkdir(mode=0o700, exist_ok=True)
    path.write_bytes(content)
